package forms

import (
	"bytes"
	"context"
	"strings"
	"time"

	"greenroom/compose/media"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// toBT709 brings pictures to limited BT.709, as all forms but PNG have it.
const toBT709 = "scale=in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv,"

var (
	tags = []string{"-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"}
	pcm  = []string{"-c:a", "pcm_s16le"}
	aac  = []string{"-c:a", "aac", "-b:a", "192k"}
	x264 = []string{"-c:v", "libx264", "-preset", "medium", "-crf", "18", "-movflags", "+faststart"}
)

// encoding describes a large form of a clip.
func encoding(ctx context.Context, t media.Tools, name string, transparent bool) (*media.Encoding, error) {
	switch name {
	case ProRes:
		return proRes(transparent), nil
	case Stacked:
		return stacked(transparent), nil
	case PNG:
		return png(transparent), nil
	}
	return hevc(ctx, t, transparent)
}

// proRes is 4444 with 10 bits and 16 bits of alpha, or 422 HQ. Editors read Apple's vendor code as a sign of quality.
func proRes(transparent bool) *media.Encoding {
	pix, profile := "yuv422p10le", []string{"-profile:v", "hq"}
	if transparent {
		pix, profile = "yuva444p10le", []string{"-profile:v", "4444", "-alpha_bits", "16"}
	}
	out := append([]string{"-c:v", "prores_ks", "-vendor", "apl0"}, profile...)
	return &media.Encoding{
		Filters: toBT709 + "format=" + pix + ",setsar=1", Options: append(append(out, tags...), pcm...),
	}
}

// stacked has the colour, multiplied by alpha, in the upper half, and alpha as grey in the lower one. Multiplied colour
// is black where nothing is seen, so that what the encoder mixes over an edge stays invisible. A page draws
// vec4(colour, alpha) with WebGL's usual blending.
func stacked(transparent bool) *media.Encoding {
	filters := toBT709 + "format=yuv420p,split[colour][full];[full]drawbox=t=fill:c=white[matte]"
	if transparent {
		filters = "format=gbrap,split[straight][full];[full]alphaextract,format=gray," +
			"scale=in_range=pc:out_range=tv:out_color_matrix=bt709,format=yuv420p[matte];" +
			"[straight]premultiply=inplace=1,format=gbrp,scale=out_color_matrix=bt709:out_range=tv," +
			"format=yuv420p[colour]"
		filters = "scale=in_color_matrix=bt709," + filters
	}
	out := append(append([]string{}, x264...), tags...)
	return &media.Encoding{Filters: filters + ";[colour][matte]vstack,setsar=1", Options: append(out, aac...)}
}

// png are pictures of straight RGB.
func png(transparent bool) *media.Encoding {
	pix := "rgb24"
	if transparent {
		pix = "rgba"
	}
	return &media.Encoding{
		Filters: "scale=in_color_matrix=bt709,format=" + pix, Options: []string{"-c:v", "png", "-pred", "mixed", "-f", "image2"}, Silent: true,
	}
}

// hevc needs an encoder that writes alpha as a second layer: Apple's, or x265 4.0 in an ffmpeg that hands alpha to it.
func hevc(ctx context.Context, t media.Tools, transparent bool) (*media.Encoding, error) {
	apple, err := encoderHelp(ctx, t, "hevc_videotoolbox")
	if err != nil {
		return nil, err
	}
	out := []string{"-tag:v", "hvc1"}
	if strings.Contains(apple, "alpha_quality") {
		out = append(out, "-c:v", "hevc_videotoolbox", "-q:v", "65")
		if transparent {
			out = append(out, "-alpha_quality", "0.9")
		}
		return &media.Encoding{
			Filters: "scale=in_color_matrix=bt709,format=bgra,setsar=1", Options: append(append(out, tags...), aac...),
		}, nil
	}
	x265, err := encoderHelp(ctx, t, "libx265")
	if err != nil {
		return nil, err
	}
	pix := "yuv420p"
	if transparent {
		pix = "yuva420p"
	}
	if !strings.Contains(x265, " "+pix+" ") {
		return nil, fault.New(fault.Tool,
			"use ffmpeg 7.1 or newer with x265 4.0 or newer, or a Mac; or remove hevc from prepare.renditions",
			"this ffmpeg (%s) cannot write HEVC with alpha", t.Version)
	}
	out = append(out, "-c:v", "libx265", "-crf", "20", "-x265-params", "log-level=error")
	return &media.Encoding{
		Filters: toBT709 + "format=" + pix + ",setsar=1", Options: append(append(out, tags...), aac...),
	}, nil
}

// encoderHelp returns what ffmpeg prints of an encoder: for an unknown one, that it is unknown.
func encoderHelp(ctx context.Context, t media.Tools, name string) (string, error) {
	var out bytes.Buffer
	_, err := proc.Run(ctx, proc.Cmd{
		Path: t.FFmpeg, Args: []string{"-hide_banner", "-h", "encoder=" + name}, Stdout: &out, Timeout: time.Minute,
	})
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil && fault.MachineHint(err) != "" {
		return "", err
	}
	return out.String(), nil
}

// Makeable returns why a form cannot be made with this installation; nil when it can.
func Makeable(ctx context.Context, t media.Tools, name string, transparent bool) error {
	if name != HEVC {
		return nil
	}
	_, err := hevc(ctx, t, transparent)
	return err
}
