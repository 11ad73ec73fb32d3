// Package fonts holds the faces that greenroom's own text styles are set in: three static faces of Inter 4.0, as
// Debian's fonts-inter ships them, unchanged, under the SIL Open Font License (OFL.txt).
//
// They are static because libass picks a variable font's default instance whatever the requested weight.
// The package only holds bytes; it never writes a file.
package fonts

import _ "embed"

// Face is one font file.
type Face struct {
	Name   string // the file's name: "Inter-Bold.otf"
	Weight int    // 400, 600 or 700
	Data   []byte
}

var (
	//go:embed Inter-Regular.otf
	regular []byte
	//go:embed Inter-SemiBold.otf
	semiBold []byte
	//go:embed Inter-Bold.otf
	bold []byte
	// License is the text that goes wherever the faces go.
	//go:embed OFL.txt
	License string
)

// Inter returns the face whose weight is nearest, the lighter one of two that are equally near.
func Inter(weight int) Face {
	switch {
	case weight <= 500:
		return Face{"Inter-Regular.otf", 400, regular}
	case weight <= 650:
		return Face{"Inter-SemiBold.otf", 600, semiBold}
	}
	return Face{"Inter-Bold.otf", 700, bold}
}
