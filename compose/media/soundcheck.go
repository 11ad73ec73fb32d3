package media

import (
	"context"
	"fmt"
	"math"
)

const (
	// tailLimit is up to which difference in length sound and picture end together, in seconds: codecs fill their last
	// packet, by up to 46 ms of AAC or 52 ms of MP3 at 44.1 kHz.
	tailLimit = 0.08
	// offsetLimit is up to which offset of the start nothing is reported, in seconds.
	offsetLimit = 0.1
	// headerSlack is by how many seconds a header may be wrong without a failure, whatever the share.
	headerSlack = 1.0
	// longestAnnounced is the longest length that a header is trusted with, in seconds: programs that do not know
	// the length write the largest number instead.
	longestAnnounced = 24 * 3600.0
)

// measure finds how long pictures and sound are. Pictures that were decoded count, not packets: edit lists hide some.
func (r *Report) measure(ctx context.Context, t Tools, e Expect) (err error) {
	r.Seconds = r.Info.Duration
	if r.Frames > 0 && !r.Info.VFR {
		r.Seconds = float64(r.Frames) / math.Max(r.Info.FPS(), 1e-6)
	}
	if r.Info.AudioCodec == "" || e.Prepared && e.Loudness == nil {
		return nil
	}
	r.Sound, err = readSound(ctx, t, r.path, r.Info)
	if err != nil || !e.Prepared || r.Sound == nil {
		return err
	}
	l, err := measureLoudness(ctx, t, r.path, "")
	r.Loudness = &l
	return err
}

// Held returns how often the last picture is repeated when it is held until the sound ends, to the nearest frame: the
// last packet of a sound is filled up with silence.
func (r *Report) Held() int {
	if r.carried != nil {
		return r.carried.Held
	}
	if after := r.after(); after > tailLimit {
		return int(math.Round(after * r.Info.FPS()))
	}
	return 0
}

// after is how much later the sound ends than the last picture, in seconds; negative when it ends earlier.
func (r *Report) after() float64 {
	if r.Sound == nil || r.Sound.End <= r.Sound.Start {
		return 0
	}
	return r.Sound.End - r.Sound.clockZero(r.Info.FirstVideoPTS) - r.Seconds
}

// start is the time on the file's clock, in seconds, at which pictures or sound begin.
func (r *Report) start() float64 {
	if r.Sound != nil {
		return min(r.Sound.Start, r.Info.FirstVideoPTS)
	}
	return r.Info.FirstVideoPTS
}

// length checks how long the pictures are: against what was announced, and against the file's own header.
func (r *Report) length(e Expect) {
	if e.Duration > 0 {
		off := math.Abs(r.Seconds - e.Duration)
		advice := "the pictures are not as long as announced; " + r.again + ", or widen checks.duration"
		if e.Prepared {
			advice = "the prepared pictures are not as long as the source's; run it again"
		}
		r.add("duration", judge(off > e.DurationTolerance*e.Duration && off > 0.1, Fail), seconds(r.Seconds),
			fmt.Sprintf("%s ± %.0f %%", seconds(e.Duration), e.DurationTolerance*100), advice)
	}
	announced := r.Info.Announced
	if e.Prepared || announced <= 0 || math.IsNaN(announced) || math.IsInf(announced, 0) {
		return
	}
	holds := max(r.held, r.Info.FirstVideoPTS+r.Seconds)
	if r.Sound != nil {
		holds = max(holds, r.Sound.End)
	}
	if r.Info.Container == "mpegts" || r.Info.Container == "mpeg" {
		holds -= r.start() // the clock of a broadcast starts anywhere, and its length is counted from there
	}
	short, off := announced-holds, math.Abs(announced-holds)
	// A cut MP4 shows in its boxes; its header also counts chapters and edits that go on after the last picture.
	decides := r.Info.Container == "webm" || r.Info.Container == "matroska"
	verdict := OK
	switch {
	case decides && short > headerSlack && short > announced*e.DurationTolerance && announced < longestAnnounced:
		verdict = Fail
	case off > 0.5 && off > 0.02*announced:
		verdict = Warn
	}
	advice := "the header is wrong, and not used: lengths are measured"
	if short > 0 {
		advice = "the file was cut, or its header is wrong; " + r.again +
			", or, when it is complete, write a new header: ffmpeg -i IN -map 0 -c copy OUT, or widen checks.duration"
	}
	r.add("length in the header", verdict, seconds(announced), fmt.Sprintf("%s in the file", seconds(holds)), advice)
}

// listen checks the sound: where it lies under the picture, and what is not used of it.
func (r *Report) listen(e Expect) {
	s := r.Sound
	if s == nil {
		return
	}
	if e.Prepared {
		r.loud(e)
		return
	}
	if s.End <= s.Start {
		r.add("sound decoding", Fail, "no samples", "sound", "the sound cannot be decoded ("+s.complaint+
			"); remove it: ffmpeg -i IN -map 0:v -c copy OUT")
		return
	}
	if s.complaint != "" {
		r.add("sound decoding", Warn, s.complaint, "no complaint", "listen to the prepared clip")
	}
	if s.Tracks > 1 {
		r.add("sound tracks", Warn, fmt.Sprint(s.Tracks), "1",
			"the first is used; for the second: ffmpeg -i IN -map 0:v -map 0:a:1 -c copy OUT")
	}
	start := r.Info.FirstVideoPTS
	if !s.audible(start, r.Seconds) {
		r.add("sound offset", Warn, fmt.Sprintf("from %s to %s", seconds(s.Start-start), seconds(s.End-start)),
			"within the picture's "+seconds(r.Seconds), "no sound is audible while pictures are shown: the clip is silent")
		return
	}
	off := s.Start - s.clockZero(start)
	advice := "the offset is kept: silence comes first"
	if off < 0 {
		advice = "the offset is kept: sound before the first picture is cut"
	}
	r.add(
		"sound offset", judge(math.Abs(off) > offsetLimit, Warn), fmt.Sprintf("%+.0f ms", off*1000), "±100 ms", advice,
	)
	r.tail(e)
	if s.Gaps > 0 {
		r.add("sound gaps", Warn, fmt.Sprintf("%d, %s in all", s.Gaps, seconds(s.Gap)), "none",
			"they become silence, so that what follows stays on time")
	}
}

// tail checks that sound and picture end together.
func (r *Report) tail(e Expect) {
	after := r.after()
	value, verdict, advice := "ends with the picture", OK, ""
	switch {
	case after > tailLimit:
		value, verdict = seconds(after)+" after the last picture", Warn
		advice = "it is cut there; prepare: {tail: hold} repeats the last picture until the sound ends"
		if e.Hold {
			verdict = OK
		}
	case after < -tailLimit:
		value, verdict, advice = seconds(-after)+" before the last picture", Warn, "the clip is silent from there on"
	}
	r.add("end of sound", verdict, value, "±"+seconds(tailLimit), advice)
}

// loud checks how loud the prepared sound is.
func (r *Report) loud(e Expect) {
	if e.Loudness == nil || r.Loudness == nil {
		return
	}
	l := *r.Loudness
	limit := fmt.Sprintf("%g ± %g LUFS, at most %g dBTP", *e.Loudness, loudnessTolerance, maxPeak)
	switch {
	case !l.block():
		r.add("loudness", Warn, "cannot be measured", limit,
			"the sound is left as it is: it is silent, or shorter than the 0.4 s that a measurement needs")
	case l.Integrated < quietest-0.5 && *e.Loudness > quietest: // Opus moved it by up to 0.2 LU in tests
		r.add("loudness", Warn, l.String(), limit,
			fmt.Sprintf("the sound is left as it is: below %g LUFS there is noise, and no speech", quietest))
	default:
		missed := math.Abs(l.Integrated-*e.Loudness) > loudnessTolerance
		advice := fmt.Sprintf("its peaks would be limited by more than %g dB: ", mostLimited) +
			"choose a lower prepare.loudness for this clip"
		if !missed {
			advice = "Opus raised its peaks: choose a lower prepare.loudness for this clip"
		}
		r.add("loudness", judge(missed || l.Peak > maxPeak, Warn), l.String(), limit, advice)
	}
}
