package request

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/member"
	"greenroom/pipeline/routes"
)

// membersOf are the fields of the manifest's types and the members that fill them. A
// field that is none of the clip's requests has no member.
var membersOf = map[string][]string{
	"Clip.Name": nil, "Clip.Place": nil, "Clip.Source": nil, "Clip.Row": nil, "Clip.Places": nil, "Clip.ScriptFile": nil, "Clip.Headings": nil,
	"Clip.Script": {"script", "lipsync.script"}, "Clip.AudioFile": {"audio", "lipsync.audio"}, "Clip.File": {"file"}, "Clip.Frames": {"file"}, "Clip.Rate": {"rate"}, "Clip.Key": {"key"}, "Clip.VideoID": {"video"},
	"Clip.Avatar": {"avatar.id"}, "Clip.Voice": {"voice.id"}, "Clip.Transparent": {"transparent"}, "Clip.Route": {"route"},
	"Clip.KeyColor": {"key-color"}, "Clip.Background": {"background"}, "Clip.BackgroundImage": {"background.image"},
	"Clip.BackgroundVideo": {"background.video"}, "Clip.Pronunciation": {"pronunciation"}, "Clip.Captions": {"captions"}, "Clip.Burned": {"captions.burned-in"}, "Clip.Glossary": {"glossary"},
	"Clip.Draft": {"draft"}, "Clip.Scenes": {"scenes"}, "Clip.Cutout": {"cutout"}, "Clip.Agent": {"agent.prompt"},
	"Clip.Template": {"template.id"}, "Clip.Translate": {"translate.to"}, "Clip.Width": {"size"}, "Clip.Height": {"size"},
	"Clip.Take": {"take"}, "Clip.Prepare": {"prepare"}, "Clip.Checks": {"checks"},

	"Avatar.ID": {"avatar.id", "scenes.avatar.id"}, "Avatar.Style": {"avatar.style", "scenes.avatar.style"},
	"Avatar.Photo": {"avatar.photo", "scenes.avatar.photo"}, "Avatar.TalkingPhoto": {"avatar.talking-photo", "scenes.avatar.talking-photo"},
	"Avatar.Scale": {"avatar.scale", "scenes.avatar.scale"}, "Avatar.Offset": {"avatar.offset", "scenes.avatar.offset"},
	"Offset.X": {"avatar.offset"}, "Offset.Y": {"avatar.offset"},

	"Burned.On": {"captions.burned-in"}, "Burned.Preset": {"captions.burned-in.preset"}, "Burned.FontSize": {"captions.burned-in.preset"},
	"Burned.Position": {"captions.burned-in.preset"}, "Burned.Alignment": {"captions.burned-in.preset"},
	"Burned.Plain": {"captions.burned-in.preset"},

	"Voice.ID": {"voice.id", "scenes.voice.id"}, "Voice.Emotion": {"voice.emotion", "scenes.voice.emotion"},
	"Voice.Locale": {"voice.locale", "scenes.voice.locale"}, "Voice.Speed": {"voice.speed", "scenes.voice.speed"},
	"Voice.Pitch": {"voice.pitch", "scenes.voice.pitch"},

	"Scene.Script": {"scenes.script"}, "Scene.ScriptFile": nil, "Scene.Heading": nil, "Scene.Avatar": {"scenes.avatar.id"},
	"Scene.Voice": {"scenes.voice.id"}, "Scene.Background": {"scenes.background"},

	"Agent.Prompt": {"agent.prompt"}, "Agent.PromptFile": nil, "Agent.Seconds": {"agent.duration"},
	"Agent.Orientation": {"agent.orientation"}, "Agent.AvatarID": {"agent.avatar"}, "Agent.VoiceID": {"agent.voice"}, "Agent.Files": {"agent.files"},

	"Template.ID": {"template.id"}, "Template.Variables": {"template.variables"},
	"Variable.Name": {"template.variables"}, "Variable.Value": {"template.variables"}, "Variable.File": {"template.variables"}, "Variable.Place": nil,

	"Translate.Clip": {"translate.clip"}, "Translate.File": {"translate.file"}, "Translate.To": {"translate.to"},
	"Translate.AudioOnly": {"translate.audio-only"}, "Translate.Precise": {"translate.mode"}, "Translate.Place": nil,
	"Translate.Proofread": {"translate.proofread"}, "Translate.Text": {"translate.proofread"},

	"Clip.Instant": {"instant.prompt"}, "Instant.Prompt": {"instant.prompt"}, "Instant.PromptFile": nil,
	"Instant.Seconds": {"instant.duration"}, "Instant.Resolution": {"instant.resolution"}, "Instant.Image": {"instant.image"},
	"Instant.Seed": {"instant.seed"},

	"Clip.Cinematic": {"cinematic.prompt"}, "Cinematic.Prompt": {"cinematic.prompt"}, "Cinematic.PromptFile": nil,
	"Cinematic.Avatars": {"cinematic.avatars"}, "Cinematic.Seconds": {"cinematic.duration"},
	"Cinematic.Enhance": {"cinematic.enhance"}, "Cinematic.References": {"cinematic.references"},

	"Clip.Lipsync": {"lipsync.video"}, "Lipsync.Video": {"lipsync.video"}, "Lipsync.Precise": {"lipsync.mode"},
	"Lipsync.KeepLength": {"lipsync.keep-length"},
}

// TestEveryMemberIsClassifiedForEveryRoute: a field that is added to the manifest must
// be given a place in the table of what routes carry.
func TestEveryMemberIsClassifiedForEveryRoute(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, v := range []any{
		manifest.Clip{}, manifest.Avatar{}, manifest.Offset{}, manifest.Burned{}, manifest.Voice{}, manifest.Scene{},
		manifest.Agent{}, manifest.Template{}, manifest.Variable{}, manifest.Translate{}, manifest.Lipsync{},
		manifest.Instant{}, manifest.Cinematic{},
	} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			name := typ.Name() + "." + typ.Field(i).Name
			members, ok := membersOf[name]
			if !ok {
				t.Errorf("%s is new: name its member here and in the table of carries.go", name)
			}
			for _, m := range members {
				covered[m] = true
			}
		}
	}
	names := member.Names()
	for m := range covered {
		if !slices.Contains(names, m) {
			t.Errorf("%s is not among the manifest's members", m)
		}
	}
	for _, m := range names {
		if !covered[m] {
			t.Errorf("no field of the manifest holds %s", m)
		}
		for _, route := range routes.Names {
			if f := HandlingOf(m, route); !strings.ContainsRune("clrun", rune(f)) {
				t.Errorf("%s on route %s is not classified: %q", m, route, f)
			}
		}
	}
	if len(carries()) != len(names) {
		t.Errorf("%d rows, %d members", len(carries()), len(names))
	}
}
