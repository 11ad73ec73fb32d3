//go:build unix

// Package browsertest opens tabs of the real headless browser for tests, and leaves no
// process behind: the program is often a wrapper, so its complete group is ended.
package browsertest

import (
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Tab opens a tab for the rest of the test, at most a quarter of an hour: several runs share a machine.
func Tab(t testing.TB, flags ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		t.Fatal(err)
	}
	var browser *exec.Cmd
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.ModifyCmdFunc(func(c *exec.Cmd) {
			browser = c
			c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		}))
	alloc, end := chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
	tab, drop := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {})) // events it does not know
	tab, cancel := context.WithTimeout(tab, 15*time.Minute)
	t.Cleanup(func() {
		cancel()
		drop()
		end()
		if browser != nil && browser.Process != nil {
			_ = syscall.Kill(-browser.Process.Pid, syscall.SIGKILL) // gone already, at best
		}
	})
	return tab
}
