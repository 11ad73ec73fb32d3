package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/internal/regular"
	"greenroom/pipeline/account"
	"greenroom/pipeline/apicall"
)

// maxInput is the most that is read of a body, bytes.
const maxInput = 16 << 20

// apiOptions are the flags of api.
type apiOptions struct {
	typed, text []string
	input       string
	paginate    bool
	schema      bool
}

func apiCommand() command {
	return command{name: "api", summary: "call any operation of HeyGen's API that costs nothing",
		usage: "api METHOD PATH [flags]",
		examples: "greenroom api GET /v3/voices --paginate\ngreenroom api POST /v3/folders --field name=spring\n" +
			"greenroom api POST /v3/videos --schema",
		bind: func(fs *pflag.FlagSet) runFunc {
			api := apiFlag(fs)
			var o apiOptions
			fs.StringArrayVar(&o.typed, "field", nil,
				"add `NAME=VALUE`; numbers, true, false and null are JSON, a[b]=1 is a member of a, a[]=1 an item")
			fs.StringArrayVar(&o.text, "raw-field", nil, "add `NAME=VALUE` as text")
			fs.StringVar(&o.input, "input", "", "send the JSON of `FILE`; - is stdin")
			fs.BoolVar(&o.paginate, "paginate", false, "read all pages, and print their items as one array")
			fs.BoolVar(&o.schema, "schema", false, "print what the operation takes and answers; send nothing")
			return func(ctx context.Context, e *env, args []string) error {
				if len(args) != 2 {
					return fault.New(fault.Usage, "write it like `greenroom api GET /v3/voices`", "name a method and a path")
				}
				if o.schema {
					d, err := apicall.Describe(args[0], args[1])
					if err != nil {
						return err
					}
					return e.printJSON(d)
				}
				r, err := e.apiRequest(args, o)
				if err != nil {
					return err
				}
				return e.account(*api, func(a *account.Lookups) error {
					answer, err := apicall.Do(ctx, a, r)
					e.printAnswer(answer)
					return err
				})
			}
		}}
}

func (e *env) apiRequest(args []string, o apiOptions) (apicall.Request, error) {
	r := apicall.Request{Method: args[0], Path: args[1], Paginate: o.paginate}
	for i, s := range append(o.typed[:len(o.typed):len(o.typed)], o.text...) {
		f, err := apicall.ParseField(s, i < len(o.typed))
		if err != nil {
			return r, err
		}
		r.Fields = append(r.Fields, f)
	}
	if o.input == "" {
		return r, nil
	}
	in := e.Stdin
	if o.input != "-" {
		f, err := regular.Open(e.path(o.input))
		if err != nil {
			return r, fault.Wrap(fault.Usage, err, "name a file with JSON", "read %s", oneLine(o.input))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return r, fault.Wrap(fault.Failed, err, "", "read %s", oneLine(o.input))
	case len(b) > maxInput:
		return r, fault.New(fault.Usage, "send less", "%s is larger than 16 MiB", oneLine(o.input))
	}
	r.Input = b
	return r, nil
}

// printAnswer prints JSON for people, or as it is with --json.
func (e *env) printAnswer(b []byte) {
	if len(b) == 0 {
		return
	}
	var pretty bytes.Buffer
	if e.json || json.Indent(&pretty, b, "", "  ") != nil {
		pretty.Reset()
		pretty.Write(b)
	}
	fmt.Fprintf(e.Stdout, "%s\n", bytes.TrimRight(pretty.Bytes(), "\n"))
}
