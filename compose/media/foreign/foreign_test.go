package foreign

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"greenroom/compose/media"
)

// corpus is the folder that make.sh fills.
const corpus = "../../../testdata/foreign"

var findTools = sync.OnceValues(func() (media.Tools,
	error) {
	return media.FindTools(context.Background(), exec.LookPath)
})

func tools(t *testing.T) media.Tools {
	t.Helper()
	tl, err := findTools()
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

// files returns the names of the videos of the corpus.
func files(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(corpus)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); !e.IsDir() && ext != "" && !slices.Contains([]string{".sh", ".md", ".txt"}, ext) {
			names = append(names, e.Name())
		}
	}
	return names
}

// comparison counts what two sides agree on.
type comparison struct {
	agreed  int
	differs []string
}

func (c *comparison) same(what string, greenroom, truth any) {
	if fmt.Sprint(greenroom) == fmt.Sprint(truth) {
		c.agreed++
		return
	}
	c.differs = append(c.differs, fmt.Sprintf("%s: greenroom %v, ffmpeg %v", what, greenroom, truth))
}

func (c *comparison) near(what string, greenroom, truth, within float64) {
	if math.Abs(greenroom-truth) <= within {
		c.agreed++
		return
	}
	c.differs = append(c.differs, fmt.Sprintf("%s: greenroom %.4f, ffmpeg %.4f ± %.4f", what, greenroom, truth, within))
}

// compare compares greenroom's answer for a file with the truth.
func compare(i media.Info, want truth) *comparison {
	c := &comparison{}
	c.same("codec", i.VideoCodec, want.codec)
	c.same("coded size", fmt.Sprintf("%dx%d", i.Width, i.Height), fmt.Sprintf("%dx%d", want.width, want.height))
	c.same("shown size", fmt.Sprintf("%dx%d", i.ShownWidth, i.ShownHeight),
		fmt.Sprintf("%dx%d", want.shownWidth, want.shownHeight))
	turn := fmt.Sprint(i.Display.Orientation.Turn)
	if i.Display.Orientation.Mirror {
		turn = "m" + turn
	}
	c.same("rotation", turn, want.turn)
	c.same("pixel aspect", i.Display.Aspect, want.aspect)
	c.same("varying rate", i.VFR, want.varies)
	switch {
	case want.frames < 2: // a single picture has no rate
	case want.varies:
		step := 1 / i.FPS()
		if step < want.shortest-want.tick || step > want.step+want.tick {
			c.near("rate", i.FPS(), 1/want.step, 0)
		} else {
			c.agreed++
		}
	case want.fpsDen > 1 && want.fpsDen != 1001: // no rate that has a name
		c.near("rate", i.FPS(), float64(want.fpsNum)/float64(want.fpsDen), i.FPS()/5000)
	default:
		c.same("rate", fmt.Sprintf("%d/%d", i.FPSNum, i.FPSDen), fmt.Sprintf("%d/%d", want.fpsNum, want.fpsDen))
	}
	c.same("pictures", i.Frames, want.frames)
	c.near("length of the picture", i.Duration, want.length, want.step/2+want.tick)
	c.same("alpha", i.Alpha, want.alphaChannel)
	// Both names of BT.601 are the same matrix.
	c.same("matrix", strings.Replace(i.Colour.Matrix, "bt470bg", "smpte170m", 1),
		strings.Replace(want.matrix, "bt470bg", "smpte170m", 1))
	c.same("primaries", i.Colour.Primaries, want.primaries)
	c.same("transfer", i.Colour.Transfer, want.transfer)
	c.same("full range", i.Colour.FullRange, want.fullRange == "pc")
	c.same("bits", i.Colour.Bits, want.bits)
	c.same("HDR", i.Colour.HDR(), want.transfer == "smpte2084" || want.transfer == "arib-std-b67")
	c.same("sound", i.AudioCodec, want.sound)
	if want.sound == "" {
		return c
	}
	c.same("channels", i.AudioChannels, want.channels)
	c.same("sound rate", i.AudioRate, want.soundRate)
	// Codecs discard a part of their first packet. Where sound begins is compared by samples in the prepared files.
	c.near("sound's start against the picture's", i.FirstAudioPTS-i.FirstVideoPTS, want.soundStart-want.start,
		want.soundPacket+0.0015)
	c.near("length of the sound", i.AudioDuration, want.soundSeconds, want.soundPacket+0.01)
	return c
}

// probe compares one file, prints its row of the table and returns how many values agree.
func probe(t *testing.T, path string) int {
	t.Helper()
	want := measured(t, path)
	r, err := media.Check(t.Context(), tools(t), path, media.Expect{
		Transparent: want.alpha, Limits: media.Limits{CoverageMin: 0.001, CoverageMax: 1, Border: "all"}}, nil)
	if err != nil {
		t.Fatalf("greenroom does not read it: %v", err)
	}
	t.Logf("%s", want)
	c := compare(r.Info, want)
	c.same("decoded pictures", r.Frames, want.frames)
	for _, f := range r.Findings { // a notice of a decoder is not damage
		if f.Verdict == media.Fail && f.Name != "alpha use" { // a single clear pixel is alpha that hides nothing
			c.differs = append(c.differs, fmt.Sprintf("check fails: greenroom %s: %s, limit %s", f.Name, f.Value, f.Limit))
		}
	}
	if r.Sound != nil {
		c.near("the first sample", r.Sound.Start, want.soundStart, 0.002)
		c.near("the last sample", r.Sound.End, want.soundStart+want.soundSeconds, want.soundPacket+0.002)
	}
	for _, d := range c.differs {
		t.Error(d)
	}
	return c.agreed
}

// TestForeignFilesAreWhatFFmpegSays probes the usual files, and with GREENROOM_TEST_ALL the complete corpus.
func TestForeignFilesAreWhatFFmpegSays(t *testing.T) {
	names := usual
	if os.Getenv("GREENROOM_TEST_ALL") != "" {
		names = files(t)
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return filepath.Ext(name) == ".webp" // ffmpeg 5.1 does not decode animations: see TestForeignWebP
	})
	agreed := 0
	for _, name := range names {
		t.Run(name, func(t *testing.T) { agreed += probe(t, filepath.Join(corpus, name)) })
	}
	t.Logf("%d files, %d values agree", len(names), agreed)
	if least := 25; len(names) < least {
		t.Errorf("%d files, %d are needed", len(names), least)
	}
}

// String is a row of the table that -v prints.
func (r truth) String() string {
	rate := fmt.Sprintf("%d/%d", r.fpsNum, r.fpsDen)
	if r.varies {
		rate = "varies"
	}
	sound := "no sound"
	if r.sound != "" {
		sound = fmt.Sprintf("%s %d ch %d Hz %+.3f s %.3f s", r.sound, r.channels, r.soundRate, r.soundStart-r.start,
			r.soundSeconds)
	}
	return fmt.Sprintf("%s %s %dx%d turn %s pixel %s shown %dx%d | %s %d pictures %.3f s | alpha %v | %s/%s/%s %s %d bits | %s",
		r.codec, r.pixelFormat, r.width, r.height, r.turn, r.aspect, r.shownWidth, r.shownHeight, rate, r.frames, r.length,
		r.alpha,
		r.matrix, r.primaries, r.transfer, r.fullRange, r.bits, sound)
}
