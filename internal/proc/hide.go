package proc

import (
	"os"
	"slices"
	"strings"
	"sync"
)

// hidden are names of environment variables that children do not inherit.
var (
	hiddenMu sync.Mutex
	hidden   = []string{"HEYGEN_API_KEY"}
)

// Hide keeps an environment variable from every child that inherits ours: an encoder
// or a browser has no use for a key.
func Hide(name string) {
	hiddenMu.Lock()
	defer hiddenMu.Unlock()
	if !slices.Contains(hidden, name) {
		hidden = append(hidden, name)
	}
}

// Inherited is our environment without what is hidden.
func Inherited() []string {
	hiddenMu.Lock()
	defer hiddenMu.Unlock()
	return slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(hidden, name)
	})
}
