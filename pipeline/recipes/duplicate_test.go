package recipes

import (
	"reflect"
	"testing"

	"greenroom/pipeline/lockfile"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/routes"
)

// TestDuplicatesShareAllSettings changes each limit and each setting of how a clip is prepared: a clip that differs in
// one of them is not a duplicate of the other.
func TestDuplicatesShareAllSettings(t *testing.T) {
	t.Parallel()
	plain := manifest.Clip{Checks: manifest.DefaultChecks()}
	before := DuplicateKey(plain, lockfile.Entry{}, routes.V2Key)
	for _, name := range []string{"Checks", "Prepare"} {
		fields := reflect.TypeOf(plain)
		field, _ := fields.FieldByName(name)
		for i := range field.Type.NumField() {
			c := plain
			v := reflect.ValueOf(&c).Elem().FieldByName(name).Field(i)
			switch v.Kind() {
			case reflect.Bool:
				v.SetBool(!v.Bool())
			case reflect.Float64:
				v.SetFloat(v.Float() + 0.125)
			case reflect.String:
				v.SetString(v.String() + "x")
			case reflect.Map:
				v.Set(reflect.ValueOf(map[string]string{"coverage": "why"}))
			case reflect.Slice:
				v.Set(reflect.ValueOf([]string{"audio"}))
			case reflect.Pointer:
				v.Set(reflect.New(v.Type().Elem()))
			default:
				t.Fatalf("change %s.%s here", name, field.Type.Field(i).Name)
			}
			if DuplicateKey(c, lockfile.Entry{}, routes.V2Key) == before {
				t.Errorf("%s.%s is not in the key", name, field.Type.Field(i).Name)
			}
		}
	}
}
