package markup

import (
	"strings"
	"testing"
)

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("Dr. Smith (aged 7½) wrote: “It costs $3.50, i.e. less than last year.” ", 3)
	for b.Loop() {
		Find(text)
	}
}
