package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// ErrTooLarge is the error of reading an answer that is larger than its limit.
var ErrTooLarge = errors.New("the answer is too large")

// Limits limits each attempt to the time in its Call, and reads its answer to the end, up to
// a limit of bytes. An answer that was cut or is too large is returned with what was read of it;
// Body returns the error.
type Limits struct {
	Next     http.RoundTripper
	Success  int64 // bytes of an answer with a status below 300
	Failures int64 // bytes of any other answer
}

// RoundTrip implements http.RoundTripper.
func (l *Limits) RoundTrip(req *http.Request) (*http.Response, error) {
	if t := callOf(req).Timeout; t > 0 {
		ctx, cancel := context.WithTimeout(req.Context(), t)
		defer cancel() // the answer has been read by then
		req = req.WithContext(ctx)
	}
	res, err := l.Next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	limit := l.Success
	if res.StatusCode >= 300 {
		limit = l.Failures
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if int64(len(b)) > limit && err == nil {
		b, err = b[:limit], fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	_ = res.Body.Close() // it was read as far as it is needed
	res.Body = &answer{Reader: bytes.NewReader(b), all: b, err: err}
	return res, nil
}

// Body returns the body of an answer that Limits has read, and does not consume it. The error
// is the reason why it is not complete. The bytes are the answer's own: they must not be changed.
func Body(res *http.Response) ([]byte, error) {
	if a, ok := res.Body.(*answer); ok {
		return a.all, a.err
	}
	return io.ReadAll(res.Body)
}

// answer is the body of a response in memory.
type answer struct {
	*bytes.Reader
	all []byte
	err error // why it is not complete
}

func (a *answer) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if err == io.EOF && a.err != nil {
		err = a.err
	}
	return n, err
}

func (a *answer) Close() error { return nil }
