package typeset

import (
	"testing"

	"greenroom/compose/fonts"
)

func BenchmarkLoad(b *testing.B) {
	data := fonts.Inter(400).Data
	for b.Loop() {
		if _, err := Load(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLines(b *testing.B) {
	f, err := Load(fonts.Inter(400).Data)
	if err != nil {
		b.Fatal(err)
	}
	s := NewSetter([]*Face{f})
	for b.Loop() {
		if _, err := s.Lines("The quick brown fox jumps over the lazy dog, and then some more of the same.", 40, 400); err != nil {
			b.Fatal(err)
		}
	}
}
