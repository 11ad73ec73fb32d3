//go:build (linux || darwin) && (amd64 || arm64) && !static

package espeak

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"

	"github.com/ebitengine/purego"
)

// names are those of the library where systems and package managers put it.
func names() []string {
	if runtime.GOOS == "darwin" {
		return []string{"libespeak-ng.1.dylib", "/opt/homebrew/lib/libespeak-ng.1.dylib",
			"/usr/local/lib/libespeak-ng.1.dylib"}
	}
	return []string{"libespeak-ng.so.1"}
}

// Constants of speak_lib.h, which have not changed since 1.49.
const (
	outputSynchronous = 2
	phonemeEvents     = 1
	phonemesAsIPA     = 2
	dontExit          = 0x8000
	rateParameter     = 1
	charsUTF8         = 1
	endPause          = 0x1000
	noDelete          = 0x1000 // RTLD_NODELETE

	eventEnd, eventWord, eventPhoneme = 0, 1, 7
)

// event is espeak_EVENT.
type event struct {
	kind     int32
	unique   uint32
	position int32 // of the text, characters from 1
	length   int32
	audio    int32 // milliseconds
	sample   int32
	user     uintptr
	name     [8]byte // a word's number, or a phoneme in UTF-8, closed by NUL when shorter
}

// voiceSpec is espeak_VOICE.
type voiceSpec struct {
	name, languages, identifier *byte
	gender, age, variant, xx1   byte
	score                       int32
	spare                       uintptr
}

// calls are the library's functions.
type calls struct {
	handle        uintptr
	initialize    func(output, bufferMS int32, path unsafe.Pointer, options int32) int32
	info          func(unsafe.Pointer) string
	setCallback   func(uintptr)
	voiceByName   func(unsafe.Pointer) int32
	voiceByTraits func(unsafe.Pointer) int32
	setParameter  func(which, value, relative int32) int32
	synth         func(text unsafe.Pointer, size uintptr, position uint32, kind int32, end, flags uint32, id,
		user unsafe.Pointer) int32
	terminate func() int32
}

// open loads the library afresh. Its state, such as the place in its table of flutter,
// outlives espeak_Terminate, so that a second text would sound a little different; an
// unloaded library forgets it, and every text sounds as from a new process.
func open(list []string) (*calls, error) {
	c := &calls{}
	var err error
	for _, n := range list {
		c.handle, err = purego.Dlopen(n, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err == nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("load libespeak-ng: %w", err)
	}
	for name, f := range map[string]any{"espeak_Initialize": &c.initialize, "espeak_Info": &c.info,
		"espeak_SetSynthCallback": &c.setCallback, "espeak_SetVoiceByName": &c.voiceByName,
		"espeak_SetVoiceByProperties": &c.voiceByTraits, "espeak_SetParameter": &c.setParameter,
		"espeak_Synth":     &c.synth,
		"espeak_Terminate": &c.terminate} {
		at, err := purego.Dlsym(c.handle, name)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("libespeak-ng: %w", err), purego.Dlclose(c.handle))
		}
		purego.RegisterFunc(f, at)
	}
	return c, nil
}

// start makes the library ready; without its data it returns an error instead of ending the process.
func (c *calls) start() (rate int, err error) {
	rate = int(c.initialize(outputSynchronous, 0, nil, phonemeEvents|phonemesAsIPA|dontExit))
	if rate < 8000 || rate > 48000 {
		return 0, fmt.Errorf("libespeak-ng does not start (%d): is its data installed", rate)
	}
	return rate, nil
}

func (c *calls) close() error {
	c.terminate()
	return purego.Dlclose(c.handle)
}

// try loads a library, starts it, and returns its version.
func try(list []string) (string, error) {
	one.Lock()
	defer one.Unlock()
	// What espeak-ng itself needs stays: sound servers' libraries are not made to go.
	for _, n := range []string{"libpcaudio.so.0", "libsonic.so.0"} {
		_, _ = purego.Dlopen(n, purego.RTLD_NOW|purego.RTLD_LOCAL|noDelete) // where it has no such part, well
	}
	c, err := open(list)
	if err != nil {
		return "", err
	}
	version, _, _ := strings.Cut(c.info(nil), " ")
	if err := known(version); err != nil {
		return "", errors.Join(err, purego.Dlclose(c.handle))
	}
	if _, err := c.start(); err != nil {
		return "", errors.Join(err, purego.Dlclose(c.handle))
	}
	return version, c.close()
}

var library = sync.OnceValues(func() (string, error) { return try(names()) })

// one is held while the library is in use.
var one sync.Mutex

// hearing collects the library's samples and events; the callback has no other way to them.
var hearing struct {
	*Sound
	ctx     context.Context
	longest int // samples
	err     error
}

// onSamples is espeak_Synth's callback; a 1 ends the synthesis.
var onSamples = sync.OnceValue(func() uintptr {
	return purego.NewCallback(func(wave *int16, n int32, e *event) uintptr {
		h := &hearing
		if wave != nil && n > 0 {
			h.Samples = append(h.Samples, unsafe.Slice(wave, n)...)
		}
		for ; e != nil && e.kind != eventEnd; e = (*event)(unsafe.Add(unsafe.Pointer(e), unsafe.Sizeof(*e))) {
			switch {
			case e.kind == eventWord && e.length > 0:
				h.Words = append(h.Words, Word{int(e.position) - 1, int(e.sample)})
			case e.kind == eventPhoneme:
				h.Phones = append(h.Phones, Phone{text(e.name[:]), int(e.sample)})
			}
		}
		h.err = context.Cause(h.ctx)
		if h.err == nil && len(h.Samples) > h.longest {
			h.err = ErrLong
		}
		if h.err != nil {
			return 1
		}
		return 0
	})
})

// text is what is before the NUL, without a last character that was cut.
func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			b = b[:i]
			break
		}
	}
	for len(b) > 0 && !utf8.Valid(b) {
		b = b[:len(b)-1]
	}
	return string(b)
}

func say(ctx context.Context, s Speech) (sound *Sound, err error) {
	one.Lock()
	defer one.Unlock()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	c, err := open(names())
	if err != nil {
		return nil, err
	}
	rate, err := c.start()
	if err != nil {
		return nil, errors.Join(err, purego.Dlclose(c.handle))
	}
	defer func() { err = errors.Join(err, c.close()) }()
	hearing.Sound, hearing.ctx, hearing.longest, hearing.err = &Sound{Rate: rate}, ctx, s.Longest*rate, nil
	defer func() { hearing.Sound, hearing.ctx = nil, nil }()
	c.setCallback(onSamples())
	if !c.choose(s.Voice) {
		return nil, fmt.Errorf("%w: %q", ErrVoice, s.Voice)
	}
	c.setParameter(rateParameter, int32(s.WPM), 0)
	b := append([]byte(s.Text), 0)
	code := c.synth(unsafe.Pointer(&b[0]), uintptr(len(b)), 0, 1, 0, charsUTF8|endPause, nil, nil)
	switch {
	case hearing.err != nil:
		return nil, hearing.err
	case code != 0:
		return nil, fmt.Errorf("libespeak-ng: error %d", code)
	}
	return hearing.Sound, nil
}

// choose takes a voice by its name or, as the program does, by its language.
func (c *calls) choose(voice string) bool {
	b := append([]byte(voice), 0)
	if c.voiceByName(unsafe.Pointer(&b[0])) == 0 {
		return true
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&b[0])
	v := &voiceSpec{languages: &b[0]}
	return c.voiceByTraits(unsafe.Pointer(v)) == 0
}
