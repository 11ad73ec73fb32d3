package request

import (
	"slices"
	"strings"
	"sync"
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

// Routes are the columns of carriesTable.
var Routes = []string{
	V2, V2Key, V1WebM, V3WebM, V3Key, V3, V3Studio,
	V1Agent, V3Agent, V2Template, V3Template,
	V2Translate, V2TranslateKey, V3Translate, V3TranslateKey,
	Video, File, V3Cutout,
}

// carriesTable lists for each member of a clip what each route does with it, by the paths of HeyGen's reference pages. A
// new member must be added here: a test compares the table with the manifest, and another changes each member and
// compares the requests.
//
//	columns: v2 v2-key v1-webm v3-webm v3-key v3 v3-studio | agents v1 v3 | templates v2 v3 |
//	translations v2 v2-key v3 v3-key | video file cutout
const carriesTable = `
script                      cccccc n  nn nn nnnn nnn
audio                       cccccc n  nn nn nnnn nnn
scenes                      ccrrrr c  nn nn nnnn nnn
scenes.script               ccnnnn c  nn nn nnnn nnn
scenes.avatar.id            ccnnnn c  nn nn nnnn nnn
scenes.avatar.photo         ccnnnn c  nn nn nnnn nnn
scenes.avatar.style         ccnnnn r  nn nn nnnn nnn
scenes.avatar.talking-photo ccnnnn l  nn nn nnnn nnn
scenes.avatar.scale         ccnnnn r  nn nn nnnn nnn
scenes.avatar.offset        ccnnnn r  nn nn nnnn nnn
scenes.voice.id             ccnnnn c  nn nn nnnn nnn
scenes.voice.speed          ccnnnn c  nn nn nnnn nnn
scenes.voice.pitch          ccnnnn c  nn nn nnnn nnn
scenes.voice.emotion        ccnnnn r  nn nn nnnn nnn
scenes.voice.locale         ccnnnn c  nn nn nnnn nnn
scenes.background           cunnnn c  nn nn nnnn nnn
avatar.id                   cccccc c  uu uu uuuu uuu
avatar.photo                ccrccc c  uu uu uuuu uuu
avatar.style                cccrrr r  uu uu uuuu uuu
avatar.talking-photo        ccrlll l  uu uu uuuu uuu
avatar.scale                ccrrrr r  uu uu uuuu uuu
avatar.offset               ccrrrr r  uu uu uuuu uuu
voice.id                    cccccc c  uu uu uuuu uuu
voice.speed                 ccrccc c  uu uu uuuu uuu
voice.pitch                 ccrccc c  uu uu uuuu uuu
voice.emotion               ccrrrr r  uu uu uuuu uuu
voice.locale                ccrccc c  uu uu uuuu uuu
pronunciation               cccccc c  uu uu uuuu uuu
captions                    ccrccc c  ll cc llcc luu
draft                       llllll n  nn nn nnnn nnn
size                        cccccc c  ll ll llll lll
background                  cuuuuc c  uu uu uuuu uuu
background.image            cuuuuc r  uu uu uuuu uuu
background.video            cuuurr r  uu uu uuuu uuu
key-color                   lcllcl l  uu uu ulul lll
agent.prompt                nnnnnn n  cc nn nnnn nnn
agent.duration              nnnnnn n  cc nn nnnn nnn
agent.orientation           nnnnnn n  cc nn nnnn nnn
agent.avatar                nnnnnn n  cc nn nnnn nnn
agent.voice                 nnnnnn n  rc nn nnnn nnn
agent.files                 nnnnnn n  cc nn nnnn nnn
template.id                 nnnnnn n  nn cc nnnn nnn
template.variables          nnnnnn n  nn cc nnnn nnn
translate.clip              nnnnnn n  nn nn cccc nnn
translate.file              nnnnnn n  nn nn cccc nnn
translate.to                nnnnnn n  nn nn cccc nnn
translate.audio-only        nnnnnn n  nn nn cccc nnn
translate.mode              nnnnnn n  nn nn cccc nnn
video                       nnnnnn n  nn nn nnnn lnn
file                        nnnnnn n  nn nn nnnn nlc
key                         nnnnnn n  nn nn nnnn nln
rate                        nnnnnn n  nn nn nnnn nln
cutout                      nnnnnn n  nn nn nnnn nll
transparent                 llllll l  ll ll llll lll
route                       llllll l  nn nn nnnn nnn
take                        llllll l  ll ll llll lll
prepare                     llllll l  ll ll llll lll
checks                      llllll l  ll ll llll lll
`

// carries are the letters of each member, a column each.
var carries = sync.OnceValue(func() map[string]string { return parseCarries(carriesTable) })

// HandlingOf returns what a route does with a member; 0 when the table has no such member or route.
func HandlingOf(member, route string) Handling {
	letters, i := carries()[member], slices.Index(Routes, route)
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
		if len(letters) != len(Routes) || out[member] != "" {
			panic("carries: " + member + " is written twice or has a column too many or few")
		}
		out[member] = letters
	}
	return out
}
