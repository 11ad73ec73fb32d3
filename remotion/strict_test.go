package remotion

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"greenroom/remotion/scaffold"
)

// createVideo is the tsconfig of create-video's templates, without its @types/web: neither "dom" nor a newer library.
var createVideo = map[string]any{
	"target": "ES2018", "module": "commonjs", "jsx": "react-jsx", "strict": true, "noEmit": true, "lib": []string{"es2015"},
	"esModuleInterop": true, "skipLibCheck": true, "forceConsistentCasingInFileNames": true, "noUnusedLocals": true, "types": []string{"react"},
}

// strictest are the settings beyond `strict` that people use.
var strictest = map[string]any{
	"exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true, "isolatedModules": true, "noImplicitOverride": true,
	"noPropertyAccessFromIndexSignature": true, "noUnusedParameters": true, "noImplicitReturns": true, "noFallthroughCasesInSwitch": true,
}

// nextTemplate is the tsconfig of Remotion's Next.js template.
var nextTemplate = map[string]any{
	"target": "es5", "module": "esnext", "moduleResolution": "node", "lib": []string{"dom", "dom.iterable", "esnext"}, "allowJs": true,
	"resolveJsonModule": true, "isolatedModules": true,
}

var bundler = map[string]any{"module": "esnext", "moduleResolution": "bundler"}

func settings(more ...map[string]any) map[string]any {
	out := maps.Clone(createVideo)
	for _, m := range more {
		maps.Copy(out, m)
	}
	return out
}

// compile type-checks the project with a tsconfig and a compiler: node's module, by its folder.
func compile(t *testing.T, dir, compiler string, options map[string]any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"compilerOptions": options, "include": []string{"src"}})
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"tsconfig.json": string(b)})
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(compiler, "bin", "tsc"), "--noEmit")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	return err.Error() + "\n" + string(out)
}

// example is a scaffold with a clip and the example that init prints, as a component of the user's.
func example(t *testing.T) string {
	t.Helper()
	dir := someProject(t)
	publish(t, dir, props(clip("intro")))
	s := scaffold.Survey{RootFile: "src/Root.tsx", Width: "1920", Height: "1080"}
	put(t, dir, map[string]string{"src/Intro.tsx": s.Example() + "\n"})
	return dir
}

func TestScaffoldedFilesCompileUnderStrictSettings(t *testing.T) {
	t.Parallel()
	dir := example(t)
	cells := map[string]map[string]any{
		"create-video, every check": settings(strictest, bundler, map[string]any{"verbatimModuleSyntax": true}),
		"Next template":             settings(nextTemplate),
	}
	if everything() {
		maps.Copy(cells, map[string]map[string]any{
			"create-video":       settings(),
			"node":               settings(strictest),
			"nodenext":           settings(strictest, map[string]any{"module": "nodenext", "moduleResolution": "nodenext"}),
			"not strict":         settings(map[string]any{"strict": false}),
			"Next's own, ES2017": settings(nextTemplate, bundler, map[string]any{"target": "es2017", "jsx": "preserve"}),
			"JavaScript checked": settings(bundler, map[string]any{"allowJs": true, "checkJs": true}),
		})
	}
	for name, options := range cells {
		if msg := compile(t, dir, filepath.Join("node_modules", "typescript"), options); msg != "" {
			t.Errorf("%s:\n%s", name, msg)
		}
	}
}

// everything reports that the slow tests run too: make test-all.
func everything() bool { return os.Getenv("GREENROOM_TEST_ALL") == "1" }

// TestTheLockfileIsCompleteForEverySystem holds what npm ci checks: every optional package of a locked one is locked
// too.
func TestTheLockfileIsCompleteForEverySystem(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("companion/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Version, Resolved    string
		OptionalDependencies map[string]string
		OS, CPU              []string
	}
	var lock struct{ Packages map[string]entry }
	if err := json.Unmarshal(b, &lock); err != nil {
		t.Fatal(err)
	}
	optional := 0
	for at, p := range lock.Packages {
		if p.Resolved != "" {
			t.Errorf("%s is bound to one registry: %s", at, p.Resolved)
		}
		for name, version := range p.OptionalDependencies {
			optional++
			in, ok := lock.Packages[at+"/node_modules/"+name]
			if !ok {
				in, ok = lock.Packages["node_modules/"+name]
			}
			if !ok || strings.HasPrefix(name, "@remotion/compositor-") && (in.Version != version || len(in.OS) == 0 || len(in.CPU) == 0) {
				t.Errorf("%s wants %s@%s, locked is %+v: run node remotion/gen/lock.mjs remotion/companion", at, name, version, in)
			}
		}
	}
	if optional < 7 {
		t.Errorf("%d optional packages", optional)
	}
	if strings.Contains(string(b), "json-schema-to-") {
		t.Error("a user's project carries greenroom's own tools")
	}
}
