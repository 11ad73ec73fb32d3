package scripts

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"greenroom/internal/e2e/e2etest"
	"greenroom/internal/goldentest"
)

// nightly are scripts that run with GREENROOM_TEST_ALL alone: relatives of scripts that always run, or of what the tests of
// a package have in full.
var nightly = strings.Fields(`
	auto burned_in_routes check_files cinematic cutout damage draft_lost draft_money draft_not_a_sound existing_video export
	fault_list_lag fault_server_error fault_silent_failure fetch_faults fetch_faults2 folder footage_cache
	footage_sound glossary init_update init_v3 instant layout layout_config limits looks lookup lookup_manifests
	measured_captions no_matting not_a_master odd_folder odd_status pipes preflight price_own_sound provider_warning
	public_is_a_file readonly_public refetch remotion_again same_words sources sources_v2 spend_parked starts
	strict_spend unknown_composition v3_bulk v3_lost watch_elsewhere watch_films watch_full_disk watch_full_public
	watch_limit watch_poll webhook_usage webhook_v1 webhook_v3
`)

// files returns the scripts of this run.
func files(t *testing.T) (list []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(e2etest.Root(t, "testdata", "scripts"), "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		if e2etest.All() || !slices.Contains(nightly, strings.TrimSuffix(filepath.Base(path), ".txtar")) {
			list = append(list, path)
		}
	}
	if len(list) < 40 {
		t.Fatalf("only %d scripts", len(list))
	}
	return list
}

func TestMain(m *testing.M) {
	e2etest.Main(m, nil)
}

// TestScripts runs every command as a person would: the real binary, the real
// sandbox over HTTP, real ffmpeg. `go test -run TestScripts -update` rewrites
// the expected parts. Lines after [all] run with GREENROOM_TEST_ALL.
func TestScripts(t *testing.T) {
	packages := e2etest.Root(t, ".ci")
	testscript.Run(t, testscript.Params{
		Files:               files(t),
		RequireExplicitExec: true,
		UpdateScripts:       *goldentest.Update,
		Condition: func(name string) (bool, error) {
			if name != "all" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return e2etest.All(), nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("NO_COLOR", "1")
			e.Setenv("PACKAGES", filepath.Join(packages, "node_modules")) // npm packages of the tests
			e.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode":    exitCode,
			"sandbox":     startSandbox,
			"billed":      billed,
			"cutfile":     cutFile,
			"faults":      setFaults,
			"fetched":     fetched,
			"interrupted": interrupted,
			"meanwhile":   meanwhile,
			"repeat":      repeat,
			"remember":    remember,
			"unchanged":   unchanged,
			"receiver":    receiver,
			"lines":       matchingLines,
			"ended":       ended,
			"post":        post,
			"oldmaster":   oldMaster,
			"flip":        flip,
			"flipmasters": flipMasters,
			"unpublished": func(ts *testscript.TestScript, neg bool, args []string) {
				files, _ := filepath.Glob(ts.MkAbs("public/greenroom/*.webm"))
				if len(files) > 0 {
					ts.Fatalf("published: %v", files)
				}
			},
		},
	})
}

// exitCode CODE COMMAND… runs a command and compares its exit code.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE COMMAND [ARG...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("%s: exit %s, want %s", strings.Join(args[1:], " "), got, args[0])
	}
}

// startSandbox FLAG… runs `greenroom sandbox` for the rest of the script and
// points HEYGEN_API_BASE at it.
func startSandbox(ts *testscript.TestScript, neg bool, args []string) {
	port := ts.MkAbs("sandbox.url")
	ts.Check(e2etest.ShareMedia(ts.MkAbs("sandbox")))
	full := append([]string{"sandbox", "--listen", "127.0.0.1:0", "--speed", "600", "--data", ts.MkAbs("sandbox"), "--url-file", port}, args...)
	bin, err := exec.LookPath("greenroom")
	ts.Check(err)
	cmd := exec.Command(bin, full...)
	cmd.Dir = ts.MkAbs(".")
	var story bytes.Buffer
	cmd.Stderr = &story
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ts.Defer(func() {
		select {
		case err := <-ended: // whatever fails then fails for that reason
			text := story.Bytes()
			ts.Logf("the sandbox ended by itself: %v\n%s", err, text[max(0, len(text)-20000):])
		default:
			_ = cmd.Process.Signal(os.Interrupt)
			<-ended
		}
	})
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if b, err := os.ReadFile(port); err == nil && len(b) > 0 {
			ts.Setenv("HEYGEN_API_BASE", strings.TrimSpace(string(b)))
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("the sandbox did not start")
		}
	}
}

// cutFile PERCENT GLOB TARGET copies the beginning of a file.
func cutFile(ts *testscript.TestScript, neg bool, args []string) {
	files, _ := filepath.Glob(ts.MkAbs(args[1]))
	if len(files) != 1 {
		ts.Fatalf("%s matches %d files", args[1], len(files))
	}
	b, err := os.ReadFile(files[0])
	ts.Check(err)
	var percent int
	_, err = fmt.Sscan(args[0], &percent)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), b[:len(b)*percent/100], 0o644))
}
