package fonts

import (
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
)

func TestFacesAreInterInThreeWeights(t *testing.T) {
	total := 0
	for _, c := range []struct {
		weight int
		file   string
		full   string
	}{{100, "Inter-Regular.otf", "Inter Regular"}, {500, "Inter-Regular.otf", "Inter Regular"},
		{600, "Inter-SemiBold.otf", "Inter Semi Bold"}, {700, "Inter-Bold.otf", "Inter Bold"},
		{900, "Inter-Bold.otf", "Inter Bold"}} {
		f := Inter(c.weight)
		total += len(f.Data)
		if f.Name != c.file {
			t.Errorf("weight %d: %s, want %s", c.weight, f.Name, c.file)
		}
		font, err := sfnt.Parse(f.Data)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if name, err := font.Name(nil, sfnt.NameIDFull); err != nil || name != c.full {
			t.Errorf("%s calls itself %q: %v", f.Name, name, err)
		}
	}
	if total > 2<<20 {
		t.Errorf("the faces have %d bytes, at most 2 MiB go into the binary", total)
	}
	if !strings.Contains(License, "SIL OPEN FONT LICENSE Version 1.1") {
		t.Error("the licence is not the SIL Open Font License")
	}
}
