package bucket

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"greenroom/internal/netutil"
	"io"
	"io/fs"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"time"
)

// maxAnswer bounds a JSON answer, bytes.
const maxAnswer = 64 << 10

// gcsTries is how often a request is sent. gcsPause is the wait before the second time; it doubles for each after it.
// Google asks for exponential waits with jitter.
const (
	gcsTries = 4
	gcsPause = 250 * time.Millisecond
)

// gcsError is an error answer of the JSON API. ErrorCode and ErrorMessage are those of a smithy.APIError, too.
type gcsError struct {
	status          int
	reason, message string
}

func (e *gcsError) Error() string {
	return fmt.Sprintf("%s (%s, HTTP %d)", e.message, e.reason, e.status)
}
func (e *gcsError) ErrorCode() string    { return e.reason }
func (e *gcsError) ErrorMessage() string { return e.message }

// temporary reports that the same request may succeed later.
func (e *gcsError) temporary() bool {
	return e.status == http.StatusTooManyRequests || e.status == http.StatusRequestTimeout || e.status >= 500
}

// answerError reads an error answer.
func answerError(res *http.Response) error {
	defer res.Body.Close()
	var body struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
		}
	}
	text, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	e := &gcsError{status: res.StatusCode, reason: "HTTP " + strconv.Itoa(res.StatusCode),
		message: http.StatusText(res.StatusCode)}
	if json.Unmarshal(text, &body) == nil && body.Error.Message != "" {
		e.message = body.Error.Message
		if len(body.Error.Errors) > 0 && body.Error.Errors[0].Reason != "" {
			e.reason = body.Error.Errors[0].Reason
		}
	}
	switch res.StatusCode {
	case http.StatusNotFound:
		return &kindError{e, fs.ErrNotExist}
	case http.StatusPreconditionFailed:
		return &kindError{e, fs.ErrExist}
	case http.StatusUnauthorized, http.StatusForbidden:
		return &kindError{e, fs.ErrPermission}
	}
	return e
}

// get sends a GET request, again after a temporary failure, and returns a successful answer.
func (b *gcsBucket) get(ctx context.Context, address, span string) (*http.Response, error) {
	return b.send(ctx, func() (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err == nil && span != "" {
			req.Header.Set("Range", span)
		}
		return req, err
	})
}

// send sends what make returns until an answer is final. Every request of this package may be sent twice: a write
// has a condition, or replaces an object by the same bytes. A 308 is an answer: the next part of an upload may
// come.
func (b *gcsBucket) send(ctx context.Context, make func() (*http.Request, error)) (*http.Response, error) {
	pause := gcsPause
	for try := 1; ; try++ {
		req, err := make()
		if err != nil {
			return nil, err
		}
		req.Header.Set("User-Agent", "greenroom")
		res, err := b.client.Do(req)
		if err == nil {
			if res.StatusCode < 300 || res.StatusCode == http.StatusPermanentRedirect {
				return res, nil
			}
			err = answerError(res)
		}
		var answer *gcsError
		if try == gcsTries || ctx.Err() != nil || errors.As(err, &answer) && !answer.temporary() {
			return nil, err
		}
		if netutil.Sleep(ctx, pause/2+rand.N(pause)) != nil {
			return nil, err
		}
		pause *= 2
	}
}

// Write sends an object: in one request, or in parts when it is larger than one. The request that makes it visible is
// sent only after r has ended without an error.
func (b *gcsBucket) Write(ctx context.Context, key string, r io.Reader, replace bool) error {
	q := url.Values{"fields": {"size"}}
	if !replace {
		q.Set("ifGenerationMatch", "0")
	}
	buf := make([]byte, PartSize) // a multiple of 256 KiB, as the protocol wants it
	ahead := bufio.NewReader(r)
	n, last, err := fill(ahead, buf)
	if err != nil {
		return err
	}
	if last {
		return b.single(ctx, key, q, buf[:n])
	}
	session, err := b.begin(ctx, key, q)
	if err != nil {
		return err
	}
	for from := int64(0); ; from += PartSize {
		if err := b.part(ctx, session, buf[:n], from, last); err != nil || last {
			return err
		}
		n, last, err = fill(ahead, buf)
		if err != nil {
			b.abandon(ctx, session)
			return err
		}
	}
}

// upload is the address that takes new objects.
func (b *gcsBucket) upload(kind string, q url.Values) string {
	q.Set("uploadType", kind)
	return b.base + "/upload/storage/v1/b/" + url.PathEscape(b.name) + "/o?" + q.Encode()
}

// single sends an object in one request: its description and its bytes.
func (b *gcsBucket) single(ctx context.Context, key string, q url.Values, content []byte) error {
	description, err := json.Marshal(map[string]string{"name": key, "contentType": contentType})
	if err != nil {
		return err
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range []struct {
		kind string
		text []byte
	}{{"application/json", description}, {contentType, content}} {
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind}})
		if err != nil {
			return err
		}
		if _, err := part.Write(p.text); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	res, err := b.send(ctx, func() (*http.Request, error) {
		address := b.upload("multipart", q)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body.Bytes()))
		if err == nil {
			req.Header.Set("Content-Type", "multipart/related; boundary="+w.Boundary())
		}
		return req, err
	})
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// fill reads one part and reports whether it is the last one.
func fill(r *bufio.Reader, buf []byte) (n int, last bool, err error) {
	n, err = io.ReadFull(r, buf)
	if err == nil {
		_, err = r.Peek(1)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, true, nil
	}
	return n, false, err
}

// begin starts an upload and returns the address that takes its parts.
func (b *gcsBucket) begin(ctx context.Context, key string, q url.Values) (string, error) {
	q.Set("name", key)
	address := b.upload("resumable", q)
	res, err := b.send(ctx, func() (*http.Request, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
		if err == nil {
			req.Header.Set("X-Upload-Content-Type", contentType)
		}
		return req, err
	})
	if err != nil {
		return "", err
	}
	res.Body.Close()
	session := res.Header.Get("Location")
	if session == "" {
		return "", errors.New("the answer to the start of an upload names no place for the parts")
	}
	return session, nil
}

// part sends the bytes of an upload from one offset on; the last ones end it. The service may keep a part of them and
// ask for the rest.
func (b *gcsBucket) part(ctx context.Context, session string, body []byte, from int64, last bool) error {
	end := from + int64(len(body))
	for {
		total := "*"
		if last {
			total = strconv.FormatInt(end, 10)
		}
		span := fmt.Sprintf("bytes %d-%d/%s", from, end-1, total)
		if len(body) == 0 {
			span = "bytes */" + total
		}
		res, err := b.send(ctx, func() (*http.Request, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, session, bytes.NewReader(body))
			if err == nil {
				req.Header.Set("Content-Range", span)
			}
			return req, err
		})
		if err != nil {
			return err
		}
		res.Body.Close()
		if res.StatusCode != http.StatusPermanentRedirect {
			if !last {
				return fmt.Errorf("the service ended an upload at byte %d, before its end", end)
			}
			return nil
		}
		var to int64 // the last byte that the service has
		if _, err := fmt.Sscanf(res.Header.Get("Range"), "bytes=0-%d", &to); err != nil || to < from || to >= end {
			return fmt.Errorf(
				"the service has %q of the %d bytes of an upload that were sent", res.Header.Get("Range"), end,
			)
		}
		body, from = body[to+1-from:], to+1
		if len(body) == 0 && !last {
			return nil
		}
	}
}

// abandon removes an upload whose source failed. Google removes it after a week all the same.
func (b *gcsBucket) abandon(ctx context.Context, session string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, session, nil)
	if err != nil {
		return
	}
	if res, err := b.client.Do(req); err == nil {
		res.Body.Close()
	}
}
