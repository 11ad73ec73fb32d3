// Package colour brings the colours of any footage to BT.709 in limited range, which is what prepared clips are
// made of.
package colour

import (
	"fmt"
	"strings"

	"greenroom/internal/fault"
)

// Colour is how a video's samples are coded, in ffprobe's words; empty members are not stated by the file.
type Colour struct {
	Matrix    string  `json:"matrix,omitempty"`    // bt709, smpte170m, bt470bg, bt2020nc, gbr, ...
	Primaries string  `json:"primaries,omitempty"` // bt709, bt2020, smpte432, ...
	Transfer  string  `json:"transfer,omitempty"`  // bt709, arib-std-b67 (HLG), smpte2084 (PQ), ...
	FullRange bool    `json:"fullRange"`           // values from 0 to 255, and not from 16 to 235
	Bits      int     `json:"bits,omitempty"`      // per sample; 0 when unknown
	RGB       bool    `json:"rgb"`                 // samples are red, green and blue
	Peak      float64 `json:"peak,omitempty"`      // of an HDR video, in cd/m²; 0 when not stated
}

// HDR reports a transfer that holds more than a screen's white.
func (c Colour) HDR() bool { return c.Transfer == "arib-std-b67" || c.Transfer == "smpte2084" }

// String names it for people, such as "HLG, BT.2020, 10 bits"; unstated colours are BT.709.
func (c Colour) String() string {
	var s []string
	switch c.Transfer {
	case "arib-std-b67":
		s = append(s, "HLG")
	case "smpte2084":
		s = append(s, "PQ")
	}
	switch {
	case c.RGB:
		s = append(s, "RGB")
	case c.Matrix == "smpte170m" || c.Matrix == "bt470bg":
		s = append(s, "BT.601")
	case strings.HasPrefix(c.Matrix, "bt2020"):
		s = append(s, "BT.2020")
	case c.Matrix == "" || c.Matrix == "bt709":
		s = append(s, "BT.709")
	default:
		s = append(s, c.Matrix)
	}
	if c.wide() && !strings.HasPrefix(c.Matrix, "bt2020") {
		s = append(s, c.Primaries+" primaries")
	}
	if c.FullRange && !c.RGB {
		s = append(s, "full range")
	}
	if c.Bits > 8 {
		s = append(s, fmt.Sprintf("%d bits", c.Bits))
	}
	return strings.Join(s, ", ")
}

// wide reports primaries far from those of BT.709. Those of BT.601 differ by less than players care for: cameras write
// them without meaning, and neither ffmpeg's scaler nor Remotion converts them.
func (c Colour) wide() bool {
	switch c.Primaries {
	case "bt2020", "smpte428", "smpte431", "smpte432", "film", "bt470m":
		return true
	}
	return false
}

// Is709 reports that nothing has to be converted.
func (c Colour) Is709() bool {
	return !c.RGB && !c.FullRange && !c.HDR() && !c.wide() && c.Bits <= 8 && scalers[c.Matrix] == "bt709"
}

// scalers are the matrices that ffmpeg's scaler converts, by ffprobe's name, with the scaler's own name.
var scalers = map[string]string{
	"": "bt709", "unknown": "bt709", "reserved": "bt709", "bt709": "bt709", "smpte170m": "bt601", "bt470bg": "bt601",
	"fcc": "fcc", "smpte240m": "smpte240m", "bt2020nc": "bt2020", "bt2020c": "bt2020", "gbr": "bt709",
}

// Scaler returns what ffmpeg's scaler calls a matrix; BT.709 for one that is not stated or that it does not know.
func Scaler(matrix string) string {
	if name, ok := scalers[matrix]; ok {
		return name
	}
	return "bt709"
}

// zimg are the names that the zscale filter uses for matrices.
var zimg = map[string]string{
	"": "709", "unknown": "709", "reserved": "709", "bt709": "709", "smpte170m": "170m", "bt470bg": "470bg",
	"fcc":       "fcc",
	"smpte240m": "smpte240m", "bt2020nc": "2020_ncl", "bt2020c": "2020_cl", "ycgco": "ycgco", "ictcp": "ictcp",
	"gbr":               "gbr",
	"chroma-derived-nc": "chroma-derived-nc", "chroma-derived-c": "chroma-derived-c",
}

// curves are the transfers that the zscale filter reads. BT.709's own replaces those that players show alike.
var curves = map[string]string{
	"arib-std-b67": "arib-std-b67", "smpte2084": "smpte2084", "linear": "linear", "log100": "log100",
	"log316": "log316",
	"bt470m": "bt470m", "gamma22": "bt470m", "bt470bg": "bt470bg", "gamma28": "bt470bg", "iec61966-2-1": "iec61966-2-1",
}

// White is the luminance of reference white in HDR video, cd/m²: ITU-R BT.2408, 75 % of HLG and 58 % of PQ.
const White = 203

// usualPeak is what HDR video is made for that does not say it, cd/m²: the nominal peak of HLG, and of most PQ
// masters.
const usualPeak = 1000

// NeedsZscale reports a conversion that ffmpeg's own scaler cannot do.
func (c Colour) NeedsZscale() bool {
	_, known := scalers[c.Matrix]
	known = known && c.Matrix != "bt2020c" // constant luminance, which the scaler only comes close to
	return c.HDR() || c.wide() || !known && !c.RGB || c.Transfer == "linear" || strings.HasPrefix(c.Transfer, "log")
}

// exact makes the scaler use every chroma sample: without it a saturated colour is off by 4 of 255.
const exact = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"

// limited are the pixel formats that do not mean full range by their names.
const limited = "yuv420p|yuva420p|yuv422p|yuva422p|yuv444p|yuva444p|yuv420p10le|yuva420p10le|yuv422p10le|yuva422p10le|" +
	"yuv444p10le|yuva444p10le|yuv420p12le|yuv422p12le|yuv444p12le|yuva444p12le|gray"

// Filters returns the ffmpeg filters that bring pictures to BT.709 in limited range, in order; the pixel format
// stays open unless NeedsZscale. They keep no alpha when NeedsZscale: it has to be split off before and merged
// after. The error is a *fault.Error that names a matrix that cannot be converted.
//
// HDR is mapped so that reference white (203 cd/m²) comes to 89 % of the signal and everything up to half of its light
// stays as bright as it was; what is brighter is compressed up to the peak (ffmpeg's mobius curve from 0.5).
func (c Colour) Filters() ([]string, error) {
	if !c.NeedsZscale() {
		from := "tv"
		if c.FullRange || c.RGB {
			from = "pc"
		}
		matrix := ""
		if !c.RGB {
			matrix = "in_color_matrix=" + scalers[c.Matrix] + ":"
		}
		f := []string{
			fmt.Sprintf("scale=%sin_range=%s:out_color_matrix=bt709:out_range=tv:flags=%s", matrix, from, exact),
		}
		if c.FullRange && !c.RGB {
			// ffmpeg has formats whose names mean full range, and converts nothing while it stays in them.
			f = append(f, "format="+limited)
		}
		return f, nil
	}
	matrix, ok := zimg[c.Matrix]
	if c.RGB {
		matrix, ok = "gbr", true
	}
	if !ok {
		return nil, fault.New(fault.Media,
			"convert it: ffmpeg -i FILE -vf zscale=m=bt709:p=bt709:t=bt709 -c:v libx264 -crf 12 709.mp4",
			"its colours are coded with the matrix %s, which cannot be converted", c.Matrix)
	}
	from := "limited"
	if c.FullRange || c.RGB {
		from = "full"
	}
	primaries := "bt709"
	if c.wide() {
		primaries = c.Primaries
	} else if c.HDR() && (c.Primaries == "" || c.Primaries == "unknown") {
		primaries = "bt2020"
	}
	curve := curves[c.Transfer]
	if curve == "" {
		curve = "bt709"
	}
	f := []string{
		fmt.Sprintf("zscale=min=%s:pin=%s:tin=%s:rin=%s:m=gbr:p=bt709:t=linear:r=full:npl=%d", matrix, primaries, curve,
			from, White),
		"format=gbrpf32le",
	}
	if c.HDR() {
		f = append(f, c.tonemap())
	}
	return append(f, "zscale=min=gbr:pin=bt709:tin=linear:rin=full:m=bt709:p=bt709:t=bt709:r=limited"), nil
}

// tonemap is the filter that maps linear light, 1 of which is reference white.
func (c Colour) tonemap() string {
	peak := c.Peak
	if peak <= 0 {
		peak = usualPeak
	}
	peak = min(max(peak, 1.2*White), 10000) / White
	return fmt.Sprintf("tonemap=mobius:param=0.5:desat=0:peak=%.3f", peak)
}

// Command returns the command with which a user converts an HDR file as it is converted here; name is the file.
func (c Colour) Command(name string) string {
	return fmt.Sprintf("ffmpeg -i %s -vf zscale=t=linear:npl=%d,format=gbrpf32le,zscale=p=bt709,%s,"+
		"zscale=t=bt709:m=bt709:r=tv,format=yuv420p -c:v libx264 -crf 14 -c:a copy sdr.mp4", name, White, c.tonemap())
}
