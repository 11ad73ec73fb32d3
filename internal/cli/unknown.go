package cli

import (
	"fmt"
	"slices"
	"strings"

	"greenroom/internal/fault"
)

// familiar maps the commands of other programs to greenroom's. The nearest spelling of clean is plan, and of lint init.
var familiar = []struct {
	words string
	use   string // a command line of greenroom
	does  string
}{
	{"dev develop start serve run up studio", "watch --studio", "rebuilds at every save, next to Remotion Studio"},
	{"preview view open ui page", "watch", "rebuilds at every save and serves a page with every clip"},
	{"ls list show ps clips info jobs history log logs diff", "status", "lists the clips and their state"},
	{"validate lint verify test fmt format typecheck ci dry-run", "plan",
		"reports every mistake of the manifest, and what a build would buy"},
	{"price cost costs estimate preflight", "plan", "prints what a build would buy, and its price"},
	{"spend spending bill billing invoice", "status --spend", "lists every purchase on record"},
	{"login logout signin authenticate whoami account token scopes", "auth status",
		"shows which key is used and what it may do; there is no login"},
	{"credits balance usage", "quota", "prints what the account has left"},
	{"config configure settings set edit", "schema", "prints the schema of greenroom.yaml, which holds every setting"},
	{"clean prune purge rm remove delete tidy", "gc",
		"counts stored files that nothing uses, and removes them with --yes"},
	{"generate gen make compile synthesize synth publish sync apply retry resume continue", "build",
		"buys, downloads, checks and publishes what is missing"},
	{"deploy encode film video mux", "render --all", "writes the manifest's films to out/"},
	{"still screenshot thumbnail frame poster", "render Presenter --still 0", "renders one frame"},
	{"download get dl save wget", "fetch --help", "downloads a finished video by its id"},
	{"pull restore install", "build --frozen", "takes what greenroom.lock names from the shared cache; buys nothing"},
	{"push share", "cache push", "sends finished clips to the shared cache"},
	{"create scaffold setup bootstrap project", "init", "starts a project, or adds greenroom to a Remotion project"},
	{"import add attach link", "adopt --help", "uses a finished video of the account as a clip's take"},
	{"presenters faces actors", "avatars", "lists the presenters"},
	{"speakers languages locales", "voices --locales", "lists what voices can speak"},
	{"man manual docs guide", "help", "lists the commands; `greenroom help build` explains one"},
	{"update upgrade self-update", "version",
		"prints the version; a newer one is installed as this one was (npm, or an archive)"},
	{"env debug diagnose requirements deps health", "doctor", "checks the programs that greenroom runs"},
	{"mock fake emulator simulator demo", "sandbox", "serves HeyGen's API on this machine"},
	{"completions autocomplete complete", "completion --help", "prints a completion script for a shell"},
	{"media inspect probe analyze analyse qa", "check", "checks clips and media files"},
}

// unknownCommand returns the error for an unknown word. Its hint is what the word means in other programs, else the
// nearest spelling.
func unknownCommand(word string, names []string) error {
	plain := strings.ToLower(strings.TrimLeft(word, "-"))
	hint := "`greenroom help` lists the commands"
	if use := meaning(plain); use != "" {
		hint = use
	} else if near := fault.Nearest(plain, names); near != "" {
		hint = fmt.Sprintf("did you mean `greenroom %s`?", near)
	} else {
		var words []string
		for _, f := range familiar {
			words = append(words, strings.Fields(f.words)...)
		}
		if use := meaning(fault.Nearest(plain, words)); use != "" {
			hint = use
		}
	}
	return fault.New(fault.Usage, hint, "unknown command %q", word)
}

// meaning returns the hint for a familiar word; "" for another.
func meaning(word string) string {
	for _, f := range familiar {
		if slices.Contains(strings.Fields(f.words), word) {
			return fmt.Sprintf("use `greenroom %s`: it %s", f.use, f.does)
		}
	}
	return ""
}
