package heygen

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Webhooks manages webhook endpoints: addresses to which HeyGen sends events about jobs. v1 and v3
// keep separate lists; this is one of them.
type Webhooks struct {
	c  *Client
	v3 bool
}

// Webhooks returns the endpoints of one generation.
func (c *Client) Webhooks(v3 bool) *Webhooks { return &Webhooks{c, v3} }

// Endpoint is one registered address.
type Endpoint struct {
	ID, URL, Status string
	Events          []string // nil: every event
	Secret          Secret   // signs deliveries; v3 sends it on add and rotate only
	CreatedAt       time.Time
}

type wireEndpoint struct {
	ID      flexWord    `json:"endpoint_id"`
	URL     flexWord    `json:"url"`
	Status  flexWord    `json:"status"`
	Events  flexStrings `json:"events"`
	Secret  flexWord    `json:"secret"`
	Created flexTime    `json:"created_at"`
}

func (e wireEndpoint) endpoint() Endpoint {
	return Endpoint{string(e.ID), string(e.URL), string(e.Status), e.Events, Secret(e.Secret), e.Created.Time}
}

// ErrV3Only is the error of a call that v1 does not have.
var ErrV3Only = errors.New("only v3 has that")

// Endpoints lists every registered address.
func (w *Webhooks) Endpoints(ctx context.Context) ([]Endpoint, error) {
	const op = "list webhooks"
	var wire []wireEndpoint
	var err error
	if w.v3 {
		wire, err = pages[wireEndpoint](ctx, w.c, op, "/v3/webhooks/endpoints", nil, 100, 0)
	} else {
		var list flexList[wireEndpoint]
		err = w.c.read(ctx, op, "/v1/webhook/endpoint.list", nil, &list)
		wire = list
	}
	if err != nil {
		return nil, err
	}
	out := make([]Endpoint, 0, len(wire))
	for _, e := range wire {
		if e.ID == "" && e.URL == "" {
			continue
		}
		out = append(out, e.endpoint())
	}
	return out, nil
}

// Add registers an address, for some events or, with nil, for all. The answer holds
// the secret; v3 never sends it again.
func (w *Webhooks) Add(ctx context.Context, address string, events []string) (Endpoint, error) {
	const op = "add webhook"
	q := call{op: op, method: http.MethodPost, path: "/v1/webhook/endpoint.add", once: true}
	if w.v3 {
		q.path, q.once, q.idempotency = "/v3/webhooks/endpoints", false, rand.Text()
	}
	return w.change(ctx, q, map[string]any{"url": address, "events": events})
}

// EndpointChange is what Update changes; empty members stay as they are.
type EndpointChange struct {
	URL       string
	Events    []string // replaces the list
	AllEvents bool     // from now on every event
}

// Update changes an address or its events. Its secret stays.
func (w *Webhooks) Update(ctx context.Context, id string, ch EndpointChange) (Endpoint, error) {
	body := map[string]any{}
	if ch.URL != "" {
		body["url"] = ch.URL
	}
	if ch.AllEvents {
		body["events"] = nil
	} else if ch.Events != nil {
		body["events"] = ch.Events
	}
	q := call{op: "update webhook", method: http.MethodPatch, path: "/v1/webhook/endpoint.update"}
	if w.v3 {
		q.path = "/v3/webhooks/endpoints/" + url.PathEscape(id)
	} else {
		body["endpoint_id"] = id
	}
	return w.change(ctx, q, body)
}

// Delete removes an address.
func (w *Webhooks) Delete(ctx context.Context, id string) error {
	path, q := "/v1/webhook/endpoint.delete", url.Values{"endpoint_id": {id}}
	if w.v3 {
		path, q = "/v3/webhooks/endpoints/"+url.PathEscape(id), nil
	}
	return w.c.write(ctx, "delete webhook", http.MethodDelete, path, q, nil, nil)
}

// Rotate makes a new secret for an endpoint. Deliveries on their way may still carry
// the old one: a receiver keeps both for a while.
func (w *Webhooks) Rotate(ctx context.Context, id string) (Secret, error) {
	if !w.v3 {
		return "", ErrV3Only
	}
	e, err := w.change(ctx, call{op: "rotate webhook secret", method: http.MethodPost,
		path:        "/v3/webhooks/endpoints/" + url.PathEscape(id) + "/rotate-secret",
		idempotency: rand.Text()}, nil)
	if err == nil && e.Secret.Reveal() == "" {
		err = &Error{Op: "rotate webhook secret", Err: errors.New("the answer holds no secret")}
	}
	return e.Secret, err
}

// change sends a JSON body and reads the endpoint in the answer.
func (w *Webhooks) change(ctx context.Context, q call, body any) (Endpoint, error) {
	var e wireEndpoint
	if err := w.c.change(ctx, q, body, &e); err != nil {
		return Endpoint{}, err
	}
	return e.endpoint(), nil
}

// EventType is a name one can subscribe to; v1 does not describe them.
type EventType struct{ Name, Description string }

// EventTypes lists the names.
func (w *Webhooks) EventTypes(ctx context.Context) ([]EventType, error) {
	const op = "list event types"
	if !w.v3 {
		var names flexStrings
		err := w.c.read(ctx, op, "/v1/webhook/webhook.list", nil, &names)
		var out []EventType
		for _, n := range names {
			out = append(out, EventType{Name: n})
		}
		return out, err
	}
	var wire flexList[struct {
		Name        flexWord `json:"event_type"`
		Description flexWord `json:"description"`
	}]
	err := w.c.read(ctx, op, "/v3/webhooks/event-types", nil, &wire)
	var out []EventType
	for _, t := range wire {
		out = append(out, EventType{string(t.Name), string(t.Description)})
	}
	return out, err
}

type wireEvent struct {
	ID      flexWord `json:"event_id"`
	Type    flexWord `json:"event_type"`
	Created flexTime `json:"created_at"`
	Data    struct {
		VideoID flexWord `json:"video_id"`
		Msg     flexText `json:"msg"`
		Message flexText `json:"message"`
		Failure flexText `json:"failure_message"`
	} `json:"event_data"`
}

// SentEvent is a delivery HeyGen remembers. Its links are omitted: they are signed.
type SentEvent struct {
	ID, Type, VideoID, Message string
	CreatedAt                  time.Time
}

// Events lists what was delivered, at most limit, of one type or, with "", of all.
func (w *Webhooks) Events(ctx context.Context, eventType string, limit int) ([]SentEvent, error) {
	if !w.v3 {
		return nil, ErrV3Only
	}
	size := 100
	if limit > 0 {
		size = min(size, limit)
	}
	wire, err := pages[wireEvent](
		ctx, w.c, "list webhook events", "/v3/webhooks/events", query("event_type", eventType), size, limit,
	)
	if err != nil {
		return nil, err
	}
	out := make([]SentEvent, 0, len(wire))
	for _, e := range wire {
		out = append(out, SentEvent{string(e.ID), string(e.Type), string(e.Data.VideoID),
			foreignText(first(string(e.Data.Msg), string(e.Data.Message), string(e.Data.Failure))), e.Created.Time})
	}
	return out, nil
}
