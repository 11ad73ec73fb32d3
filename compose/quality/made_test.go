package quality

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/compose/media"
)

// tools finds ffmpeg.
func tools(t testing.TB) media.Tools {
	t.Helper()
	found, err := media.FindTools(t.Context(), exec.LookPath)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// ffmpeg makes a file; arguments are separated by blanks.
func ffmpeg(t testing.TB, name, args string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	all := append([]string{"-v", "error", "-y"}, strings.Fields(args)...)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", append(all, path)...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", args, err, out)
	}
	return path
}

// x264 encodes what is made, as films are.
const x264 = " -c:v libx264 -preset ultrafast -crf 12 -pix_fmt yuv420p -vf scale=out_color_matrix=bt709:out_range=tv -colorspace bt709 "

// measured returns the findings of a film.
func measured(t testing.TB, path string, l Limits) map[string]media.Finding {
	t.Helper()
	m, err := File(t.Context(), tools(t), path, Subject{IsFilm: true}, l)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]media.Finding{}
	for _, f := range m.Findings() {
		out[f.Name] = f
	}
	return out
}

// bad lists the names of findings that are not ok.
func bad(found map[string]media.Finding) string {
	var names []string
	for name, f := range found {
		if f.Verdict != media.OK {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
