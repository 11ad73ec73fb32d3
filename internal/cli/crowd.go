package cli

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"greenroom/pipeline"
)

// Above this many clips a run is told in sums: nobody reads eighty thousand lines.
const crowdSize = 50

const (
	crowdPause = 10 * time.Second // between two lines of sums
	crowdLines = 10               // failures and warnings that still get a line
)

// crowd sums up what happens to many clips or films.
type crowd struct {
	of                 string // clip, film
	total, ready, said int
	asked, failed      atomic.Int64 // the bar reads them from its own goroutine
	began, next        time.Time
	bar                *mpb.Bar
}

// crowdOf are the stages that are runs of many things.
var crowdOf = map[string]string{"build": "clip", filmsStage: "film"}

// crowded takes an event of a run of many clips; false leaves it to the usual lines.
func (p *printer) crowded(ev pipeline.Event) bool {
	if of := crowdOf[ev.Stage]; of != "" && ev.Clip == "" && ev.State == pipeline.Started {
		if ev.Total > crowdSize {
			p.crowd = &crowd{of: of, total: int(ev.Total), began: ev.Time, next: ev.Time.Add(crowdPause)}
			p.crowdBar()
		}
		return true
	}
	c := p.crowd
	if c == nil || ev.Clip == "" {
		return false
	}
	switch {
	case ev.State == pipeline.Failed:
		c.failed.Add(1)
	case ev.Stage == "submit" && ev.State == pipeline.Done:
		c.asked.Add(1)
	case (ev.Stage == "prepare" || ev.Stage == "stand-in" || ev.Stage == filmsStage) && ev.State == pipeline.Done:
		c.ready++
	}
	if c.bar != nil {
		c.bar.SetCurrent(int64(c.ready) + c.failed.Load())
	}
	if ev.State == pipeline.Failed || ev.State == pipeline.Warned {
		if c.said++; c.said <= crowdLines {
			return false
		}
		if c.said == crowdLines+1 {
			p.tell("more failures and warnings are counted, not listed; --results names each " + c.of)
		}
	}
	if c.bar == nil && !ev.Time.Before(c.next) {
		c.next = ev.Time.Add(crowdPause)
		p.e.say("%s", c.line(ev.Time))
	}
	return true
}

// tell prints a line above the bars, when there are any.
func (p *printer) tell(text string) {
	if p.bars != nil {
		fmt.Fprintf(p.bars, "greenroom: %s\n", text)
		return
	}
	p.e.say("%s", text)
}

// line is where the run stands: "412 of 10000 ready, 512 bought, 3 failed, about 12m0s left".
func (c *crowd) line(now time.Time) string {
	parts := []string{fmt.Sprintf("%d of %d ready", c.ready, c.total)}
	if n := c.asked.Load(); n > 0 {
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

func (p *printer) crowdBar() {
	if p.bars == nil {
		return
	}
	c := p.crowd
	c.bar = p.bars.AddBar(int64(c.total), mpb.PrependDecorators(decor.Name(count(c.total, c.of)), decor.CountersNoUnit(" %d/%d ")),
		mpb.AppendDecorators(decor.Percentage(), decor.Any(func(decor.Statistics) string {
			if c.of == "film" {
				return fmt.Sprintf(" %d failed", c.failed.Load())
			}
			return fmt.Sprintf(" %d bought, %d failed", c.asked.Load(), c.failed.Load())
		})), mpb.BarRemoveOnComplete())
}
