package webhook

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestJournalIsBoundedAndForgetsNothingThatWaits(t *testing.T) {
	t.Parallel()
	d := begin(t)
	d.Journal.limit = 2000
	d.send(v3(newSecret, "first", noon, news("first"))) // it is not handled for long
	for i := range 60 {
		id := fmt.Sprint("e", i)
		d.send(v3(newSecret, id, noon, news(id)))
		d.Journal.postpone(entry{hash: d.Journal.todo[len(d.Journal.todo)-1].hash})
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(d.path), "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v %v", files, err)
	}
	for _, f := range files {
		if fi, err := os.Stat(f); err != nil || fi.Size() > 3000 {
			t.Errorf("%s: %v", f, fi.Size())
		}
	}
	d.Journal.Close()
	again := open(t, d.path)
	e, ok := again.Journal.next()
	if !ok || e.event.ID == "" {
		t.Fatal("nothing waits any more")
	}
	for _, id := range []string{"first", "e59", "e55"} { // known from both files
		again.send(v3(newSecret, id, noon, news(id)))
	}
	if n := strings.Count(again.lines(), `"id":"e59"`) + strings.Count(again.lines(), `"id":"first"`); n != 2 {
		t.Errorf("repeats were recorded:\n%s", again.lines())
	}
}

func TestAHalfWrittenLineIsLeftBehind(t *testing.T) {
	t.Parallel()
	d := begin(t)
	d.send(v3(newSecret, "e1", noon, news("one")))
	d.Journal.Close()
	f, err := os.OpenFile(d.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"at":"2027-01-01T00:00:00Z","hash":"ab","ev`)
	f.Close()
	again := open(t, d.path)
	again.send(v3(newSecret, "e2", noon, news("two")))
	again.Journal.Close()
	if got := open(t, d.path).run(2); len(got) != 2 || got[1].ID != "e2" {
		t.Errorf("%+v", got)
	}
}

func TestAJournalThatCannotBeWrittenIsNoYes(t *testing.T) {
	t.Parallel()
	d := begin(t)
	d.Journal.f.Close()
	if res := d.send(v1(newSecret, news("one"))); res.StatusCode != 500 {
		t.Errorf("status %d", res.StatusCode)
	}
	if _, waits := d.Journal.next(); waits {
		t.Error("an event that is not on disk is passed on")
	}
	for range maxWaiting {
		d.Journal.todo = append(d.Journal.todo, entry{})
	}
	if res := d.send(v1(newSecret, news("one"))); res.StatusCode != 503 || res.Header.Get("Retry-After") == "" {
		t.Errorf("status %d", res.StatusCode)
	}
}
