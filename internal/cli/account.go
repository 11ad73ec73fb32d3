package cli

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"greenroom/pipeline/account"

	"github.com/spf13/pflag"

	"greenroom/internal/fault"
	"greenroom/pipeline"
)

// destroy calls f, which deletes something for good. Without yes it asks the user first; it fails without a terminal.
func (e *env) destroy(yes bool, kind, id string, f func() error) error {
	what := kind + " " + id
	if !yes {
		ok, err := e.ask("delete " + what + " for good?")
		if err != nil || !ok {
			return err
		}
	}
	if err := f(); err != nil {
		return err
	}
	return e.deleted(kind, id)
}

// deleted reports what was deleted.
func (e *env) deleted(kind, id string) error {
	if e.json {
		return e.printJSON(deleted{kind, id})
	}
	e.say("deleted %s %s", kind, oneLine(id))
	return nil
}

// apiFlag adds --api, for the commands that read the account.
func apiFlag(fs *pflag.FlagSet) *string {
	return fs.String("api", "", "use this `API` instead of the manifest's: "+strings.Join(account.APIs, ", "))
}

// account opens the HeyGen account and calls f. api is the value of --api.
func (e *env) account(api string, f func(*account.Lookups) error) (err error) {
	o := e.options(nil)
	if _, serr := os.Stat(o.ManifestPath); e.manifest != "" && errors.Is(serr, fs.ErrNotExist) {
		return fault.New(fault.Manifest, "correct the path after -f, or omit -f", "there is no manifest %s",
			oneLine(e.manifest))
	}
	remark := func(text string) { e.say("%s", oneLine(text)) }
	a, err := pipeline.OpenAccount(o, account.LookupOptions{API: api, Remark: remark})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return f(a)
}
