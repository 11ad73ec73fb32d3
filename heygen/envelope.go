package heygen

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"greenroom/internal/outside"
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

// inner is the object in an envelope's error member.
type inner struct {
	Code    json.RawMessage `json:"code"`
	Message flexText        `json:"message"`
	Detail  flexText        `json:"detail"`
	Details flexText        `json:"details"`
	Param   flexWord        `json:"param"`
}

// evaluate decides whether an answer is a success and fills fail when it is not.
func evaluate(fail *Error, body []byte) error {
	var env envelope
	if json.Unmarshal(body, &env) != nil {
		fail.Body = quote(body)
		fail.words = reportsEnd(string(body))
		if success(fail.Status) {
			// A page or a cut answer under a 200: its meaning is unknown.
			fail.Page = !cutJSON(body)
			fail.Status, fail.Err = 0, errors.New("the answer is not JSON")
		}
		return fail
	}
	code := plain(env.Code)
	var in inner
	errText := ""
	if isObject(env.Error) {
		_ = tolerant(env.Error, &in) // what cannot be read stays empty
		code = first(plain(in.Code), code)
	} else {
		errText = text(env.Error)
	}
	hasError := isObject(env.Error) || errText != ""
	if success(fail.Status) && !hasError && (code == "" || code == "100") {
		return nil
	}
	fail.Code, fail.Param = code, string(in.Param)
	texts := []string{
		string(in.Message), string(env.Message), string(env.Msg), errText,
		string(in.Detail), string(env.Detail), string(in.Details), string(env.Details),
	}
	fail.Message = first(texts...)
	if d := first(string(in.Details), string(env.Details), string(in.Detail)); d != fail.Message {
		fail.Details = quote([]byte(d))
	}
	fail.Own = ownShape(body, env)
	fail.Named = namesJob(body)
	fail.words = reportsEnd(strings.Join(append(texts, code), " "))
	if success(fail.Status) && fail.Code == "" && fail.Message == "" {
		fail.Message = "an error without words"
	}
	return fail
}

// cutJSON reports a body that begins as JSON does: cut or garbled, and no page.
func cutJSON(body []byte) bool {
	b := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	return len(b) == 0 || b[0] == '{' || b[0] == '['
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

func quote(b []byte) string {
	s := outside.Redact(string(bytes.ToValidUTF8(b[:min(len(b), maxErrorBody)], []byte("?"))))
	return outside.Short(strings.Join(strings.Fields(s), " "), maxQuote) // redacted first: half a key is left by a cut
}

// decode reads the data member into out. Members of another type than documented stay
// at zero.
func decode(op string, body []byte, out any) error {
	var env envelope
	if err := json.Unmarshal(body, &env); err != nil {
		return &Error{Op: op, Err: errors.New("the answer is not JSON")}
	}
	if len(env.Data) == 0 || string(env.Data) == "null" {
		return nil
	}
	if tolerant(env.Data, out) != nil {
		return &Error{Op: op, Err: errShape}
	}
	return nil
}
