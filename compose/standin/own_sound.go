package standin

import "context"

// WAV writes any sound file as mono 16-bit WAV, which every part of HeyGen takes, and
// returns its length in seconds.
func (m *Maker) WAV(ctx context.Context, in, out string) (float64, error) {
	samples, err := m.decode(ctx, in)
	if err != nil {
		return 0, err
	}
	v := &speech{samples: samples}
	return v.seconds(), v.write(out)
}
