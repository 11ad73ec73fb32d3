// Package bucket reads and writes objects in a folder, in S3 and in Google Cloud Storage.
//
// It has the five operations that the shared cache needs. gocloud.dev has the same and more, but each of its buckets
// links gRPC, protocol buffers and OpenTelemetry: 11 MB of the program and a quarter of its start (measured at
// gocloud.dev v0.47.0).
package bucket

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// PartSize is the size of one part of a large upload, bytes. Parts is how many parts are in flight at once, at most.
const (
	PartSize = 5 << 20
	Parts    = 2
)

// contentType is what every object is stored as: a browser that is pointed at the bucket must not interpret it.
const contentType = "application/octet-stream"

// Info describes an object.
type Info struct {
	Size int64  // bytes
	MD5  []byte // nil where the service does not know it
}

// Bucket is an open bucket. Its methods may be called from many goroutines. Errors match fs.ErrNotExist (no such
// object or bucket), fs.ErrExist and fs.ErrPermission with errors.Is.
type Bucket interface {
	// Stat returns the size and the checksum of an object.
	Stat(ctx context.Context, key string) (Info, error)
	// Read opens an object from a byte offset to its end and returns the size of the complete object.
	Read(ctx context.Context, key string, from int64) (body io.ReadCloser, size int64, err error)
	// Write stores what r returns. Nothing becomes visible when r fails. Without replace an object that exists is kept
	// and the error is fs.ErrExist.
	Write(ctx context.Context, key string, r io.Reader, replace bool) error
	// Exists reports whether the bucket exists.
	Exists(ctx context.Context) (bool, error)
	// Close ends connections that are idle.
	Close()
}

// Open returns the bucket of an s3:// or gs:// address, whose path is a prefix of every key. It may look for
// credentials on the network. An unknown parameter in the query is an error.
func Open(ctx context.Context, u *url.URL) (Bucket, error) {
	var b Bucket
	var err error
	switch u.Scheme {
	case "s3":
		b, err = openS3(ctx, u.Host, u.Query())
	case "gs":
		b, err = openGCS(ctx, u.Host, u.Query())
	default:
		return nil, fmt.Errorf("unsupported address %q", u.Scheme+":")
	}
	if err != nil {
		return nil, err
	}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		return prefixed{b, prefix + "/"}, nil
	}
	return b, nil
}

// kindError is a service's error with the file system's error of the same meaning.
type kindError struct{ err, kind error }

func (e *kindError) Error() string   { return e.err.Error() }
func (e *kindError) Unwrap() []error { return []error{e.err, e.kind} }

// prefixed puts a prefix before every key.
type prefixed struct {
	Bucket
	prefix string
}

func (p prefixed) Stat(ctx context.Context, key string) (Info, error) {
	return p.Bucket.Stat(ctx, p.prefix+key)
}

func (p prefixed) Read(ctx context.Context, key string, from int64) (io.ReadCloser, int64, error) {
	return p.Bucket.Read(ctx, p.prefix+key, from)
}

func (p prefixed) Write(ctx context.Context, key string, r io.Reader, replace bool) error {
	return p.Bucket.Write(ctx, p.prefix+key, r, replace)
}

// boolParameter reads a true or false of a query; an absent one is false.
func boolParameter(q url.Values, name string) (bool, error) {
	value := q.Get(name)
	if value == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(value)
	if err != nil {
		return false, fmt.Errorf("parameter %s must be true or false, not %q", name, value)
	}
	return on, nil
}

// completeSize returns the size of an object from the answer to a read of it: a Content-Range such as
// "bytes 10-14/27" where the read began in the middle. Some servers ignore a range and send the start again.
func completeSize(length int64, contentRange string, from int64) (int64, error) {
	if from == 0 && contentRange == "" {
		return length, nil
	}
	span, total, _ := strings.Cut(strings.TrimPrefix(contentRange, "bytes "), "/")
	first, _, _ := strings.Cut(span, "-")
	size, err := strconv.ParseInt(total, 10, 64)
	if err != nil || first != strconv.FormatInt(from, 10) {
		return 0, fmt.Errorf("the answer to a read from byte %d has the range %q", from, contentRange)
	}
	return size, nil
}
