package pipeline

import (
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/renditions"
	"greenroom/remotion"
)

// What came of a clip in one build.
const (
	ResultReady   = "ready"     // up to date and published
	ResultWaiting = "waiting"   // paid for or skipped, and not done yet
	ResultStandIn = "stand-in"  // not bought; a stand-in is published
	ResultFailed  = "failed"    // see Error
	ResultOpen    = "not built" // the run ended before it
)

// Result is one row of the table at a build's end.
type Result struct {
	Clip    string  `json:"clip"`
	Each    string  `json:"each,omitempty"` // the family, for a clip of a table
	Row     int     `json:"row,omitempty"`  // the table's line, from 1
	Status  string  `json:"status"`
	File    string  `json:"file,omitempty"` // below the project's folder
	Seconds float64 `json:"seconds,omitempty"`
	Price   float64 `json:"priceUSD"` // spent by this run, at most
	VideoID string  `json:"videoId,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// results opens the table: nothing is done yet but what is up to date.
func (p *Project) results(plan *planning.Plan) []Result {
	out := make([]Result, len(plan.Steps))
	for i, s := range plan.Steps {
		out[i] = Result{Clip: s.Clip, Status: ResultOpen}
		if s.Action == planning.Keep {
			out[i].Status = ResultReady
			if e, ok := p.Lock.Get(s.Clip); ok {
				describe(&out[i], e, p.PublicDir())
			}
		}
		if r := s.Work.Clip.Row; r != nil {
			out[i].Each, out[i].Row = r.Each, r.Line
		}
	}
	return out
}

func resultIndex(list []Result) map[string]int {
	at := make(map[string]int, len(list))
	for i, r := range list {
		at[r.Clip] = i
	}
	return at
}

// result edits a clip's row of the table.
func (b *build) result(clip string, edit func(*Result)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i, ok := b.resultAt[clip]; ok {
		edit(&b.sum.Results[i])
	}
}

// finishResults completes the table with what is there now.
func (b *build) finishResults(plan *planning.Plan) {
	for _, s := range plan.Steps {
		e, kind, ok := b.previews.Shown(*s.Work.Clip)
		b.result(s.Clip, func(r *Result) {
			if !ok {
				return
			}
			if r.Status == ResultOpen || r.Status == ResultReady || r.Status == ResultWaiting && kind == remotion.StandIn {
				r.Status = ResultReady
				if kind == remotion.StandIn {
					r.Status = ResultStandIn
				} else if e.TakeKey != s.Key {
					r.Status = ResultOpen
				}
			}
			describe(r, e, b.PublicDir())
		})
	}
}

// describe fills in what an entry knows; published is the folder of its files, relative to the project.
func describe(r *Result, e lockfile.Entry, published string) {
	r.Seconds, r.VideoID = e.Info.Duration, e.VideoID
	for _, f := range renditions.Published(e) {
		if f.Rendition == renditions.WebM {
			r.File = published + "/" + f.Name
		}
	}
}
