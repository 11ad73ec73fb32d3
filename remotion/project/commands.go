package project

import (
	"strings"
)

// installArgs install what the lockfile names and change no file of the user's. Without a
// lockfile they also write one, except npm's.
//
// npm ci is not among them: it deletes node_modules first, and it refuses a lockfile that
// does not hold the optional packages of other systems.
func (m Manager) installArgs() []string {
	switch m.Name {
	case PNPM:
		if m.Lock != "" {
			return []string{"install", "--frozen-lockfile"}
		}
		return []string{"install"}
	case Yarn:
		switch {
		case m.Berry && m.Lock != "":
			return []string{"install", "--immutable"}
		case m.Berry:
			return []string{"install"}
		case m.Lock != "":
			return []string{"install", "--frozen-lockfile", "--non-interactive"}
		}
		return []string{"install", "--non-interactive"}
	case Bun:
		if m.Lock != "" {
			return []string{"install", "--frozen-lockfile"}
		}
		return []string{"install"}
	}
	return []string{"install", "--no-save", "--no-audit", "--no-fund"}
}

// Install is the command that a user types to install a project's packages.
func (m Manager) Install() string { return m.Name + " install" }

// Add is the command that adds packages in one version, exactly.
func (m Manager) Add(version string, names ...string) string {
	verb := map[string]string{NPM: "install --save-exact", PNPM: "add --save-exact", Yarn: "add --exact",
		Bun: "add --exact"}[m.Name]
	words := []string{m.Name, verb}
	for _, name := range names {
		if version != "" && !strings.Contains(strings.TrimPrefix(name, "@"), "@") {
			name += "@" + version
		}
		words = append(words, name)
	}
	return strings.Join(words, " ")
}
