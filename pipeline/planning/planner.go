package planning

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
	"greenroom/pipeline/routes"
	"greenroom/pipeline/routing"
	"greenroom/pipeline/voice"
)

// Planner decides what a build does with a clip, from facts on disk.
type Planner struct {
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

// newPlanner returns the planner of a project.
func New(
	disk *project.Project, account *account.Account, voices *voice.Store, router *routing.Router, lengths *routing.Lengths,
	recipes *recipes.Recipes, previews *previews.Previews,
) *Planner {
	return &Planner{
		disk: disk, account: account, voices: voices, router: router, lengths: lengths, recipes: recipes, previews: previews,
	}
}

// AllPlanned reports that every clip's files were compared.
func (pl *Planner) AllPlanned() bool { return pl.plannedAll }

// Plan compares the manifest with what is on disk. It changes nothing, sends no
// request and, once ffmpeg's version is on record, starts no process.
func (pl *Planner) Plan(ctx context.Context, names []string) (*Plan, error) {
	clips, err := pl.disk.Clips.Named(names)
	if err != nil {
		return nil, err
	}
	if clips, err = pl.disk.Clips.WithSources(clips); err != nil {
		return nil, err
	}
	if err := pl.disk.PeekState(); err != nil {
		return nil, err
	}
	if _, err := pl.recipes.Sizes(); err != nil {
		return nil, err
	}
	rows, err := pl.router.ReadRows(ctx)
	if err != nil {
		return nil, err
	}
	pl.router.Rows = rows
	pl.compare(ctx, clips)
	pl.plannedAll = pl.plannedAll || len(names) == 0
	prices := request.LoadPrices()
	bought := map[string]string{} // take key to the clip that pays for it
	plan := &Plan{Steps: make([]Step, 0, len(clips)), Sandbox: pl.account.Sandboxed(), Prices: prices.Date}
	marks := &markPlaces{manifest: pl.disk.Manifest}
	defer marks.close()
	var bad fault.List
	for i := range clips {
		c := &clips[i]
		e, have := pl.account.OwnTake(ctx, c.Name)
		req, err := pl.router.Chosen(ctx, *c, e, have, rows)
		if err == nil && have {
			err = pl.agrees(*c, e, rows[req.Key])
		}
		if err != nil {
			bad = append(bad, fault.All(err)...)
			continue
		}
		s, err := pl.withLength(ctx, pl.step(ctx, c, req, rows[req.Key]))
		if err != nil {
			bad = append(bad, AtClip(*c, err)...)
			continue
		}
		s = withMarkup(pl.withVoice(s, rows), marks)
		if first, ok := bought[req.Key]; ok && s.Action == Buy {
			s.Action, s.Reason, s.Voice, s.Work.DuplicateOf = Fetch, fmt.Sprintf("the same take as %s, bought once", first), nil, first
		} else if s.Action == Buy {
			bought[req.Key] = c.Name
		}
		if s.Action == Buy && !plan.Sandbox {
			s.Cost(prices)
		}
		if v := s.Voice; v != nil && v.Action == Buy {
			if !plan.Sandbox {
				v.cost(prices)
			}
			if first, ok := bought[v.Key]; ok {
				v.Action, v.Reason = Fetch, fmt.Sprintf("the same voice as %s, bought once", first)
				v.Price, v.Least, v.Credits, v.Duplicate = 0, 0, 0, true
			} else {
				bought[v.Key] = c.Name
			}
			plan.Price = ledger.Add(plan.Price, v.Price)
			plan.Least = ledger.Add(plan.Least, v.Least)
		}
		plan.Price = ledger.Add(plan.Price, s.Price)
		plan.Least = ledger.Add(plan.Least, s.Least)
		plan.Steps = append(plan.Steps, s)
	}
	if err := bad.Or(); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(clips, request.NeedsAPI) {
		api, err := pl.account.API(ctx)
		if err != nil {
			return nil, err
		}
		plan.API = string(api)
	}
	return plan, nil
}

// step decides about one clip from facts on disk alone.
func (pl *Planner) step(ctx context.Context, c *manifest.Clip, req request.Request, row *ledger.Row) Step {
	s := Step{Clip: c.Name, Route: req.Route, Key: req.Key, Work: Work{Clip: c, Request: req, Row: row}}
	e, have := pl.disk.Lock.Get(c.Name)
	own := have && pl.account.IsOwnTake(ctx, e)
	say := func(a Action, format string, args ...any) Step {
		s.Action, s.Reason = a, fmt.Sprintf(format, args...)
		s.Work.Again = s.Work.Again && (a == Fetch || a == Import)
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
				if why := pl.recipes.LimitsChanged(*c, e); why != "" {
					return say(Prepare, "%s", why)
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
	s.Work.Again = pl.refetch[c.Name] || lost != "" && lost != masterMissing
	because := ""
	if s.Work.Again && lost != "" {
		because = lost + "; "
	}
	if !req.Paid() {
		foreign := req.Route == routes.Video && have && !own
		switch {
		case s.Work.Again && lost != "" && req.Route == routes.Video:
			return say(Fetch, "%s", lost)
		case s.Work.Again && lost != "":
			return say(Import, "%s", lost)
		case foreign:
			return say(Fetch, "%s", pl.account.OtherOrigin(ctx, pl.account.OriginOf(e)))
		case req.Route == routes.Video:
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
	if req.Route == routes.V3Proofread {
		fresh = "no text to correct yet; the film is bought afterwards"
		have = false // a take has another text
	}
	return say(Buy, "%s", because+whyNew(e, have, req, fresh)+pl.staleText(*c, e, have, req))
}

// staleText returns what to do with the text of a translation that was corrected for an earlier take of its source;
// empty for all others.
func (pl *Planner) staleText(c manifest.Clip, e lockfile.Entry, have bool, req request.Request) string {
	if !have || c.Translate == nil || c.Translate.Text == "" {
		return ""
	}
	changed := strings.Split(req.ChangedSince(e.Inputs), ", ")
	source := slices.Contains(changed, "clip") || slices.Contains(changed, "file") || slices.Contains(changed, "language")
	if !source || slices.Contains(changed, "text") {
		return ""
	}
	file := pl.disk.Rel(c.Translate.Proofread)
	return fmt.Sprintf("; its text is as before: correct %[1]s, or delete %[1]s to have it made again", file)
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
