package cli

import (
	"fmt"
	"sync"

	"greenroom/pipeline/event"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// printer prints events on stderr: progress bars on a terminal, lines elsewhere, JSON lines with --json.
type printer struct {
	e    *env
	mu   sync.Mutex
	bars *mpb.Progress
	bar  map[string]*mpb.Bar
	done bool

	bulk  *bulkProgress // of a run of many clips
	steps *steps        // of a film that is rendered; nil: progress is not printed where there are no bars
}

func newPrinter(e *env) *printer {
	p := &printer{e: e, bar: map[string]*mpb.Bar{}}
	if e.terminal && !e.json {
		p.bars = mpb.New(mpb.WithOutput(e.unguarded()), mpb.WithWidth(28))
	}
	return p
}

func (p *printer) event(ev event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ev.Clip, ev.Message = oneLine(ev.Clip), oneLine(ev.Message) // may hold a server's words
	switch {
	case p.done:
	case p.e.json:
		printLine(p.e, ev)
	case p.bulkEvent(ev):
	case p.bars != nil && ev.State != event.Warned && ev.State != event.Failed:
		p.progress(ev)
	case ev.State == event.Progress && p.steps != nil:
		if line := p.steps.line(ev); line != "" {
			p.print(line)
		}
	case ev.State == event.Progress, ev.State == event.Started && !p.e.verbose && ev.Message == "":
	default:
		p.line(ev)
	}
}

func (p *printer) line(ev event.Event) {
	text := ev.Stage
	switch ev.State {
	case event.Done:
		text += " done"
	case event.Warned:
		text += " warning"
	case event.Failed:
		text = "failed"
	}
	if ev.Message != "" {
		text += ": " + ev.Message
	}
	if ev.Stage == "fetch" && ev.Total > 0 {
		text = fmt.Sprintf("downloaded %.1f MB", float64(ev.Total)/1e6)
	}
	if ev.Clip != "" {
		text = ev.Clip + ": " + text
	}
	p.print(text)
}

// progress moves the clip's bar; a stage is a full sweep of it.
func (p *printer) progress(ev event.Event) {
	name := ev.Clip
	if name == "" {
		name = ev.Stage
	}
	key := name + "/" + ev.Stage
	b := p.bar[key]
	if b == nil {
		b = p.bars.AddBar(1000, mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-18.18s %-8s", name, ev.Stage))),
			mpb.AppendDecorators(decor.Percentage()), mpb.BarRemoveOnComplete())
		p.bar[key] = b
	}
	frac := ev.Frac
	if ev.Total > 0 {
		frac = float64(ev.Done) / float64(ev.Total)
	}
	if ev.State == event.Done {
		b.SetCurrent(1000)
		delete(p.bar, key)
		return
	}
	b.SetCurrent(int64(min(frac, 0.999) * 1000))
}

// close removes the bars, so that the last line is printed below them.
func (p *printer) close() {
	p.mu.Lock()
	p.done = true
	for _, b := range p.bar {
		b.Abort(true)
	}
	if p.bulk != nil && p.bulk.bar != nil {
		p.bulk.bar.Abort(true)
	}
	p.mu.Unlock()
	if p.bars != nil {
		p.bars.Wait()
	}
}
