package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"time"

	"greenroom/heygen"
)

const (
	exploreSettle = 2 * time.Minute // as pipeline's settleTime
	sendTimeout   = 2 * time.Minute // as the client's limit of a create
	lateArrival   = 30 * time.Second
	shortLag      = 60 * time.Second // with lateArrival still within the list lag
	longLag       = 30 * time.Minute
	keyLife       = 24 * time.Hour
)

// job is a video the provider billed to an account.
type job struct {
	id, account, title, key string
	created, listed         time.Time
}

// late is a request that arrives after its sender gave up.
type late struct {
	at                  time.Time
	account, title, key string
}

// world is the provider, the clock and everything a schedule is checked by.
type world struct {
	c       *chooser
	s       scenario
	now     time.Time
	jobs    []job
	late    []late
	unknown map[string]int    // sends of a title without a definite answer
	openKey map[string]string // the idempotency key of those
	// ended is when the last send of a title ended, firstSent when its first unknown
	// one was recorded; by the true clock.
	ended, firstSent map[string]time.Time
	claimed          map[string][]claimEntry // by take, as in the shared cache
	why              string                  // the first broken invariant
	parked           bool
}

func (w *world) fail(format string, args ...any) {
	if w.why == "" {
		w.why = fmt.Sprintf(format, args...)
	}
}

func (w *world) logf(format string, args ...any) {
	if w.s.log != nil {
		w.s.log("%s %s", w.now.Sub(epoch), fmt.Sprintf(format, args...))
	}
}

var epoch = time.UnixMilli(1_800_000_000_000).UTC()

// arrive bills what was under way until now.
func (w *world) arrive() {
	for len(w.late) > 0 && !w.late[0].at.After(w.now) {
		l := w.late[0]
		w.late = w.late[1:]
		w.bill(l.account, l.title, l.key, l.at, shortLag)
	}
}

// bill accepts a request; under a key that is known it returns the first answer.
func (w *world) bill(account, title, key string, at time.Time, lag time.Duration) string {
	if w.s.v3 && key != "" {
		for _, j := range w.jobs {
			if j.account == account && j.key == key && at.Sub(j.created) < keyLife {
				return j.id
			}
		}
	}
	id := "v" + strconv.Itoa(len(w.jobs)+1)
	w.jobs = append(w.jobs, job{id, account, title, key, at, at.Add(lag)})
	w.logf("billed %s %q to account %s", id, title, account)
	return id
}

var (
	errLost = errors.New("connection reset")

	errRefusedConnection = errors.New("connection refused")
	errTimeout           = fmt.Errorf("time-out: %w", context.DeadlineExceeded)
)

// wire is one process's way to the provider.
type wire struct {
	w *world
	p *proc
}

var (
	// The option names are in replay lines: no comma, no equals sign.
	postOptions = []string{"ok", "refused connection", "page 403 but billed", "200 server error but billed", "error and id", "request lost", "answer lost", "answer cut", "answer lost and listed late", "429", "429 with Retry-After", "500 but billed", "time-out", "time-out and arrives late"}
	// fewPosts are the answers of scenarios with several ledgers, whose schedules are long: the other scenarios have all.
	fewPosts    = []string{"ok", "429", "answer lost and listed late", "time-out and arrives late"}
	v3Options   = append(postOptions[:len(postOptions):len(postOptions)], "429 running limit", "409 in progress")
	timeOptions = []string{"ok", "answer lost"}
	listOptions = []string{"ok", "answer lost", "429 with Retry-After", "403"}
)

func (t wire) RoundTrip(r *http.Request) (*http.Response, error) {
	t.w.arrive()
	trace := httptrace.ContextClientTrace(r.Context())
	if trace != nil && trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/me") {
		if timeOptions[t.w.c.choose("time", timeOptions)] != "ok" {
			return nil, errLost
		}
		return t.w.answer(200, `{"data":{}}`), nil
	}
	if r.Method == http.MethodGet {
		return t.list(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	res, err := t.post(r.Context(), string(body), r.Header.Get("Idempotency-Key"))
	t.p.pause("answer")
	return res, err
}

// leaves reports a connection to the client, as net/http's transport does before it writes.
func leaves(ctx context.Context) {
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// post is the call that bills.
func (t wire) post(ctx context.Context, body, key string) (*http.Response, error) {
	w, account := t.w, t.p.account
	_, rest, _ := strings.Cut(body, `"title":"`)
	title, _, _ := strings.Cut(rest, `"`)
	clip, _, _ := strings.Cut(title, " ")
	t.p.sent(title, body, key)
	if w.unknown[title]++; w.unknown[title] == 1 {
		w.openKey[title] = key
	}
	options := postOptions
	if w.s.v3 {
		options = v3Options
	}
	if w.s.claims != "" {
		options = fewPosts
	}
	took := options[w.c.choose("post", options)]
	w.logf("%s posts %q key %q: %s", t.p.name, title, key, took)
	defer func() { w.ended[title], t.p.settled[title] = w.now, w.unknown[title] == 0 }()
	known := func(status int, body string, header ...string) (*http.Response, error) {
		if w.unknown[title]--; status >= 400 {
			delete(t.p.charged, clip)
		}
		return w.answer(status, body, header...), nil
	}
	if took == "refused connection" {
		w.unknown[title]--
		delete(t.p.charged, clip)
		return nil, errRefusedConnection
	}
	leaves(ctx)
	switch took {
	case "page 403 but billed":
		w.bill(account, title, key, w.now, 0)
		return w.answer(403, `<html>blocked</html>`), nil
	case "200 server error but billed":
		w.bill(account, title, key, w.now, 0)
		return w.answer(200, `{"code":500,"message":"internal timeout, please check later"}`), nil
	case "error and id":
		return known(200, `{"error":{"code":"warn","message":"odd"},"data":{"video_id":"`+w.bill(account, title, key, w.now, 0)+`"}}`)
	case "request lost":
		return nil, errLost
	case "answer lost":
		w.bill(account, title, key, w.now, 0)
		return nil, errLost
	case "answer lost and listed late":
		w.bill(account, title, key, w.now, longLag)
		return nil, errLost
	case "answer cut":
		w.bill(account, title, key, w.now, shortLag)
		return w.answer(200, `{"data":{"video_`), nil
	case "500 but billed":
		w.bill(account, title, key, w.now, 0)
		return w.answer(500, `{"error":{"code":"internal_error"}}`), nil
	case "time-out":
		w.now = w.now.Add(sendTimeout)
		return nil, errTimeout
	case "time-out and arrives late":
		w.now = w.now.Add(sendTimeout)
		w.late = append(w.late, late{w.now.Add(lateArrival), account, title, key})
		return nil, errTimeout
	case "429":
		return known(429, `{"error":{"code":"rate_limit_exceeded","message":"slow down"}}`)
	case "429 with Retry-After":
		return known(429, `{"error":{"code":"rate_limit_exceeded","message":"slow down"}}`, "Retry-After", "30")
	case "429 running limit":
		return known(429, `{"error":{"code":"resource_limit_exceeded","message":"Too many running videos"}}`, "Retry-After", "30")
	case "409 in progress":
		return w.answer(409, `{"error":{"code":"request_in_progress","message":"in progress"}}`), nil
	}
	return known(200, `{"error":null,"data":{"video_id":"`+w.bill(account, title, key, w.now, 0)+`"}}`)
}

// list shows the account's videos, those that are listed by now.
func (t wire) list(r *http.Request) (*http.Response, error) {
	w := t.w
	took := listOptions[w.c.choose("list", listOptions)]
	w.logf("%s lists: %s", t.p.name, took)
	switch took {
	case "answer lost":
		return nil, errLost
	case "429 with Retry-After":
		return w.answer(429, `{"error":{"code":"rate_limit_exceeded"}}`, "Retry-After", "30"), nil
	case "403":
		return w.answer(403, `{"error":{"code":"forbidden","message":"no"}}`), nil
	}
	var items []string
	for _, j := range w.jobs {
		if j.account != t.p.account || j.listed.After(w.now) || !strings.Contains(j.title, r.URL.Query().Get("title")) {
			continue
		}
		items = append(items, fmt.Sprintf(`{"id":%q,"video_id":%q,"title":%q,"video_title":%q,"created_at":%d}`, j.id, j.id, j.title, j.title, j.created.Unix()))
	}
	list := "[" + strings.Join(items, ",") + "]"
	if w.s.v3 {
		return w.answer(200, `{"data":`+list+`,"next_token":null}`), nil
	}
	return w.answer(200, `{"code":100,"data":{"videos":`+list+`}}`), nil
}

func (w *world) answer(status int, body string, header ...string) *http.Response {
	h := http.Header{}
	h.Set("Date", w.now.UTC().Format(http.TimeFormat))
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewReader([]byte(body)))}
}

// api is the ledger's view of the provider, as pipeline's: the real client.
type api struct {
	c  *heygen.Client
	v3 bool
}

func (a api) Submit(ctx context.Context, row Row) (string, error) {
	return a.send(ctx, row, row.Once())
}

// send posts under a key that need not be the row's.
func (a api) send(ctx context.Context, row Row, once string) (string, error) {
	if a.v3 {
		return a.c.SubmitOnce(ctx, row.Path, row.Body, once)
	}
	return a.c.Submit(ctx, row.Path, row.Body)
}

func (a api) FindByTitle(ctx context.Context, marker string) ([]Found, error) {
	find := a.c.FindByTitle
	if a.v3 {
		find = a.c.FindByTitleV3
	}
	items, err := find(ctx, marker)
	var out []Found
	for _, i := range items {
		out = append(out, Found{ID: i.ID, Title: i.Title, CreatedAt: i.CreatedAt, Failed: i.Failed()})
	}
	return out, err
}
