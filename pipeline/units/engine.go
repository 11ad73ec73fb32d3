package units

import (
	"net/url"
	"strings"

	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Engine is where units run.
type Engine struct {
	Server    string // HOST:PORT of a Temporal server; empty: units run on this machine
	Namespace string
}

// Local is the text of the engine that runs everything on this machine.
const Local = "local"

// ParseEngine reads --engine: local, or temporal://HOST:PORT/NAMESPACE, whose namespace may be omitted.
func ParseEngine(text string) (Engine, error) {
	if text == "" || text == Local {
		return Engine{}, nil
	}
	const hint = "write temporal://HOST:PORT, temporal://HOST:PORT/NAMESPACE, or local; a key goes into TEMPORAL_API_KEY"
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "temporal" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" ||
		u.Fragment != "" {
		return Engine{}, fault.New(fault.Usage, hint, "--engine is not an address of a farm")
	}
	e := Engine{Server: u.Host, Namespace: strings.Trim(u.Path, "/")}
	if u.Port() == "" {
		e.Server += ":7233"
	}
	if e.Namespace == "" {
		e.Namespace = "default"
	}
	if strings.Contains(e.Namespace, "/") {
		return Engine{}, fault.New(fault.Usage, hint, "--engine: the namespace %q has a slash", e.Namespace)
	}
	return e, nil
}

// FindProgram returns the path of the farm's program: next to this one, or on the path.
func FindProgram(lookPath func(string) (string, error)) (string, error) {
	path, _, err := proc.Sibling(Program, lookPath)
	if err != nil {
		const hint = "build it with `make worker` in a checkout of greenroom, and put it next to greenroom or on the path"
		return "", fault.New(fault.Tool, hint, "%s, which speaks with the farm, is not installed", Program)
	}
	return path, nil
}
