package hashkey

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLayout holds keys that older versions have written into lockfiles and caches.
func TestLayout(t *testing.T) {
	k := New("take/1")
	k.Field("script", "Hello, wörld\nline 2")
	k.Field("", "")
	k.Number("speed", 1)
	k.Number("scale", 0.1)
	k.Number("big", 1e21)
	if got, want := k.Sum(), "8dfbfd9dbf6182f3a38f7efdc77edafbbcdc123b2763d57f6af966d43b91975e"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	var list []string
	for _, f := range k.Fields() {
		list = append(list, f[0]+"="+f[1])
	}
	want := "schema=cc3600e5 script=bf2935f2 =e3b0c442 speed=6b86b273 scale=14be4b45 big=241c4643"
	if got := strings.Join(list, " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	var none Key
	if got, want := none.Sum(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; got != want {
		t.Errorf("no fields: %s, want %s", got, want)
	}
	none.Field("driver", "abc")
	if got, want := none.Sum(), "9f86a434b25b6228a135a178df30d2c8580642b9c7e810a7af71200a9885e29b"; got != want {
		t.Errorf("one field: %s, want %s", got, want)
	}
}

func TestFieldsCannotRunTogether(t *testing.T) {
	seen := map[string]bool{}
	for _, fields := range [][][2]string{
		{{"a", "b"}, {"c", "d"}}, {{"a", "bc"}, {"", "d"}}, {{"a", "b\nc 1:d"}}, {{"a", "b\n"}, {"c", "d"}},
		{{"c", "d"}, {"a", "b"}}, {{"a", ""}, {"c", "d"}}, {{"a", "b"}}, {{"a", "b"}, {"c", "d"}, {"", ""}},
	} {
		var k Key
		for _, f := range fields {
			k.Field(f[0], f[1])
		}
		if seen[k.Sum()] {
			t.Errorf("%q has the key of another list", fields)
		}
		seen[k.Sum()] = true
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte(strings.Repeat("0123456789", 30_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	sum, n, err := File(path)
	of, m, err2 := Content(strings.NewReader(strings.Repeat("0123456789", 30_000)))
	if sum != of || n != 300_000 || m != n || err != nil || err2 != nil {
		t.Error(sum, of, n, m, err, err2)
	}
	if _, _, err := File(path + " missing"); !os.IsNotExist(err) {
		t.Error(err)
	}
}
