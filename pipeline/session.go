package pipeline

import (
	"greenroom/pipeline/account"
	presenterstep "greenroom/pipeline/stage/standin"
)

// session is what runs one after another share.
type session struct {
	provider   *account.Connection
	presenters *presenterstep.Presenters
}

// Share lets every project opened with these options use one connection, and one embedded sandbox whose jobs continue
// from run to run. stop ends it.
func (o Options) Share() (shared Options, stop func() error) {
	o.shared = &session{&account.Connection{}, presenterstep.NewPresenters()}
	return o, func() error {
		o.shared.presenters.Close()
		return o.shared.provider.Close()
	}
}
