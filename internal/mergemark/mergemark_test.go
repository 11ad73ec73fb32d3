package mergemark

import "testing"

func TestLine(t *testing.T) {
	for text, want := range map[string]int{
		"":                           0,
		"a\nb\n":                     0,
		"title\n=======\n":           0,
		"a\n<<<<<<< HEAD\nb\n":       2,
		"<<<<<<< ours\r\nb\r\n":      1,
		"a\n>>>>>>> topic":           2,
		"a\n||||||| merged common\n": 2,
		"a\n<<<<<<<<\n":              0,
		"  <<<<<<< in a script\n":    0,
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: line %d, want %d", text, got, want)
		}
	}
}
