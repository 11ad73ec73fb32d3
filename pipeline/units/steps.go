package units

import (
	"context"
	"fmt"

	"greenroom/compose/standin"
	"greenroom/internal/keymutex"
	"greenroom/pipeline/films/ranges"
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/check"
	"greenroom/pipeline/stage/forms"
	"greenroom/pipeline/stage/prepare"
	presenterstep "greenroom/pipeline/stage/standin"
)

// Steps returns the steps that a worker runs. Presenters of stand-ins and spoken sentences are kept in a folder. Without
// w the worker refuses ranges of Remotion's.
func Steps(m *standin.Maker, folder string, w *ranges.Worker) []stage.Runner {
	var drawing keymutex.Mutex
	presenters := presenterstep.PresenterFolder(folder)
	maker := presenterstep.Maker{Maker: m, Folder: folder}
	maker.Library = func(ctx context.Context, _ string, s standin.Spec) (*standin.Library, error) {
		unlock, _ := drawing.Lock(fmt.Sprint(s.Presenter, s.Style))
		defer unlock()
		return m.Library(ctx, presenters, s)
	}
	return []stage.Runner{
		check.Step.Runner(), prepare.Step.Runner(), forms.Step.Runner(), presenterstep.Step(maker).Runner(),
		segments.PieceStep.Runner(), ranges.Step(w.Run).Runner(),
	}
}
