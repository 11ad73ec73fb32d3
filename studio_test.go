//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"greenroom/internal/browsertest"
)

// TestStudioFollowsWatch runs the real Remotion Studio beside watch, in the real
// browser: a script edited, a script broken and mended, a clip bought. Each time
// Studio asks for the new file and draws another picture, without losing its place.
func TestStudioFollowsWatch(t *testing.T) {
	dir := filmProject(t)
	script := filepath.Join(dir, "scripts", "intro.md")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(script, "This is the first line that is said.")
	watch := exec.Command("greenroom", "watch", "--studio")
	watch.Dir = dir
	keys, err := watch.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	story, err := os.Create(filepath.Join(t.TempDir(), "story"))
	if err != nil {
		t.Fatal(err)
	}
	defer story.Close()
	watch.Stderr = story
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- watch.Wait() }()
	said := func() string { b, _ := os.ReadFile(story.Name()); return string(b) }
	url := ""
	await(t, "Studio", said, func() bool {
		m := regexp.MustCompile(`studio: (http://localhost:\d+)\n`).FindStringSubmatch(said())
		if m != nil {
			url = m[1]
		}
		return m != nil && strings.Contains(said(), "Built in") && strings.Contains(said(), "stand-in")
	})

	tab := browsertest.Tab(t, chromedp.Flag("autoplay-policy", "no-user-gesture-required"))
	do := func(a ...chromedp.Action) {
		t.Helper()
		if err := chromedp.Run(tab, a...); err != nil {
			t.Fatalf("%v\n%s", err, said())
		}
	}
	do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url+"/Presenter"))
	published := func(name string) string {
		b, _ := os.ReadFile(filepath.Join(dir, "src", "greenroom", "clips.gen.json"))
		return regexp.MustCompile(name + `\.[0-9a-f]{8}\.webm`).FindString(string(b))
	}
	asked := func(file string) bool {
		var yes bool
		do(chromedp.Evaluate(fmt.Sprintf(`performance.getEntriesByType('resource').some(e => e.name.includes(%q))`, file), &yes))
		return yes && file != ""
	}
	picture := func() string {
		var png []byte
		do(chromedp.CaptureScreenshot(&png))
		return string(png)
	}
	first := published("intro")
	await(t, "the first clip in Studio", said, func() bool { return asked(first) })

	before := picture()
	for _, text := range []string{"An edit that finds everything cold.", "And one that finds it warm, as all that follow do.", "Now it is another line, and it takes a little longer to say than the first one did."} {
		old, began := published("intro"), time.Now()
		write(script, text)
		await(t, "the published edit", said, func() bool { return published("intro") != old })
		out := time.Since(began)
		await(t, "the edit in Studio", said, func() bool { return asked(published("intro")) })
		t.Logf("save → published in %v, asked for by Studio in %v", out.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	}
	second := published("intro")
	await(t, "another picture", said, func() bool { return picture() != before })

	// a script that cannot be read leaves the last good clip standing
	write(script, `Broken <break time="5ms"/> tag.`)
	await(t, "the error", said, func() bool { return strings.Contains(said(), "is not a break HeyGen understands") })
	if published("intro") != second {
		t.Error("the last good clip is gone")
	}
	write(script, "Now it is another line, and it takes a little longer to say than the first one did.")
	await(t, "the error's end", said, func() bool { return strings.Contains(said(), "the manifest is well again") })

	// a clip that comes first is shown first; removed, the other one is shown again
	manifest := filepath.Join(dir, "greenroom.yaml")
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	shown := picture()
	write(manifest, string(text)+"  alpha: {script: \"Alpha comes first.\", avatar: {id: Bram-office-20230104}}\n")
	await(t, "the new clip in Studio", said, func() bool { return asked(published("alpha")) })
	await(t, "its picture", said, func() bool { return picture() != shown })
	write(manifest, string(text))
	await(t, "the new clip's end", said, func() bool { return published("alpha") == "" })

	// bought: the take takes the stand-in's place
	fmt.Fprintln(keys, "b intro")
	await(t, "the question", said, func() bool { return strings.Contains(said(), "y and Enter") })
	fmt.Fprintln(keys, "y")
	await(t, "the take in Studio", said, func() bool { f := published("intro"); return f != second && asked(f) })

	if err := keys.Close(); err != nil { // the end of stdin ends everything
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("watch ended with %v\n%s", err, said())
		}
	case <-time.After(20 * time.Second):
		_ = watch.Process.Kill()
		t.Fatalf("watch did not end\n%s", said())
	}
	left, _ := exec.Command("pgrep", "-f", dir).Output() // fails when there is none
	if s := strings.TrimSpace(string(left)); s != "" {
		t.Errorf("processes are left: %s", s)
	}
}

// await polls a condition, at most two minutes.
func await(t *testing.T, what string, said func() string, f func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); <-tick.C {
		if f() {
			return
		}
	}
	t.Fatalf("%s did not happen\n%s", what, said())
}
