package orientation

import (
	"fmt"
	"testing"
)

func TestAllEightOrientations(t *testing.T) {
	for _, c := range []struct {
		a, b, c, d int
		want       Orientation
	}{
		{1, 0, 0, 1, Orientation{}},
		{0, 1, -1, 0, Orientation{Turn: 90}},
		{-1, 0, 0, -1, Orientation{Turn: 180}},
		{0, -1, 1, 0, Orientation{Turn: 270}},
		{-1, 0, 0, 1, Orientation{Mirror: true}},
		{1, 0, 0, -1, Orientation{Mirror: true, Turn: 180}},
		{0, 1, 1, 0, Orientation{Mirror: true, Turn: 270}},
		{0, -1, -1, 0, Orientation{Mirror: true, Turn: 90}},
	} {
		text := fmt.Sprintf("\n00000000: %12d %10d 0\n00000001: %12d %10d 0\n00000002: 0 0 1073741824\n", c.a<<16, c.b<<16,
			c.c<<16, c.d<<16)
		got, ok := Parse(text)
		if !ok || got != c.want {
			t.Errorf("%+v: %+v %v", c, got, ok)
		}
		// The filters do to a point what the matrix does to it.
		x, y := 3, 1
		px, py := x, y
		for _, f := range got.Filters() {
			switch f {
			case "hflip":
				px = -px
			case "vflip":
				py = -py
			case "transpose=clock":
				px, py = -py, px
			case "transpose=cclock":
				px, py = py, -px
			}
		}
		if px != c.a*x+c.c*y || py != c.b*x+c.d*y {
			t.Errorf("%+v: the filters %v move to %d, %d", c, got.Filters(), px, py)
		}
	}
	for _, bad := range []string{"", "x", "1 2 3", "0 0 0 0 0 0 0 0 0", "46341 46341 0 -46341 46341 0 0 0 1073741824",
		"1 2 3 4 5 6 7 8 z"} {
		if o, ok := Parse(bad); ok {
			t.Errorf("%q: %+v", bad, o)
		}
	}
}
