package units

import (
	"greenroom/pipeline/films/segments"
	"greenroom/pipeline/stage"
	"greenroom/pipeline/stage/check"
	"greenroom/pipeline/stage/prepare"
)

// Steps returns the steps that a worker runs.
func Steps() []stage.Runner {
	return []stage.Runner{check.Step.Runner(), prepare.Step.Runner(), segments.PieceStep.Runner()}
}
