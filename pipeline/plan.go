package pipeline

import (
	"context"
	"fmt"
	"slices"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/origin"
	"greenroom/pipeline/previews"
	"greenroom/pipeline/project"
	"greenroom/pipeline/recipes"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routing"
	"greenroom/pipeline/voice"
)

// Action is the most expensive thing a clip still needs.
type Action string

const (
	Keep    Action = "keep"    // up to date
	Publish Action = "publish" // rendered files are there, not yet in public/
	Prepare Action = "prepare" // transcode from the master we have
	Fetch   Action = "fetch"   // download a take that is paid for
	Import  Action = "import"  // import a local file
	Buy     Action = "buy"     // ask HeyGen for a new take
	Settle  Action = "settle"  // an earlier request's outcome is unknown
	Blocked Action = "blocked" // needs a person first
	Draft   Action = "draft"   // ask HeyGen for its voice alone
)

// Step is the plan for one clip.
type Step struct {
	Clip    string  `json:"clip"`
	Action  Action  `json:"action"`
	Reason  string  `json:"reason"`
	Route   string  `json:"route"`
	Price   float64 `json:"priceUSD"` // what a build would spend now, at most
	Least   float64 `json:"leastUSD"` // the same if the estimate of its length is too long
	Seconds float64 `json:"seconds"`  // of footage; an estimate until the take is there
	// Shortest and Longest are the range that an estimate ends in; 0 when it is none.
	Shortest float64 `json:"leastSeconds,omitempty"`
	Longest  float64 `json:"mostSeconds,omitempty"`
	// LengthUnknown: the length cannot be determined, so Price is only the least that is billed.
	LengthUnknown bool   `json:"lengthUnknown,omitempty"`
	Key           string `json:"takeKey"`
	// Voice is the sound that comes before the picture, of a clip with a voice draft that
	// is not bought. Its price is its own: Price does not hold it.
	Voice *VoiceStep `json:"voice,omitempty"`

	// Warning is what HeyGen warned of with the take that is there.
	Warning string `json:"warning,omitempty"`
	// Markup is what of the words to buy is not speech, in a line; Marks are all of it.
	Markup string `json:"markup,omitempty"`
	Marks  []Mark `json:"marks,omitempty"`

	clip        *manifest.Clip
	req         request.Request
	length      request.Length // before the take is there
	credits     float64        // the price before it became dollars
	duplicateOf string         // the clip that buys the same take; this one waits for it
	row         *ledger.Row    // the submission on record; nil when there is none
	again       bool           // the master is downloaded or imported again, whatever is stored
}

// submission is the one on record; without a key when there is none.
func (s Step) submission() ledger.Row {
	if s.row == nil {
		return ledger.Row{}
	}
	return *s.row
}

// PaidBy names the clip of the plan that buys the take this one waits for; empty for all
// others. Bought alone, this one pays for it.
func (s Step) PaidBy() string { return s.duplicateOf }

// Plan is what a build would do.
type Plan struct {
	Steps   []Step  `json:"clips"`
	Price   float64 `json:"priceUSD"` // at most, voices with it
	Least   float64 `json:"leastUSD"`
	API     string  `json:"api"`
	Sandbox bool    `json:"sandbox"`
	Prices  string  `json:"pricesAsOf"`
}

// Counts returns how many clips need each action.
func (p *Plan) Counts() map[Action]int {
	n := map[Action]int{}
	for _, s := range p.Steps {
		n[s.Action]++
	}
	return n
}

// UpToDate reports that a build would do nothing.
func (p *Plan) UpToDate() bool { return p.Counts()[Keep] == len(p.Steps) }

// idle reports that a build needs nothing of the account.
func (p *Plan) idle() bool {
	return !slices.ContainsFunc(p.Steps, func(s Step) bool {
		return s.Action != Keep && s.Action != Publish && s.Action != Prepare && s.Action != Import || s.Voice != nil
	})
}

// planner decides what a build does with a clip, from facts on disk.
type planner struct {
	disk     *project.Project
	account  *account.Account
	voices   *voice.Store
	router   *routing.Router
	lengths  *routing.Lengths
	recipes  *recipes.Recipes
	previews *previews.Previews

	plannedAll bool            // every clip's files were compared
	refetch    map[string]bool // clips whose masters are downloaded again
}

// Plan compares the manifest with what is on disk. It changes nothing, sends no
// request and, once ffmpeg's version is on record, starts no process.
func (p *Project) Plan(ctx context.Context, names []string) (*Plan, error) {
	clips, err := p.Clips.Named(names)
	if err != nil {
		return nil, err
	}
	if clips, err = p.Clips.WithSources(clips); err != nil {
		return nil, err
	}
	if err := p.PeekState(); err != nil {
		return nil, err
	}
	if _, err := p.recipes.Sizes(); err != nil {
		return nil, err
	}
	rows, err := p.router.ReadRows(ctx)
	if err != nil {
		return nil, err
	}
	p.router.Rows = rows
	p.planner.compare(ctx, clips)
	p.planner.plannedAll = p.planner.plannedAll || len(names) == 0
	prices := request.LoadPrices()
	bought := map[string]string{} // take key to the clip that pays for it
	plan := &Plan{Steps: make([]Step, 0, len(clips)), Sandbox: p.Account.Sandboxed(), Prices: prices.Date}
	marks := &markPlaces{manifest: p.Manifest}
	defer marks.close()
	var bad fault.List
	for i := range clips {
		c := &clips[i]
		e, have := p.Account.OwnTake(ctx, c.Name)
		req, err := p.router.Chosen(ctx, *c, e, have, rows)
		if err == nil && have {
			err = p.planner.agrees(*c, e, rows[req.Key])
		}
		if err != nil {
			bad = append(bad, fault.All(err)...)
			continue
		}
		s, err := p.planner.withLength(ctx, p.planner.step(ctx, c, req, rows[req.Key]))
		if err != nil {
			bad = append(bad, fault.All(atClip(*c, err))...)
			continue
		}
		s = withMarkup(p.planner.withVoice(s, rows), marks)
		if first, ok := bought[req.Key]; ok && s.Action == Buy {
			s.Action, s.Reason, s.Voice, s.duplicateOf = Fetch, fmt.Sprintf("the same take as %s, bought once", first), nil, first
		} else if s.Action == Buy {
			bought[req.Key] = c.Name
		}
		if s.Action == Buy && !plan.Sandbox {
			p.planner.cost(&s, prices)
		}
		if v := s.Voice; v != nil && v.Action == Buy {
			if !plan.Sandbox {
				p.planner.voiceCost(v, prices)
			}
			if first, ok := bought[v.Key]; ok {
				v.Action, v.Reason = Fetch, fmt.Sprintf("the same voice as %s, bought once", first)
				v.Price, v.Least, v.credits, v.duplicate = 0, 0, 0, true
			} else {
				bought[v.Key] = c.Name
			}
			plan.Price += v.Price
			plan.Least += v.Least
		}
		plan.Price += s.Price
		plan.Least += s.Least
		plan.Steps = append(plan.Steps, s)
	}
	if err := bad.Or(); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(clips, request.NeedsAPI) {
		api, err := p.Account.API(ctx)
		if err != nil {
			return nil, err
		}
		plan.API = string(api)
	}
	return plan, nil
}

// step decides about one clip from facts on disk alone.
func (pl *planner) step(ctx context.Context, c *manifest.Clip, req request.Request, row *ledger.Row) Step {
	s := Step{Clip: c.Name, Route: req.Route, Key: req.Key, clip: c, req: req, row: row}
	e, have := pl.disk.Lock.Get(c.Name)
	own := have && pl.account.IsOwnTake(ctx, e)
	say := func(a Action, format string, args ...any) Step {
		s.Action, s.Reason = a, fmt.Sprintf(format, args...)
		s.again = s.again && (a == Fetch || a == Import)
		return s
	}
	lost := ""
	if own && e.TakeKey == req.Key && pl.disk.Store != nil {
		if lost = pl.lostMaster(*c, e); lost == "" {
			s.Seconds, s.Warning = e.Info.Duration, e.Warning
			stale := pl.recipes.StaleRendition(ctx, *c, e)
			if stale == "" {
				if stale = pl.previews.StaleCaptions(*c, req, e.Captions != nil); stale != "" {
					return say(Prepare, "%s", stale)
				}
				if why := pl.unpublished(*c, e); why != "" {
					return say(Publish, "%s", why)
				}
				return say(Keep, "up to date")
			}
			// An earlier version stored whatever came.
			if lost = pl.notVideo(e); lost == "" {
				return say(Prepare, "%s", stale)
			}
		}
	}
	s.again = pl.refetch[c.Name] || lost != "" && lost != masterMissing
	because := ""
	if s.again && lost != "" {
		because = lost + "; "
	}
	if !req.Paid() {
		foreign := req.Route == request.Video && have && !own
		switch {
		case s.again && lost != "" && req.Route == request.Video:
			return say(Fetch, "%s", lost)
		case s.again && lost != "":
			return say(Import, "%s", lost)
		case foreign:
			return say(Fetch, "%s", pl.account.OtherOrigin(ctx, pl.account.OriginOf(e)))
		case req.Route == request.Video:
			return say(Fetch, "%s", whyNew(e, have, req, "existing video, not downloaded yet"))
		default:
			return say(Import, "%s", whyNew(e, have, req, "new file"))
		}
	}
	fresh := "no take yet"
	if o := pl.account.OriginOf(e); have && !own && (o != origin.None || e.TakeKey == req.Key) {
		have, fresh = false, pl.account.OtherOrigin(ctx, o)
		if o == origin.None {
			return say(Settle, "%s; a build asks the account", fresh)
		}
	}
	if row != nil && !pl.account.IsOwnRow(ctx, *row) {
		return say(Blocked, "%s", pl.account.ForeignRow(ctx, c.Name, *row))
	}
	if row != nil {
		switch row.State {
		case ledger.Submitted, ledger.Completed:
			return say(Fetch, "%salready requested as %s, nothing more to pay", because, row.VideoID)
		case ledger.Sending:
			return say(Settle, "an earlier request got no answer; the account is searched before anything is bought")
		case ledger.Parked:
			if !row.Searchable() {
				return say(Blocked, "an earlier request got no answer, and this route cannot be searched; resolve it with `greenroom resolve %s`", c.Name)
			}
			return say(Blocked, "an earlier request got no answer and is not on the account; a build searches again, or resolve it with `greenroom resolve %s`", c.Name)
		case ledger.Failed:
			return say(Blocked, "HeyGen could not make it: %s; change the clip, or set take: %d to try again", outside.Clean(row.Reason), c.Take+1)
		}
	}
	if pl.router.Bought(e, have, req.Key) {
		return say(Fetch, "%sthe lockfile has it as video %s, nothing more to pay", because, e.VideoID)
	}
	return say(Buy, "%s", because+whyNew(e, have, req, fresh))
}

// whyNew names what changed since the take on record.
func whyNew(e lockfile.Entry, have bool, req request.Request, fresh string) string {
	switch {
	case !have:
		return fresh
	case e.TakeKey == req.Key:
		return masterMissing
	case e.Route != req.Route:
		return fmt.Sprintf("route changed from %s to %s", e.Route, req.Route)
	}
	if changed := req.ChangedSince(e.Inputs); changed != "" {
		return changed + " changed"
	}
	return "the request changed"
}

// free splits a plan: what costs nothing, and the clips that need a purchase or a
// decision, which get a stand-in. A clip that waits for another one's purchase is among
// those: left alone it would buy.
func (p *Plan) free() (free, rest *Plan) {
	free, rest = &Plan{Sandbox: p.Sandbox, Prices: p.Prices, API: p.API}, &Plan{}
	for _, s := range p.Steps {
		switch {
		case s.Action == Buy, s.Action == Settle, s.Action == Blocked, s.duplicateOf != "":
			rest.Steps = append(rest.Steps, s)
		default:
			free.Steps = append(free.Steps, s)
		}
	}
	return free, rest
}
