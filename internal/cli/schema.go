package cli

import (
	"context"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/schema"
	"greenroom/remotion"
)

func schemaCommand() command {
	return command{name: "schema", summary: "print a JSON Schema: of the manifest, or of the props",
		usage:    "schema [manifest|props]",
		examples: "greenroom schema > greenroom.schema.json\ngreenroom schema props",
		bind: func(*pflag.FlagSet) runFunc {
			return func(_ context.Context, e *env, args []string) error {
				which := "manifest"
				if len(args) > 0 {
					which = args[0]
				}
				var b []byte
				switch {
				case len(args) > 1:
					return noArgs(args[1:])
				case which == "manifest":
					b = schema.JSON()
				case which == "props":
					b = remotion.Schema()
				default:
					return fault.New(fault.Usage, "use manifest or props", "no schema of %q", which)
				}
				_, err := e.Stdout.Write(b)
				return err
			}
		}}
}
