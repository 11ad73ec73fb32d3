// Package purchase buys takes and voices, each exactly once: what is sent is in the ledger before it is sent, and a request
// whose result is unknown is looked up before it is repeated. Nothing else in greenroom spends money. It must run where the
// ledger is, so it is not a stage.
package purchase

import (
	"context"
	"time"

	"greenroom/compose/standin"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/account"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/preflight"
	"greenroom/pipeline/project"
	"greenroom/pipeline/routing"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/voice"
)

// Options are the choices of one run.
type Options struct {
	RunID  string
	Budget *float64      // USD for this run; nil = no limit
	Wait   time.Duration // how long a busy provider is waited for; 0 = as long as a job may take
	Within time.Duration // how long the download of a voice may take; 0 = as long as it goes on
	Strict bool          // never look up a request whose result is unknown: ask the user
	Free   bool          // nothing may be bought: plans are split, and a mistake there must not spend money
	Found  preflight.Found

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
type Answers struct{ base }

// NewAnswers returns the answers of a project.
func NewAnswers(disk *project.Project, account *account.Account, voices *voice.Store, router *routing.Router) *Answers {
	return &Answers{base{disk, account, voices, router}}
}

// local reports that the provider is on this machine: pauses may be short.
func (b *Buyer) local() bool { return b.account.Connection.Local() }
