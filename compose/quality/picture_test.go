package quality

import (
	"strings"
	"testing"

	"greenroom/compose/media"
)

func TestPictures(t *testing.T) {
	l := Defaults()
	l.Black, l.Frozen = 0.5, 1
	for _, c := range []struct{ what, args, want string }{
		{"good", "-f lavfi -i testsrc2=s=320x180:r=25:d=3" + x264, "none"},
		{"one frame", "-f lavfi -i testsrc2=s=320x180:r=25 -frames:v 1" + x264, "none"},
		{"black", "-f lavfi -i color=black:s=320x180:r=25:d=3" + x264, "black"},
		{"black part", "-f lavfi -i testsrc2=s=320x180:r=25:d=3,drawbox=t=fill:c=black:enable='between(t,1,1.9)'" + x264, "black"},
		{"frozen", "-f lavfi -i testsrc2=s=320x180:r=25:d=3,loop=loop=40:size=1:start=20" + x264, "frozen"},
		{"a mouth", "-f lavfi -i color=gray:s=1280x720:r=25:d=3,drawbox=x=620:y=400:w=30:h=15:t=fill:c=black:enable='lt(mod(t,0.4),0.2)'" +
			x264, "none"},
		{"out of range", "-f lavfi -i color=gray:s=320x180:r=25:d=3,format=yuv420p,geq=lum='if(lt(X,100),2,128+N)':cb=128:cr=128" +
			" -c:v libx264 -crf 5 -colorspace bt709", "legal range"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			got := measured(t, ffmpeg(t, "film.mp4", c.args), l)
			if !strings.HasPrefix(bad(got), c.want) {
				t.Errorf("%s, want %s: %v", bad(got), c.want, got)
			}
			if f := got["black"]; c.what == "black part" && (f.Where.From < 0.9 || f.Where.From > 1.1 || f.Where.To > 2.05) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestAlphaThatFailsForAFrame: one picture without a third of the presenter.
func TestAlphaThatFailsForAFrame(t *testing.T) {
	for n, want := range map[string]media.Verdict{"12": media.Warn, "500": media.OK} {
		path := ffmpeg(t, "clip.webm", "-f lavfi -i color=red:s=320x180:r=25:d=1,format=rgba,geq=r=200:g=40:b=40:a='255*"+
			"between(X,100+N,200+N)*(1-eq(N,"+n+")*gt(Y,120))' -c:v libvpx-vp9 -pix_fmt yuva420p -crf 20 -b:v 0 -deadline realtime -cpu-used 8 -auto-alt-ref 0")
		e := media.Expect{Transparent: true}
		m := Watch(&e, Subject{}, Defaults())
		if _, err := media.Check(t.Context(), tools(t), path, e, nil); err != nil {
			t.Fatal(err)
		}
		for _, f := range m.Findings() {
			if f.Name == "alpha flicker" && (f.Verdict != want || want == media.Warn && f.Where.From != 0.48) {
				t.Errorf("%+v", f)
			}
		}
		if len(m.Strip().Pictures) != stripPictures || m.Strip().Large == nil {
			t.Errorf("%d pictures", len(m.Strip().Pictures))
		}
	}
}
