package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"greenroom/heygen"
	"greenroom/internal/capacity"
	"greenroom/internal/fault"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/account"
	"greenroom/pipeline/event"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
	"greenroom/pipeline/project"
	"greenroom/pipeline/purchase"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
	"greenroom/pipeline/sharedcache"
	"greenroom/pipeline/stage/wait"
)

// BuildOptions are the choices of one build.
//
// size: one field for each flag of build.
type BuildOptions struct {
	Clips    []string
	Only     []string      // of those: clips, families or patterns
	Shard    project.Shard // of those: this machine's part
	FailFast bool          // ask for nothing more once a clip failed
	Jobs     int           // ffmpeg runs at once; 0 = as the cores allow
	Wait     time.Duration // stop waiting for paid jobs after this; 0 = never
	MaxSpend *float64      // USD for this run; nil = the manifest's budget
	Frozen   bool          // never spend: fail and name what is missing
	Strict   bool          // never look up a request whose result is unknown: ask the user
	StandIns bool          // buy nothing: what is not bought gets a stand-in
	Local    bool          // do not ask the shared cache: a save does not wait for it
	Draft    bool          // buy voices alone: what is not bought gets a stand-in
	NoWait   bool          // leave jobs that are not done yet to a later run
	Refetch  bool          // download the masters of Clips again; buy nothing for them
	Verify   bool          // read everything that is relied on, whatever it looks like
	// Look receives a value when a job may have ended, so that it is read now and not at the next
	// poll. Nil: there are no events.
	Look <-chan struct{}
	// Exactly is a plan that was reviewed: the build does that, or fails before it does anything. Nil builds what is needed.
	Exactly *planning.Saved
	// Confirm is called before money is spent; nil means yes.
	Confirm func(*planning.Plan) (bool, error)
}

// Summary is what a build did.
type Summary struct {
	Clips    int   `json:"clips"`
	Bought   int   `json:"bought"`
	Voices   int   `json:"voices"` // bought
	Fetched  int   `json:"downloaded"`
	Bytes    int64 `json:"downloadedBytes"`
	Prepared int   `json:"transcoded"`
	UpToDate int   `json:"upToDate"`
	Failed   int   `json:"failed"`
	StandIns int   `json:"standIns"` // drawn by this run
	Waiting  int   `json:"waiting"`  // paid for and not done yet
	Restored int   `json:"restored"` // files that came from the shared cache
	Shared   int   `json:"shared"`   // files that were sent to it
	// Published reports that public/ and the props hold what is up to date.
	Published bool          `json:"published"`
	Spent     float64       `json:"spentUSD"`
	Took      time.Duration `json:"-"`
	// Results are what came of each clip, in the order of the plan.
	Results []Result `json:"-"`
	Seconds float64  `json:"seconds"`
}

// maxDownloads bounds how many links are read at once.
const maxDownloads = 4

// build is one run over a project.
//
// size: bringing a take, preparing it, and drawing a stand-in share the limits, the table of results and the locks of
// one run; what they do to a file is a function below package stage.
type build struct {
	*Project
	o        BuildOptions
	runID    string
	buyer    *purchase.Buyer
	submit   *semaphore.Weighted
	fetches  *semaphore.Weighted
	capacity *capacity.Capacity // what ffmpeg may keep busy
	threads  int

	takes      keymutex.Mutex // one at a time per take key
	duplicates duplicates
	masters    verifiedMasters

	ended    map[string]chan struct{} // closed when a clip's step has run
	polls    *wait.Poller
	misnamed sync.Map        // videos whose status answers name another one
	pending  []planning.Step // left to a later run

	mu       sync.Mutex
	sum      Summary
	resultAt map[string]int // of sum.Results, by clip
}

// Build brings clips up to date and publishes them. A clip's failure does not
// stop the others; the error joins all that failed.
func (p *Project) Build(ctx context.Context, o BuildOptions) (Summary, error) {
	start := p.o.Now()
	names, err := p.Clips.Select(o.Clips, o.Only, o.Shard)
	if err != nil {
		return Summary{}, err
	}
	o.Clips = names
	if o.Verify {
		if err := p.verify(ctx); err != nil {
			return Summary{}, err
		}
	}
	if o.Frozen {
		return p.frozen(ctx, o)
	}
	if o.Refetch {
		if err := p.planner.WantAgain(o.Clips); err != nil {
			return Summary{}, err
		}
	}
	sh, err := p.sharedCache(o)
	if err != nil {
		return Summary{}, err
	}
	defer sh.Close()
	if _, err := p.engineCache(); err != nil {
		return Summary{}, err
	}
	plan, err := p.Plan(ctx, o.Clips)
	if err == nil {
		err = p.planner.MayRefetch(plan)
	}
	if err == nil && o.Exactly != nil {
		err = o.Exactly.Drift(p.Manifest.Project, plan)
	}
	if err != nil {
		return Summary{}, err
	}
	if o.Verify {
		p.verified(ctx, plan)
	}
	p.warnOfManifest(ctx)
	sum := Summary{Clips: len(plan.Steps), UpToDate: plan.Counts()[planning.Keep], Results: p.results(plan)}
	if plan.UpToDate() && p.Publisher.PropsCurrent() && p.Publisher.OwnedCurrent() {
		p.collector().SweepLocked(whenAll(plan, o.Clips))
		if p.push(ctx, sh, o.Clips, &sum) && len(o.Clips) == 0 {
			p.recorder().Record(func() (*planning.Plan, error) { return p.Plan(ctx, nil) })
		}
		sum.Seconds = p.o.Now().Sub(start).Seconds()
		return sum, nil
	}
	end, err := p.begin() // another run may have finished meanwhile
	if err != nil {
		return sum, err
	}
	defer end()
	if err := p.answers().RecordOrigins(ctx, !o.StandIns && !o.Draft); err != nil {
		return sum, err
	}
	if !plan.Idle() {
		p.Account.Identity(ctx, true) // rows and records are named by the account
	}
	if err := p.pull(ctx, sh, o); err != nil {
		return sum, err
	}
	if plan, err = p.Plan(ctx, o.Clips); err != nil {
		return sum, err
	}
	if o.Exactly != nil { // another run may have changed something meanwhile
		if err := o.Exactly.Exceeds(plan); err != nil {
			return sum, err
		}
	}
	p.collector().Sweep(whenAll(plan, o.Clips))
	b := &build{Project: p, o: o, runID: fmt.Sprintf("%x", start.UnixNano()), sum: sum, polls: wait.NewPoller(p.o.Now)}
	b.sum.UpToDate, b.sum.Results = plan.Counts()[planning.Keep], p.results(plan)
	b.resultAt = resultIndex(b.sum.Results)
	defer b.listen(ctx)()
	draw, spend := plan, plan
	if o.StandIns || o.Draft {
		plan, draw = plan.Free()
		spend = draw.Voices(o.Draft)
	}
	// What is bought is prepared next: without ffmpeg it would only lie there.
	if err := p.canMake(ctx, plan); err != nil {
		return sum, err
	}
	if !p.o.NetworkFolder && !p.Account.Sandboxed() {
		if err := purchase.CheckFolder(p.StateDir(), p.o.fileSystem, spend); err != nil {
			return sum, err
		}
	}
	if err := preflight.Letters(ctx, p.Manifest, spend); err != nil {
		return sum, err
	}
	found, err := p.Preflight.Check(ctx, spend)
	if err != nil {
		return sum, err
	}
	b.warnOfMarkup(ctx, spend)
	if err := b.limits(spend, found, sharedcache.ClaimsOf(sh)); err != nil {
		return sum, err
	}
	b.learnDuplicates(ctx, draw)
	err = b.run(ctx, plan)
	if o.StandIns || o.Draft {
		err = errors.Join(err, b.drafts(ctx, spend.Steps), b.drawStandIns(ctx, append(draw.Steps, b.pending...)))
	}
	err = errors.Join(err, p.FlushLedger(), p.Lock.Flush(), p.previews.Flush(), p.Account.Can.Flush())
	b.finishResults(plan)
	if perr := p.Publisher.Publish(ctx, false); perr == nil {
		b.sum.Published = context.Cause(ctx) == nil
	} else {
		err = errors.Join(err, perr)
	}
	sum = b.sum // from here on the plan and all that ran are garbage
	if shared := p.push(ctx, sh, o.Clips, &sum); shared && err == nil && (sh.None() || len(o.Clips) == 0) {
		p.recorder().Record(func() (*planning.Plan, error) { return p.Plan(ctx, nil) })
	}
	sum.Took = p.o.Now().Sub(start)
	sum.Seconds = sum.Took.Seconds()
	return sum, err
}

// limits sets the run's bounds and asks for leave to spend.
func (b *build) limits(plan *planning.Plan, found preflight.Found, claims *sharedcache.Claims) error {
	budget := b.o.MaxSpend
	if budget == nil {
		budget = b.Manifest.HeyGen.Budget
	}
	if b.Account.Sandboxed() {
		budget = nil // nothing costs money there
	}
	if err := plan.Bounded(budget); err != nil {
		return err
	}
	if budget != nil && plan.Price > *budget {
		return fault.New(fault.Failed, "build fewer clips, or raise heygen.budget or --max-spend",
			"this build may cost %s, the budget is %s; nothing was bought", request.Dollars(plan.Price), request.Dollars(*budget))
	}
	if (plan.Price > 0 || plan.Unbounded()) && b.o.Confirm != nil {
		ok, err := b.o.Confirm(plan)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Failed, "", "cancelled; nothing was spent")
		}
	}
	b.bound()
	b.fetches = semaphore.NewWeighted(maxDownloads)
	b.submit = semaphore.NewWeighted(int64(max(1, b.Manifest.HeyGen.Concurrency)))
	o := purchase.Options{
		RunID: b.runID, Budget: budget, Wait: b.o.Wait, Within: b.within(), Strict: b.o.Strict, Once: b.o.NoWait,
		Free: b.o.StandIns || b.o.Draft, Found: found, Env: b.env(), Maker: b.previews.Maker, Bought: b.bought,
	}
	if claims != nil {
		o.Claims = claims
	}
	b.buyer = b.Project.buyer(o)
	return nil
}

// bought counts a purchase.
func (b *build) bought(s planning.Step, voice bool, price float64) {
	b.count(func(sum *Summary) {
		sum.Spent = ledger.Add(sum.Spent, price)
		if voice {
			sum.Voices++
		} else {
			sum.Bought++
		}
	})
	if !voice {
		b.result(s.Clip, func(r *Result) { r.Price = ledger.Add(r.Price, price) })
	}
}

func (b *build) count(f func(*Summary)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.sum)
}

// clip takes one clip from wherever it is to prepared files in the store.
func (b *build) clip(ctx context.Context, s planning.Step) error {
	if s.Action == planning.Blocked && !b.router.LooksAgain(ctx, s.Submission()) {
		kind := fault.Provider
		return fault.New(kind, "", "%s", s.Reason)
	}
	if s.Action == planning.Prepare {
		if err := b.playable(ctx, &s); err != nil {
			return err
		}
	}
	if s.Action != planning.Prepare || s.Work.Again {
		err := b.master(ctx, s)
		if other, ok := b.reroute(ctx, s, err); ok {
			s = other
			err = b.master(ctx, s)
		}
		if err != nil {
			return err
		}
		if b.prepared(ctx, s) { // the same bytes came again
			return nil
		}
	}
	return b.prepare(ctx, s)
}

func (b *build) rememberNoWebM(s planning.Step) {
	b.Account.Can.Record(b.Account.AccountID(), func(k *account.Capability) {
		k.NoWebM[s.Work.Clip.Avatar.ID+s.Work.Clip.Avatar.Photo] = b.Project.o.Now()
	})
}

// reroute takes a clip to the key colour when HeyGen refused its look as WebM, and
// remembers that for the look. Nothing was bought by the refused request.
func (b *build) reroute(ctx context.Context, s planning.Step, err error) (planning.Step, bool) {
	if err == nil || s.Route != routes.V3WebM || s.Work.Clip.Route != "" || !heygen.WebMRefused(err) {
		return s, false
	}
	b.rememberNoWebM(s)
	req, rerr := b.router.RequestOn(ctx, *s.Work.Clip, routes.V3Key)
	if rerr != nil {
		return s, false
	}
	b.Send(ctx, event.Event{Clip: s.Clip, Stage: "submit", State: event.Warned, Message: "this look has no transparent WebM; made on the key colour instead"})
	s.Work.Request, s.Route, s.Key, s.Work.Row = req, req.Route, req.Key, nil // master reads its row
	return s, true
}

// listen wakes the poller when Look receives a value, until the build ends.
func (b *build) listen(ctx context.Context) (stop func()) {
	if b.o.Look == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-b.o.Look:
				b.polls.Wake(wait.LeastPause(b.local()))
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// whenAll is the plan when it is of all clips.
func whenAll(plan *planning.Plan, names []string) *planning.Plan {
	if len(names) > 0 {
		return nil
	}
	return plan
}

// bound limits how much ffmpeg does at once.
func (b *build) bound() {
	jobs := b.o.Jobs
	if jobs <= 0 {
		// An encode scales badly past two threads: a job for every two cores. b.capacity keeps it within the memory.
		jobs = max(1, runtime.NumCPU()/2)
	}
	b.threads = max(1, runtime.NumCPU()/jobs)
	b.capacity = capacity.Here(jobs * b.threads)
}
