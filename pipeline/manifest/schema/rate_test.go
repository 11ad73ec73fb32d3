package schema

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestTheSchemaHasTheSameRates(t *testing.T) {
	s := schemaAt(t, "")
	valid := func(rate string) bool {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"version":1,"fps":` + rate +
			`,"clips":{"a":{"script":"x"}},"compositions":{"t":{"fps":` + rate + `,"layers":[]}}}`))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(doc) == nil
	}
	for _, in := range []string{"23.976", "29.97", `"30000/1001"`, `"60000 / 1001"`, `"25"`, "25", "25.0", "12.5",
		`"50/2"`, "24.975", "1", "120"} {
		if !valid(in) {
			t.Errorf("the schema refuses fps: %s", in)
		}
	}
	for _, in := range []string{"0", "-25", "1000", `"abc"`, `"-25"`, `""`, "true", "[25]", "{}"} {
		if valid(in) {
			t.Errorf("the schema accepts fps: %s", in)
		}
	}
}
