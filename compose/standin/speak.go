package standin

import (
	"context"
	"errors"
)

// Speak writes the script's voice alone, as mono 16-bit WAV, and returns when each word
// is spoken. The picture's members of the Spec do not matter.
func (m *Maker) Speak(ctx context.Context, s Spec, out string) (Result, error) {
	if s.Script == "" {
		return Result{}, errors.New("nothing to say: the script is empty")
	}
	v, err := m.voice(ctx, s)
	if err != nil {
		return Result{}, err
	}
	return Result{Duration: v.seconds(), Words: v.words, Voice: v.name}, v.write(out)
}
