package quality

import (
	"os/exec"
	"testing"

	"greenroom/compose/media"
	"greenroom/internal/benchtest"
)

// BenchmarkFilm compares measuring a film of 1080p with a bare decode of its pictures and sound, by processor time.
func BenchmarkFilm(b *testing.B) {
	found := tools(b)
	film := ffmpeg(b, "film.mp4", "-f lavfi -i testsrc2=s=1920x1080:r=25,noise=alls=8:allf=t -f lavfi -i sine=f=440 -t 6 "+
		"-c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p -c:a aac -ac 2")
	measure := func() error {
		m, err := File(b.Context(), found, film, Subject{IsFilm: true}, Defaults())
		if err == nil {
			m.Findings()
		}
		return err
	}
	decode := func() error {
		return exec.Command(found.FFmpeg, "-v", "error", "-nostdin", "-threads", "1", "-i", film, "-f", "null", "-").Run()
	}
	benchtest.Ratio(b, benchtest.Processor, 3, benchtest.Way{Name: "measure", Do: measure},
		benchtest.Way{Name: "decode", Do: decode})
}

// BenchmarkClip compares a check of a transparent clip with what is measured here, and without it.
func BenchmarkClip(b *testing.B) {
	found := tools(b)
	clip := ffmpeg(b, "clip.webm", "-f lavfi -i testsrc2=s=1920x1080:r=25 -f lavfi -i sine=f=440"+
		" -f lavfi -i color=black:s=1920x1080:r=25,format=gray,drawbox=x=500:y=200:w=900:h=880:c=white:t=fill"+
		" -filter_complex [0:v]format=yuva420p[p];[p][2:v]alphamerge[v] -map [v] -map 1:a -t 3 -c:v libvpx-vp9 -b:v 0 -crf 20"+
		" -deadline realtime -cpu-used 8 -auto-alt-ref 0 -c:a libopus")
	check := func(measured bool) func() error {
		return func() error {
			e := media.Expect{Transparent: true}
			var m *Meter
			if measured {
				m = Watch(&e, Subject{}, Defaults())
			}
			if _, err := media.Check(b.Context(), found, clip, e, nil); err != nil || m == nil {
				return err
			}
			return m.Listen(b.Context(), found, clip)
		}
	}
	benchtest.Ratio(b, benchtest.Processor, 3, benchtest.Way{Name: "measured", Do: check(true)},
		benchtest.Way{Name: "check", Do: check(false)})
}
