package assets

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestLocations(t *testing.T) {
	for raw, want := range map[string]string{
		"s3://team/tour/?region=eu-central-1&endpoint=http://127.0.0.1:9": "s3://team/tour",
		"gs://team":              "gs://team",
		"file:///srv/clips":      "file:///srv/clips",
		"file:../clips":          "file:///home/film/clips",
		"file:///srv/my%20clips": "file:///srv/my clips",
	} {
		l, err := ParseLocation(raw, filepath.FromSlash("/home/film/project"))
		if err != nil || l.String() != want {
			t.Errorf("%s: %q, %v; want %q", raw, l, err, want)
		}
	}
	for _, raw := range []string{
		"", "clips", "/srv/clips", "http://team/x", "ftp://team", "s3://", "s3:///x", "s3://a/../b", "s3://te am/x",
		"file://host/x", "file:", "file:///x?secret=1",
		"s3://user:hunter2@team/x", "s3://team?endpoint=http://user:hunter2@127.0.0.1", "s3://team/%zz", "s3://\x00",
	} {
		l, err := ParseLocation(raw, "/home/film")
		if err == nil {
			t.Errorf("%q was taken as %s", raw, l)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error has the password: %v", err)
		}
	}
}

// TestABucketsNameIsNamed: an address with a name that no bucket has is not called one
// without a name.
func TestABucketsNameIsNamed(t *testing.T) {
	for raw, want := range map[string]string{"s3:///x": "names no bucket", "s3://b/x": `"b" is not 2 to 222`,
		"gs://-x/y": `"-x"`} {
		if _, err := ParseLocation(raw, "/home/film"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", raw, err, want)
		}
	}
}
