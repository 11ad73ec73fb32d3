//go:build unix

package newcomer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestShellsComplete: bash, zsh and fish load their script and complete commands, flags, values, clips and files with
// the real program.
func TestShellsComplete(t *testing.T) {
	dir := t.TempDir()
	text := "version: 1\nproject: tour\nheygen: {api: sandbox}\nclips:\n  intro: {script: Hello there., avatar: {id: Daisy-inskirt-20220818}, voice: {id: x1}}\n"
	if err := os.WriteFile(filepath.Join(dir, "greenroom.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "reports"), 0o755); err != nil {
		t.Fatal(err)
	}
	for shell, file := range map[string]string{"bash": "script", "zsh": "_greenroom", "fish": "script"} {
		out, err := exec.Command("greenroom", "completion", shell).Output()
		if err != nil {
			t.Fatal(err)
		}
		script := filepath.Join(t.TempDir(), file)
		if err := os.WriteFile(script, out, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ line, want, not string }{
			{"greenroom buil", "build", "render"},
			{"greenroom build ", "intro", "--frozen"},
			{"greenroom build --froz", "--frozen", "intro"},
			{"greenroom build --frozen in", "intro", "--"},
			{"greenroom render --renderer re", "remotion", "native"},
			{"greenroom render --format 16", "9", "1:1"},
			{"greenroom check --report rep", "reports", "greenroom.yaml"},
			{"greenroom build --junit gr", "greenroom.yaml", "reports"},
			{"greenroom completion ", shell, "build"},
		} {
			got := shellCompletes(t, dir, shell, script, c.line)
			if !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
				t.Errorf("%s: %q completes to %q, want %q and not %q", shell, c.line, got, c.want, c.not)
			}
		}
	}
}

// shellCompletes returns what a shell completes a line to, without descriptions. zsh completes only on a terminal: its
// function is called with the words that zsh would set, and prints what it would offer.
func shellCompletes(t *testing.T, dir, shell, script, line string) string {
	t.Helper()
	var cmd *exec.Cmd
	switch shell {
	case "bash":
		cmd = exec.Command("bash", "--norc", "-c", `. "$1"; line=$2
			COMP_WORDS=(); rest=$line
			while [[ $rest =~ ^[[:space:]]*([=:]+|[^=:[:space:]]+)(.*)$ ]]; do COMP_WORDS+=("${BASH_REMATCH[1]}"); rest=${BASH_REMATCH[2]}; done
			[[ $line == *" " ]] && COMP_WORDS+=("")
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			_greenroom; printf '%s\n' "${COMPREPLY[@]}"`, "bash", script, line)
	case "zsh":
		cmd = exec.Command("zsh", "-f", "-c", `compdef() { }
			_describe() { print -rl -- ${${${values//\\:/@}%%:*}//@/:} | grep -F -- "${words[CURRENT]}" }
			_files() { if [[ $1 == -/ ]]; then print -rl -- ${words[CURRENT]}*(N/); else print -rl -- ${words[CURRENT]}*(N.); fi }
			source "$1"
			words=(${(z)2}); [[ $2 == *" " ]] && words+=(""); CURRENT=${#words}
			_greenroom`, "zsh", script, line)
	case "fish":
		cmd = exec.Command("fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2] | string replace -r '\t.*' ''; true`, script, line)
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %q: %v: %s", shell, line, err, out)
	}
	return string(out)
}
