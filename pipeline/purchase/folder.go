package purchase

import (
	"slices"

	"greenroom/internal/fault"
	"greenroom/pipeline/planning"
	"greenroom/pipeline/project"
)

// CheckFolder refuses to spend where the ledger cannot keep two machines apart. The lock that lets one process submit
// at a time may hold on one machine only there, and SQLite's write-ahead log must not be shared between machines.
// fileSystem names a network file system, as [netfs.Name] does.
func CheckFolder(state string, fileSystem func(string) string, plan *planning.Plan) error {
	if !slices.ContainsFunc(plan.Steps, planning.Step.Spends) {
		return nil
	}
	kind := fileSystem(state)
	if kind == "" {
		return nil
	}
	return fault.New(fault.Failed,
		"move the project to a local disk; or make sure that no other machine builds it, and pass --network-folder",
		"%s is on %s, where two machines could buy the same clip; nothing was bought", project.StateDir, kind)
}
