package transport

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// MaxRetryAfter is the longest wait that is accepted from a server. HeyGen's own waits are
// seconds to minutes; a wait of days is a mistake, a changed clock, or the trial's daily
// limit, which no waiting shortens.
const MaxRetryAfter = time.Hour

// RetryAfter reads seconds, as an integer or with a fraction, or one of the three forms of
// an HTTP date. It returns 0 for a date in the past, a negative number and anything else.
func RetryAfter(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	wait := time.Duration(0)
	if n, err := strconv.ParseFloat(v, 64); err == nil {
		switch {
		case !(n > 0): // NaN, too
			return 0
		case n >= MaxRetryAfter.Seconds():
			return MaxRetryAfter
		}
		wait = time.Duration(math.Ceil(n*1000)) * time.Millisecond
	} else if t, err := http.ParseTime(v); err == nil {
		wait = t.Sub(now)
	}
	return min(max(wait, 0), MaxRetryAfter)
}
