package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline"
	"greenroom/pipeline/manifest/schema"
	"greenroom/remotion"
	"greenroom/remotion/project"
	"greenroom/remotion/scaffold"
	"greenroom/remotion/tools"
)

// short is a path as a user would type it: relative to the current folder where that is shorter.
func (e *env) short(path string) string {
	rel, err := filepath.Rel(e.Env.Dir, path)
	if err != nil || len(rel) > len(path) || strings.HasPrefix(rel, filepath.Join("..", "..")) {
		return path
	}
	return rel
}

// place is a folder in a sentence.
func (e *env) place(dir string) string {
	if at := e.short(dir); at != "." {
		return at
	}
	return "this folder"
}

// inFolder is a command that a user runs for the project in dir.
func inFolder(e *env, dir, command string) string {
	if at := e.short(dir); at != "." {
		return "cd " + project.ShellQuote(at) + " && " + command
	}
	return command
}

// initialised prints the written files and the next step. survey is nil for a complete new project.
func (e *env) initialised(ctx context.Context, o initOptions, l project.Layout, survey *scaffold.Survey,
	written []string) error {
	for _, w := range written {
		fmt.Fprintln(e.Stdout, w)
	}
	where := "here"
	if at := e.short(o.dir); at != "." {
		where = "in " + at
	}
	if survey == nil {
		e.say("%d files %s. Next: %s", len(written), where, inFolder(e, o.dir,
			"greenroom build && greenroom render Presenter --install"))
		return nil
	}
	e.say("%d files %s; greenroom's own are in %s", len(written), where, l.SourceDir())
	if err := e.addNeeds(ctx, o, l); err != nil {
		return err
	}
	next := "greenroom build"
	if survey.Of != "" {
		next += " && greenroom render " + project.ShellQuote(survey.Of)
	}
	e.say("one of your components can show the clip:\n\n%s\n\nNext: %s", survey.Example(), inFolder(e, o.dir, next))
	return nil
}

// addNeeds reports the packages that greenroom's files import and the project does not depend on, and adds them where
// the user wants it.
func (e *env) addNeeds(ctx context.Context, o initOptions, l project.Layout) error {
	needs := scaffold.FindNeeds(l)
	if needs == nil {
		return nil
	}
	command := inFolder(e, needs.Dir, needs.Command())
	add := o.install
	if !add && e.terminal {
		yes, err := e.ask(fmt.Sprintf(
			"greenroom's files need %s. Run %s?", strings.Join(needs.Packages, ", "), command,
		))
		if err != nil {
			return err
		}
		add = yes
	}
	if !add {
		e.say("the project does not depend on what greenroom's files import: %s\nadd it: %s\nor: %s",
			strings.Join(needs.Packages, ", "),
			command, inFolder(e, l.Dir, "greenroom init --update --install"))
		return nil
	}
	node, _, err := tools.FindNode(ctx, exec.LookPath)
	if err != nil {
		return err
	}
	e.say("adding packages: %s", command)
	return needs.Manager.RunAdd(ctx, needs.Dir, needs.Packages, node, nil, nil)
}

// runInitUpdate restores greenroom's own files.
func runInitUpdate(e *env, o initOptions) error {
	existing, err := scaffold.IsRemotion(o.dir)
	if err != nil {
		return err
	}
	if !existing {
		return fault.New(fault.Usage, inFolder(e, o.dir, "greenroom init")+" writes one",
			"%s is not a Remotion project",
			e.place(o.dir))
	}
	layout, known, err := manifestLayout(e, o.dir)
	if err != nil {
		return err
	}
	if !known {
		layout = scaffold.Read(o.dir).Layout
	}
	have, err := scaffold.Compare(layout)
	if err != nil {
		return err
	}
	var done []string
	if have == nil { // all of them were removed
		done, err = remotion.Scaffold(o.dir, remotion.ScaffoldOptions{Project: projectName(o.dir), Layout: layout,
			Version: e.Version})
	} else {
		done, err = have.Update(e.Version, o.both)
	}
	if err != nil {
		return err
	}
	schema, err := updateSchema(o.dir)
	if err != nil {
		return err
	}
	done = append(done, schema...)
	for _, name := range done {
		fmt.Fprintln(e.Stdout, name)
	}
	var kept []string
	if have != nil {
		for _, f := range have.Kept() {
			kept = append(kept, f.Name)
		}
	}
	switch {
	case len(done) == 0 && len(kept) == 0:
		e.say("greenroom's own files are up to date")
	case len(done) > 0:
		e.say("%d of greenroom's own files updated", len(done))
	}
	if len(kept) > 0 && !o.both {
		e.say("kept, because you changed it: %s\n%s writes this version's text next to it, as NAME.new",
			strings.Join(kept, ", "),
			inFolder(e, o.dir, "greenroom init --update --new"))
	}
	return e.addNeeds(e.ctx, o, layout)
}

// updateSchema brings the schema for editors to this version where the manifest names it, or where it is there.
func updateSchema(dir string) (written []string, err error) {
	at := filepath.Join(dir, schema.FileName)
	have, err := os.ReadFile(at)
	if err != nil {
		text, readErr := os.ReadFile(filepath.Join(dir, pipeline.ManifestName))
		if readErr != nil || !bytes.Contains(text, []byte(schema.Comment)) {
			return nil, nil
		}
	}
	if bytes.Equal(have, schema.JSON()) {
		return nil, nil
	}
	if _, err := atomicfile.WriteBytes(at, 0o644, schema.JSON()); err != nil {
		return nil, fault.Wrap(fault.Failed, err, "make the folder writable", "write %s", schema.FileName)
	}
	return []string{schema.FileName}, nil
}
