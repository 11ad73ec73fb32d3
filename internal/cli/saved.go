package cli

import (
	"strings"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/internal/regular"
	"greenroom/pipeline"
	"greenroom/pipeline/planning"
)

// maxPlan bounds a saved plan, bytes.
const maxPlan = 256 << 20

// isPlanFile reports an argument that is a file and not a clip: names of clips have neither dots nor slashes.
func isPlanFile(arg string) bool { return strings.ContainsAny(arg, `./\`) }

// readPlan makes a build carry out a saved plan. Its price is the most that the build may spend.
func (e *env) readPlan(fs *pflag.FlagSet, file string, o *pipeline.BuildOptions) error {
	for _, name := range []string{"only", "shard", "stand-ins", "draft", "frozen", "refetch"} {
		if fs.Changed(name) {
			return fault.New(fault.Usage, "leave --"+name+" out, or build without a plan",
				"--%s and a saved plan exclude each other", name)
		}
	}
	b, err := regular.Read(e.path(file), maxPlan)
	if err != nil {
		return fault.Wrap(fault.Usage, err, "write one with `greenroom plan -o "+file+"`, or name a clip of the manifest",
			"read the plan %s", file)
	}
	saved, err := planning.ReadSaved(file, b)
	if err != nil {
		return err
	}
	o.Exactly, o.Clips = saved, saved.Clips
	if o.MaxSpend == nil && !saved.Plan.Unbounded() {
		o.MaxSpend = &saved.Plan.Price
	}
	return nil
}
