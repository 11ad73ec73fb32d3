package house

import (
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// An arrow that must not be drawn: no package below from imports a package below to.
type arrow struct {
	from, to string
	reason   string
	except   string // "FROM TO" of the one import that is right
}

const down = "imports point downwards"

var wrongArrows = []arrow{
	{from: "greenroom/heygen", to: "greenroom/assets", reason: "the middle packages do not know one another"},
	{from: "greenroom/heygen", to: "greenroom/compose", reason: "the middle packages do not know one another",
		except: "greenroom/heygen/sandbox greenroom/compose/standin"},
	{from: "greenroom/heygen", to: "greenroom/remotion", reason: "the middle packages do not know one another"},
	{from: "greenroom/assets", to: "greenroom/heygen", reason: "the middle packages do not know one another"},
	{from: "greenroom/assets", to: "greenroom/compose", reason: "the middle packages do not know one another"},
	{from: "greenroom/assets", to: "greenroom/remotion", reason: "the middle packages do not know one another"},
	{from: "greenroom/compose", to: "greenroom/heygen", reason: "the middle packages do not know one another"},
	{from: "greenroom/compose", to: "greenroom/assets", reason: "the middle packages do not know one another"},
	{from: "greenroom/compose", to: "greenroom/remotion", reason: "the middle packages do not know one another"},
	{from: "greenroom/remotion", to: "greenroom/heygen", reason: "the middle packages do not know one another"},
	{from: "greenroom/remotion", to: "greenroom/assets", reason: "the middle packages do not know one another"},
	{from: "greenroom/remotion", to: "greenroom/compose", reason: "the middle packages do not know one another"},

	{from: "greenroom/heygen", to: "greenroom/pipeline", reason: down},
	{from: "greenroom/assets", to: "greenroom/pipeline", reason: down},
	{from: "greenroom/compose", to: "greenroom/pipeline", reason: down},
	{from: "greenroom/remotion", to: "greenroom/pipeline", reason: down},
	{from: "greenroom/heygen", to: "greenroom/internal/cli", reason: down},
	{from: "greenroom/assets", to: "greenroom/internal/cli", reason: down},
	{from: "greenroom/compose", to: "greenroom/internal/cli", reason: down},
	{from: "greenroom/remotion", to: "greenroom/internal/cli", reason: down},
	{from: "greenroom/pipeline", to: "greenroom/internal/cli", reason: down},
	{from: "greenroom/pipeline", to: "greenroom/internal/page", reason: down},
}

// layers of the pipeline, lowest first; "." is greenroom/pipeline, the runs. A package imports packages of lower layers
// and those below its own name; every package of the pipeline belongs to a layer.
var layers = [][]string{
	{"allow", "captions", "delivery", "event", "live", "markup", "origin", "pace", "routes", "rows"},
	{"ledger", "lockfile", "prompt"},
	{"manifest"},
	{"request", "trial"},
	{"project", "renditions", "sceneclip"},
	{"account"},
	{"apicall", "sharedcache"}, // sharedcache asks the account which origins the project accepts
	{"voice"},
	{"credential", "routing"},
	{"stage"},
	{"films"},
	{"units"},
	{"recipes"}, // sizes in films, and the keys of the stage that prepares
	{"previews"},
	{"publishing"},
	{"planning"},
	{"gc", "unchanged"},
	{"preflight"},
	{"purchase"},
	{"."},
	{"watch"},
}

// owners are outside packages that one package of the product alone may import.
var owners = map[string]string{
	"github.com/spf13/pflag":                     "greenroom/internal/cli",
	"github.com/cavaliergopher/grab/v3":          "greenroom/assets",
	"github.com/fsnotify/fsnotify":               "greenroom/pipeline",
	"github.com/u2takey/ffmpeg-go":               "greenroom/compose",
	"github.com/ebitengine/purego":               "greenroom/internal/espeak",
	"gonum.org/v1/gonum/dsp/fourier":             "greenroom/compose/align",
	"github.com/modelcontextprotocol/go-sdk/mcp": "greenroom/internal/agent",
	"github.com/aws/aws-sdk-go-v2/service/s3":    "greenroom/assets",
	"github.com/santhosh-tekuri/jsonschema/v6":   "greenroom/internal/wiretest",
	"github.com/digitorus/timestamp":             "greenroom/remotion/c2pa",
}

// impure are what pipeline/request must not use: it computes, and reads and sends nothing.
var impure = []string{"os", "os/exec", "io/fs", "net", "net/http", "path/filepath", "greenroom/internal/proc"}

func under(p, top string) bool { return p == top || strings.HasPrefix(p, top+"/") }

// layerOf returns the layer of a package of the pipeline and its name there, and -1 when it has none.
func layerOf(p string) (layer int, name string) {
	for i, names := range layers {
		for _, n := range names {
			if n == "." && p == "greenroom/pipeline" || under(p, "greenroom/pipeline/"+n) {
				return i, n
			}
		}
	}
	return -1, ""
}

// forbidden returns the imports that break a rule.
func forbidden(imports map[string][]string) (found []string) {
	for _, from := range slices.Sorted(maps.Keys(imports)) {
		for _, to := range imports[from] {
			if reason := breaks(from, to); reason != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", from, to, reason))
			}
		}
	}
	return found
}

// breaks returns why a package must not import another one, and "" when it may.
func breaks(from, to string) string {
	for _, a := range wrongArrows {
		if under(from, a.from) && under(to, a.to) && from+" "+to != a.except {
			return a.reason
		}
	}
	if owner, ok := owners[to]; ok && !under(from, owner) {
		return owner + " owns it"
	}
	if from == "greenroom/heygen" && strings.Contains(strings.Split(to, "/")[0], ".") {
		return "heygen uses the standard library alone"
	}
	if under(from, "greenroom/pipeline/request") && slices.Contains(impure, to) {
		return "request is pure"
	}
	layer, name := layerOf(from)
	other, otherName := layerOf(to)
	switch {
	case layer < 0 && under(from, "greenroom/pipeline"):
		return "it belongs to no layer of the pipeline"
	case layer < 0, name == otherName, other < layer:
		return ""
	}
	return down
}

func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "greenroom/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		from, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		imports[from] = strings.Fields(rest)
	}
	if len(imports) < 12 {
		t.Errorf("go list returned %d packages", len(imports))
	}
	for _, f := range forbidden(imports) {
		t.Error(f)
	}
	wantFindings(t, forbidden(map[string][]string{
		"greenroom/assets":           {"greenroom/heygen"},
		"greenroom/heygen":           {"os", "golang.org/x/net/html"},
		"greenroom/heygen/sandbox":   {"greenroom/compose/standin", "greenroom/compose/media"},
		"greenroom/internal/cli":     {"github.com/cavaliergopher/grab/v3", "greenroom/pipeline"},
		"greenroom/pipeline/project": {"greenroom/pipeline/lockfile", "greenroom/pipeline/account"},
		"greenroom/pipeline/request": {"greenroom/pipeline/manifest", "os"},
		"greenroom/pipeline/stage/x": {"greenroom/pipeline", "greenroom/pipeline/stage", "greenroom/pipeline/films"},
		"greenroom/pipeline/watch":   {"greenroom/pipeline"},
		"greenroom/pipeline/x":       {"greenroom/pipeline/event"},
	}),
		"greenroom/assets imports greenroom/heygen: the middle packages do not know one another",
		"greenroom/heygen imports golang.org/x/net/html: heygen uses the standard library alone",
		"greenroom/heygen/sandbox imports greenroom/compose/media: the middle packages do not know one another",
		"greenroom/internal/cli imports github.com/cavaliergopher/grab/v3: greenroom/assets owns it",
		"greenroom/pipeline/project imports greenroom/pipeline/account: imports point downwards",
		"greenroom/pipeline/request imports os: request is pure",
		"greenroom/pipeline/stage/x imports greenroom/pipeline: imports point downwards",
		"greenroom/pipeline/stage/x imports greenroom/pipeline/films: imports point downwards",
		"greenroom/pipeline/x imports greenroom/pipeline/event: it belongs to no layer of the pipeline",
	)
}
