package pipeline

import (
	"slices"

	"greenroom/internal/fault"
	"greenroom/internal/netfs"
	"greenroom/pipeline/planning"
)

// fileSystemOf is replaced in tests: a network file system cannot be mounted everywhere.
var fileSystemOf = netfs.Name

// spendsHere refuses to spend where the ledger cannot keep two machines apart. The lock that
// lets one process submit at a time may hold on one machine only there, and SQLite's
// write-ahead log must not be shared between machines.
func (b *build) spendsHere(plan *planning.Plan) error {
	if b.Project.o.NetworkFolder || b.Account.Sandboxed() || !slices.ContainsFunc(plan.Steps, planning.Step.Spends) {
		return nil
	}
	kind := fileSystemOf(b.StateDir())
	if kind == "" {
		return nil
	}
	return fault.New(fault.Failed,
		"move the project to a local disk; or make sure that no other machine builds it, and pass --network-folder",
		"%s is on %s, where two machines could buy the same clip; nothing was bought", StateDir, kind)
}
