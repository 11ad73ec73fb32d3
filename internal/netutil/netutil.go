// Package netutil holds small rules of HTTP and of addresses that several packages need.
package netutil

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxRetryAfter is the longest wait that is accepted from a server. Usual waits are seconds to
// minutes; a wait of days is a mistake, a changed clock or a daily limit, which no waiting shortens.
const MaxRetryAfter = time.Hour

// RetryAfter returns the wait that a Retry-After header asks for, 0 to MaxRetryAfter. The header has
// seconds, as an integer or with a fraction, or one of the three forms of an HTTP date. The wait is
// 0 for a date before now, for a negative number and for any other text.
func RetryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	wait := time.Duration(0)
	if n, err := strconv.ParseFloat(header, 64); err == nil {
		switch {
		case !(n > 0): // NaN, too
			return 0
		case n >= MaxRetryAfter.Seconds():
			return MaxRetryAfter
		}
		wait = time.Duration(math.Ceil(n*1000)) * time.Millisecond
	} else if t, err := http.ParseTime(header); err == nil {
		wait = t.Sub(now)
	}
	return min(max(wait, 0), MaxRetryAfter)
}

// IsLoopback reports whether a host name or address is this machine's loopback interface.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// IsLoopbackHost is IsLoopback for the Host header of a request, which may have a port.
func IsLoopbackHost(header string) bool {
	host, _, err := net.SplitHostPort(header)
	if err != nil {
		host = header
	}
	return IsLoopback(host)
}

// Sleep waits. It returns early, with the cause, when the context ends.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// WithoutQuery returns an address without user, password, query and fragment: any of them may be a secret.
func WithoutQuery(u *url.URL) string {
	bare := *u
	bare.User, bare.RawQuery, bare.ForceQuery, bare.Fragment, bare.RawFragment = nil, "", false, "", ""
	return bare.String()
}

// WithoutURL returns the error inside of a *url.Error, which package net/http wraps around its
// errors: the address in its text may be signed. Other errors are returned as they are.
func WithoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
