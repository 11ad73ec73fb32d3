package heygen

import (
	"encoding/json"
	"strings"
)

// wireWarning are the members by which the record of a finished job reports that its file
// is not what was requested. Only `error` is documented (free accounts get a
// watermarked file and a credit error together); the others are read in case they come.
type wireWarning struct {
	Error       json.RawMessage `json:"error"`
	Warning     json.RawMessage `json:"warning"`
	Warnings    json.RawMessage `json:"warnings"`
	Watermark   json.RawMessage `json:"watermark"`
	Watermarked json.RawMessage `json:"watermarked"`
	IsWatermark json.RawMessage `json:"is_watermarked"`
	Trial       json.RawMessage `json:"trial"`
	IsTrial     json.RawMessage `json:"is_trial"`
	FailureCode flexText        `json:"failure_code"`
	FailureText flexText        `json:"failure_message"`
}

// warning returns what a finished job's record warns of, nil for nothing.
func (w wireWarning) warning() *Failure {
	if f := readFailure(w.Error); f != nil && *f != (Failure{}) {
		return f
	}
	if f := newFailure(string(w.FailureCode), string(w.FailureText), ""); *f != (Failure{}) {
		return f
	}
	if f := warningText(w.Warning); f != nil {
		return f
	}
	var list []json.RawMessage
	if json.Unmarshal(w.Warnings, &list) == nil {
		for _, b := range list {
			if f := warningText(b); f != nil {
				return f
			}
		}
	}
	for _, m := range []json.RawMessage{w.Watermark, w.Watermarked, w.IsWatermark} {
		if isTrue(m) {
			return &Failure{Code: "watermark", Message: "the file has a watermark"}
		}
	}
	if isTrue(w.Trial) || isTrue(w.IsTrial) {
		return &Failure{Code: "trial", Message: "the file was made under a trial"}
	}
	return nil
}

// warningText reads a warning; the notice that an API ends is about no file.
func warningText(b json.RawMessage) *Failure {
	var notice struct {
		Sunset json.RawMessage `json:"sunset_date"`
		Next   json.RawMessage `json:"v3_endpoint"`
		Docs   json.RawMessage `json:"docs_url"`
	}
	known := isObject(b) && json.Unmarshal(b, &notice) == nil
	if known && (notice.Sunset != nil || notice.Next != nil || notice.Docs != nil) {
		return nil
	}
	if s := string(b); s == "true" || s == "false" {
		return nil // a mark without text is not a warning
	}
	if f := readFailure(b); f != nil && *f != (Failure{}) {
		return f
	}
	return nil
}

// isTrue reads a mark: true, "true", 1, or an object that describes it.
func isTrue(b json.RawMessage) bool {
	switch s := strings.ToLower(strings.Trim(string(b), `" `)); s {
	case "", "null", "false", "0", "none", "no", "{}", "[]":
		return false
	}
	return true
}
