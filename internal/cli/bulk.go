package cli

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"greenroom/pipeline/event"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// bulkThreshold is the number of clips above which a run prints totals instead of a line for each clip.
const bulkThreshold = 50

const (
	bulkInterval = 10 * time.Second // between two lines of totals
	bulkMaxLines = 10               // failures and warnings that still get a line
)

// bulkProgress counts the events of a run of many clips or films.
type bulkProgress struct {
	of                   string // clip, film
	total, ready, listed int
	submitted, failed    atomic.Int64 // the bar reads them from its own goroutine
	began, next          time.Time
	bar                  *mpb.Bar
}

// bulkStages are the stages that are runs of many things.
var bulkStages = map[string]string{"build": "clip", filmsStage: "film"}

// bulkEvent counts an event of a run of many clips. It returns false for events that are printed as lines of their own.
func (p *printer) bulkEvent(ev event.Event) bool {
	if of := bulkStages[ev.Stage]; of != "" && ev.Clip == "" && ev.State == event.Started {
		if ev.Total > bulkThreshold {
			p.bulk = &bulkProgress{of: of, total: int(ev.Total), began: ev.Time, next: ev.Time.Add(bulkInterval)}
			p.addBulkBar()
		}
		return true
	}
	c := p.bulk
	if c == nil || ev.Clip == "" {
		return false
	}
	switch {
	case ev.State == event.Failed:
		c.failed.Add(1)
	case ev.Stage == "submit" && ev.State == event.Done:
		c.submitted.Add(1)
	case (ev.Stage == "prepare" || ev.Stage == "stand-in" || ev.Stage == filmsStage) && ev.State == event.Done:
		c.ready++
	}
	if c.bar != nil {
		c.bar.SetCurrent(int64(c.ready) + c.failed.Load())
	}
	if ev.State == event.Failed || ev.State == event.Warned {
		c.listed++
		if c.listed <= bulkMaxLines {
			return false
		}
		if c.listed == bulkMaxLines+1 {
			p.print("more failures and warnings are counted, not listed; --results names each " + c.of)
		}
	}
	if c.bar == nil && !ev.Time.Before(c.next) {
		c.next = ev.Time.Add(bulkInterval)
		p.e.say("%s", c.line(ev.Time))
	}
	return true
}

// print prints a line, above the bars if there are any.
func (p *printer) print(text string) {
	if p.bars != nil {
		fmt.Fprintf(p.bars, "greenroom: %s\n", text)
		return
	}
	p.e.say("%s", text)
}

// line returns the totals: "412 of 10000 ready, 512 bought, 3 failed, about 12m0s left".
func (c *bulkProgress) line(now time.Time) string {
	parts := []string{fmt.Sprintf("%d of %d ready", c.ready, c.total)}
	if n := c.submitted.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d bought", n))
	}
	if n := c.failed.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", n))
	}
	if done := c.ready + int(c.failed.Load()); done > 0 && done < c.total {
		left := time.Duration(float64(now.Sub(c.began)) * float64(c.total-done) / float64(done))
		parts = append(parts, "about "+left.Round(time.Second).String()+" left")
	}
	return strings.Join(parts, ", ")
}

func (p *printer) addBulkBar() {
	if p.bars == nil {
		return
	}
	c := p.bulk
	c.bar = p.bars.AddBar(int64(c.total), mpb.PrependDecorators(decor.Name(count(c.total, c.of)),
		decor.CountersNoUnit(" %d/%d ")),
		mpb.AppendDecorators(decor.Percentage(), decor.Any(func(decor.Statistics) string {
			if c.of == "film" {
				return fmt.Sprintf(" %d failed", c.failed.Load())
			}
			return fmt.Sprintf(" %d bought, %d failed", c.submitted.Load(), c.failed.Load())
		})), mpb.BarRemoveOnComplete())
}
