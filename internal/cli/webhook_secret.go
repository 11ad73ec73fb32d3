package cli

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/internal/proc"
)

// webhookSecrets reads the references once to find mistakes, and returns a function that reads them again: v1 makes a
// secret only when the receiver already runs, and a rotated one is a new line in the file. A reference is never the
// secret itself, which would be visible in the process list.
func (e *env) webhookSecrets(refs []string) (func() []heygen.Secret, error) {
	for _, ref := range refs {
		kind, name, _ := strings.Cut(ref, ":")
		if kind != "env" && kind != "file" || name == "" {
			return nil, fault.New(fault.Usage, "write env:NAME or file:PATH",
				"--secret must name the place of the secret, not the secret itself")
		}
		found, err := e.readSecrets(ref)
		switch {
		case errors.Is(err, fs.ErrNotExist), err == nil && len(found) == 0 && kind == "file":
			e.say("no secret in %s yet: events are refused until there is one", name)
		case err != nil:
			return nil, fault.Wrap(fault.Auth, err, "make the file readable, or name another", "read a webhook secret")
		case len(found) == 0:
			return nil, fault.New(fault.Auth, "export "+name+"=<the endpoint's secret>",
				"the webhook secret in $%s is empty",
				name)
		}
	}
	return func() (all []heygen.Secret) {
		for _, ref := range refs {
			found, _ := e.readSecrets(ref) // none: the delivery is refused, and that is logged
			all = append(all, found...)
		}
		return all
	}, nil
}

// readSecrets reads one reference; every line that is not empty is a secret.
func (e *env) readSecrets(ref string) (out []heygen.Secret, err error) {
	kind, name, _ := strings.Cut(ref, ":")
	text := ""
	if kind == "env" {
		proc.Hide(name)
		text = e.Getenv(name)
	} else {
		b, rerr := os.ReadFile(e.path(name))
		text, err = string(b), rerr
	}
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if l != "" {
			outside.Know(l)
			out = append(out, heygen.Secret(l))
		}
	}
	return out, err
}
