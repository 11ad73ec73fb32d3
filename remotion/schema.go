package remotion

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
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
		panic(err) // our own types always encode
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

// Validate says whether props may be handed to Remotion: they fit the schema and
// agree with themselves.
func (p Props) Validate() error {
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encode props: %w", err)
	}
	return validate(b, p)
}

func validate(b []byte, p Props) error {
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
	for name, c := range p.Clips {
		switch {
		case name != c.Name:
			return fmt.Errorf("check props: clip %q stands under the key %q", c.Name, name)
		case math.Abs(float64(c.DurationInSeconds*float64(p.FPS))-float64(c.DurationInFrames)) > 1:
			return fmt.Errorf("check props: clip %q: %d frames do not fit %g s at %d fps", name, c.DurationInFrames, c.DurationInSeconds, p.FPS)
		case c.Box.X+c.Box.Width > c.Box.FrameWidth || c.Box.Y+c.Box.Height > c.Box.FrameHeight:
			return fmt.Errorf("check props: clip %q: its box leaves the %dx%d frame", name, c.Box.FrameWidth, c.Box.FrameHeight)
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
	return p, validate(b, p)
}
