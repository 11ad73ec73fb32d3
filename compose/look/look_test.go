package look

import (
	"os"
	"testing"
)

// TestTheCompanionHasTheseFigures: look.gen.ts is written by go generate ./pipeline/films/schema.
func TestTheCompanionHasTheseFigures(t *testing.T) {
	got, err := os.ReadFile("../../remotion/companion/src/compositions/look.gen.ts")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(TypeScript()) {
		t.Error("run go generate ./pipeline/films/schema")
	}
}

func TestShapes(t *testing.T) {
	for size, want := range map[[2]int]Shape{
		{1920, 1080}: Wide, {1080, 1920}: Tall, {1080, 1080}: Square, {1200, 1000}: Square, {1280, 1024}: Wide,
		{1080, 1350}: Tall,
	} {
		if got := ShapeOf(size[0], size[1]); got != want {
			t.Errorf("%v is %s, want %s", size, got, want)
		}
	}
	for shape, s := range Scales {
		// A role has a size in every scale, and none is smaller than 1/25 of the shorter side.
		if s.Title <= s.Caption || min(s.Caption, s.Name, s.Callout) < 0.04 {
			t.Errorf("%s: %+v", shape, s)
		}
	}
}
