package sandbox

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// event is a job's end and the endpoints that have not received it.
type event struct {
	ID       string         `json:"id"`
	Type     string         `json:"type"`
	Data     map[string]any `json:"data"`
	Created  time.Time      `json:"created"`
	V3       bool           `json:"v3,omitempty"`
	Callback string         `json:"callback,omitempty"` // the job's own address
	Todo     []string       `json:"todo,omitempty"`     // endpoint ids
}

// keptEvents is how many events are kept.
const keptEvents = 1000

// repeatFor is how long v3 repeats a delivery; v1's and callbacks are sent once.
const (
	repeatFor = 24 * time.Hour
	firstWait = 10 * time.Second
	lastWait  = 4 * time.Hour
)

// deliveryClient sends events without a proxy, and follows no redirect.
var deliveryClient = &http.Client{
	Timeout:       10 * time.Second,
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// announce queues a job, so that its end is announced when it comes.
func (s *Server) announce(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unannounced = append(s.unannounced, j)
	select {
	case s.rendered <- struct{}{}:
	default: // there is a signal already
	}
}

// announceEnds sends the events of jobs that end. No event occurs in the sandbox when a job's time
// comes, so it polls while there are any; its clock may be a test's.
func (s *Server) announceEnds() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		es, left := s.endedJobs()
		for _, e := range es {
			s.wg.Go(func() { s.send(e) })
		}
		next := tick.C
		if left == 0 {
			next = nil
		}
		select {
		case <-next:
		case <-s.rendered:
		case <-s.ctx.Done():
			return
		}
	}
}

// endedJobs records an event for each job that ended since the last call, and counts the jobs
// that are left.
func (s *Server) endedJobs() (es []*event, left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ended []*job
	s.unannounced = slices.DeleteFunc(s.unannounced, func(j *job) bool {
		if !s.hasEnded(j) {
			return false
		}
		if !j.Deleted && !j.Announced {
			es, ended = append(es, s.record(j)), append(ended, j)
		}
		return true
	})
	left = len(s.unannounced)
	if len(es) == 0 {
		return nil, left
	}
	s.hooks.Events = append(s.hooks.Events, es...)
	s.hooks.Events = s.hooks.Events[max(0, len(s.hooks.Events)-keptEvents):]
	_ = s.saveHooks()
	for _, j := range ended {
		_ = s.saveJob(j, false)
	}
	return es, left
}

// hasEnded reports that a read of the job would show its end; the caller holds mu.
func (s *Server) hasEnded(j *job) bool {
	return j.Deleted || s.failsOnPurpose() || s.status(j) == "completed" || s.status(j) == "failed"
}

func (s *Server) failsOnPurpose() bool {
	return s.faults.on("job-fails") || s.faults.on("job-fails-silently")
}

// record returns the event of a job's end, with its receivers; the caller holds mu.
func (s *Server) record(j *job) *event {
	e := &event{ID: strings.ToLower(rand.Text()), Created: s.o.Now().UTC(), V3: j.V3}
	e.Type, e.Data = s.eventData(j)
	if toLoopback(j.Callback) {
		e.Callback = j.Callback
	}
	for _, h := range s.hooks.Endpoints {
		if h.V3 == e.V3 && (h.Events == nil || slices.Contains(h.Events, e.Type)) {
			e.Todo = append(e.Todo, h.ID)
		}
	}
	j.Announced = true
	return e
}

// eventData returns the event's name and data, as documented: a success has url, a failure msg.
func (s *Server) eventData(j *job) (string, map[string]any) {
	d, name := map[string]any{"video_id": j.ID, "callback_id": nil}, "avatar_video"
	reason := "msg"
	switch {
	case j.Kind == "translate":
		d, name, reason = map[string]any{
			"video_translate_id": j.ID, "callback_id": nil, "output_language": j.Language,
		}, "video_translate", "message"
	case j.Session != "":
		d["session_id"], name = j.Session, "video_agent"
	}
	if id := j.Request.CallbackID; id != "" {
		d["callback_id"] = id
	}
	switch {
	case s.faults.on("job-fails"):
		d[reason] = s.faults.value("job-fails")
	case s.faults.on("job-fails-silently"), j.Status == "failed":
		d[reason] = j.Error
	default:
		d["url"], d["gif_download_url"], d["video_share_page_url"], d["folder_id"] = nil, nil, nil, orNull(j.Folder)
		if host := s.hooks.host.Load(); host != nil {
			d["gif_download_url"] = "http://" + *host + "/pictures/" + j.ID + ".gif"
			d["video_share_page_url"] = "http://" + *host + "/pages/" + j.ID
			d["url"] = s.link(*host, j.File, strconv.FormatInt(s.o.Now().Add(linkLife).Unix(), 10))
		}
		return name + ".success", d
	}
	return name + ".fail", d
}

func (e *event) body() map[string]any {
	b := map[string]any{"event_type": e.Type, "event_data": e.Data}
	if e.V3 {
		b["event_id"], b["created_at"] = e.ID, e.Created.Format(time.RFC3339)
	}
	return b
}

// resumeHooks continues with what an earlier process left.
func (s *Server) resumeHooks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if !j.Announced && !j.Deleted && (j.File != "" || j.Status == "failed") {
			s.unannounced = append(s.unannounced, j)
		}
	}
	s.wg.Go(s.announceEnds)
	for _, e := range s.hooks.Events {
		if len(e.Todo) > 0 {
			s.wg.Go(func() { s.send(e) })
		}
	}
}

// send makes the first attempts in order; v3 endpoints that did not accept an event are tried
// again at the same time.
func (s *Server) send(e *event) {
	events := []*event{e}
	if s.faults.once("webhook-out-of-order") {
		s.mu.Lock()
		s.hooks.held = append(s.hooks.held, e)
		s.mu.Unlock()
		return
	}
	s.mu.Lock()
	events = append(events, s.hooks.held...)
	s.hooks.held = nil
	s.mu.Unlock()
	for _, e := range events {
		body, err := json.Marshal(e.body())
		if err != nil {
			continue
		}
		if e.Callback != "" {
			s.post(e.Callback, body, nil)
		}
		s.mu.Lock()
		todo := slices.Clone(e.Todo)
		s.mu.Unlock()
		for _, id := range todo {
			if !s.deliver(e, id, body) {
				s.wg.Go(func() { s.repeatDelivery(e, id, body) })
			}
		}
	}
}

// repeatDelivery repeats a delivery, with growing waits.
func (s *Server) repeatDelivery(e *event, id string, body []byte) {
	scaled := func(d time.Duration) time.Duration { return time.Duration(float64(d) / s.o.Speed) }
	for wait, left := firstWait, repeatFor; left > 0; wait, left = min(2*wait, lastWait), left-wait {
		t := time.NewTimer(max(scaled(wait), time.Millisecond))
		select {
		case <-t.C:
		case <-s.ctx.Done():
			t.Stop()
			return
		}
		if s.deliver(e, id, body) {
			return
		}
	}
	s.endDelivery(e, id)
}

// deliver sends an event to one endpoint and reports whether the delivery is finished. The faults
// add deliveries that a receiver has to refuse.
func (s *Server) deliver(e *event, id string, body []byte) bool {
	s.mu.Lock()
	h := s.hook(id, e.V3)
	if h == nil {
		s.mu.Unlock()
		s.endDelivery(e, id)
		return true
	}
	address, secret, now := h.URL, h.Secret, s.o.Now()
	s.mu.Unlock()
	if !toLoopback(address) { // registered as elsewhere, and never sent off this machine
		s.endDelivery(e, id)
		return true
	}
	if s.faults.once("webhook-forged") {
		s.post(address, body, e.headers("not the secret", body, now))
	}
	if e.V3 && s.faults.once("webhook-late") {
		s.post(address, body, e.headers(secret, body, now.Add(-10*time.Minute)))
	}
	ok := s.post(address, body, e.headers(secret, body, now))
	if ok && s.faults.once("webhook-twice") {
		s.post(address, body, e.headers(secret, body, now))
	}
	if ok || !e.V3 {
		s.endDelivery(e, id)
	}
	return ok || !e.V3
}

// endDelivery removes an endpoint from an event's list.
func (s *Server) endDelivery(e *event, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Todo = slices.DeleteFunc(e.Todo, func(x string) bool { return x == id })
	_ = s.saveHooks()
}

// headers sign the body. The id and the time are not signed, as at HeyGen.
func (e *event) headers(secret string, body []byte, sent time.Time) map[string]string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write(body)
	sum := hex.EncodeToString(m.Sum(nil))
	if !e.V3 {
		return map[string]string{"Signature": sum}
	}
	return map[string]string{
		"Heygen-Signature": sum, "Heygen-Timestamp": strconv.FormatInt(sent.Unix(), 10), "Heygen-Event-Id": e.ID,
	}
}

// post reports whether the address accepted the body.
func (s *Server) post(address string, body []byte, headers map[string]string) bool {
	if !toLoopback(address) {
		return false
	}
	q, err := http.NewRequestWithContext(s.ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false
	}
	q.Header.Set("Content-Type", "application/json")
	for k, v := range headers {
		q.Header.Set(k, v)
	}
	res, err := deliveryClient.Do(q)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
	return res.StatusCode/100 == 2
}
