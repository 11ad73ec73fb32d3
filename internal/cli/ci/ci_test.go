package ci

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenroom/internal/fault"
)

func someOutcomes() []Outcome {
	return []Outcome{
		{Name: "intro", State: OK, Facts: "640x360", Poster: "/x/intro.ab.webp"},
		{Name: "a|b<script>`", State: Warn, Details: []string{"warn loudness: -30 LUFS"}},
		{
			Name: "bye", State: Fail, File: "greenroom.yaml", Line: 9,
			Details: []string{"fail matte: \x1b[2J opaque & <bad>", "second"}, Hint: "do this",
		},
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// contains reports each text that is missing in got, and each of the unwanted ones that it has.
func contains(t *testing.T, got string, want, unwanted []string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%q is missing:\n%s", w, got)
		}
	}
	for _, u := range unwanted {
		if strings.Contains(got, u) {
			t.Errorf("%q must not be there:\n%s", u, got)
		}
	}
}

func TestAnnotate(t *testing.T) {
	t.Parallel()
	placed := func(file string, line, column int) error {
		f := fault.New(fault.Manifest, "fix it", "bad")
		f.Place = &fault.Place{File: file, Line: line, Column: column}
		return f
	}
	hostile := fault.New(fault.Manifest, "look, here: 100%", "bad\n::set-output name=x::y")
	hostile.Place = &fault.Place{File: "green,room:\n.yaml", Line: 3, Column: 7}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"no fault": {errors.New("plain"), "::error title=greenroom%3A failed::plain\n"},
		"a file":   {placed("a.yaml", 0, 0), "::error file=at/a.yaml,title=greenroom%3A manifest-invalid::bad%0Afix it\n"},
		"a line":   {placed("a.yaml", 4, 0), "::error file=at/a.yaml,line=4,title=greenroom%3A manifest-invalid::bad%0Afix it\n"},
		"a column": {placed("a.yaml", 4, 2), "::error file=at/a.yaml,line=4,col=2,title=greenroom%3A manifest-invalid::bad%0Afix it\n"},
		"no file":  {placed("", 4, 2), "::error title=greenroom%3A manifest-invalid::bad%0Afix it\n"},
		"commands in texts": {hostile, "::error file=at/green%2Croom%3A%0A.yaml,line=3,col=7,title=greenroom%3A manifest-invalid::" +
			"bad%0A::set-output name=x::y%0Alook, here: 100%25\n"},
		"two faults": {errors.Join(errors.New("one"), errors.New("two")), "::error title=greenroom%3A failed::one\n::error title=greenroom%3A failed::two\n"},
		"nothing":    {nil, ""},
	} {
		var out strings.Builder
		Annotate(&out, c.err, func(file string) string { return "at/" + file })
		if out.String() != c.want {
			t.Errorf("%s: got %q, want %q", name, out.String(), c.want)
		}
	}
}

func TestWriteJUnit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out.xml")
	run := Run{Command: "check", Time: time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC), Seconds: 1.5}
	if err := WriteJUnit(path, run, someOutcomes()); err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal([]byte(read(t, path)), &got); err != nil {
		t.Fatalf("%v\n%s", err, read(t, path))
	}
	s := got.Suite
	if got.Tests != 3 || got.Failures != 1 || len(s.Cases) != 3 || s.Time != "1.500" || s.Stamp != "2026-11-25T01:02:03" || s.Name != "greenroom check" {
		t.Errorf("got %+v", got)
	}
	if c := s.Cases[2]; c.Failure == nil || c.Line != 9 || c.File != "greenroom.yaml" || c.Class != "greenroom.check" ||
		!strings.HasPrefix(c.Failure.Message, "fail matte") || !strings.Contains(c.Failure.Text, "second\ndo this") || strings.Contains(c.Failure.Message, "\x1b") {
		t.Errorf("the failure is %+v, %+v", c, c.Failure)
	}
	if c := s.Cases[1]; c.Failure != nil || !strings.Contains(c.Out, "-30 LUFS") {
		t.Errorf("the warning is %+v", c)
	}
	if err := WriteJUnit(path, run, nil); err != nil || !strings.Contains(read(t, path), `tests="0"`) {
		t.Errorf("without outcomes: %v\n%s", err, read(t, path))
	}
	err := WriteJUnit(filepath.Join(t.TempDir(), "no", "such", "folder.xml"), run, nil)
	if fault.KindOf(err) != fault.Failed {
		t.Errorf("a folder that is missing: %v", err)
	}
}

func TestAppendSummary(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "summary.md")
	run := Run{Command: "check", Project: "to|ur"}
	for _, c := range []struct {
		url            string
		want, unwanted []string
	}{
		{"", []string{
			"### greenroom check: to&#124;ur", "| intro | ● ok | 640x360 | <code>intro.ab.webp</code> |", "a&#124;b&lt;script&gt;&#96;", "◔ warn",
			"✕ fail", "3 clips, 1 failed",
		}, []string{"data:", "<script", "\x1b"}},
		{"https://pictures.example/tour/", []string{`<img src="https://pictures.example/tour/intro.ab.webp" alt="intro" width="160">`}, nil},
		{"javascript:alert(1)", []string{"<code>intro.ab.webp</code>"}, []string{"javascript"}},
	} {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := AppendSummary(path, c.url, run, someOutcomes()); err != nil {
			t.Fatal(err)
		}
		contains(t, read(t, path), c.want, c.unwanted)
	}
	if err := AppendSummary(path, "", run, someOutcomes()[:1]); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); strings.Count(got, "### greenroom check") != 2 || !strings.Contains(got, "\n1 clip, 0 failed\n") {
		t.Errorf("a second step is not appended:\n%s", got)
	}
	if err := AppendSummary(t.TempDir(), "", run, nil); fault.KindOf(err) != fault.Failed {
		t.Errorf("a folder: %v", err)
	}
}

// TestSummaryLimit: GitHub refuses a step's text of more than 1 MiB.
func TestSummaryLimit(t *testing.T) {
	t.Parallel()
	list := make([]Outcome, 2000)
	for i := range list {
		list[i] = Outcome{Name: fmt.Sprint("clip-", i), State: Fail, Details: []string{strings.Repeat("x", 1000)}}
	}
	path := filepath.Join(t.TempDir(), "summary.md")
	if err := AppendSummary(path, "", Run{Command: "build"}, list); err != nil {
		t.Fatal(err)
	}
	got := read(t, path)
	if len(got) >= 1<<20 {
		t.Errorf("%d bytes", len(got))
	}
	contains(t, got, []string{"more rows are omitted", "2000 clips, 2000 failed", "| clip-0 |"}, []string{"| clip-1999 |"})
}

func TestWriteReport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	poster := filepath.Join(dir, "intro.webp")
	if err := os.WriteFile(poster, []byte("RIFF....WEBP"), 0o644); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(dir, "large.webp")
	if err := os.WriteFile(large, make([]byte, maxPoster+1), 0o644); err != nil {
		t.Fatal(err)
	}
	list := []Outcome{
		{Name: "intro", State: OK, Poster: poster, Label: "intro.ab.webm", Facts: "640x360"},
		{Name: "quiet", State: Warn, Poster: large, Findings: []Finding{{"warn", "loudness", "-30 LUFS", "-23 LUFS", "", ""}}},
		{
			Name: "<img src=x>", State: Fail, Details: []string{"fail matte: 99 % (limit 80 %); change it"},
			Findings: []Finding{{"fail", "matte", "99 %", "80 %", "change it", ""}},
		},
		{Name: "gone", State: Fail, Details: []string{"cannot be read"}, Poster: filepath.Join(dir, "gone.webp")},
	}
	run := Run{Project: "tour", Version: "1.2.3", Time: time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)}
	if err := WriteReport(filepath.Join(dir, "sheet"), run, list); err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(dir, "sheet", "index.html"))
	contains(t, page, []string{
		"data:image/webp;base64,UklGRi4uLi5XRUJQ", "&lt;img src=x&gt;", "change it", "cannot be read", "<b>1</b> ok", "<b>1</b> with warnings",
		"<b>2</b> failed", "@media print", "2026-11-25 01:00 UTC", "greenroom 1.2.3", "<code>intro.ab.webm</code>", "loudness: -30 LUFS (limit -23 LUFS)",
	}, []string{"<img src=x>", "<script", "http://", "https://", "fail matte: 99 %"})
	if n := strings.Count(page, "no picture"); n != 3 {
		t.Errorf("%d cards have no picture, want 3: too large, none, missing", n)
	}
	if err := WriteReport(poster, run, list); fault.KindOf(err) != fault.Failed {
		t.Errorf("a file in the folder's place: %v", err)
	}
	if err := WriteReport(filepath.Join(dir, "empty"), run, nil); err != nil {
		t.Fatal(err)
	}
	contains(t, read(t, filepath.Join(dir, "empty", "index.html")), []string{"Nothing was checked"}, nil)
}

// TestReportShowsWhatWasMeasured: other backgrounds and the alpha of a transparent clip, pictures, sound, texts, and
// where a take is from, without a request and without what a file may write.
func TestReportShowsWhatWasMeasured(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	poster := filepath.Join(dir, "intro.webp")
	if err := os.WriteFile(poster, []byte("RIFF....WEBP"), 0o644); err != nil {
		t.Fatal(err)
	}
	peaks := make([]byte, 300)
	peaks[150] = 255
	list := []Outcome{
		{Name: "intro", State: OK, Poster: poster, Measured: &Measured{
			About:  [][2]string{{"price", "at most $0.40"}},
			Passed: []Finding{{"ok", "true peak", "-3.0 dBTP", "-1 dBTP", "", ""}}, Alpha: true,
			Strip: []byte("png"), Seconds: 3, Peaks: peaks,
			Loudness: [][2]float64{{0.1, -120}, {0.5, -23}, {3, math.Inf(-1)}}}},
		{Name: "tour", State: Fail, Findings: []Finding{{"fail", "flashing", "10 a second", "3 a second", "change it", ", 0.1 to 1 s"}},
			Measured: &Measured{Captions: []Caption{{"<b>Hello\x1b[31m", 0, 1.5, 4, 2.25}}}},
	}
	if err := WriteReport(dir, Run{Project: "tour", Brand: "#1F7A4D"}, list); err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(dir, "index.html"))
	contains(t, page, []string{
		"--picture:url(data:image/webp;base64,", ">alpha<", "background:#1F7A4D", "data:image/png;base64,cG5n", "at most $0.40",
		"1 check is ok", "-3.0 dBTP", "(limit 3 a second), 0.1 to 1 s", "1 text<", "&lt;b&gt;Hello", "0.00–1.50", ">2.2<",
		`href="#item-2"`, `d="M80.0 46.0L480.0 96.0"`,
	}, []string{"ZgotmplZ", "\x1b", "<script", "http://", "https://", "NaN", "Inf"})
	if err := WriteReport(dir, Run{Brand: "red;}body{display:none"}, list); err != nil {
		t.Fatal(err)
	}
	contains(t, read(t, filepath.Join(dir, "index.html")), []string{">white<"}, []string{">brand<", "display:none"})
}

func TestWriteTable(t *testing.T) {
	t.Parallel()
	type row struct {
		Clip string `json:"clip"`
		N    int    `json:"n"`
	}
	rows := []row{{"a, \"b\"", 1}, {Inert("=1+1"), 2}}
	cells := func(r row) []string { return []string{r.Clip, fmt.Sprint(r.N)} }
	dir := filepath.Join(t.TempDir(), "new", "folder")
	for name, c := range map[string]struct {
		rows []row
		want string
	}{
		"out.csv":   {rows, "clip,n\n\"a, \"\"b\"\"\",1\n'=1+1,2\n"},
		"OUT.CSV":   {nil, "clip,n\n"},
		"out.json":  {rows[1:], "[\n  {\n    \"clip\": \"'=1+1\",\n    \"n\": 2\n  }\n]\n"},
		"none.JSON": {nil, "[]\n"},
	} {
		path := filepath.Join(dir, name)
		if err := CheckTable(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := WriteTable(path, c.rows, []string{"clip", "n"}, cells); err != nil || read(t, path) != c.want {
			t.Errorf("%s: %v, got %q, want %q", name, err, read(t, path), c.want)
		}
	}
	for _, name := range []string{"out", "out.txt", "out.csv.gz", "csv"} {
		if err := CheckTable(name); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s is accepted: %v", name, err)
		}
	}
	if err := WriteTable(filepath.Join(dir, "out.csv", "below.csv"), rows, nil, cells); fault.KindOf(err) != fault.Failed {
		t.Errorf("below a file: %v", err)
	}
	if err := WriteTable(dir+"/.csv/", rows, nil, cells); err == nil {
		t.Error("written without a name")
	}
}

func TestInert(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "plain": "plain", "a=b": "a=b", "=cmd|x": "'=cmd|x", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx",
	} {
		if got := Inert(text); got != want {
			t.Errorf("Inert(%q) is %q, want %q", text, got, want)
		}
	}
}
