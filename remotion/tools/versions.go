package tools

import (
	"strconv"
	"strings"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// Oldest is the oldest version of Remotion that films are rendered with. Those before 4.0.125 cannot
// write a film's sound into a file of its own (separateAudioTo); those up to 4.0.141 fail on transparent
// clips whose width is not a multiple of 32 ("wrong data size"). A test renders with it.
const Oldest = "4.0.145"

// Supported refuses versions of Remotion whose interface is another one.
func Supported(dir string) error {
	folder, err := project.Find(dir, "@remotion/renderer")
	if err != nil {
		return nil // Studio alone
	}
	version, err := project.Version(folder)
	if err != nil || version == "" {
		return fault.New(fault.Tool, "install the project's packages again",
			"read the version of @remotion/renderer in %s",
			folder)
	}
	have, oldest := numbers(version), numbers(Oldest)
	switch {
	case have == nil:
		return nil // a build of Remotion's own developers
	case have[0] != oldest[0]:
		return fault.New(fault.Tool,
			"use Remotion "+Oldest+" or newer of version 4: npx remotion versions lists what is installed",
			"Remotion %s is not supported: greenroom renders with version 4", version)
	case less(have, oldest):
		return fault.New(fault.Tool, "upgrade it: npx remotion upgrade",
			"Remotion %s is too old: greenroom renders with %s or newer", version, Oldest)
	}
	return nil
}

// numbers are the three numbers of a version, without what follows a dash; nil for another text.
func numbers(version string) []int {
	version, _, _ = strings.Cut(version, "-")
	version, _, _ = strings.Cut(version, "+")
	var out []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	if len(out) != 3 {
		return nil
	}
	return out
}

func less(a, b []int) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// Mixed names the versions of Remotion's packages where they differ; "" where they do not.
// Remotion itself warns of this: a project of two versions may render wrongly.
func Mixed(dir string) string {
	var all []string
	versions := map[string]bool{}
	for _, name := range []string{"remotion", "@remotion/renderer", "@remotion/bundler"} {
		folder, err := project.Find(dir, name)
		if err != nil {
			continue
		}
		if v, err := project.Version(folder); err == nil && v != "" {
			all, versions[v] = append(all, name+" "+v), true
		}
	}
	if len(versions) < 2 {
		return ""
	}
	return strings.Join(all, ", ")
}
