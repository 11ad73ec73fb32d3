package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"strings"
	"time"

	"greenroom/assets/remote/bucket"
	"greenroom/internal/lazyregexp"
)

// ErrMissing reports an object that the cache does not have.
var ErrMissing = errors.New("not in the cache")

// ErrReadOnly reports a write to a cache that was opened for reading.
var ErrReadOnly = errors.New("the cache is read-only here")

// BadError reports an object whose bytes are not those of its name: cut short, written
// half, or another file's. The cache is to blame, not the way to it.
type BadError struct{ Object, Why string }

func (e *BadError) Error() string {
	return fmt.Sprintf("cached %s is corrupt: %s", e.Object, e.Why)
}

// RefusedError reports that these credentials may not do this.
type RefusedError struct{ Why string }

func (e *RefusedError) Error() string { return "the cache refuses: " + e.Why }

// DownError reports a cache that cannot be reached, stalled, or broke off.
type DownError struct{ Why string }

func (e *DownError) Error() string { return "the cache cannot be used: " + e.Why }

// localError is this machine's own: a full disk, a damaged file.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }

// localWriter and localReader tell this machine's errors from the cache's.
type (
	localWriter struct{ io.Writer }
	localReader struct{ io.Reader }
)

func (w localWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		err = &localError{err}
	}
	return n, err
}

func (r localReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = &localError{err}
	}
	return n, err
}

// query matches the part of an address that contains signatures and tokens.
var query = lazyregexp.New(`\?[^\s"'<>]*`)

// scrub takes queries and line breaks out of a library's message.
func scrub(err error) string {
	return strings.Join(strings.Fields(query.ReplaceAllString(err.Error(), "?…")), " ")
}

// stall is the cause with which a watchdog ends a context.
type stall struct{ after time.Duration }

func (s stall) Error() string { return fmt.Sprintf("nothing came for %s", s.after) }

// classify turns a library's error into one of the above. ctx is the watchdog's.
func classify(ctx context.Context, err error) error {
	var own interface{ cacheError() }
	var here *localError
	var s stall
	switch {
	case errors.As(err, &here):
		return here.err
	case err == nil || errors.Is(err, ErrMissing) || errors.As(err, &own):
		return err
	case errors.As(context.Cause(ctx), &s):
		return &DownError{s.Error()}
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	text := scrub(err)
	switch {
	case errors.Is(err, fs.ErrNotExist) && strings.Contains(text, "NoSuchBucket"):
		return &DownError{"there is no such bucket"}
	case errors.Is(err, fs.ErrNotExist):
		return ErrMissing
	case errors.Is(err, fs.ErrPermission), denied(text):
		return &RefusedError{brief(err, text)}
	}
	if strings.Contains(text, "checksum did not match") {
		return &BadError{"answer", "its checksum is not that of its content"}
	}
	var sent *url.Error // the library's own words around it are a paragraph
	if errors.As(err, &sent) {
		if u, e := url.Parse(sent.URL); e == nil && u.Host != "" {
			return &DownError{"no answer from " + u.Host + ": " + scrub(sent.Err)}
		}
	}
	return &DownError{brief(err, text)}
}

// brief returns the service's own message. The library's text around it names the object: without it
// the same reason has the same text for every object.
func brief(err error, text string) string {
	var answer interface{ ErrorCode() string }
	if !errors.As(err, &answer) || answer.ErrorCode() == "" {
		return text
	}
	out := answer.ErrorCode()
	if more, ok := answer.(interface{ ErrorMessage() string }); ok && more.ErrorMessage() != "" {
		out = strings.TrimSuffix(scrub(errors.New(more.ErrorMessage())), ".") + " (" + out + ")"
	}
	return out
}

// notFile turns the error of a folder's entry that is not a file into a *BadError.
func notFile(key string, err error) error {
	if errors.Is(err, bucket.ErrNotFile) {
		return &BadError{key, err.Error()}
	}
	return err
}

// denied finds the refusals that the SDK has no code for.
func denied(text string) bool {
	for _, w := range []string{"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "StatusCode: 403",
		"StatusCode: 401", "read-only file system", "MethodNotAllowed"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func (*BadError) cacheError()     {}
func (*RefusedError) cacheError() {}
func (*DownError) cacheError()    {}
