package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/pipeline"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/trial"
	"greenroom/remotion/project"
)

// newOptions are the flags of `greenroom new`.
type newOptions struct {
	api, avatar, voice, size, out string
	maxSpend                      *float64
	take                          int
	yes, force                    bool
}

// newClip is the answer of `greenroom new`.
type newClip struct {
	File     string  `json:"file"` // as it was named, or relative to the working folder
	Clip     string  `json:"clip"`
	Project  string  `json:"project"` // the folder with its manifest and ledger, relative to the working folder
	API      string  `json:"api"`     // as in heygen.api
	Sandbox  bool    `json:"sandbox"` // the presenter is drawn; nothing was spent
	Bought   bool    `json:"bought"`  // by this run
	Spent    float64 `json:"spentUSD"`
	Facts    string  `json:"facts"` // size and length, for people
	UpToDate bool    `json:"upToDate"`
}

func newCommand() command {
	return command{name: "new", summary: "make one transparent clip of a sentence, without a manifest",
		usage: "new [flags] \"SENTENCE\" | -",
		examples: "greenroom new \"Hello from greenroom.\"\n" +
			"greenroom new \"Plans start at nine dollars.\" -o plans.webm --api v3 --max-spend 2\n" +
			"greenroom new - --avatar Bram-office-20230104 --voice 077ab11b14f04ce0b49b5f6e5cc20979",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o newOptions
			var maxSpend float64
			fs.StringVarP(&o.out, "output", "o", "", "write to `FILE`.webm (default: the first words of the sentence)")
			writes(fs, outputFile, "output")
			fs.StringVar(&o.avatar, "avatar", trial.Avatar, "the presenter's `ID`; `greenroom avatars` lists them")
			fs.StringVar(&o.voice, "voice", trial.Voice, "the voice's `ID`; `greenroom voices` lists them")
			fs.StringVar(&o.size, "size", trial.Size, "the picture, `WIDTHxHEIGHT` in pixels")
			fs.StringVar(&o.api, "api", "", "use this `API`: "+strings.Join(account.APIs, ", ")+
				" (default: the manifest's, else auto with a key in HEYGEN_API_KEY, else sandbox)")
			fs.IntVar(&o.take, "take", 1, "a higher `NUMBER` buys the same sentence again")
			fs.Float64Var(&maxSpend, "max-spend", -1, "refuse to spend more than `USD`")
			fs.BoolVar(&o.force, "force", false, "replace the file if it exists")
			fs.BoolVarP(&o.yes, "yes", "y", false, "do not ask before spending")
			network := networkFlag(fs)
			return func(ctx context.Context, e *env, args []string) error {
				if fs.Changed("max-spend") {
					if maxSpend < 0 {
						return fault.New(
							fault.Usage, "give an amount such as --max-spend 5", "--max-spend must not be negative",
						)
					}
					o.maxSpend = &maxSpend
				}
				e.networkFolder = *network
				return e.newClip(ctx, o, args)
			}
		}}
}

// newClip makes the clip through the same pipeline as a project's build: what a run paid for, the next one finds.
func (e *env) newClip(ctx context.Context, o newOptions, args []string) error {
	words, err := e.sentence(args)
	if err != nil {
		return err
	}
	c, err := e.trialClip(ctx, o, words)
	if err != nil {
		return err
	}
	name := o.out
	if name == "" {
		name = strings.TrimPrefix(c.Name(), "new-") + ".webm"
	}
	if err := e.newTarget(name); err != nil {
		return err
	}
	state := filepath.Join(e.Dir, pipeline.StateDir)
	project := e.shown(c.Folder(state))
	known, err := e.knownResult(c.Folder(state), e.path(name))
	if err != nil || !known && !o.force && exists(e.path(name)) {
		const hint = "replace it with --force, or name another file with -o"
		return errors.Join(err, fault.New(fault.Usage, hint, "%s already exists", oneLine(name)))
	}
	path, err := c.Write(state)
	if err != nil {
		return err
	}
	if c.API == "sandbox" {
		e.say(
			"the sandbox renders a drawn presenter and costs nothing; for a HeyGen presenter, set HEYGEN_API_KEY and add --api v3",
		)
	}
	sum, file, err := e.buildTrial(ctx, c, path, o)
	if err != nil {
		return e.explainTrial(ctx, err, project)
	}
	if err := copyFile(file.Path, e.path(name)); err != nil {
		const hint = "run the same command again with -o in another folder; nothing is bought twice"
		return fault.Wrap(fault.Failed, err, hint, "write %s", oneLine(name))
	}
	r := newClip{
		File: name, Clip: c.Name(), Project: project, API: c.API, Sandbox: c.API == "sandbox",
		Bought: sum.Bought > 0, Spent: sum.Spent, Facts: file.Facts, UpToDate: sum.UpToDate == sum.Clips,
	}
	if e.json {
		return e.printJSON(r)
	}
	fmt.Fprintln(e.Stdout, oneLine(name))
	again := ""
	if r.UpToDate {
		again = "; it was made before, nothing was bought"
	}
	e.say("%s: transparent, %s%s", oneLine(name), r.Facts, again)
	e.say("next: `greenroom init tour` makes a Remotion project with a manifest for many clips; "+
		"%s keeps the record of this one", oneLine(project))
	return nil
}

// sentence returns the text to speak, from the arguments or from standard input.
func (e *env) sentence(args []string) (string, error) {
	const hint = "write greenroom new \"One sentence.\", or - to read standard input"
	words := strings.Join(args, " ")
	if len(args) > 1 && strings.Contains(" "+words+" ", " - ") {
		return "", fault.New(fault.Usage, hint, "- excludes other arguments")
	}
	if words == "-" {
		b, err := readUntil(e.ctx, io.LimitReader(e.Stdin, 8*manifest.MaxScript))
		if err != nil && e.ctx.Err() != nil {
			return "", context.Cause(e.ctx)
		}
		if err != nil {
			return "", fault.Wrap(fault.Usage, err, hint, "read standard input")
		}
		words = strings.TrimPrefix(string(b), "\ufeff")
	}
	words = strings.ToValidUTF8(strings.TrimSpace(words), "")
	switch n := len([]rune(words)); {
	case n == 0:
		return "", fault.New(fault.Usage, hint, "there is nothing to say")
	case n > manifest.MaxScript:
		const hint = "make several clips: `greenroom init` starts a manifest"
		return "", fault.New(fault.Usage, hint, "%d characters, HeyGen takes %d", n, manifest.MaxScript)
	}
	if fi, err := os.Stat(e.path(words)); len(words) < 256 && err == nil && fi.Mode().IsRegular() {
		hint := fmt.Sprintf("greenroom new - < %s", words)
		return "", fault.New(fault.Usage, hint, "%q is a file; its name would be spoken", oneLine(words))
	}
	return words, nil
}

// trialClip decides which account makes the clip. A manifest in the working folder is respected, so that a project on
// the sandbox never buys here by accident.
func (e *env) trialClip(ctx context.Context, o newOptions, words string) (trial.Clip, error) {
	c := trial.Clip{Words: words, Avatar: o.avatar, Voice: o.voice, Size: o.size, Take: max(1, o.take), API: "sandbox"}
	path := e.options(nil).ManifestPath
	h, rest, err := manifest.ReadHeyGen(ctx, path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.manifest == "":
		if e.Getenv("HEYGEN_API_KEY") != "" || e.Getenv("HEYGEN_ACCESS_TOKEN") != "" {
			c.API = "auto"
		}
	case err != nil && o.api == "":
		return c, err
	case err == nil:
		c.API, c.Key, c.Budget = h.API, h.Key, h.Budget
		if rest != nil {
			e.say("%s cannot be read; only its heygen: section is used: api %s", filepath.Base(path), h.API)
		}
	}
	if o.api != "" {
		c.API = o.api
	}
	place, token := account.Place(c.Key, e.Getenv)
	if file, ok := strings.CutPrefix(place, "file:"); ok && !filepath.IsAbs(file) {
		place = "file:" + filepath.Join(filepath.Dir(path), file)
		c.Key = map[bool]string{true: "bearer:"}[token] + place
	}
	switch {
	case !slices.Contains(account.APIs, c.API):
		return c, fault.New(fault.Usage, "use "+strings.Join(account.APIs, ", "), "--api cannot be %q", oneLine(c.API))
	case c.API != "sandbox" && strings.HasPrefix(place, "cmd:"):
		return c, fault.New(fault.Auth, "make the clip in the project with `greenroom build`, or use --api sandbox",
			"heygen.key runs a program, which `greenroom new` does not do")
	}
	return c, nil
}

// newTarget refuses a file that cannot hold the clip or cannot be written, before anything is bought.
func (e *env) newTarget(name string) error {
	ext := strings.ToLower(filepath.Ext(name))
	path := e.path(name)
	switch fi, err := os.Stat(path); {
	case err == nil && fi.IsDir():
		hint := "name a file in it, such as -o " + filepath.Join(name, "hello.webm")
		return fault.New(fault.Usage, hint, "%s is a folder", oneLine(name))
	case ext == ".mp4" || ext == ".mov" || ext == ".mkv":
		hint := "write -o " + strings.TrimSuffix(name, filepath.Ext(name)) + ".webm"
		return fault.New(fault.Usage, hint, "%s cannot hold the clip: it is a transparent WebM", oneLine(name))
	case ext != ".webm":
		return fault.New(fault.Usage, "write -o "+name+".webm", "unsupported file extension: %s", oneLine(name))
	}
	if err := atomicfile.Room(filepath.Dir(path)); err != nil {
		return fault.Wrap(
			fault.Failed, err, "choose a folder that exists and can be written to", "write %s", oneLine(name),
		)
	}
	return nil
}

// knownResult reports that the file at out is what an earlier run of the same command wrote.
func (e *env) knownResult(folder, out string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(project.Layout{}.Published()), "*.webm"))
	if err != nil {
		return false, nil // the folder's name has no pattern of its own
	}
	for _, f := range files {
		if same, err := equalFiles(f, out); same || err != nil {
			return same, err
		}
	}
	return false, nil
}

// buildTrial runs the pipeline on the clip's project.
func (e *env) buildTrial(
	ctx context.Context, c trial.Clip, path string, o newOptions,
) (sum pipeline.Summary, file pipeline.PublishedClip, err error) {
	out := newPrinter(e)
	defer out.close()
	opts := e.options(func(ev event.Event) {
		if ev.Stage != "publish" { // a folder inside of the clip's own project
			out.event(ev)
		}
	})
	opts.ManifestPath = path
	p, err := pipeline.Open(opts)
	if err != nil {
		return sum, file, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	b := pipeline.BuildOptions{MaxSpend: o.maxSpend}
	if !o.yes {
		b.Confirm = func(plan *planning.Plan) (bool, error) { return confirm(e, plan) }
	}
	sum, err = p.Build(ctx, b)
	if err != nil {
		return sum, file, err
	}
	list, err := p.Published([]string{c.Name()})
	if err != nil {
		return sum, file, err
	}
	return sum, list[0], nil
}

// explainTrial adds the clip's project to hints that name commands which are run there.
func (e *env) explainTrial(ctx context.Context, err error, project string) error {
	if cause := context.Cause(ctx); cause != nil {
		e.say("stopped; no paid job is lost. Run the same command again to go on")
		return cause
	}
	for _, f := range fault.All(err) {
		f.Place = nil // in a manifest that the user did not write
		f.Hint = flagsFor.Replace(f.Hint)
		if projectCommand.MatchString(f.Hint) {
			f.Hint += "; add -C " + project + ", the clip's own project"
		}
	}
	return err
}

// flagsFor names the flags of `greenroom new` in hints that speak of a manifest.
var flagsFor = strings.NewReplacer(
	"set take: ", "add --take ",
	"raise heygen.budget or --max-spend", "raise --max-spend",
	"build fewer clips, or ", "",
)

// projectCommand is a command in a hint that needs the clip's project.
var projectCommand = lazyregexp.New("greenroom (build|status|resolve|gc)")

// shown is a path for people: relative to the working folder where it is below it.
func (e *env) shown(path string) string {
	if rel, err := filepath.Rel(e.Dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// equalFiles compares two files; one that does not exist is not equal.
func equalFiles(a, b string) (bool, error) {
	x, err := os.Stat(a)
	y, yerr := os.Stat(b)
	if err != nil || yerr != nil || x.Size() != y.Size() {
		return false, nil
	}
	one, err := os.ReadFile(a)
	if err != nil {
		return false, err
	}
	two, err := os.ReadFile(b)
	return bytes.Equal(one, two), err
}

// copyFile copies a file, complete or not at all.
func copyFile(from, to string) error {
	if same, err := equalFiles(from, to); same || err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return atomicfile.Write(to, 0o644, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}
