package media

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Loudness is what the first pass measured, as the filter prints it: LUFS, dBTP, LU.
// The zero value stands for "not measured".
type Loudness struct {
	I      string `json:"input_i"`
	TP     string `json:"input_tp"`
	LRA    string `json:"input_lra"`
	Thresh string `json:"input_thresh"`
	Offset string `json:"target_offset"`
}

// silent sound measures -inf and stays as it is.
func (l Loudness) silent() bool { return strings.Contains(l.I, "inf") }

// audioChain brings the sound to 48 kHz and, when asked, to a loudness. With a
// measurement the gain is linear; the filter alone would pump. It leaves 192 kHz
// behind, hence the resampling after it.
func (s PrepareSpec) audioChain(l Loudness) string {
	if s.Loudness == nil || l.silent() {
		return "aresample=48000"
	}
	measured := ""
	if l != (Loudness{}) {
		measured = fmt.Sprintf(":measured_I=%s:measured_TP=%s:measured_LRA=%s:measured_thresh=%s:offset=%s:linear=true", l.I, l.TP, l.LRA, l.Thresh, l.Offset)
	}
	return loudnorm(*s.Loudness, measured) + ",aformat=channel_layouts=mono|stereo,aresample=48000"
}

func loudnorm(target float64, options string) string {
	return fmt.Sprintf("loudnorm=I=%g:TP=-1.5:LRA=11%s", target, options)
}

// loudness is the first pass: 1 % of an encode. Nothing follows the filter here:
// before a null output ffmpeg 5.1 cannot agree on a channel layout with aresample.
func (s PrepareSpec) loudness(ctx context.Context, t Tools, info Info) (Loudness, error) {
	var l Loudness
	if s.Loudness == nil || info.AudioCodec == "" {
		return l, nil
	}
	args := append(head("info"), inputArgs(s.In, "")...)
	args = append(args, "-vn", "-map", "0:a:0", "-af", loudnorm(*s.Loudness, ":print_format=json"), "-f", "null", "-")
	res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Timeout: 10 * time.Minute})
	if err != nil {
		return l, err
	}
	open, end := strings.LastIndex(res.Tail, "{"), strings.LastIndex(res.Tail, "}")
	if open < 0 || end < open || json.Unmarshal([]byte(res.Tail[open:end+1]), &l) != nil || l.I == "" {
		return l, fault.New(fault.Media, "leave prepare.loudness out for this clip", "ffmpeg measured no loudness")
	}
	return l, nil
}
