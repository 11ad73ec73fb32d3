package heygen

import (
	"errors"

	"greenroom/internal/outside"
)

// This file cleans text from servers before it becomes part of an error, an event or a record.
// A gateway quotes the request line, a refusal names the key or a signed link that could
// not be fetched, and a message may hold line breaks and terminal codes.

// Limits of texts from outside, in characters.
const (
	maxMessage = 2000
	maxWord    = 100
)

// foreignText is a message without secrets and in one line.
func foreignText[T ~string](s T) string { return outside.Short(string(s), maxMessage) }

// foreignWord is the same for a status, a code or an id that is only shown.
func foreignWord[T ~string](s T) string { return outside.Short(string(s), maxWord) }

// newFailure is a reason without secrets.
func newFailure(code, message, detail string) *Failure {
	return &Failure{Code: foreignWord(code), Message: foreignText(message), Detail: foreignText(detail)}
}

// cleaned removes secrets from an error of this package.
func cleaned(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Message, e.Details, e.Body = foreignText(e.Message), foreignText(e.Details), foreignText(e.Body)
		e.Code, e.Param, e.RequestID = foreignWord(e.Code), foreignWord(e.Param), foreignWord(e.RequestID)
		e.Location, e.Err = foreignWord(e.Location), outside.Error(e.Err)
	}
	return err
}
