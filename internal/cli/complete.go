package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"greenroom/compose/native"
	"greenroom/heygen/contract"
	"greenroom/heygen/sandbox"
	"greenroom/pipeline"
	"greenroom/pipeline/films/export"
	"greenroom/pipeline/manifest"
	"greenroom/remotion/companion"
)

// completeName is the hidden command that the completion scripts call: greenroom __complete SHELL WORD... The words are
// those after the program's name, up to the cursor.
const completeName = "__complete"

// Lines that ask the shell to complete the names of files or of folders.
const (
	completeFiles   = ":files"
	completeFolders = ":folders"
)

// candidate is one completion.
type candidate struct{ value, about string }

// flagValues are the values of flags that take one of a few.
var flagValues = map[string]func(*completion) []candidate{
	"annotations": words("github", "none"),
	"buy":         words("all", "voices"),
	"cache":       words("none"),
	"clip":        (*completion).clips,
	"data":        words(completeFolders),
	"directory":   words(completeFolders),
	"fault":       words(sandbox.FaultNames()...),
	"file":        words(completeFiles),
	"format":      words("16:9", "9:16", "1:1"),
	"gender":      words("female", "male"),
	"in":          words(completeFolders),
	"input":       words(completeFiles),
	"journal":     words(completeFiles),
	"junit":       words(completeFiles),
	"man":         words(completeFolders),
	"media":       words(export.Copy, export.Link),
	"only":        (*completion).clips,
	"out":         words(completeFiles),
	"output":      words(completeFiles),
	"browser":     words(completeFiles),
	"poll":        words("always", "never", "auto"),
	"preset":      presets,
	"preview":     words(completeFolders),
	"renderer":    words("native", "remotion"),
	"report":      words(completeFolders),
	"results":     words(completeFiles),
	"save":        words(completeFolders),
	"to":          words(exportFormats()...),
	"url-file":    words(completeFiles),
	"why":         (*completion).clips,
}

// arguments are what a command takes after its flags.
var arguments = map[string]func(*completion) []candidate{
	"api": operations, "auth": words("status"), "live": words("record", "serve"),
	"adopt": (*completion).clips, "build": (*completion).clips, "plan": (*completion).clips,
	"resolve": (*completion).clips,
	"status":  (*completion).clips, "render": (*completion).films, "export": (*completion).compositions, "help": commandCandidates,
	"check": func(c *completion) []candidate {
		return append(append(c.clips(), c.films()...), candidate{completeFiles, ""})
	},
	"completion": words(shellNames()...), "init": words(completeFolders),
	"photo": words(completeFiles), "prompt": words(completeFiles), "upload": words(completeFiles),
}

func words(list ...string) func(*completion) []candidate {
	return func(*completion) []candidate {
		out := make([]candidate, len(list))
		for i, w := range list {
			out[i].value = w
		}
		return out
	}
}

// operations are the methods and paths of HeyGen's API.
func operations(*completion) (out []candidate) {
	seen := map[string]bool{}
	for _, o := range contract.Operations() {
		if !seen[o.Method] {
			seen[o.Method] = true
			out = append(out, candidate{o.Method, "a method"})
		}
	}
	for _, o := range contract.Operations() {
		if !seen[o.Path] {
			seen[o.Path] = true
			out = append(out, candidate{o.Path, o.Summary()})
		}
	}
	return out
}

func presets(*completion) (out []candidate) {
	for _, p := range native.Presets {
		out = append(out, candidate{p.Name, ""})
	}
	return out
}

func commandCandidates(*completion) (out []candidate) {
	for _, c := range commands() {
		out = append(out, candidate{c.name, c.summary})
	}
	return out
}

// completion is one request of a shell.
type completion struct {
	e        *env
	here     string             // the working folder, before -C
	manifest *manifest.Manifest // nil until it is needed, or when it cannot be read
	read     bool
}

// runComplete prints what may come at the end of words, one line each with a tab before what it is. It never fails: a
// shell that completes nothing is better than one that prints an error between the words of its user.
func runComplete(e *env, args []string) error {
	if len(args) == 0 {
		return nil
	}
	shell, words := args[0], args[1:]
	if len(words) == 0 {
		words = []string{""}
	}
	if shell == "bash" {
		words = joinBash(words)
	}
	current := words[len(words)-1]
	c := &completion{e: e, here: e.Dir}
	for _, x := range c.candidates(words[:len(words)-1], current) {
		if x.value != completeFiles && x.value != completeFolders {
			if !strings.HasPrefix(x.value, current) {
				continue
			}
			if shell == "bash" { // it replaces only what comes after the last = or :
				x.value = x.value[strings.LastIndexAny(current, "=:")+1:]
			}
		}
		fmt.Fprintf(e.Stdout, "%s\t%s\n", x.value, x.about)
	}
	return nil
}

// joinBash undoes bash's own splitting at = and : within a word.
func joinBash(words []string) []string {
	var out []string
	glue := false
	for _, w := range words {
		separator := w == "=" || w == ":"
		if len(out) > 0 && (glue || separator) {
			out[len(out)-1] += w
		} else {
			out = append(out, w)
		}
		glue = separator && len(out) > 0
	}
	return out
}

// candidates are the completions of current after the words before it.
func (c *completion) candidates(before []string, current string) []candidate {
	global := c.e.globals()
	name, i := "", 0
	for ; i < len(before) && name == ""; i++ {
		if f := flagOf(global, before[i]); f != nil {
			i++
			if i == len(before) {
				return c.valuesOf(f, "")
			}
			_ = f.Value.Set(before[i])
		} else if !strings.HasPrefix(before[i], "-") {
			name = before[i]
		}
	}
	if name == "" {
		if strings.HasPrefix(current, "-") {
			return c.flags(global, current)
		}
		return commandCandidates(c)
	}
	command, err := lookup(name)
	if err != nil {
		return nil
	}
	fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
	command.bind(fs)
	fs.AddFlagSet(global)
	positional := 0
	for ; i < len(before); i++ {
		f := flagOf(fs, before[i])
		switch {
		case f != nil:
			i++
			if i == len(before) {
				return c.valuesOf(f, "")
			}
			if global.Lookup(f.Name) != nil {
				_ = f.Value.Set(before[i])
			}
		case !strings.HasPrefix(before[i], "-"):
			positional++
		}
	}
	if strings.HasPrefix(current, "-") {
		return c.flags(fs, current)
	}
	if sub := subcommands(command.usage); len(sub) > 0 {
		if positional == 0 {
			return words(sub...)(c)
		}
		if name == "cache" {
			return c.clips()
		}
		return nil
	}
	if list := arguments[name]; list != nil {
		return list(c)
	}
	return nil
}

// subcommands are the words of a usage such as "cache push|verify [clip...]" or "schema [manifest|props]".
func subcommands(usage string) (out []string) {
	_, rest, _ := strings.Cut(usage, " ")
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "[flags] "), "[")
	if end := strings.IndexByte(rest, ']'); end >= 0 && strings.Contains(rest[:end], "|") &&
		!strings.Contains(rest[:end], "[") {
		rest = rest[:end]
	} else if first, _, _ := strings.Cut(rest, " "); strings.Contains(first, "|") {
		rest = first
	} else {
		return nil
	}
	for _, part := range strings.Split(rest, "|") {
		word, _, _ := strings.Cut(part, " ")
		if word == "" || word != strings.ToLower(word) || strings.HasPrefix(word, "-") {
			return nil
		}
		out = append(out, word)
	}
	return out
}

// flagOf returns the flag that a word names when its value is the next word; nil otherwise.
func flagOf(fs *pflag.FlagSet, word string) *pflag.Flag {
	var f *pflag.Flag
	if long, ok := strings.CutPrefix(word, "--"); ok {
		f = fs.Lookup(long) // --name=value finds none
	} else if len(word) == 2 && word[0] == '-' {
		f = fs.ShorthandLookup(word[1:])
	}
	if f == nil || f.NoOptDefVal != "" {
		return nil
	}
	return f
}

// flags are the names of flags, and after --name= that flag's values.
func (c *completion) flags(fs *pflag.FlagSet, current string) (out []candidate) {
	if name, _, ok := strings.Cut(strings.TrimPrefix(current, "--"), "="); ok {
		if f := fs.Lookup(name); f != nil {
			return c.valuesOf(f, "--"+name+"=")
		}
		return nil
	}
	fs.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			_, about := pflag.UnquoteUsage(f)
			out = append(out, candidate{"--" + f.Name, about})
		}
	})
	return append(out, candidate{"--help", "explain the command"})
}

// valuesOf are the values of a flag, each after a prefix.
func (c *completion) valuesOf(f *pflag.Flag, prefix string) []candidate {
	list := flagValues[f.Name]
	if list == nil {
		return nil
	}
	out := list(c)
	for i, x := range out {
		if x.value != completeFiles && x.value != completeFolders {
			out[i].value = prefix + x.value
		}
	}
	return out
}

// loaded reads the manifest of the folder that the words name. It runs and buys nothing.
func (c *completion) loaded() *manifest.Manifest {
	if !c.read {
		c.read = true
		path := c.e.manifest
		if path == "" {
			path = pipeline.ManifestName
		}
		dir := c.e.Dir
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(c.here, dir)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		c.manifest, _ = manifest.Load(c.e.ctx, path)
	}
	return c.manifest
}

func (c *completion) clips() (out []candidate) {
	if m := c.loaded(); m != nil {
		for _, clip := range m.Clips {
			out = append(out, candidate{clip.Name, "clip"})
		}
	}
	return out
}

// compositions are those of the manifest.
func (c *completion) compositions() (out []candidate) {
	if m := c.loaded(); m != nil {
		for _, film := range m.Compositions {
			out = append(out, candidate{film.Name, "composition of the manifest"})
		}
	}
	return out
}

// films are the manifest's compositions and those that init writes.
func (c *completion) films() []candidate {
	out := c.compositions()
	for _, name := range companion.Compositions {
		if !slices.ContainsFunc(out, func(x candidate) bool { return x.value == name }) {
			out = append(out, candidate{name, "composition of the companion"})
		}
	}
	return out
}
