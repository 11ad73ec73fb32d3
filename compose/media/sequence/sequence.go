// Package sequence finds the numbered pictures that make up a film: a folder of them, or a pattern such as
// footage/frame-%04d.png. It reads names, not pictures.
package sequence

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"greenroom/internal/lazyregexp"
)

// MaxFrames is the longest sequence: 13 minutes at 25 pictures a second.
const MaxFrames = 20_000

// Endings are the kinds of pictures that sequences are made of.
var Endings = []string{".png", ".webp", ".jpg", ".jpeg", ".tif", ".tiff", ".tga", ".bmp"}

var (
	pattern = lazyregexp.New(`%0?\d*d`)
	number  = lazyregexp.New(`\d+`)
)

// IsPattern reports a path that names numbered files.
func IsPattern(path string) bool { return pattern.MatchString(filepath.Base(path)) }

// Find returns the pictures of a folder or a pattern in the order of their numbers. A missing number, pictures of two
// kinds and no pictures at all are errors.
func Find(path string) ([]string, error) {
	dir, want := path, func(string) bool { return true }
	if IsPattern(path) {
		dir = filepath.Dir(path)
		want = matcher(filepath.Base(path))
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the folder %s does not exist", filepath.Base(dir))
	case err != nil:
		return nil, err
	}
	var names []string
	for _, e := range entries {
		ending := strings.ToLower(filepath.Ext(e.Name()))
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || !slices.Contains(Endings, ending) || !want(e.Name()) {
			continue
		}
		names = append(names, e.Name())
		if len(names) > MaxFrames {
			return nil, fmt.Errorf("more than %d pictures", MaxFrames)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no pictures (%s)", strings.Join(Endings, ", "))
	}
	if err := ordered(names); err != nil {
		return nil, err
	}
	for i, n := range names {
		names[i] = filepath.Join(dir, n)
	}
	return names, nil
}

// matcher reports names that a pattern makes.
func matcher(base string) func(string) bool {
	at := pattern.FindStringIndex(base)
	before, after := base[:at[0]], base[at[1]:]
	digits, _ := strconv.Atoi(strings.TrimLeft(base[at[0]+1:at[1]-1], "0"))
	return func(name string) bool {
		rest, ok := strings.CutPrefix(name, before)
		n, ok2 := strings.CutSuffix(rest, after)
		return ok && ok2 && len(n) >= max(1, digits) && strings.Trim(n, "0123456789") == ""
	}
}

// ordered sorts names by their last number and checks that none is missing and that all are of one kind.
func ordered(names []string) error {
	numbers := map[string]int{}
	for _, n := range names {
		all := number.FindAllString(strings.TrimSuffix(n, filepath.Ext(n)), -1)
		if len(all) == 0 {
			return fmt.Errorf("%s has no number, so that its place is not known", n)
		}
		v, err := strconv.Atoi(all[len(all)-1])
		if err != nil {
			return fmt.Errorf("the number of %s is too large", n)
		}
		numbers[n] = v
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(numbers[a], numbers[b]),
			cmp.Compare(a, b))
	})
	for i := 1; i < len(names); i++ {
		was, is := names[i-1], names[i]
		switch {
		case !strings.EqualFold(filepath.Ext(was), filepath.Ext(is)):
			return fmt.Errorf("%s and %s are pictures of two kinds", was, is)
		case numbers[was] == numbers[is]:
			return fmt.Errorf("%s and %s have the same number", was, is)
		case numbers[is] != numbers[was]+1:
			return fmt.Errorf("between %s and %s number %d is missing", was, is, numbers[was]+1)
		}
	}
	return nil
}
