package preflight

import (
	"context"
	"fmt"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
)

// offer is what an account has of a kind: ids, and the ids by their names in lower case.
type offer struct {
	list, key string // the command that lists them, the key of the manifest
	ids       []string
	byName    map[string]string
}

func (o *offer) put(id, name string) {
	if o.byName == nil {
		o.byName = map[string]string{}
	}
	o.ids = append(o.ids, id)
	o.byName[strings.ToLower(name)] = id
}

// hint returns what to write instead of an id that the account does not have. For a name it is the id.
func (o *offer) hint(wanted string) string {
	if id := o.byName[strings.ToLower(wanted)]; id != "" {
		return fmt.Sprintf("write its id, %s: %s; nothing was bought", o.key, id)
	}
	hint := fmt.Sprintf("`greenroom %s` lists them; nothing was bought", o.list)
	if near := fault.Nearest(wanted, o.ids); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return hint
}

func voicesIn(list []heygen.VoiceInfo) *offer {
	has := &offer{list: "voices", key: "voice"}
	for _, v := range list {
		has.put(v.ID, v.Name)
	}
	return has
}

func (f *flight) avatars(ctx context.Context, api heygen.API) (*offer, error) {
	has := &offer{list: "avatars", key: "avatar"}
	all, err := f.client.Avatars(ctx, api)
	for _, a := range all.Avatars {
		has.put(a.ID, a.Name)
	}
	for _, p := range all.TalkingPhotos {
		has.put(p.ID, p.Name)
	}
	return has, err
}
