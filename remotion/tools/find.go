// Package tools finds node and the browser, and checks the versions of Remotion that a project has.
package tools

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/proc"
)

const minNode = 18 // what Remotion 4 needs

// NodeHint is how node is installed.
const NodeHint = "install it: apt-get install -y nodejs npm (Debian, Ubuntu), brew install node (macOS), or https://nodejs.org"

// FindBrowser names the browser to render with: explicit, then GREENROOM_BROWSER
// from getenv, then a headless shell on PATH, then Debian's Chromium. Empty
// means none was found: Remotion then uses its own, which it may have to download.
func FindBrowser(explicit string, getenv func(string) string, lookPath func(string) (string, error)) string {
	if explicit != "" {
		return explicit
	}
	if b := getenv("GREENROOM_BROWSER"); b != "" {
		return b
	}
	for _, name := range []string{"chromium-headless-shell", "chrome-headless-shell",
		"/usr/bin/chromium-headless-shell",
		"/usr/bin/chromium", "/usr/bin/chromium-browser"} {
		if p, err := lookPath(name); err == nil {
			return p
		}
	}
	return ""
}

var nodeVersion = lazyregexp.New(`^v(\d+)\.[0-9.]+`)

// FindNode returns node's path and version ("v20.1.0"). It fails with a fault of kind Tool if node is missing or older
// than 18.
func FindNode(ctx context.Context, lookPath func(string) (string, error)) (path, version string, err error) {
	path, err = lookPath("node")
	if err != nil {
		return "", "", fault.Wrap(fault.Tool, err, NodeHint, "find node")
	}
	var out bytes.Buffer
	_, err = proc.Run(ctx, proc.Cmd{Path: path, Args: []string{"--version"}, Stdout: &out, Timeout: 20 * time.Second})
	if ctx.Err() != nil {
		return "", "", context.Cause(ctx) // no fault of node's
	}
	if err != nil {
		return "", "", fault.Wrap(fault.Tool, err, NodeHint, "ask %s for its version", path)
	}
	version = strings.TrimSpace(out.String())
	m := nodeVersion.FindStringSubmatch(version)
	if m == nil {
		return "", "", fault.New(fault.Tool, NodeHint, "read the version of %s: it prints %q", path, version)
	}
	if n, _ := strconv.Atoi(m[1]); n < minNode {
		return "", "", fault.New(
			fault.Tool, NodeHint, "node %s is too old: Remotion needs %d or newer", version, minNode,
		)
	}
	return path, version, nil
}
