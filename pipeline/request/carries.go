package request

import (
	"slices"
	"strings"
	"sync"

	"greenroom/pipeline/routes"
)

// Handling is what a route does with a member of a clip.
type Handling byte

const (
	Carried Handling = 'c' // it is in the request, or in what drives it, and in the take key
	Local   Handling = 'l' // greenroom uses it itself: it chooses, prepares or checks
	Refused Handling = 'r' // the route has no member for it: a clip that has it is refused
	Unused  Handling = 'u' // it belongs to other clips: refused in the clip, ignored in defaults
	Absent  Handling = 'n' // a clip on this route cannot have it
)

// columns are those of carriesTable.
var columns = []string{
	routes.V2, routes.V2Key, routes.V1WebM, routes.V3WebM, routes.V3, routes.V3Studio,
	routes.V1Agent, routes.V2Template, routes.V2Translate, routes.Video, routes.File, routes.V3Cutout,
	routes.V3Lipsync, routes.V3Instant, routes.V3Cinematic,
}

// like is a route that does with members what another one does, but for some of them.
type like struct {
	route  string
	except map[string]Handling
}

// alike are the routes that have no column.
var alike = map[string]like{
	routes.V3Key:          {routes.V3WebM, map[string]Handling{"key-color": Carried}},
	routes.V3Agent:        {routes.V1Agent, map[string]Handling{"agent.voice": Carried}},
	routes.V3Template:     {routes.V2Template, map[string]Handling{"glossary": Carried}},
	routes.V2TranslateKey: {routes.V2Translate, map[string]Handling{"key-color": Local}},
	routes.V3Translate: {routes.V2Translate, map[string]Handling{
		"captions": Carried, "key-color": Local, "translate.proofread": Carried, "glossary": Carried,
	}},
	routes.V3TranslateKey: {routes.V3Translate, nil},
	routes.V3Proofread: {routes.V3Translate, map[string]Handling{
		"captions": Local, "translate.audio-only": Local, "translate.proofread": Local,
	}},
}

// carriesTable lists for each member of a clip what each route does with it, by the paths of HeyGen's reference pages. A
// new member must be added here: a test compares the table with the manifest, and another changes each member and
// compares the requests.
//
//	columns: v2 v2-key v1-webm v3-webm v3 v3-studio | v1-agent | v2-template | v2-translate |
//	video file cutout | lipsync instant cinematic
const carriesTable = `
script                      cccccn n n n nnn nnn
audio                       cccccn n n n nnn nnn
scenes                      ccrrrc n n n nnn nnn
scenes.script               ccnnnc n n n nnn nnn
scenes.avatar.id            ccnnnc n n n nnn nnn
scenes.avatar.photo         ccnnnc n n n nnn nnn
scenes.avatar.style         ccnnnr n n n nnn nnn
scenes.avatar.talking-photo ccnnnl n n n nnn nnn
scenes.avatar.scale         ccnnnr n n n nnn nnn
scenes.avatar.offset        ccnnnr n n n nnn nnn
scenes.voice.id             ccnnnc n n n nnn nnn
scenes.voice.speed          ccnnnc n n n nnn nnn
scenes.voice.pitch          ccnnnc n n n nnn nnn
scenes.voice.emotion        ccnnnr n n n nnn nnn
scenes.voice.locale         ccnnnc n n n nnn nnn
scenes.background           cunnnc n n n nnn nnn
avatar.id                   cccccc u u u uuu uuu
avatar.photo                ccrccc u u u uuu uuu
avatar.style                cccrrr u u u uuu uuu
avatar.talking-photo        ccrlll u u u uuu uuu
avatar.scale                ccrrrr u u u uuu uuu
avatar.offset               ccrrrr u u u uuu uuu
voice.id                    cccccc u u u uuu cuu
voice.speed                 ccrccc u u u uuu cuu
voice.pitch                 ccrccc u u u uuu ruu
voice.emotion               ccrrrr u u u uuu ruu
voice.locale                ccrccc u u u uuu cuu
pronunciation               cccccc u u u uuu cuu
captions                    ccrccc l c l luu cll
captions.burned-in          crrrcc u c u uuu uuu
captions.burned-in.preset   crrrrr u c u uuu uuu
glossary                    rrrccu u r r uuu uuu
draft                       llllln n n n nnn nnn
size                        cccccc l l l lll lcc
background                  cuuucc u u u uuu uuu
background.image            cuuucr u u u uuu uuu
background.video            cuuurr u u u uuu uuu
key-color                   lcllll u u u lll uuu
agent.prompt                nnnnnn c n n nnn nnn
agent.duration              nnnnnn c n n nnn nnn
agent.orientation           nnnnnn c n n nnn nnn
agent.avatar                nnnnnn c n n nnn nnn
agent.voice                 nnnnnn r n n nnn nnn
agent.files                 nnnnnn c n n nnn nnn
template.id                 nnnnnn n c n nnn nnn
template.variables          nnnnnn n c n nnn nnn
translate.clip              nnnnnn n n c nnn nnn
translate.file              nnnnnn n n c nnn nnn
translate.to                nnnnnn n n c nnn nnn
translate.audio-only        nnnnnn n n c nnn nnn
translate.mode              nnnnnn n n c nnn nnn
translate.proofread         nnnnnn n n r nnn nnn
lipsync.video               nnnnnn n n n nnn cnn
lipsync.audio               nnnnnn n n n nnn cnn
lipsync.script              nnnnnn n n n nnn cnn
lipsync.mode                nnnnnn n n n nnn cnn
lipsync.keep-length         nnnnnn n n n nnn cnn
instant.prompt              nnnnnn n n n nnn ncn
instant.duration            nnnnnn n n n nnn ncn
instant.resolution          nnnnnn n n n nnn ncn
instant.image               nnnnnn n n n nnn ncn
instant.seed                nnnnnn n n n nnn ncn
cinematic.prompt            nnnnnn n n n nnn nnc
cinematic.avatars           nnnnnn n n n nnn nnc
cinematic.duration          nnnnnn n n n nnn nnc
cinematic.references        nnnnnn n n n nnn nnc
cinematic.enhance           nnnnnn n n n nnn nnc
video                       nnnnnn n n n lnn nnn
file                        nnnnnn n n n nlc nnn
key                         nnnnnn n n n nln lnn
rate                        nnnnnn n n n nln nnn
cutout                      nnnnnn n n n nll nnn
transparent                 llllll l l l lll lll
route                       llllll n n n nnn nnn
take                        llllll l l l lll lll
prepare                     llllll l l l lll lll
checks                      llllll l l l lll lll
`

// carries are the letters of each member, a column each.
var carries = sync.OnceValue(func() map[string]string { return parseCarries(carriesTable) })

// HandlingOf returns what a route does with a member; 0 when the table has no such member or route.
func HandlingOf(member, route string) Handling {
	for l, ok := alike[route]; ok; l, ok = alike[route] {
		if h, ok := l.except[member]; ok {
			return h
		}
		route = l.route
	}
	letters, i := carries()[member], slices.Index(columns, route)
	if letters == "" || i < 0 {
		return 0
	}
	return Handling(letters[i])
}

func parseCarries(table string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		member, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		letters := strings.ReplaceAll(rest, " ", "")
		if len(letters) != len(columns) || out[member] != "" {
			panic("carries: " + member + " is written twice or has a column too many or few")
		}
		out[member] = letters
	}
	return out
}
