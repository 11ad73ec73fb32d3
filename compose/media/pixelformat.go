package media

import "strings"

// HasAlpha reports that ffmpeg's name of a pixel format is one with alpha.
func HasAlpha(format string) bool {
	for _, start := range []string{"yuva", "rgba", "argb", "bgra", "abgr", "gbrap", "ya8", "ya16", "ayuv", "vuya"} {
		if strings.HasPrefix(format, start) {
			return true
		}
	}
	return false
}

// IsRGB reports a pixel format of red, green and blue, or of a palette of them.
func IsRGB(format string) bool {
	for _, part := range []string{"rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr", "x2rgb", "x2bgr",
		"bayer",
		"xyz"} {
		if strings.HasPrefix(format, part) {
			return true
		}
	}
	return false
}

// bits returns how many bits a sample of a pixel format has, by its name.
func bits(format string) int {
	name := strings.TrimSuffix(strings.TrimSuffix(format, "le"), "be")
	switch {
	case format == "":
		return 0
	case strings.HasPrefix(name, "p010"), strings.HasPrefix(name, "p210"), strings.HasPrefix(name, "x2rgb10"),
		strings.HasPrefix(name, "x2bgr10"), name == "y210":
		return 10
	case strings.HasPrefix(name, "p016"), strings.HasPrefix(name, "p216"), strings.HasPrefix(name, "p416"):
		return 16
	case strings.HasSuffix(name, "48"), strings.HasSuffix(name, "64"), strings.HasPrefix(name, "ya16"),
		strings.HasPrefix(name, "gray16"):
		return 16
	case strings.HasPrefix(name, "xyz12"):
		return 12
	}
	for _, n := range []struct {
		end  string
		bits int
	}{{"p9", 9}, {"p10", 10}, {"p12", 12}, {"p14", 14}, {"p16", 16}, {"y9", 9}, {"y10", 10}, {"y12", 12}, {"y14", 14},
		{"f32", 32}} {
		if strings.HasSuffix(name, n.end) {
			return n.bits
		}
	}
	return 8
}
