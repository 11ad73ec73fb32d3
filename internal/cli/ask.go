package cli

import (
	"bufio"
	"fmt"
	"strings"

	"greenroom/internal/fault"
	"greenroom/pipeline/planning"
)

func confirm(e *env, plan *planning.Plan) (bool, error) {
	if !e.terminal {
		return false, fault.New(fault.Usage, "add --yes where no terminal is attached",
			"this build may cost %s and needs a yes", strings.TrimPrefix(mayCost(plan), "up to "))
	}
	w := e.Stdout
	if e.json { // stdout is the answer
		w = e.Stderr
	}
	e.planTo(w, plan)
	return e.ask(fmt.Sprintf("spend %s?", mayCost(plan)))
}

// ask reads a yes or a no from the terminal's user. It fails without a terminal.
func (e *env) ask(question string) (bool, error) {
	if !e.terminal {
		return false, fault.New(fault.Usage, "add --yes where no terminal is attached", "%s needs a yes",
			strings.TrimSuffix(question, "?"))
	}
	// Without a line end and not as a JSON line: the terminal's user reads it.
	fmt.Fprintf(e.unguarded(), "greenroom: %s [y/N] ", oneLine(question))
	line, err := bufio.NewReader(e.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return false, nil
	}
	a := strings.ToLower(strings.TrimSpace(line))
	return a == "y" || a == "yes", nil
}
