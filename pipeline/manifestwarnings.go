package pipeline

import (
	"context"
	"fmt"

	"greenroom/pipeline/event"
)

// Warnings are settings of the manifest that have no effect, or another one than they seem to have, each in a line with its
// place and what to write.
func (p *Project) Warnings() (out []string) {
	for _, w := range p.Manifest.Warnings {
		line := w.Error()
		if w.Hint != "" {
			line += "; " + w.Hint
		}
		out = append(out, fmt.Sprintf("%s: %s", w.Place, line))
	}
	return out
}

// warnOfManifest sends the manifest's warnings as events.
func (p *Project) warnOfManifest(ctx context.Context) {
	for _, w := range p.Warnings() {
		p.Send(ctx, event.Event{Stage: "manifest", State: event.Warned, Message: w})
	}
}
