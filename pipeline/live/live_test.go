package live

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/internal/fault"
)

func TestReportsThatCannotBeUsed(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"ended":"time","video":{"file":"video.ivf","codec":"VP8","packets":3}}`:                                  true,
		`{"ended":"time","video":{"file":"video.ivf"},"audio":{"file":"audio.ogg"},"offset":0.1,"sync":"reports"}`: true,
		`{"ended":"time","video":{"file":"../../etc/passwd"}}`:                                                     false,
		`{"ended":"time","video":{"file":"/etc/passwd"}}`:                                                          false,
		`{"ended":"time","video":{"file":"video.ivf"},"audio":{"file":"../a"}}`:                                    false,
		`{"ended":"time","video":{}}`:                                                                              false,
		`{"ended":"time","audio":{"file":"audio.ogg"}}`:                                                            false,
		`{"ended":"time"}`:               false,
		`{"ended":`:                      false,
		strings.Repeat(" ", maxReport+1): false,
		`{"video":{"file":"video.ivf","packets":"many"}}`: false,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "report.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := readReport(dir); (err == nil) != ok {
			t.Errorf("%.90s: %+v, %v", text, r.Video, err)
		}
	}
	if _, err := readReport(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestAMissingProgramIsNamed(t *testing.T) {
	none := func(string) (string, error) { return "", os.ErrNotExist }
	_, err := Find(none)
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Tool || !strings.Contains(f.Hint, "go build -C pipeline/live/webrtc -o ") {
		t.Errorf("%v", err)
	}
	path, err := Find(func(name string) (string, error) { return "/bin/" + name, nil })
	if err != nil || path != "/bin/greenroom-live" {
		t.Errorf("%s %v", path, err)
	}
}
