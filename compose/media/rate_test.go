package media

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"greenroom/compose/media/framerate"
)

// counted is a film whose picture number n has the luma 20 + 4*n, so that they can be distinguished.
func counted(t *testing.T, name string, frames int, rate string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), name)
	graph := fmt.Sprintf("color=black:s=64x64:r=%s:d=100,format=yuv420p,geq=lum='20+4*N':cb=128:cr=128", rate)
	all := []string{"-f", "lavfi", "-i", graph}
	if len(args) > 0 && args[0] == "-vf" {
		all = append(all, "-vf", args[1])
		args = args[2:]
	}
	all = append(all, "-frames:v", fmt.Sprint(frames), "-colorspace", "bt709", "-color_range", "tv")
	ffmpeg(t, append(append(all, args...), out)...)
	return out
}

// numbers returns which picture each frame of a file shows.
func numbers(t *testing.T, file string) []int {
	t.Helper()
	raw := filepath.Join(t.TempDir(), "all.gray")
	ffmpeg(t, "-i", file, "-fps_mode", "passthrough", "-vf", "crop=2:2:31:31,format=yuv420p", "-f", "rawvideo", raw)
	b, err := os.ReadFile(raw)
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for i := 0; i+6 <= len(b); i += 6 {
		out = append(out, int(math.Round((float64(b[i])-20)/4)))
	}
	return out
}

// shownNumbers returns which picture each frame of the prepared file shows, and what the file is.
func shownNumbers(t *testing.T, file string, spec PrepareSpec) ([]int, Info) {
	t.Helper()
	spec.In, spec.Out, spec.CRF = file, filepath.Join(t.TempDir(), "out.webm"), 4
	if err := Prepare(t.Context(), need(t), spec, nil); err != nil {
		t.Fatal(err)
	}
	info, err := Probe(t.Context(), need(t), spec.Out)
	if err != nil {
		t.Fatal(err)
	}
	return numbers(t, spec.Out), info
}

// TestConstantRatesAreNotResampled: ffprobe's average rate of each of these is not the rate of its pictures.
func TestConstantRatesAreNotResampled(t *testing.T) {
	t.Parallel()
	chapters := filepath.Join(t.TempDir(), "chapters.txt")
	text := ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=700\ntitle=a\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=700\nEND=5000\ntitle=b\n"
	if err := os.WriteFile(chapters, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	copied := func(t *testing.T, from, name string, before ...string) string {
		out := filepath.Join(t.TempDir(), name)
		ffmpeg(t, append(append(before[:len(before):len(before)], "-i", from, "-c", "copy"), out)...)
		return out
	}
	plain := func(t *testing.T, rate string, args ...string) string {
		return counted(t, "plain.mp4", 40, rate, append(x264("-g", "10", "-bf", "2", "-preset", "veryfast"), args...)...)
	}
	for i, c := range []struct {
		name string
		make func(t *testing.T) string
		rate string
		from int // the number of the first picture; -1 when the cut decides
	}{
		{"plain", func(t *testing.T) string { return plain(t, "25") }, "25/1", 0},
		{"29.97 in 600 ticks", func(t *testing.T) string { return plain(t, "30000/1001", "-video_track_timescale", "600") },
			"30000/1001", 0},
		{"23.976 in milliseconds", func(t *testing.T) string { return copied(t, plain(t, "24000/1001"), "a.mkv") },
			"24000/1001", 0},
		{"edit list", func(t *testing.T) string { return copied(t, plain(t, "25"), "a.mp4", "-ss", "0.5") }, "25/1", -1},
		{"edit list, MOV", func(t *testing.T) string { return copied(t, plain(t, "30"), "a.mov", "-ss", "0.3") }, "30/1",
			-1},
		{"late start", func(t *testing.T) string { return copied(t, plain(t, "25"), "a.mp4", "-itsoffset", "0.75") },
			"25/1", 0},
		{"long last picture", func(t *testing.T) string {
			return counted(t, "a.mp4", 40, "25", append([]string{"-vf", "setpts=N/25/TB"},
				x264("-bsf:v", "setts=duration=if(eq(N\\,39)\\,10*DURATION\\,DURATION)")...)...)
		}, "25/1", 0},
		{"chapters", func(t *testing.T) string {
			out := filepath.Join(t.TempDir(), "chapters.mov")
			ffmpeg(t, "-i", plain(t, "25"), "-i", chapters, "-map_metadata", "1", "-c", "copy", out)
			return out
		}, "25/1", 0},
		{"fragments", func(t *testing.T) string {
			out := filepath.Join(t.TempDir(), "fragments.mp4")
			ffmpeg(t, "-i", plain(t, "50"), "-c", "copy", "-movflags", "frag_keyframe+empty_moov+default_base_moof", out)
			return out
		}, "50/1", 0},
		{"AVI", func(t *testing.T) string {
			return counted(t, "a.avi", 40, "25", "-c:v", "mpeg4", "-q:v", "1", "-bf", "0")
		}, "25/1", 0},
		{"transport stream", func(t *testing.T) string { return copied(t, plain(t, "25"), "a.ts") }, "25/1", 0},
		{"jitter", func(t *testing.T) string {
			return counted(t, "a.mkv", 40, "30", append([]string{"-vf", "settb=1/1000,setpts='(N/30+0.004*sin(N*2.1))/TB'"},
				x264("-fps_mode", "passthrough", "-enc_time_base", "1/1000")...)...)
		}, "30/1", 0},
		{"cover picture first", func(t *testing.T) string {
			out, cover := filepath.Join(t.TempDir(), "cover.mp4"), filepath.Join(t.TempDir(), "cover.png")
			ffmpeg(t, "-f", "lavfi", "-i", "color=red:s=300x300", "-frames:v", "1", cover)
			ffmpeg(t, "-i", cover, "-i", plain(t, "25"), "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:0",
				"attached_pic", out)
			return out
		}, "25/1", 0},
	} {
		if relative(i) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := c.make(t)
			info, err := Probe(t.Context(), need(t), file)
			if err != nil || info.VFR || info.rate().String() != c.rate {
				t.Fatalf("%+v %v, want a constant %s", info, err, c.rate)
			}
			want := numbers(t, file)
			r := check(t, file, Expect{})
			if r.Verdict() == Fail || r.Frames != len(want) {
				t.Errorf("%d pictures, check reports %d: %+v", len(want), r.Frames, r.Findings)
			}
			if f := found(r, "length in the header"); c.name == "transport stream" && f.Verdict != OK {
				t.Errorf("its times begin at %.2f s: %+v", info.FirstVideoPTS, f)
			}
			got, out := shownNumbers(t, file, PrepareSpec{Frames: r.Frames})
			if fmt.Sprint(got) != fmt.Sprint(want) || c.from == 0 && want[0] != 0 {
				t.Errorf("shows %v\nwant %v", got, want)
			}
			if out.VFR || out.rate().String() != c.rate || math.Abs(out.Duration-float64(len(want))/info.FPS()) > 1e-6 {
				t.Errorf("prepared at %s, %.4f s", out.rate(), out.Duration)
			}
		})
	}
}

// TestAScreenRecordingKeepsItsMotion: 60 pictures in the first second, then 10 a second from the fourth.
func TestAScreenRecordingKeepsItsMotion(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.mp4", "a.mkv"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), name)
			ffmpeg(t, append([]string{"-f", "lavfi", "-i",
				"color=black:s=64x64:r=60:d=4,format=yuv420p,geq=lum='mod(20+4*N,216)':cb=128:cr=128",
				"-vf", "select='lt(t,1)+gte(t,3)*not(mod(n,6))'", "-fps_mode", "vfr", "-colorspace", "bt709", "-color_range",
				"tv"}, append(x264(), file)...)...)
			info, err := Probe(t.Context(), need(t), file)
			if err != nil || !info.VFR || math.Abs(info.FPS()-60) > 0.6 {
				t.Fatalf("%+v %v", info, err)
			}
			for _, limit := range []struct{ num, want, first int }{{0, 60, 60}, {60, 60, 60}, {25, 25, 25}, {120, 60, 60}} {
				spec := PrepareSpec{}
				spec.Rate.Num, spec.Rate.Den = min(60, limit.num), 1
				got, out := shownNumbers(t, file, spec)
				if out.VFR || math.Abs(out.FPS()-float64(limit.want)) > 0.01*out.FPS() {
					t.Fatalf("limit %d: prepared at %s", limit.num, out.rate())
				}
				different := map[int]bool{}
				for _, n := range got[:limit.first] {
					different[n] = true
				}
				if len(different) < min(54, limit.first)-1 { // the luma repeats after 54
					t.Errorf("limit %d: %d pictures in the first second", limit.num, len(different))
				}
				if math.Abs(out.Duration-info.Duration) > 1.01/out.FPS() {
					t.Errorf("limit %d: %.3f s of %.3f s", limit.num, out.Duration, info.Duration)
				}
			}
		})
	}
}

// TestFewerPicturesAreThoseOnScreen: a rate that varies and is lowered shows at each frame the last picture whose time
// has come, as a player does.
func TestFewerPicturesAreThoseOnScreen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, omit string
		to               framerate.Rate
	}{
		{"screen.mp4", "60", "lt(t,0.35)+not(mod(n,7))", framerate.Rate{Num: 30, Den: 1}},
		{"screen.mkv", "60", "lt(t,0.35)+not(mod(n,7))", framerate.Rate{Num: 25, Den: 1}},
		{"obs.mkv", "50", "mod(n,9)", framerate.Rate{Num: 30000, Den: 1001}},
		{"phone.mp4", "60000/1001", "mod(n,11)", framerate.Rate{Num: 24, Den: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := counted(t, c.name, 26, c.from,
				append([]string{"-vf", "select='" + c.omit + "'", "-fps_mode", "vfr"}, x264("-g", "10")...)...)
			info, err := Probe(t.Context(), need(t), file)
			if err != nil || !info.VFR {
				t.Fatalf("%+v %v", info, err)
			}
			times := pictureTimes(t, file)
			source, want := numbers(t, file), []int(nil)
			got, out := shownNumbers(t, file, PrepareSpec{Rate: c.to, Fewer: true})
			for n := range got {
				i := 0
				for i+1 < len(times) && times[i+1]-times[0] <= c.to.Seconds(n)+0.001 {
					i++
				}
				want = append(want, source[i])
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || out.rate() != c.to {
				t.Errorf("at %s, shows %v\nwant %v", out.rate(), got, want)
			}
		})
	}
}

// pictureTimes returns when a file's pictures are shown, in seconds.
func pictureTimes(t *testing.T, file string) (times []float64) {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of",
		"csv=p=0", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range strings.Fields(string(out)) {
		at, err := strconv.ParseFloat(strings.TrimSuffix(word, ","), 64)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, at)
	}
	return times
}

// TestANoticeIsNotDamage: files that decode completely while ffmpeg prints something.
func TestANoticeIsNotDamage(t *testing.T) {
	t.Parallel()
	video := counted(t, "v.mp4", 10, "25", x264()...)
	for i, c := range []struct {
		name string
		args []string
	}{
		{"pcm.mov", []string{"-f", "lavfi", "-i", "sine=d=0.4", "-c:v", "copy", "-c:a", "pcm_s16be", "-ac", "1"}},
		{"ulaw.avi", []string{"-f", "lavfi", "-i", "sine=d=0.4:r=8000", "-c:v", "copy", "-c:a", "pcm_mulaw"}},
		{"h264.mkv", []string{"-c:v", "copy"}},
		{"hevc.mkv", []string{"-c:v", "libx265", "-x265-params", "log-level=none"}},
		{"mpeg4.mkv", []string{"-c:v", "mpeg4", "-q:v", "1"}},
		{"av1.mkv", []string{"-c:v", "libaom-av1", "-cpu-used", "8", "-crf", "5"}},
		{"vp8.webm", []string{"-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-b:v", "1M"}},
		{"theora.ogv", []string{"-c:v", "libtheora", "-q:v", "10"}},
		{"flash.flv", []string{"-c:v", "flv", "-q:v", "1"}},
		{"3gp.3gp", []string{"-c:v", "copy"}},
		{"broadcast.mxf", []string{"-c:v", "mpeg2video", "-q:v", "1"}},
	} {
		if relative(i) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), c.name)
			ffmpeg(t, append(append([]string{"-i", video}, c.args...), file)...)
			r := check(t, file, Expect{})
			if r.Verdict() == Fail || r.Frames != 10 {
				t.Fatalf("%+v\n%+v", r.Info, r.Findings)
			}
			if got, _ := shownNumbers(t, file, PrepareSpec{Frames: 10}); fmt.Sprint(got) != "[0 1 2 3 4 5 6 7 8 9]" {
				t.Errorf("shows %v", got)
			}
		})
	}
}

func TestNoticesAndDamageAreToldApart(t *testing.T) {
	for line, want := range map[string]string{
		"[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0] [warning] Invalid timestamps stream=0":                "notice",
		"[warning] Guessed Channel Layout for Input Stream #0.1 : mono":                           "nothing",
		"[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0] [warning] unsupported color_parameter_type rICC":      "notice",
		"[h264 @ 0x1] [error] co located POCs unavailable":                                        "notice",
		"[hevc @ 0x1] [error] SEI type 129 size 40 truncated at 30":                               "notice",
		"[h264 @ 0x1] [error] error while decoding MB 34 12, bytestream -7":                       "damage",
		"[matroska,webm @ 0x7] [error] File ended prematurely at pos. 12":                         "damage",
		"[libvpx-vp9 @ 0x7] [error] Failed to decode frame: Corrupt frame detected":               "damage",
		"[mpegts @ 0x7] [warning] Packet corrupt (stream = 0, dts = 126000).":                     "damage",
		"Error while decoding stream #0:0: Invalid data found when processing input":              "damage",
		"[h264 @ 0x7] [warning] corrupt decoded frame in stream 0":                                "damage",
		"    Last message repeated 3 times":                                                       "nothing",
		"[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0] [warning] stream 0, timescale not set":                "notice",
		"[rawvideo @ 0x1] [error] Application provided invalid, non monotonically increasing dts": "damage",
	} {
		got := "nothing"
		for _, n := range notices(line) {
			if got = "notice"; n.serious {
				got = "damage"
			}
			if strings.Contains(n.text, "0x") || strings.Contains(n.text, "[error]") {
				t.Errorf("a pointer or level stays in %q", n.text)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

func TestAFindingIsAcceptedWithAReason(t *testing.T) {
	t.Parallel()
	dark := clip(t, "geq=r='192*"+figure+"':g='128*"+figure+"':b='96*"+figure+"':a='255*"+figure+"'")
	r := check(t, dark, Expect{Transparent: true, Limits: Limits{Accept: map[string]string{"premultiplied": "made so",
		"coverage": "not needed"}}})
	f := found(r, "premultiplied")
	if f.Verdict != Warn || !strings.Contains(f.Advice, "made so") || r.Verdict() == Fail {
		t.Errorf("%+v", r.Findings)
	}
	if f := found(r, "coverage"); f.Verdict != OK {
		t.Errorf("a passed finding was changed: %+v", f)
	}
}

// TestTheDefaultPicturesAreUsed: players show the stream that is marked, whatever comes first in the file.
func TestTheDefaultPicturesAreUsed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.mp4", "a.mkv", "a.mov"} {
		file := filepath.Join(t.TempDir(), name)
		ffmpeg(t, "-f", "lavfi", "-i", "color=white:s=32x32:r=10:d=0.5", "-i", counted(t, "v.mp4", 10, "25", x264()...),
			"-map", "0", "-map", "1", "-c:v:0", "libx264", "-c:v:1", "copy", "-disposition:v:0", "0", "-disposition:v:1",
			"default", file)
		info, err := Probe(t.Context(), need(t), file)
		if err != nil || info.Frames != 10 || info.FPS() != 25 || info.Width != 64 {
			t.Fatalf("%s: %+v %v", name, info, err)
		}
		if r := check(t, file, Expect{}); r.Verdict() == Fail {
			t.Errorf("%s: %+v", name, r.Findings)
		}
		if got, _ := shownNumbers(t, file, PrepareSpec{Frames: 10}); fmt.Sprint(got) != "[0 1 2 3 4 5 6 7 8 9]" {
			t.Errorf("%s: shows %v", name, got)
		}
	}
}
