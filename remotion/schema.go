package remotion

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	validator "github.com/google/jsonschema-go/jsonschema"
	"github.com/invopop/jsonschema"
)

//go:generate go run ./gen

// Schema is the JSON Schema of Props, made from the Go types. Unknown keys are
// refused everywhere. companion/src/greenroom/props.schema.json is a copy of it.
func Schema() []byte {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: false, ExpandedStruct: true}
	s := r.Reflect(&Props{})
	s.Title = "Greenroom"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // these types always encode
	}
	return append(b, '\n')
}

var compiled = sync.OnceValues(func() (*validator.Resolved, error) {
	var s validator.Schema
	if err := json.Unmarshal(Schema(), &s); err != nil {
		return nil, err
	}
	return s.Resolve(nil)
})

// Validate fails for props that do not match the schema or contradict themselves.
func (p Props) Validate() error {
	// Some clips at a time: ten thousand, decoded for the validator, take more memory than all the rest of a build.
	names := slices.Sorted(maps.Keys(p.Clips))
	for start := 0; start == 0 || start < len(names); start += validatedAtOnce {
		part := p
		if p.Clips != nil {
			part.Clips = make(map[string]Clip, validatedAtOnce)
		}
		for _, n := range names[start:min(start+validatedAtOnce, len(names))] {
			part.Clips[n] = p.Clips[n]
		}
		b, err := json.Marshal(part)
		if err != nil {
			return fmt.Errorf("encode props: %w", err)
		}
		if err := fits(b); err != nil {
			return err
		}
	}
	return p.agree()
}

const validatedAtOnce = 64

// fits fails for a document that does not match the schema.
func fits(b []byte) error {
	s, err := compiled()
	if err != nil {
		return fmt.Errorf("compile the props schema: %w", err)
	}
	// Numbers as JavaScript reads them, and not as exact decimals: 1e-400 is 0.
	var doc any
	if err := json.Unmarshal(b, &doc); err != nil {
		return fmt.Errorf("read props: %w", err)
	}
	if err := s.Validate(doc); err != nil {
		return fmt.Errorf("check props: %w", err)
	}
	return nil
}

// agree fails for props that break a rule between fields, which no schema can express.
func (p Props) agree() error {
	if r := p.Rate; r != nil && (r.Num <= 0 || r.Den <= 0 || math.Abs(r.FPS()-p.FPS) > 1e-6) {
		return fmt.Errorf("check props: rate %d/%d is not %g fps", r.Num, r.Den, p.FPS)
	}
	for name, c := range p.Clips {
		switch {
		case name != c.Name:
			return fmt.Errorf("check props: clip %q is under the key %q", c.Name, name)
		case math.Abs(float64(c.DurationInSeconds*p.FPS)-float64(c.DurationInFrames)) > 1:
			return fmt.Errorf("check props: clip %q: %d frames do not fit %g s at %g fps", name, c.DurationInFrames,
				c.DurationInSeconds, p.FPS)
		case c.Box.X+c.Box.Width > c.Box.FrameWidth || c.Box.Y+c.Box.Height > c.Box.FrameHeight:
			return fmt.Errorf(
				"check props: clip %q: its box leaves the %dx%d frame", name, c.Box.FrameWidth, c.Box.FrameHeight,
			)
		}
	}
	return nil
}

// DecodeProps reads props strictly: unknown keys, a second document and anything
// Validate refuses are errors.
func DecodeProps(b []byte) (Props, error) {
	var p Props
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Props{}, fmt.Errorf("read props: %w", err)
	}
	if err := fits(b); err != nil {
		return p, err
	}
	return p, p.agree()
}
