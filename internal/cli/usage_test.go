package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUsageErrors: a command line with a mistake ends with exit 2, prints nothing on stdout, and names the mistake and
// what to write instead.
func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, message, hint string
	}{
		{"adopt", "name a clip and a video", "write greenroom adopt CLIP ID"},
		{"adopt intro", "name a clip and a video", "write greenroom adopt CLIP ID"},
		{"adopt intro 3f9a 4b", "name a clip and a video", "write greenroom adopt CLIP ID"},
		{"allow now", `unexpected argument "now"`, ""},
		{"allow --list --revoke", "--list and --revoke exclude each other", "run one after the other"},
		{"build --draft --stand-ins", "--draft and --stand-ins exclude each other", "--stand-ins buys nothing"},
		{"build --frozen --refetch", "--refetch downloads", "write `greenroom build --refetch CLIP` alone"},
		{"build --draft --refetch", "--refetch downloads", "write `greenroom build --refetch CLIP` alone"},
		{"build --stand-ins --refetch", "--refetch downloads", "write `greenroom build --refetch CLIP` alone"},
		{"build --max-spend -0.01", "--max-spend must not be negative", "such as --max-spend 5"},
		{"build --results out", "--results out is neither .csv nor .json", "out/results.csv"},
		{"build --shard 3/2", "3/2", ""},
		{"build --shard many", "many", ""},
		{"build --wait soon", "invalid argument", "`greenroom build --help` shows the flags"},
		{"build --receive 127.0.0.1:0", "no --secret", "--secret file:PATH"},
		{"build --receive here --secret env:S", `--listen is not an address: "here"`, "127.0.0.1:8090"},
		{"build --receive 0.0.0.0:80 --secret env:S", "other machines reach 0.0.0.0:80", "--public"},
		{"build --receive 127.0.0.1:0 --secret abc", "--secret must name the place of the secret", "env:NAME or file:PATH"},
		{"build --receive 127.0.0.1:0 --secret env:", "--secret must name the place of the secret", "env:NAME or file:PATH"},
		{"cache", "name push or verify", "push sends files that are missing"},
		{"cache pull", "name push or verify", "push sends files that are missing"},
		{"check --key-color purple", "--key-color", "such as #00FF00"},
		{"completion", "0 shells are named, one is needed", "greenroom completion bash|zsh|fish|powershell"},
		{"completion bash zsh", "2 shells are named, one is needed", "greenroom completion bash|zsh|fish|powershell"},
		{"completion tcsh", `unknown shell "tcsh"`, "there are bash, zsh, fish, powershell"},
		{"doctor now", `unexpected argument "now"`, ""},
		{"fetch", "name one video", "`greenroom videos` lists them"},
		{"fetch a b", "name one video", "`greenroom videos` lists them"},
		{"fetch ../secret", `"../secret" is not the id of a video`, "`greenroom videos` lists them"},
		{"fetch .hidden", `".hidden" is not the id of a video`, "`greenroom videos` lists them"},
		{"gc intro", "gc takes no arguments", "write `greenroom gc`"},
		{"help --man man1 build", `unexpected argument "build"`, ""},
		{"init a b", `unexpected argument "b"`, ""},
		{"init --new", "--new belongs to --update", "greenroom init --update --new"},
		{"init --in a b", "two folders: a and b", "name one folder"},
		{"init --in none", "find the project in none", "a new project: greenroom init none"},
		{"new", "there is nothing to say", "write greenroom new \"One sentence.\""},
		{"new - Hello", "- excludes other arguments", "- to read standard input"},
		{"new Hi. --max-spend -1.5", "--max-spend must not be negative", "such as --max-spend 5"},
		{"new Hi. -o hi.mp4", "hi.mp4 cannot hold the clip", "write -o hi.webm"},
		{"new Hi. -o hi", "unsupported file extension: hi", "write -o hi.webm"},
		{"new Hi. --api v9", `--api cannot be "v9"`, "use "},
		{"photo", "name a picture", "`greenroom avatars` lists talking photos"},
		{"prompt", "no prompt is named", "- for standard input"},
		{"prompt --check --send a.md", "--check, --send and --write exclude each other", "run the command once for each"},
		{"prompt - -", "standard input is named twice", "name - once"},
		{"prompt --write -", "standard input cannot be rewritten", "use --send"},
		{"prompt none.md", "read the prompt none.md", "name a prompt file"},
		{"prompt .", ". is a folder", "name the file inside it"},
		{"quota now", `unexpected argument "now"`, ""},
		{"quota --api v9", "v9", ""},
		{"resolve", "name one clip", "`greenroom status` names the clips to resolve"},
		{"resolve intro", "give either --paid VIDEO_ID or --not-paid", "`greenroom videos`"},
		{"resolve intro --paid 3f9a --not-paid", "give either --paid VIDEO_ID or --not-paid", "`greenroom videos`"},
		{"sandbox now", `unexpected argument "now"`, ""},
		{"sandbox --fault cutt", "cutt", "known:"},
		{"schema film", `no schema of "film"`, "use manifest or props"},
		{"schema props manifest", `unexpected argument "manifest"`, ""},
		{"templates a b", `unexpected argument "b"`, ""},
		{"upload", "nothing to upload", "name files, or use --list"},
		{"upload none.png", "there is no file none.png", "name a file that exists"},
		{"version now", `unexpected argument "now"`, ""},
		{"videos --limit 0", "--limit must be at least 1", "such as --limit 20"},
		{"voices --preview Sara", "--preview and --output go together", "--preview VOICE -o FILE"},
		{"voices -o sara.wav", "--preview and --output go together", "--preview VOICE -o FILE"},
		{"watch now", `unexpected argument "now"`, ""},
		{"watch --buy=some", "--buy=some: it must be all or voices", "--buy=voices"},
		{"watch --poll=often", "--poll=often: it must be auto, always or never", "omit it"},
		{"webhook --once -1 --secret env:S", "--once must not be negative", "--once 1"},
		{"webhook", "no --secret: no event could be verified", "greenroom webhooks add"},
		{"webhooks shout", `unknown webhooks command: "shout"`, "use list, add, update"},
		{"webhooks add", "webhooks add takes 1 argument", "--help"},
		{"webhooks list now", "webhooks list takes 0 arguments", "--help"},
		{"webhooks update abc", "nothing to update", "--url or --events"},
		{"webhooks --limit 0 events", "--limit must be at least 1", "such as --limit 20"},
	} {
		env := map[string]string{"GREENROOM_API": "sandbox"}
		if strings.Contains(c.line, "--api") {
			env = nil
		}
		code, out, stderr := call(t, env, strings.Fields(c.line)...)
		if code != 2 || out != "" {
			t.Errorf("greenroom %s: exit %d, stdout %q\n%s", c.line, code, out, stderr)
		}
		message, hint, _ := strings.Cut(stderr, "hint: ")
		if !strings.Contains(message, c.message) || !strings.Contains(hint, c.hint) {
			t.Errorf("greenroom %s prints\n%swant %q and the hint %q", c.line, stderr, c.message, c.hint)
		}
	}
}

// TestUsageErrorsAsJSON: with --json the same mistakes are one error object on stderr.
func TestUsageErrorsAsJSON(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"adopt --json", "gc intro --json", "--json webhooks shout", "build --jbos --json",
		"biuld --json"} {
		code, out, stderr := call(t, nil, strings.Fields(line)...)
		var e struct {
			Error struct{ Code, Message, Hint string }
		}
		if err := json.Unmarshal([]byte(stderr), &e); err != nil || code != 2 || out != "" || e.Error.Code != "usage" ||
			e.Error.Message == "" || e.Error.Hint == "" {
			t.Errorf("greenroom %s: exit %d, %v: %q", line, code, err, stderr)
		}
	}
}

// TestWithoutAManifest: commands of a project name the missing manifest; those of the account need none.
func TestWithoutAManifest(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"plan", "build", "status", "check", "gc", "cache push", "resolve a --not-paid",
		"adopt a b", "allow", "watch --no-page"} {
		code, out, stderr := call(t, nil, strings.Fields(name)...)
		if code != 5 || out != "" || !strings.Contains(stderr, "greenroom.yaml") ||
			!strings.Contains(stderr, "greenroom init") {
			t.Errorf("greenroom %s: exit %d, %q\n%s", name, code, out, stderr)
		}
	}
	if code, _, stderr := call(t, nil, "quota", "-f", "none.yaml"); code != 5 ||
		!strings.Contains(stderr, "there is no manifest none.yaml") {
		t.Errorf("a manifest that was named: exit %d\n%s", code, stderr)
	}
}

// TestGlobalFlags: they work before and after the command, and -C changes where relative names begin.
func TestGlobalFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sub := filepath.Join(dir, "videos")
	if err := os.MkdirAll(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	const text = "version: 1\nproject: tour\nheygen: {api: sandbox}\ndefaults: {avatar: {id: a}, voice: {id: v}}\nclips: {intro: {script: Hi.}}\n"
	if err := os.WriteFile(filepath.Join(sub, "other.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"status -C %d -f videos/other.yaml", "-C %d -f videos/other.yaml status", "status --directory=%d/videos --file=other.yaml",
		"-C %d/videos status -f other.yaml", "status -f %d/videos/other.yaml",
	} {
		code, out, stderr := call(t, nil, strings.Fields(strings.ReplaceAll(line, "%d", dir))...)
		if code != 0 || out != "○ intro                v2-key   no take yet\n" {
			t.Errorf("greenroom %s: exit %d, %q\n%s", line, code, out, stderr)
		}
	}
	if code, out, _ := call(t, nil, "--version"); code != 0 || !strings.HasPrefix(out, "greenroom 1.2.3 (") {
		t.Errorf("--version: exit %d, %q", code, out)
	}
	if code, out, _ := call(t, nil, "-h"); code != 0 || !strings.Contains(out, "Commands:") {
		t.Errorf("-h: exit %d, %q", code, out)
	}
}

// TestEveryFlagCanComeFromTheEnvironment: a value that does not fit is an error that names the variable.
func TestEveryFlagCanComeFromTheEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ variable, value, command string }{
		"a number":   {"GREENROOM_MAX_SPEND", "much", "build"},
		"an integer": {"GREENROOM_LIMIT", "1.5", "videos"},
		"a switch":   {"GREENROOM_FORCE", "perhaps", "fetch x"},
		"a time":     {"GREENROOM_WAIT", "5", "build"},
	} {
		code, _, stderr := call(t, map[string]string{c.variable: c.value}, strings.Fields(c.command)...)
		if code != 2 || !strings.Contains(stderr, c.variable+": ") ||
			!strings.Contains(stderr, "unset it, or give it another value") {
			t.Errorf("%s: exit %d\n%s", name, code, stderr)
		}
	}
	// A flag that was given wins, so that the variable is not read.
	if code, _, stderr := call(t, map[string]string{"GREENROOM_LIMIT": "1.5"}, "videos", "--limit", "0"); code != 2 ||
		strings.Contains(stderr, "GREENROOM_LIMIT") {
		t.Errorf("exit %d\n%s", code, stderr)
	}
}
