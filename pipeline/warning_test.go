package pipeline

import (
	"strings"
	"testing"

	"greenroom/heygen"
	"greenroom/pipeline/lockfile"
)

// TestAWarningIsOneCleanLine: it is printed, stored and shared, and a server wrote it.
func TestAWarningIsOneCleanLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"watermarked result":                        "watermarked result",
		"two\nlines\r\n\x1b[31mred\u202e":           `two\nlines\r\n\u001b[31mred\u202e`,
		"see https://x.ai/v.mp4?Signature=abc&K=d.": "see https://x.ai/v.mp4?[redacted]",
		"at https://user:secret@x.ai/p#token=1 now": "at https://[redacted]@x.ai/p?[redacted] now",
		strings.Repeat("ä", 400):                    strings.Repeat("ä", lockfile.MaxWarning-1) + "…",
	} {
		if got := cleanWarning(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	f := &heygen.Failure{Code: "MOVIO_PAYMENT_INSUFFICIENT_CREDIT", Message: "watermarked result", Detail: "free plan"}
	if got := warningOf(f); got != "watermarked result (free plan) [MOVIO_PAYMENT_INSUFFICIENT_CREDIT]" {
		t.Error(got)
	}
	if warningOf(nil) != "" || warningOf(&heygen.Failure{}) != "a warning without words" {
		t.Errorf("%q %q", warningOf(nil), warningOf(&heygen.Failure{}))
	}
}

// TestAWarningOutlivesAKilledRun: the file was on record and the lockfile was not.
func TestAWarningOutlivesAKilledRun(t *testing.T) {
	t.Parallel()
	b, s := planned(t, "v2", `{script: Hi}`)
	marked := heygen.Video{State: heygen.StateCompleted, Warning: &heygen.Failure{Message: "watermarked result"}}
	if err := b.keepWarning(s.Key, marked); err != nil {
		t.Fatal(err)
	}
	if got := b.takeWarning(s, heygen.Video{Duration: 4}); got != "watermarked result" {
		t.Errorf("the next run knows %q", got)
	}
	if got := b.takeWarning(s, heygen.Video{State: heygen.StateCompleted}); got != "" {
		t.Errorf("a record without a warning leaves %q", got)
	}
	if err := b.keepWarning(s.Key, heygen.Video{State: heygen.StateCompleted}); err != nil {
		t.Fatal(err)
	}
	if got := b.takeWarning(s, heygen.Video{}); got != "" {
		t.Errorf("a warning that is gone is still there: %q", got)
	}
	_ = b.Lock.Set(lockfile.Entry{Clip: s.Clip, TakeKey: s.Key, Warning: "from the lockfile"})
	if got := b.takeWarning(s, heygen.Video{}); got != "from the lockfile" {
		t.Errorf("the lockfile's warning is %q", got)
	}
}
