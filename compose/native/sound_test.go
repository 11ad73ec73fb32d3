package native

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"greenroom/compose/timeline"
	"greenroom/compose/timeline/timelinetest"
)

// onset is when samples first reach a level, in seconds.
func onset(v []float64, level float64) float64 {
	for i, s := range v {
		if math.Abs(s) >= level {
			return float64(i) / sampleRate
		}
	}
	return -1
}

func TestSoundIsOnTimeAndAtItsGain(t *testing.T) {
	t.Parallel()
	media := footage(t)
	f := timelinetest.Film(media, "sounds")
	res := render(t, f, "film.mkv", "lossless")
	left, right := decodedSound(t, res.Path)
	if want := 3 * sampleRate; len(left) != want {
		t.Errorf("%d samples, want %d", len(left), want)
	}
	bed := &f.Sounds[1]
	const level = 0.5 / math.Sqrt2 // of the bed at a gain of 1
	for _, at := range []float64{0.7, 1.2, 1.5, 1.9, 2.1, 2.5, 2.9} {
		// Some complete periods of both sounds: 50 ms are 11 of 220 Hz and 22 of 440 Hz.
		want := 0.0
		for k := range 100 {
			g := bed.GainAt(at - 0.025 + float64(k)/2000)
			want += g * g
		}
		want = level * math.Sqrt(want/100)
		if at > 1 && at < 2 {
			want = math.Hypot(want, 0.25/math.Sqrt2)
		}
		for side, v := range map[string][]float64{"left": left, "right": right} {
			if d := decibels(rms(v, at-0.025, at+0.025), want); math.Abs(d) > 0.1 {
				t.Errorf("%s at %v s: %.3f dB off", side, at, d)
			}
		}
	}
	t.Run("a tone begins and ends on its frame", func(t *testing.T) {
		f := timelinetest.Film(media, "sounds")
		f.Sounds = f.Sounds[:1]
		left, _ := decodedSound(t, render(t, f, "film.mkv", "lossless").Path)
		if at := onset(left, 0.1); math.Abs(at-1) > 0.0002 {
			t.Errorf("begins at %.5f s, want 1", at)
		}
		if last := rms(left, 2.0001, 2.9); last != 0 {
			t.Errorf("goes on at %v after its last frame", last)
		}
		if d := decibels(rms(left, 1.1, 1.9), 0.25/math.Sqrt2); math.Abs(d) > 0.05 {
			t.Errorf("%.3f dB off", d)
		}
	})
}

// TestALoopHasNoSeam: the bed's period of 0.7 s is a multiple of its tone's period, so that a seam would be a click.
func TestALoopHasNoSeam(t *testing.T) {
	t.Parallel()
	f := timelinetest.Film(footage(t), "loops")
	left, _ := decodedSound(t, render(t, f, "film.mkv", "lossless").Path)
	if len(left) != 4*sampleRate {
		t.Errorf("%d samples", len(left))
	}
	worst := 0.0
	for i := 2400; i+2400 < len(left); i++ {
		// A sine's second difference is small everywhere.
		worst = max(worst, math.Abs(left[i-1]-2*left[i]+left[i+1]))
	}
	if limit := 1.5 * 0.25 * math.Pow(2*math.Pi*220/sampleRate, 2); worst > limit {
		t.Errorf("a step of %v, a sine of this strength has at most %v", worst, limit)
	}
	if d := decibels(rms(left, 3, 3.9), 0.25/math.Sqrt2); math.Abs(d) > 0.05 {
		t.Errorf("after four rounds %.3f dB off", d)
	}
}

func TestTooLoudIsLimitedAndQuietIsLeft(t *testing.T) {
	t.Parallel()
	f := timelinetest.Film(footage(t), "sounds")
	f.Sounds = nil
	for _, id := range []string{"a", "b", "c"} {
		f.Sounds = append(f.Sounds, timeline.Sound{ID: id, Media: "bed", Frames: 17, Gain: []timeline.Point{{Gain: 1}}})
	}
	left, _ := decodedSound(t, render(t, f, "film.mkv", "lossless").Path)
	most := 0.0
	for _, s := range left {
		most = max(most, math.Abs(s))
	}
	if most > 0.985 || most < 0.9 {
		t.Errorf("three beds reach %v", most)
	}
}

// TestOnsetInEveryContainer plays a click that begins at frame 7 through every preset, at rates that are not
// integers, and finds it within a millisecond.
func TestOnsetInEveryContainer(t *testing.T) {
	media := footage(t)
	for name, out := range map[string]string{"h264": "x.mp4", "prores": "x.mov", "vp9": "x.webm"} {
		for _, film := range []string{"cinema", "fast"} {
			t.Run(name+" "+film, func(t *testing.T) {
				t.Parallel()
				f := timelinetest.Film(media, film)
				f.Layers = f.Layers[1:]
				res := render(t, f, out, name)
				left, _ := decodedSound(t, res.Path)
				want := f.FPS.Seconds(7)
				if at := onset(left, 0.12); math.Abs(at-want) > 0.001 {
					t.Errorf("begins at %.5f s, want %.5f", at, want)
				}
				if res.Frames != f.Frames {
					t.Errorf("%d frames", res.Frames)
				}
				if length, want := float64(len(left))/sampleRate, f.FPS.Seconds(f.Frames); math.Abs(length-want) > 0.025 {
					t.Errorf("%.4f s of sound, the film has %.4f s", length, want)
				}
			})
		}
	}
}

// TestAVOffsetOfAFileIsKept: in this file the sound starts 0.2 s after the picture.
func TestAVOffsetOfAFileIsKept(t *testing.T) {
	t.Parallel()
	media := footage(t)
	file := filepath.Join(t.TempDir(), "late.mp4")
	run(t, need(t).FFmpeg, "-v", "error", "-i", media["clip"].File, "-itsoffset", "0.2", "-i", media["tone"].File,
		"-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", file)
	all := map[string]timeline.Media{"late": media["clip"]}
	m := all["late"]
	m.File = file
	all["late"] = m
	f := &timeline.Film{Name: "late", Width: 320, Height: 180, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 25,
		Media:  all,
		Sounds: []timeline.Sound{{ID: "late", Media: "late", From: 5, Frames: 20, Gain: []timeline.Point{{Gain: 1}}}}}
	left, _ := decodedSound(t, render(t, f, "film.mkv", "lossless").Path)
	if at := onset(left, 0.12); math.Abs(at-0.4) > 0.001 {
		t.Errorf("begins at %.5f s, want 0.4", at)
	}
}

// TestSoundStartsWithItsPicture: the sound of a file that begins before or after its picture plays where the file
// has
// it, whatever its codec adds at the start.
func TestSoundStartsWithItsPicture(t *testing.T) {
	media := footage(t)
	for _, c := range []struct {
		name, codec string
		late        float64 // sound after picture, seconds; a beep begins 0.3 s after the sound
	}{
		{"aac.mp4", "aac", 0.2}, {"early.mp4", "aac", -0.12}, {"opus.webm", "libopus", 0}, {"early.webm", "libopus",
			-0.12}, {"vorbis.webm", "libvorbis", -0.12},
		{"mp3.mkv", "libmp3lame", 0.08}, {"pcm.mov", "pcm_s24le", -0.2}, {"flac.mkv", "flac", 0.008},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), c.name)
			codec := "libx264"
			if filepath.Ext(c.name) == ".webm" {
				codec = "libvpx"
			}
			run(t, need(t).FFmpeg, "-v", "error", "-itsoffset", num(max(0, -c.late)), "-f", "lavfi", "-i",
				"testsrc2=s=160x90:r=25:d=2,format=yuv420p",
				"-itsoffset", num(max(0,
					c.late)), "-f", "lavfi", "-i", "aevalsrc=exprs='0.5*gte(t,0.3)*sin(2000*PI*t)':s=48000:d=1.5",
				"-c:v", codec, "-bf", "0", "-fps_mode", "passthrough", "-c:a", c.codec, file)
			m := media["clip"]
			m.File, m.Seconds = file, 2
			f := &timeline.Film{Name: "late", Width: 320, Height: 180, FPS: timeline.Rate{Num: 25, Den: 1}, Frames: 40,
				Media:  map[string]timeline.Media{"late": m},
				Sounds: []timeline.Sound{{ID: "late", Media: "late", From: 5, Frames: 35, Gain: []timeline.Point{{Gain: 1}}}}}
			left, _ := decodedSound(t, render(t, f, "film.mkv", "lossless").Path)
			want := 0.2 + 0.3 + c.late
			limit := 0.001
			if c.codec == "libopus" && c.late != 0 {
				limit = 0.0075 // ffmpeg 5.1 writes the file 6.5 ms early
			}
			if at := onset(left, 0.25); math.Abs(at-want) > limit {
				t.Errorf("begins at %.5f s, want %.5f", at, want)
			}
		})
	}
}

func TestAFilmWithoutSoundsIsSilent(t *testing.T) {
	t.Parallel()
	f := timelinetest.Film(footage(t), "fills")
	res := render(t, f, "film.mp4", "")
	left, _ := decodedSound(t, res.Path)
	if len(left) == 0 || rms(left, 0, 0.39) != 0 {
		t.Errorf("%d samples at %v", len(left), rms(left, 0, 0.39))
	}
	if fi, err := os.Stat(res.Path); err != nil || fi.Size() != res.Bytes {
		t.Errorf("%v: %d bytes reported", err, res.Bytes)
	}
}
