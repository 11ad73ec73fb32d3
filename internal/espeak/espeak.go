// Package espeak speaks text with libespeak-ng inside this process, without cgo.
//
// It promises the samples that the program espeak-ng returns for the same text, voice and
// speed, to the last bit, and with them the sample at which each word and each phoneme
// begins. One text is spoken at a time: the library has one state for a complete
// process. It opens no sound device. It never speaks when the library is missing, of
// an unknown version or without its data: Version returns the reason, and the caller uses the
// program instead.
package espeak

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Sound is mono 16-bit PCM with its events in the order of time.
type Sound struct {
	Rate    int // samples a second
	Samples []int16
	Words   []Word
	Phones  []Phone
}

// Word is where a word begins.
type Word struct {
	Rune   int // of the text, from 0
	Sample int
}

// Phone is where a sound of speech begins; it lasts until the next.
type Phone struct {
	IPA    string // empty in a pause
	Sample int
}

// Speech is what to say and how.
type Speech struct {
	Text  string
	Voice string // a voice or a language of espeak-ng: en-us, de, zh
	WPM   int    // words a minute
	// Longest bounds the sound, seconds.
	Longest int
}

// ErrVoice is the answer to a voice that espeak-ng does not have.
var ErrVoice = errors.New("espeak-ng has no such voice")

// ErrLong is the answer to text whose sound exceeds Longest.
var ErrLong = errors.New("the text takes too long to say")

// Version returns the library's version, or why it cannot be used. It loads the library once.
func Version() (string, error) { return library() }

// Say speaks a text. It ends early with ctx.
func Say(ctx context.Context, s Speech) (*Sound, error) {
	if _, err := library(); err != nil {
		return nil, err
	}
	if strings.ContainsRune(s.Text, 0) || strings.ContainsRune(s.Voice, 0) {
		return nil, errors.New("a text for espeak-ng cannot hold a NUL")
	}
	return say(ctx, s)
}

// known refuses versions whose events may be laid out otherwise: 1.49 brought phoneme
// events in IPA and initialisation that does not end the process.
func known(version string) error {
	major, rest, _ := strings.Cut(version, ".")
	digits := strings.FieldsFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if major == "1" && len(digits) > 0 {
		if minor, err := strconv.Atoi(digits[0]); err == nil && minor >= 49 && minor <= 59 {
			return nil
		}
	}
	return fmt.Errorf("libespeak-ng is %q, 1.49 to 1.5x is known", version)
}
