// Package purchase buys takes and voices, each exactly once: what is sent is in the ledger before it is sent, and a
// request whose result is unknown is looked up before it is repeated. Nothing else in greenroom spends money. It must
// run where the ledger is, so it is not a stage.
package purchase

import (
	"context"
	"time"

	"greenroom/compose/standin"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
	"greenroom/pipeline/project"
	"greenroom/pipeline/routing"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/voice"
)

// Options are the choices of one run.
//
// size: a field for each choice, and for each thing that a run has and a buyer needs.
type Options struct {
	RunID  string
	Budget *float64      // USD for this run; nil = no limit
	Wait   time.Duration // how long a busy provider is waited for; 0 = as long as a job may take
	Within time.Duration // how long the download of a voice may take; 0 = as long as it goes on
	Strict bool          // never look up a request whose result is unknown: ask the user
	Once   bool          // do not wait for another machine that is buying the same take
	Free   bool          // nothing may be bought: plans are split, and a mistake there must not spend money
	Found  preflight.Found
	Claims ledger.Claims // of machines that share a cache; nil: no other machine buys

	Env   stage.Env // of the stage that downloads voices
	Maker func(context.Context) (*standin.Maker, error)
	// Bought is called once for each purchase, with the most that it may have cost.
	Bought func(s planning.Step, voice bool, price float64)
}

// base is what everything here works on.
type base struct {
	disk    *project.Project
	account *account.Account
	voices  *voice.Store
	router  *routing.Router
}

// Buyer buys for one run. Its methods may be called at the same time, for each take key by one caller.
type Buyer struct {
	base
	o        Options
	speaking keymutex.Mutex // by the ledger's key of a voice
}

// New returns the buyer of a run.
func New(disk *project.Project, account *account.Account, voices *voice.Store, router *routing.Router, o Options) *Buyer {
	return &Buyer{base: base{disk, account, voices, router}, o: o}
}

// Answers records what people and the account know of earlier purchases. The caller holds the lock of the submitter.
type Answers struct {
	base
	claims Claimed // nil: no other machine buys
}

// Claimed is what users answer about claims of machines that share a cache.
type Claimed interface {
	// Held reports a claim on a take, or a video that the take has become.
	Held(ctx context.Context, in ledger.Intent) (bool, error)
	// Answer records the video that a claimed take has become, or with an empty id that it was not bought.
	Answer(ctx context.Context, in ledger.Intent, videoID string) error
}

// WithClaims makes answers count for the machines that share a cache, too.
func (a *Answers) WithClaims(c Claimed) *Answers {
	a.claims = c
	return a
}

// NewAnswers returns the answers of a project.
func NewAnswers(disk *project.Project, account *account.Account, voices *voice.Store, router *routing.Router) *Answers {
	return &Answers{base: base{disk, account, voices, router}}
}

// local reports that the provider is on this machine: pauses may be short.
func (b *Buyer) local() bool { return b.account.Connection.Local() }
