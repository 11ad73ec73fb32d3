// Package schema returns a film's JSON Schema, from which the companion's types and
// its zod schema are generated. They have the fields of compose/timeline:
// a test finds any drift. It reads and writes nothing.
package schema

import (
	"encoding/json"
	"reflect"

	"github.com/invopop/jsonschema"

	"greenroom/compose/timeline"
)

//go:generate go run ./gen

// Schema is the JSON Schema of timeline.Film. Unknown keys are refused everywhere. Conditions
// between fields are checked by Film.Validate alone.
func Schema() []byte {
	r := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true, Mapper: func(t reflect.Type) *jsonschema.Schema {
		if t != reflect.TypeFor[timeline.Kind]() {
			return nil
		}
		return &jsonschema.Schema{
			Type: "string", Enum: []any{timeline.KindFill, timeline.KindPicture, timeline.KindVideo, timeline.KindText},
		}
	}}
	s := r.Reflect(&timeline.Film{})
	s.Title = "Film"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // our own types always encode
	}
	return append(b, '\n')
}
