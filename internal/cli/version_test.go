package cli

import (
	"runtime/debug"
	"testing"
)

func TestVersionNamesTheCommit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, ""},
		{[]debug.BuildSetting{{Key: "vcs.revision", Value: "dbc8125aaf00112233445566"}, {Key: "vcs.modified", Value: "false"}}, "commit dbc8125aaf00, "},
		{[]debug.BuildSetting{{Key: "vcs.revision", Value: "dbc8125"}, {Key: "vcs.modified", Value: "true"}}, "commit dbc8125 with changes, "},
	} {
		if got := builtFrom(&debug.BuildInfo{Settings: c.settings}, true).source(); got != c.want {
			t.Errorf("%v: %q, want %q", c.settings, got, c.want)
		}
	}
	if got := builtFrom(nil, false); got != (buildFacts{}) {
		t.Errorf("no build information: %+v", got)
	}
}
