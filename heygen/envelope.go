package heygen

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxAnswer    = 64 << 20 // bytes; /v2/avatars is megabytes without paging
	maxErrorBody = 64 << 10
	maxQuote     = 300 // of a body that is not JSON
)

// envelope is every dialect's outer object at once.
type envelope struct {
	Code    json.RawMessage `json:"code"`
	Data    json.RawMessage `json:"data"`
	Error   json.RawMessage `json:"error"`
	Message flexText        `json:"message"`
	Msg     flexText        `json:"msg"`
	Detail  flexText        `json:"detail"`
	Details flexText        `json:"details"`
}

// judge decides whether an answer is a success and fills fail when it is not.
func judge(fail *Error, body []byte) error {
	var env envelope
	jsonErr := json.Unmarshal(body, &env)
	if jsonErr != nil {
		if fail.Status >= 200 && fail.Status < 300 {
			// A page or a cut answer under a 200: nobody knows what happened.
			fail.Status, fail.Err, fail.Body = 0, errors.New("the answer is not JSON"), quote(body)
			return fail
		}
		fail.Body = quote(body)
		return fail
	}
	code := text(env.Code)
	inner := struct {
		Code    json.RawMessage `json:"code"`
		Message flexText        `json:"message"`
		Detail  flexText        `json:"detail"`
		Param   flexText        `json:"param"`
	}{}
	errText := ""
	if isObject(env.Error) {
		if json.Unmarshal(env.Error, &inner) == nil && text(inner.Code) != "" {
			code = text(inner.Code)
		}
	} else {
		errText = text(env.Error)
	}
	ok2xx := fail.Status >= 200 && fail.Status < 300
	hasError := isObject(env.Error) || errText != ""
	if ok2xx && !hasError && (code == "" || code == "100") {
		return nil
	}
	fail.Code, fail.Param = code, string(inner.Param)
	fail.Message = first(string(inner.Message), string(env.Message), string(env.Msg), errText, string(inner.Detail), string(env.Detail), string(env.Details))
	if ok2xx && fail.Code == "" && fail.Message == "" {
		fail.Message = "an error without words"
	}
	return fail
}

func first(ss ...string) string {
	for _, s := range ss {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

func isObject(b json.RawMessage) bool { return len(b) > 0 && bytes.TrimSpace(b)[0] == '{' }

// text reads a string, a number or nothing as text.
func text(b json.RawMessage) string {
	var t flexText
	_ = t.UnmarshalJSON(b)
	return string(t)
}

// flexText accepts what HeyGen sends where a text belongs: a string, a number, a
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

// flexNumber accepts a number, a numeric string or nothing.
type flexNumber float64

func (n *flexNumber) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.TrimSpace(text(b)), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	*n = flexNumber(v)
	return nil
}

// flexTime accepts unix seconds as int or float, an ISO string, or nothing.
type flexTime struct{ time.Time }

func (t *flexTime) UnmarshalJSON(b []byte) error {
	s := strings.TrimSpace(text(b))
	t.Time = time.Time{}
	if v, err := strconv.ParseFloat(s, 64); err == nil && v > 0 && v < 1e15 {
		if v > 1e12 { // milliseconds
			v /= 1000
		}
		t.Time = time.Unix(int64(v), int64((v-math.Floor(v))*1e9)).UTC()
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", "2006-01-02 15:04:05"} {
		if v, err := time.Parse(layout, s); err == nil {
			t.Time = v.UTC()
			return nil
		}
	}
	return nil
}

func quote(b []byte) string {
	s := strings.Join(strings.Fields(string(bytes.ToValidUTF8(b[:min(len(b), 4096)], []byte("?")))), " ")
	for len(s) > maxQuote {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// decode reads the data member into out.
func decode(op string, body []byte, out any) error {
	var env envelope
	if err := json.Unmarshal(body, &env); err != nil {
		return &Error{Op: op, Err: errors.New("the answer is not JSON")}
	}
	if len(env.Data) == 0 || string(env.Data) == "null" {
		return nil
	}
	if err := json.Unmarshal(env.Data, out); err != nil {
		return &Error{Op: op, Err: errors.New("the answer has another shape than documented")}
	}
	return nil
}
