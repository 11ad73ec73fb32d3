package quality

import (
	"math"
	"os"
	"strings"
	"testing"

	"greenroom/compose/media"
)

// picture is what the films of these tests show: something that moves.
const picture = "-f lavfi -i testsrc2=s=160x90:r=25:d=3 "

func TestSounds(t *testing.T) {
	quiet, target := Defaults(), Defaults()
	quiet.Silence, target.Loudness = 1, -23
	for _, c := range []struct {
		what, sound, want string
		limits            Limits
	}{
		{"good", "-f lavfi -i sine=f=440:d=3,volume=-6dB -ac 2 -c:a pcm_s16le", "none", quiet},
		{"mono", "-f lavfi -i sine=f=440:d=3 -c:a aac", "none", quiet},
		{"no sound", "", "none", quiet},
		{"silent", "-f lavfi -i anullsrc=r=48000:d=3 -t 3 -c:a pcm_s16le", "sound", quiet},
		{"pause", "-f lavfi -i sine=f=440:d=3,volume='lt(t,1)+gt(t,2.3)':eval=frame -ac 2 -c:a pcm_s16le", "silence", quiet},
		{"clipped", "-f lavfi -i sine=f=440:d=3,volume=30dB -ac 2 -c:a pcm_s16le", "clipping, true peak", quiet},
		{"opposite", "-f lavfi -i sine=f=440:d=3,pan=stereo|c0=c0|c1=-1*c0 -c:a pcm_s16le", "phase", quiet},
		{"dead", "-f lavfi -i sine=f=440:d=3,pan=stereo|c0=c0|c1=0*c0 -c:a pcm_s16le", "dead channel", quiet},
		{"loud", "-f lavfi -i sine=f=997:d=3,volume=12dB -ac 2 -c:a pcm_s16le", "integrated loudness", target},
		{"on target", "-f lavfi -i sine=f=997:d=3,volume=-4.9dB,pan=stereo|c0=c0|c1=c0 -c:a pcm_s16le", "none", target},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			got := measured(t, ffmpeg(t, "film.mov", picture+strings.TrimSpace(c.sound)+x264+"-shortest"), c.limits)
			names := strings.Split(bad(got), ", ")
			for _, name := range strings.Split(c.want, ", ") {
				if !strings.Contains(bad(got), name) {
					t.Errorf("%s, want %s", bad(got), c.want)
				}
			}
			if len(names) != len(strings.Split(c.want, ", ")) {
				t.Errorf("%s, want %s: %v", bad(got), c.want, got)
			}
			for _, f := range got {
				placed := f.Name == "silence" || f.Name == "phase" || f.Name == "clipping"
				if f.Verdict != media.OK && (f.Advice == "" || f.Limit == "" || placed && f.Where.To == 0) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// TestStrictFails: the level makes failures of warnings, or switches everything off.
func TestStrictFails(t *testing.T) {
	path := ffmpeg(t, "film.mov", picture+"-f lavfi -i sine=d=3,pan=stereo|c0=c0|c1=-1*c0 -c:a pcm_s16le"+x264)
	l := Defaults()
	l.Level = Strict
	if f := measured(t, path, l)["phase"]; f.Verdict != media.Fail {
		t.Errorf("%+v", f)
	}
	l.Level = Off
	if got := measured(t, path, l); len(got) > 0 {
		t.Error(got)
	}
}

// TestPeaksInAnyPortions: samples are the same however they arrive.
func TestPeaksInAnyPortions(t *testing.T) {
	path := ffmpeg(t, "sound.raw", "-f lavfi -i sine=f=440:d=1,volume=26dB -ac 2 -ar 8000 -f s16le")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, parts := newPCM(8000, true), newPCM(8000, true)
	all.Write(b)
	for i := 0; i < len(b); i += 7 {
		parts.Write(b[i:min(len(b), i+7)])
	}
	x, y := all.result(), parts.result()
	if x.clipped != y.clipped || x.clipped == 0 || x.level != y.level || len(x.Peaks) != 100 || string(x.Peaks) != string(y.Peaks) {
		t.Errorf("%d and %d clipped, level %g and %g, %d peaks", x.clipped, y.clipped, x.level, y.level, len(x.Peaks))
	}
	if d := decibels(x.level); math.Abs(d+1) > 1 { // a sine of 2.5 of full scale, cut off
		t.Error(d)
	}
}
