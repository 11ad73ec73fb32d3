package media

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Display is how a video wants to be shown, beside its coded pixels.
type Display struct {
	Rotation int    // degrees, 0 to 270: phones record upright films lying down
	Aspect   string // of a pixel, "1:1"
	// Matrix is how colours are coded, in ffprobe's words; empty is BT.709, or that the file does not say.
	Matrix    string
	FullRange bool // values run from 0 to 255, and not from 16 to 235
}

// Size is how large a picture of w x h coded pixels is shown, in whole square pixels. Pixels are stretched to the side,
// as players do, and the picture turned afterwards.
func (d Display) Size(w, h int) (int, int) {
	a, b, ok := fraction(strings.Replace(d.Aspect, ":", "/", 1))
	if ok && a != b {
		w = max(1, int(math.Round(float64(w)*float64(a)/float64(b))))
	}
	if d.Rotation%180 == 90 {
		return h, w
	}
	return w, h
}

// ProbeDisplay reads what ffmpeg and browsers do to a video's pictures before anybody sees them.
func ProbeDisplay(ctx context.Context, t Tools, path string) (Display, error) {
	args := append([]string{"-v", "error", "-select_streams", "v:0", "-show_entries", "stream=sample_aspect_ratio,color_space,color_range:stream_side_data=rotation", "-of", "json"}, inputArgs(path, "")...)
	var out bytes.Buffer
	if _, err := proc.Run(ctx, proc.Cmd{Path: t.FFprobe, Args: args, Stdout: &out, Timeout: time.Minute}); err != nil {
		return Display{}, unreadable(err, filepath.Base(path), notMedia)
	}
	var d struct {
		Streams []struct {
			Aspect string `json:"sample_aspect_ratio"`
			Space  string `json:"color_space"`
			Range  string `json:"color_range"`
			Side   []struct {
				Rotation float64 `json:"rotation"`
			} `json:"side_data_list"`
		}
	}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil || len(d.Streams) == 0 {
		return Display{}, fault.New(fault.Media, notMedia, "%s holds no pictures", filepath.Base(path))
	}
	v := Display{Aspect: d.Streams[0].Aspect, Matrix: d.Streams[0].Space, FullRange: d.Streams[0].Range == "pc"}
	if v.Matrix == "bt709" || v.Matrix == "unknown" {
		v.Matrix = ""
	}
	if v.Aspect == "" || v.Aspect == "0:1" {
		v.Aspect = "1:1"
	}
	for _, s := range d.Streams[0].Side {
		if s.Rotation != 0 {
			v.Rotation = (int(s.Rotation)%360 + 360) % 360
		}
	}
	return v, nil
}
