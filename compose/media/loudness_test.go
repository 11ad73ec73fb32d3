package media

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// voice is a sound that is as uneven as speech: bursts of pink noise, 4 to 12 dB over their mean.
const voice = "anoisesrc=c=pink:a=0.5:s=7:r=%d:d=%g,volume='0.02+abs(sin(3*t)*sin(17*t))':eval=frame"

// loudClip writes at most three seconds of picture and a sound, made by filters.
func loudClip(t *testing.T, name, sound string, options ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args := []string{"-f", "lavfi", "-i", "testsrc2=s=64x36:r=5:d=3,format=yuv420p", "-f", "lavfi", "-i", sound,
		"-c:v", "libx264", "-preset", "ultrafast"}
	if ext := filepath.Ext(name); ext == ".webm" || ext == ".mkv" {
		args = append(args[:len(args)-3], "libvpx", "-deadline", "realtime", "-cpu-used", "8")
	}
	ffmpeg(t, append(append(append(args, "-shortest"), options...), path)...)
	return path
}

// metered is what ffmpeg's own meter reports of a file, as it is. A film in two ears is louder by 3 dB than one of
// its channels.
func metered(t *testing.T, path string) Loudness {
	t.Helper()
	out, err := exec.Command(need(t).FFmpeg, "-hide_banner", "-nostdin", "-i", path, "-vn", "-af",
		"ebur128=peak=true:framelog=verbose", "-f", "null", "-").CombinedOutput()
	l, ok := parseLoudness(string(out))
	if err != nil || !ok {
		t.Fatalf("%v\n%s", err, out)
	}
	return l
}

func lufs(v float64) *float64 { return &v }

func finding(r *Report, name string) Finding {
	for _, f := range r.Findings {
		if f.Name == name {
			return f
		}
	}
	return Finding{}
}

// TestLoudnessOfEveryLayout: each file is brought to -16 LUFS within 0.5 LU, in one or two channels, and its true peak
// stays below -1 dBTP. The relatives of a layout run with GREENROOM_TEST_ALL.
func TestLoudnessOfEveryLayout(t *testing.T) {
	spread := func(layout string, channels int) string {
		gains := []string{"c0=c0"}
		for i := 1; i < channels; i++ {
			gains = append(gains, fmt.Sprintf("c%d=%g*c0", i, 1-0.1*float64(i)))
		}
		return ",pan=" + layout + "|" + strings.Join(gains, "|")
	}
	relatives := []string{"dual.mp4", "side.mkv", "2.1.mkv", "six.mov", "low.mov", "high.mkv", "stereo.mov"}
	for _, c := range []struct {
		name, layout, codec string
		rate                int
		volume              float64
	}{
		{"mono.mp4", "", "aac", 44100, 0.1}, {"dual.mp4", ",pan=stereo|c0=c0|c1=c0", "aac", 48000, 0.1}, {"stereo.mov",
			spread("stereo", 2), "pcm_s16le", 22050, 1},
		{"left.mp4", ",pan=stereo|c0=c0|c1=0*c0", "aac", 48000, 0.3}, {"5.1.mp4", spread("5.1", 6), "aac", 48000,
			0.3}, {"5.1loud.mkv", spread("5.1", 6), "flac", 48000, 2},
		{"side.mkv", spread("5.1(side)", 6), "ac3", 48000, 0.3}, {"7.1.mkv", spread("7.1", 8), "flac", 48000,
			0.3}, {"quad.mkv", spread("quad", 4), "flac", 96000, 0.3},
		{"2.1.mkv", spread("2.1", 3), "flac", 48000, 0.3}, {"three.mkv", spread("3C", 3), "pcm_s16le", 48000,
			0.3}, {"six.mov", spread("6C", 6), "pcm_s24le", 48000, 0.3},
		{"low.mov", "", "pcm_mulaw", 8000, 0.3}, {"u8.mov", "", "pcm_u8", 11025, 0.5}, {"high.mkv", spread("stereo", 2),
			"flac", 192000, 0.3}, {"nine.mkv", spread("9C", 9), "pcm_s16le", 48000, 0.3},
	} {
		if os.Getenv("GREENROOM_TEST_ALL") == "" && slices.Contains(relatives, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := loudClip(t, c.name, fmt.Sprintf(voice, c.rate, 3.0)+fmt.Sprintf(",volume=%g", c.volume)+c.layout, "-c:a",
				c.codec, "-strict", "-2")
			out := prepared(t, in, PrepareSpec{Duration: 3, Loudness: lufs(-16)})
			got := metered(t, out)
			if math.Abs(got.Integrated+16) > 0.5 || got.Peak > maxPeak {
				t.Errorf("%s -> %s, want -16 LUFS and at most %g dBTP", metered(t, in), got, maxPeak)
			}
			r := check(t, out, Expect{Prepared: true, Loudness: lufs(-16), Duration: 3})
			if f := finding(r, "loudness"); f.Verdict != OK || f.Value == "" {
				t.Errorf("%+v", f)
			}
			if s, err := readSound(t.Context(), need(t), out, r.Info); err != nil || s.Channels != 2 || s.Rate != soundRate {
				t.Errorf("%+v %v", s, err)
			}
		})
	}
}

// TestDownmix: without a loudness, one channel stays one and keeps its level, and more than two become two as players
// mix them.
func TestDownmix(t *testing.T) {
	const tone = "aevalsrc=exprs='%s':s=48000:d=1:c=%s"
	half := math.Sqrt(0.5)
	five, seven, three := 1+2*half, 1+3*half, 1+half // the largest sums
	for _, c := range []struct {
		exprs, layout string
		left, right   float64 // of a tone of 1/8 in each channel that has one
	}{
		{"A", "mono", 1, -1}, {"A|0", "stereo", 1, 0}, {"0|A", "stereo", 0, 1}, {"0|0|A|0|0|0", "5.1", half / five,
			half / five}, {"A|0|0|0|0|0", "5.1", 1 / five, 0},
		{"0|0|0|A|0|0", "5.1", 0, 0}, {"0|0|0|0|A|0", "5.1", half / five, 0}, {"0|0|0|0|0|A", "5.1", 0,
			half / five}, {"A|0|A|0|A|0", "5.1", 1, half / five},
		{"0|0|0|0|0|0|A|0", "7.1", half / seven, 0}, {"0|0|A|0", "quad", half / three, 0}, {"0|0|A", "2.1", 0,
			0}, {"0|0|A", "3.0", half / three, half / three},
	} {
		t.Run(c.layout+" "+c.exprs, func(t *testing.T) {
			t.Parallel()
			in := loudClip(t, "in.mkv", fmt.Sprintf(tone, strings.ReplaceAll(c.exprs, "A", "sin(880*PI*t)/8"), c.layout),
				"-c:a", "flac")
			out := prepared(t, in, PrepareSpec{Duration: 1})
			info, err := Probe(t.Context(), need(t), out)
			if err != nil {
				t.Fatal(err)
			}
			s, err := readSound(t.Context(), need(t), out, info)
			if want := map[bool]int{true: 1, false: 2}[c.right < 0]; err != nil || s.Channels != want {
				t.Fatalf("%+v %v", s, err)
			}
			for side, want := range []float64{c.left, c.right} {
				if want < 0 {
					continue
				}
				got := strength(t, out, side) * math.Sqrt2 * 8
				if math.Abs(got-want) > 0.02 {
					t.Errorf("side %d: %.3f of the tone, want %.3f", side, got, want)
				}
			}
		})
	}
}

// strength is the effective value of a channel in the middle of a file.
func strength(t *testing.T, path string, channel int) float64 {
	t.Helper()
	out, err := exec.Command(need(t).FFmpeg, "-v", "error", "-nostdin", "-ss", "0.3", "-i", path, "-t", "0.5", "-vn",
		"-af",
		fmt.Sprintf("pan=mono|c0=c%d,astats=metadata=1:reset=0,ametadata=print:key=lavfi.astats.1.RMS_level:file=-",
			channel), "-f", "null", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	i := strings.LastIndex(string(out), "RMS_level=")
	var dB float64
	if _, err := fmt.Sscan(strings.TrimSpace(string(out[i+len("RMS_level="):])), &dB); err != nil {
		return 0 // -inf
	}
	return math.Pow(10, dB/20)
}

// TestUnnamedThirdChannelIsHeard: ffmpeg takes the third of three channels without names for effects, and drops it.
func TestUnnamedThirdChannelIsHeard(t *testing.T) {
	s := SoundTrack{Channels: 3}
	if c := strings.Join(s.Downmix(), ","); !strings.Contains(c, "c2") {
		t.Error(c)
	}
	if s.Layout = "2.1"; strings.Contains(strings.Join(s.Downmix(), ","), "c2") {
		t.Error("the effects channel of 2.1 is mixed in")
	}
}

// TestWhatCannotBeLouderIsLeftAlone: noise at -65 LUFS, silence, and what is too short to measure, with a finding.
func TestWhatCannotBeLouderIsLeftAlone(t *testing.T) {
	for name, c := range map[string]struct {
		sound  string
		before float64 // LUFS
	}{
		"room.mp4":    {"anoisesrc=c=pink:a=0.001:s=3:d=4,aformat=channel_layouts=mono", -65},
		"silent.mp4":  {"anullsrc=d=4:cl=mono:r=48000", math.Inf(-1)},
		"instant.mp4": {"sine=440:d=0.3:r=48000", math.Inf(-1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := loudClip(t, name, c.sound, "-c:a", "aac", "-b:a", "192k")
			out := prepared(t, in, PrepareSpec{Loudness: lufs(-16)})
			before, after := metered(t, in), metered(t, out)
			if after.block() != before.block() || after.block() && math.Abs(after.Integrated-before.Integrated) > 1 {
				t.Errorf("%s became %s", before, after)
			}
			r := check(t, out, Expect{Prepared: true, Loudness: lufs(-16)})
			if f := finding(r, "loudness"); f.Verdict != Warn || !strings.Contains(f.Advice, "left as it is") {
				t.Errorf("%+v", f)
			}
			if b, err := json.Marshal(r); err != nil {
				t.Errorf("%s %v", b, err)
			}
		})
	}
}

// TestPeaksAreLimitedBeforeTheLoudness: clicks far above a quiet tone keep it from -10 LUFS, and a check reports that.
func TestPeaksAreLimitedBeforeTheLoudness(t *testing.T) {
	t.Parallel()
	in := loudClip(t, "clicks.mp4", "aevalsrc=exprs='0.006*sin(880*PI*t)+0.5*lt(mod(t,1),0.0005)':s=48000:d=4",
		"-c:a", "aac", "-b:a", "256k")
	out := prepared(t, in, PrepareSpec{Loudness: lufs(-10)})
	got := metered(t, out)
	if got.Peak > maxPeak || got.Integrated > -15 {
		t.Errorf("%s", got)
	}
	if f := finding(check(t, out, Expect{Prepared: true, Loudness: lufs(-10)}),
		"loudness"); f.Verdict != Warn || !strings.Contains(f.Advice, "12 dB") {
		t.Errorf("%+v", f)
	}
}
