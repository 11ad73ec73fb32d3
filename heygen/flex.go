package heygen

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// The flex types never fail: a member of another type than documented is left at zero, and
// the rest of the answer is read. HeyGen's answers differ from its pages, and change.

// flexText accepts what HeyGen sends where a message belongs: a string, a number, a
// bool, null, or an object that is kept as its JSON.
type flexText string

func (t *flexText) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || string(b) == "null":
		*t = ""
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = flexText(s)
	default:
		*t = flexText(b)
	}
	return nil
}

// flexWord accepts a string or a number: an id, a name, a link. Anything else is "".
type flexWord string

func (w *flexWord) UnmarshalJSON(b []byte) error {
	*w = ""
	b = bytes.TrimSpace(b)
	if len(b) == 0 || b[0] != '"' && b[0] != '-' && (b[0] < '0' || b[0] > '9') {
		return nil
	}
	*w = flexWord(text(b))
	return nil
}

// flexNumber accepts a number, a numeric string or nothing.
type flexNumber float64

func (n *flexNumber) UnmarshalJSON(b []byte) error {
	v, _ := number(b)
	*n = flexNumber(v)
	return nil
}

// number reads a finite number or a numeric string.
func number(b json.RawMessage) (v float64, ok bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(plain(b)), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

// flexBool accepts true, "true", "yes", 1 and "1"; anything else is false.
type flexBool bool

func (f *flexBool) UnmarshalJSON(b []byte) error {
	switch strings.ToLower(strings.TrimSpace(text(b))) {
	case "true", "yes", "1":
		*f = true
	default:
		*f = false
	}
	return nil
}

// flexTime accepts unix seconds as int or float, an ISO string, or nothing.
type flexTime struct{ time.Time }

func (t *flexTime) UnmarshalJSON(b []byte) error {
	t.Time = ParseTime(text(b))
	return nil
}

// ParseTime reads a time in one of HeyGen's forms: unix seconds or milliseconds, or an ISO time. It
// returns the zero time for any other text.
func ParseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	if v, err := strconv.ParseFloat(s, 64); err == nil && v > 0 && v < 1e15 {
		if v > 1e12 { // milliseconds
			v /= 1000
		}
		return time.Unix(int64(v), int64((v-math.Floor(v))*1e9)).UTC()
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05"} {
		if v, err := time.Parse(layout, s); err == nil {
			return v.UTC()
		}
	}
	return time.Time{}
}

// flexList accepts a list and skips items that are not of T's kind. Anything else is empty.
type flexList[T any] []T

func (l *flexList[T]) UnmarshalJSON(b []byte) error {
	*l = nil
	var items []json.RawMessage
	if json.Unmarshal(b, &items) != nil {
		return nil
	}
	for _, raw := range items {
		var v T
		if string(bytes.TrimSpace(raw)) != "null" && tolerant(raw, &v) == nil {
			*l = append(*l, v)
		}
	}
	return nil
}

// errShape is the end of an answer that cannot be read at all.
var errShape = errors.New("the answer has another shape than documented")

// strictList is flexList for lists in which an account is searched for a lost purchase: an answer
// without a list must not count as an empty one. It fails on anything but a list and null.
type strictList[T any] []T

func (l *strictList[T]) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || b[0] != '[' && string(b) != "null" {
		return errShape
	}
	return (*flexList[T])(l).UnmarshalJSON(b)
}

// flexStrings accepts a list of texts, a list of objects that have a name, or one text.
type flexStrings []string

// nameMembers are where an object that takes the place of a text has it, best first.
var nameMembers = []string{"name", "value", "label", "type", "event_type", "tag", "code", "id"}

func (l *flexStrings) UnmarshalJSON(b []byte) error {
	*l = nil
	var items []json.RawMessage
	if json.Unmarshal(b, &items) != nil {
		items = []json.RawMessage{b}
	}
	for _, raw := range items {
		s := plain(raw)
		if isObject(raw) {
			s = nameOf(raw)
		}
		if s != "" {
			*l = append(*l, s)
		}
	}
	return nil
}

func nameOf(b json.RawMessage) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil {
		return ""
	}
	for _, name := range nameMembers {
		if s := plain(members[name]); s != "" {
			return s
		}
	}
	return ""
}

// tolerant decodes and leaves members of another type at zero. It fails when b is not
// JSON, or as a complete value not of out's kind.
func tolerant(b []byte, out any) error {
	err := json.Unmarshal(b, out)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) && odd.Field != "" {
		return nil
	}
	return err
}
