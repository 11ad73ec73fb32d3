package value

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/lazyregexp"
	"greenroom/pipeline/manifest/yamldoc"
)

var (
	sizePattern = lazyregexp.New(`^(\d{2,5}) ?[xX×*] ?(\d{2,5})$`)
	linePattern = lazyregexp.New(`^(\d{3,4})[pP]$`)
)

// sizeNames are sizes of 16:9 that have a name. A number of lines such as 1080p is one, too.
var sizeNames = map[string][2]int{
	"hd": {1280, 720}, "fullhd": {1920, 1080}, "fhd": {1920, 1080}, "qhd": {2560, 1440}, "2k": {2560, 1440},
	"uhd": {3840, 2160}, "4k": {3840, 2160}, "8k": {7680, 4320},
}

// parseSize reads 1920x1080, 1080p or 4k. A size by its name is in landscape; a composition's formats turn it.
func parseSize(s string) (w, h int, ok bool) {
	s = strings.TrimSpace(s)
	if m := sizePattern.FindStringSubmatch(s); m != nil {
		w, _ = strconv.Atoi(m[1])
		h, _ = strconv.Atoi(m[2])
		return w, h, true
	}
	if m := linePattern.FindStringSubmatch(s); m != nil {
		h, _ = strconv.Atoi(m[1])
		return 2 * ((h*16 + 9) / 18), h, true
	}
	named, ok := sizeNames[yamldoc.Fold(s)]
	return named[0], named[1], ok
}

// Size reads a size whose sides are even and from lo to hi; what names the kind of picture in the message.
func (r Reader) Size(path, what string, lo, hi int, w, h *int) func(ast.Node) {
	return func(n ast.Node) {
		s, ok := r.ReadText(n, path)
		if !ok {
			return
		}
		x, y, ok := parseSize(s)
		if !ok {
			hint := "write it like 1920x1080, 1080p or 4k"
			if isFormat(s) {
				hint = "write formats: [" + strings.TrimSpace(s) + "] in the composition; size is in pixels, such as 1920x1080"
			}
			r.Fault(n, hint, "%s must be WIDTHxHEIGHT, got %q", path, s)
			return
		}
		fit := func(v int) string { return strconv.Itoa(max(lo, min(hi, v-v%2))) }
		if x%2 != 0 || y%2 != 0 || x < lo || y < lo || x > hi || y > hi {
			hint := "both sides must be even and between " + strconv.Itoa(lo) + " and " + strconv.Itoa(hi)
			r.Fault(n, hint+", such as "+fit(x)+"x"+fit(y), "%s %s is not %s", path, s, what)
			return
		}
		*w, *h = x, y
	}
}
