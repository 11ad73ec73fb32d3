package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"greenroom/heygen"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/outside"
)

// CallbackPath accepts the unsigned callbacks of single jobs; every other path accepts
// signed events.
const CallbackPath = "/callback"

// maxBody is far more than an event needs.
const maxBody = 64 << 10

// Hint is what an unsigned callback is used for: a reason to read a job now. One of the
// ids may be empty, not both.
type Hint struct{ VideoID, CallbackID string }

// Receiver is the handler. Serve runs it with its own server; elsewhere Run must
// run at the same time.
type Receiver struct {
	// Secrets returns every active secret. It is called at each delivery: v1 makes the
	// secret only after this receiver has answered, and rotation changes it.
	Secrets func() []heygen.Secret
	Journal *Journal
	// Handle handles one event at a time, in the order of arrival. It should read the
	// job, since the event itself is not evidence of the job's state. After an error it is
	// called again for the event when the journal is opened next.
	Handle func(context.Context, Event) error
	Wake   func(Hint) // called for callbacks; may be nil. It must not block
	// Refused is called for deliveries that were refused, with a reason for the user: the
	// sender does not get it. It may be nil.
	Refused func(status int, reason string)
	Now     func() time.Time
	Log     *slog.Logger // debugging; never a secret, a body or a link

	recorded chan struct{}
}

// New returns a receiver; its other fields may be set before it serves.
func New(j *Journal, secrets func() []heygen.Secret, handle func(context.Context, Event) error) *Receiver {
	return &Receiver{
		Secrets: secrets, Journal: j, Handle: handle, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		recorded: make(chan struct{}, 1),
	}
}

// ServeHTTP answers a delivery. The signature is checked before anything in the
// body is decoded, and the journal is synced before a success is answered.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	switch q.Method {
	case http.MethodPost:
	case http.MethodOptions: // HeyGen sends it at registration and waits one second
		w.Header().Set("Allow", "POST, OPTIONS")
		w.WriteHeader(http.StatusOK)
		return
	default:
		w.Header().Set("Allow", "POST, OPTIONS")
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		r.refuse(w, http.StatusRequestEntityTooLarge, "the body is larger than 64 KiB", nil)
	case err != nil:
		r.refuse(w, http.StatusBadRequest, "the body was cut", err)
	case q.URL.Path == CallbackPath:
		r.callback(w, body)
	default:
		r.event(w, q.Header, body)
	}
}

func (r *Receiver) refuse(w http.ResponseWriter, status int, message string, err error) {
	reason := message
	if err != nil {
		reason += ": " + outside.Short(err.Error(), maxMessage)
	}
	r.Log.Debug("webhook refused", "status", status, "reason", reason)
	if r.Refused != nil {
		r.Refused(status, reason)
	}
	http.Error(w, message, status)
}

func (r *Receiver) event(w http.ResponseWriter, h http.Header, body []byte) {
	now := r.Now()
	proof, err := Verify(h, body, r.Secrets(), now)
	if err != nil {
		// The sender gets no reason: it stays in the log.
		r.refuse(w, http.StatusUnauthorized, "not verified", err)
		return
	}
	e, err := Decode(body)
	if err != nil {
		r.refuse(w, http.StatusBadRequest, "not an event", err)
		return
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	e.V3 = proof.V3
	if e.ID == "" { // the body's own id is signed, the header's is not
		e.ID = proof.EventID
	}
	if e.ID == "" {
		e.ID = hash
	}
	fresh, err := r.Journal.add(now, hash, e)
	if fresh {
		r.signal()
	}
	switch {
	case errors.Is(err, errFull):
		w.Header().Set("Retry-After", "60")
		r.refuse(w, http.StatusServiceUnavailable, "busy", err)
		return
	case err != nil:
		r.refuse(w, http.StatusInternalServerError, "not recorded", err)
		return
	}
	r.Log.Debug("webhook", "type", e.Type, "id", e.ID, "video", e.VideoID, "repeat", !fresh)
	w.WriteHeader(http.StatusOK)
}

var plainID = lazyregexp.New(`^[A-Za-z0-9_:.-]{1,200}$`)

// callback handles an unsigned message, which anybody can send. It is a reason to read a job,
// never a fact: nothing of it is kept.
func (r *Receiver) callback(w http.ResponseWriter, body []byte) {
	e, err := Decode(body)
	if err != nil {
		r.refuse(w, http.StatusBadRequest, "not an event", err)
		return
	}
	var h Hint
	if plainID.MatchString(e.VideoID) {
		h.VideoID = e.VideoID
	}
	if plainID.MatchString(e.CallbackID) {
		h.CallbackID = e.CallbackID
	}
	if r.Wake != nil && h != (Hint{}) {
		r.Wake(h)
	}
	w.WriteHeader(http.StatusOK)
}

// signal wakes Run.
func (r *Receiver) signal() {
	select {
	case r.recorded <- struct{}{}:
	default: // Run has a signal already
	}
}

// Run passes recorded events to Handle until the context ends, first those that an
// earlier process recorded and did not handle.
func (r *Receiver) Run(ctx context.Context) error {
	for {
		e, ok := r.Journal.next()
		if !ok {
			select {
			case <-r.recorded:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		err := r.Handle(ctx, e.event)
		switch {
		case ctx.Err() != nil && err != nil:
			return nil // the next start continues with it
		case err != nil:
			r.Log.Debug("webhook event kept for the next start", "id", e.event.ID, "err", err)
			r.Journal.postpone(e)
		default:
			if err := r.Journal.done(r.Now(), e); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return nil
		}
	}
}
