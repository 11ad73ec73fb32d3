package credential

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/disclose"
)

// TestErrorsHaveThePlaceOfTheirKey: also errors of other kinds, and without a change of a fault that is shared.
func TestErrorsHaveThePlaceOfTheirKey(t *testing.T) {
	s := &disclose.Sign{Places: map[string]fault.Place{"key": {Line: 7}, "sign": {Line: 3}}}
	shared := fault.New(fault.Media, "write it again", "the key is damaged")
	for name, c := range map[string]struct {
		err  error
		key  string
		line int
		msg  string
	}{
		"a fault":         {shared, "key", 7, "disclose.sign.key: the key is damaged"},
		"another key":     {shared, "command", 3, "disclose.sign.command: the key is damaged"},
		"no fault":        {errors.New("read it: i/o timeout"), "key", 7, "disclose.sign.key: read it: i/o timeout"},
		"an interruption": {fmt.Errorf("sign: %w", context.Canceled), "key", 7, "disclose.sign.key: sign: context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			got := at(s, c.key, c.err)
			all := fault.All(got)
			if got.Error() != c.msg || len(all) != 1 || all[0].Place == nil || all[0].Place.Line != c.line {
				t.Errorf("%v, %+v", got, all)
			}
			if errors.Is(c.err, context.Canceled) != errors.Is(got, context.Canceled) {
				t.Errorf("%v has lost its cause", got)
			}
		})
	}
	if shared.Place != nil || shared.Msg != "the key is damaged" {
		t.Errorf("the shared fault is changed: %+v", shared)
	}
	if at(s, "key", nil) != nil {
		t.Error("an error of nothing")
	}
}
