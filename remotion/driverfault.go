package remotion

import (
	"errors"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/remotion/tools"
)

const (
	browserHint  = "install one: apt-get install -y chromium-headless-shell, or name it with --browser or GREENROOM_BROWSER"
	packagesHint = "install the project's packages with its package manager; if it does not depend on them yet, add @remotion/renderer and @remotion/bundler, all of Remotion in one version"
	diskHint     = "free some space, also where TMPDIR points, then run the same command again"
	memoryHint   = "run the same command again; if it ends the same way, free some memory or lower the concurrency"
)

// driverFault returns the error for a fault of the driver in the user's terms.
func driverFault(id string, bad reply) error {
	switch bad.Error {
	case "packages":
		return fault.New(fault.Tool, packagesHint, "load Remotion: %s", firstLine(bad.Message))
	case "composition":
		hint := "choose one of: " + strings.Join(bad.IDs, ", ")
		if near := nearest(id, bad.IDs); near != "" {
			hint = "did you mean " + near + "? There are: " + strings.Join(bad.IDs, ", ")
		}
		return fault.New(fault.Usage, hint, "find composition %q: the project does not have it", id)
	case "setting":
		return fault.New(fault.Failed,
			"remove the setting; docs/guide/rendering.md lists what greenroom does with each",
			"the project's configuration: %s", bad.Message)
	case "bundle":
		return fault.New(fault.Failed, "correct the project's source; npx tsc --noEmit shows every mistake",
			"bundle the project: %s", bad.Message)
	case "browser":
		return fault.New(fault.Tool, browserHint, "start the browser: %s", bad.Message)
	case "died":
		return fault.New(fault.Failed, "the system may have ended it because memory ran out: "+memoryHint,
			"render %s: the browser exited before the render finished (%s)", id, bad.Message)
	case "metadata":
		return fault.New(fault.Failed, "check the composition's props and its calculateMetadata",
			"prepare composition %q: %s", id, bad.Message)
	case "frame":
		return fault.New(fault.Usage, "the first frame is 0", "render that frame of %s: %s", id, bad.Message)
	case "render":
		if proc.DiskFull(nil, bad.Message) {
			return fault.New(fault.Failed, diskHint, "render %s: the disk is full", id)
		}
		return fault.New(fault.Failed, "open the composition in npx remotion studio", "render %s: %s", id, bad.Message)
	}
	return fault.New(fault.Failed, memoryHint, "render %s: %s", id, bad.Message)
}

// driverDied returns the error for node's end without an answer of the driver.
func driverDied(id string, err error) error {
	var exit *proc.ExitError
	switch {
	case err == nil: // success, but no answer
		return fault.New(
			fault.Failed, "run the same command again", "render %s: node exited before the render finished", id,
		)
	case !errors.As(err, &exit):
		return fault.Wrap(fault.Tool, err, tools.NodeHint, "start node")
	case errors.Is(err, proc.ErrStalled):
		return fault.Wrap(fault.Failed, err,
			"look for a delayRender() that nothing continues, or a video the browser cannot read, then run the same command again", "render %s", id)
	}
	if tail := lastLines(exit.Tail, 12); tail != "" && exit.Reason == nil {
		return fault.New(fault.Failed, memoryHint, "node ended with code %d:\n%s", exit.Code, tail)
	}
	return fault.Wrap(fault.Failed, err, memoryHint, "render %s", id)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// nearest returns the candidate that is fewest edits away, letter case apart, or
// "" when none is close: a third of the word may be wrong.
func nearest(word string, candidates []string) string {
	best, most := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		if n := edits(strings.ToLower(word), strings.ToLower(c)); n < most && n < max(len(word), len(c)) {
			best, most = c, n
		}
	}
	return best
}

func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal, row[j] = row[j], min(row[j]+1, row[j-1]+1, cost)
		}
	}
	return row[len(b)]
}
