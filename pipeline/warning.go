package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline/event"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
)

// warningOf is what HeyGen warned of with a finished job, as one clean line; empty for
// nothing.
func warningOf(f *heygen.Failure) string {
	if f == nil {
		return ""
	}
	text := f.Message
	if f.Detail != "" && f.Detail != f.Message {
		text += " (" + f.Detail + ")"
	}
	if f.Code != "" {
		text += " [" + f.Code + "]"
	}
	if text = cleanWarning(text); text == "" {
		return "a warning without words"
	}
	return text
}

// cleanWarning makes one printable line of a server's words, without secrets and links.
func cleanWarning(s string) string {
	return outside.Short(strings.TrimSpace(s), lockfile.MaxWarning)
}

// warningFile keeps what came with a take until it is in the lockfile, so that a run that
// was killed in between does not lose it.
func (p *Project) warningFile(take string) string {
	return filepath.Join(p.StateDir(), "warnings", take)
}

// keepWarning records a finished job's warning, or that it has none.
func (b *build) keepWarning(take string, v heygen.Video) error {
	if v.State != heygen.StateCompleted {
		return nil
	}
	path, text := b.warningFile(take), warningOf(v.Warning)
	if text == "" {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	_, err := atomicfile.WriteBytes(path, 0o600, []byte(text+"\n"))
	return err
}

// takeWarning is the warning of the take that a step records: HeyGen's answer now, what
// an earlier run kept, or what the lockfile has.
func (b *build) takeWarning(s planning.Step, v heygen.Video) string {
	if v.State == heygen.StateCompleted {
		return warningOf(v.Warning)
	}
	if text, err := os.ReadFile(b.warningFile(s.Key)); err == nil {
		return cleanWarning(string(text))
	}
	if e, ok := b.Lock.Get(s.Clip); ok && e.TakeKey == s.Key {
		return e.Warning
	}
	return ""
}

// warned reports a take's warning once it is recorded.
func (p *Project) warned(ctx context.Context, clip string, e lockfile.Entry) {
	if e.Warning == "" {
		return
	}
	text := fmt.Sprintf("HeyGen warns of video %s: %s; render refuses it without --allow-warnings", e.VideoID, e.Warning)
	p.Send(ctx, event.Event{Clip: clip, Stage: "check", State: event.Warned, Message: text})
}

// RefuseWarned is the fault of a film that shows a clip whose take HeyGen warned of.
func RefuseWarned(clip, warning string) *fault.Error {
	const hint = "fix its cause at HeyGen (a plan, credit) and raise the clip's take:, or pass --allow-warnings"
	return fault.New(fault.Failed, hint, "HeyGen warns of its take: %s", warning).For(clip)
}

// warnOfMarkup sends a warning for each clip with markup, before money is spent.
func (b *build) warnOfMarkup(ctx context.Context, plan *planning.Plan) {
	for _, s := range plan.Steps {
		if s.Markup != "" {
			b.Send(ctx, event.Event{Clip: s.Clip, Stage: "submit", State: event.Warned, Message: s.Markup})
		}
	}
}

// Warnings are settings of the manifest that have no effect, or another one than they seem to have, each in a line
// with its place and what to write.
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
