package remotion

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"sort"
	"strings"

	"greenroom/internal/fault"
	"greenroom/remotion/project"
)

// inputs checks the props and returns the input of the composition.
//
// What a composition shows is known only when it runs, so every published clip must be ready. One exception is cheap:
// if the input names a clip ({"clip": "intro"}), the others that are not ready are removed from its props instead.
func inputs(at project.Layout, propsJSON, inputProps []byte, allowStandIns bool) (json.RawMessage, error) {
	input := map[string]json.RawMessage{}
	if len(inputProps) > 0 {
		if err := json.Unmarshal(inputProps, &input); err != nil {
			return nil, fault.Wrap(
				fault.Usage, err, `give a JSON object: {"clip":"intro"}`, "read the composition's props",
			)
		}
		if input == nil { // null is not an object, but means no props
			input = map[string]json.RawMessage{}
		}
	}
	if allowStandIns && input["allowStandIns"] == nil {
		input["allowStandIns"] = json.RawMessage("true") // the companion's films ask too
	}
	if len(propsJSON) == 0 {
		return json.Marshal(input)
	}
	p, err := DecodeProps(propsJSON)
	if err != nil {
		return nil, fault.Wrap(fault.Failed, err, "run greenroom build", "read clips.gen.json")
	}
	var named string
	if json.Unmarshal(input["clip"], &named) == nil {
		if _, ok := p.Clips[named]; ok {
			for name, other := range p.Clips {
				if name != named && (!published(at, other) || other.Kind == StandIn && !allowStandIns) {
					delete(p.Clips, name)
				}
			}
		}
	}
	if err := ready(at, p, allowStandIns); err != nil {
		return nil, err
	}
	b, _, err := EncodeProps(p)
	if err != nil {
		return nil, err
	}
	input["props"] = bytes.TrimSpace(b)
	return json.Marshal(input)
}

func published(at project.Layout, c Clip) bool {
	st, err := os.Stat(at.Path(path.Join(at.PublicDir(), c.Src)))
	return err == nil && st.Mode().IsRegular()
}

// ready refuses stand-ins, and clips whose file is not there.
func ready(at project.Layout, p Props, allowStandIns bool) error {
	var standIns, gone []string
	for name, c := range p.Clips {
		if c.Kind == StandIn {
			standIns = append(standIns, name)
		}
		if !published(at, c) {
			gone = append(gone, name)
		}
	}
	sort.Strings(standIns)
	sort.Strings(gone)
	if len(gone) > 0 {
		return fault.New(fault.Failed, "run greenroom build "+strings.Join(gone, " "),
			"find the published file of: %s in %s",
			strings.Join(gone, ", "), at.PublicDir())
	}
	if len(standIns) > 0 && !allowStandIns {
		return fault.New(fault.Failed, "run greenroom build to get the real takes, or render with --allow-stand-ins",
			"refuse to render stand-ins: %s", strings.Join(standIns, ", "))
	}
	return nil
}
