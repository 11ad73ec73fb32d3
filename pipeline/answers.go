package pipeline

import (
	"context"

	"greenroom/pipeline/ledger"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/purchase"
	"greenroom/pipeline/sharedcache"
)

// Resolve records the result of a clip's request that is unknown, see [purchase.Answers.Resolve].
func (p *Project) Resolve(ctx context.Context, clip string, word purchase.Answer) error {
	return p.answer(clip, func(c manifest.Clip, a *purchase.Answers) error { return a.Resolve(ctx, c, word) })
}

// Adopt records that a clip's take is a video that the account already has, see [purchase.Answers.Adopt].
func (p *Project) Adopt(ctx context.Context, clip, videoID string) error {
	return p.answer(clip, func(c manifest.Clip, a *purchase.Answers) error { return a.Adopt(ctx, c, videoID) })
}

// answer records what a person knows of a clip's purchase, while no other run changes the ledger.
func (p *Project) answer(clip string, record func(manifest.Clip, *purchase.Answers) error) error {
	clips, err := p.Clips.Named([]string{clip})
	if err != nil {
		return err
	}
	end, err := p.begin()
	if err != nil {
		return err
	}
	defer end()
	sh, err := p.sharedCache(BuildOptions{})
	if err != nil {
		return err
	}
	defer sh.Close()
	a := p.answers()
	if claims := sharedcache.ClaimsOf(sh); claims != nil {
		a.WithClaims(claims)
	}
	return record(clips[0], a)
}

// buyer returns what buys for a run.
func (p *Project) buyer(o purchase.Options) *purchase.Buyer {
	return purchase.New(p.Project, p.Account, p.voices, p.router, o)
}

func (p *Project) answers() *purchase.Answers {
	return purchase.NewAnswers(p.Project, p.Account, p.voices, p.router)
}

// Spending reads every submission on record, by run, oldest first.
func (p *Project) Spending(ctx context.Context) (ledger.Spending, error) {
	if err := p.PeekState(); err != nil || p.Ledger == nil {
		return ledger.SpendingOf(nil), err
	}
	rows, err := p.Ledger.List(ctx)
	return ledger.SpendingOf(rows), err
}
