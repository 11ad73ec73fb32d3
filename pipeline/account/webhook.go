package account

import (
	"context"
	"errors"

	"greenroom/heygen"
	"greenroom/internal/fault"
)

// Connect finds the account's address and key without a request. It fails for the embedded sandbox, which has no jobs
// of other commands.
func (a *Lookups) Connect(ctx context.Context) error {
	if a.core.Sandboxed() && a.core.apiBase() == "" {
		return fault.New(
			fault.Usage, "run `greenroom sandbox` in another terminal and set HEYGEN_API_BASE to its address",
			"the embedded sandbox ends with its command and knows no other command's jobs",
		)
	}
	_, err := a.core.Connect(ctx)
	return err
}

// Webhooks returns the webhook endpoints of one generation: v3, or the account's own.
func (a *Lookups) Webhooks(ctx context.Context, v3 bool) (Webhooks, error) {
	api, err := a.core.API(ctx)
	if err != nil {
		return Webhooks{}, err
	}
	c, err := a.core.Connect(ctx)
	if err != nil {
		return Webhooks{}, err
	}
	return Webhooks{c.Webhooks(v3 || api == heygen.V3)}, nil
}

// Webhooks is heygen.Webhooks with hints in its errors.
type Webhooks struct{ w *heygen.Webhooks }

// List returns the endpoints.
func (w Webhooks) List(ctx context.Context) ([]heygen.Endpoint, error) {
	out, err := w.w.Endpoints(ctx)
	return out, webhookFault(err, "list the webhooks")
}

// Add registers an address for events; without events, for all.
func (w Webhooks) Add(ctx context.Context, address string, events []string) (heygen.Endpoint, error) {
	e, err := w.w.Add(ctx, address, events)
	return e, webhookFault(err, "add a webhook")
}

// Update changes an endpoint.
func (w Webhooks) Update(ctx context.Context, id string, ch heygen.EndpointChange) (heygen.Endpoint, error) {
	e, err := w.w.Update(ctx, id, ch)
	return e, webhookFault(err, "update webhook "+id)
}

// Delete removes an endpoint.
func (w Webhooks) Delete(ctx context.Context, id string) error {
	return webhookFault(w.w.Delete(ctx, id), "delete webhook "+id)
}

// Rotate replaces the secret of an endpoint and returns the new one.
func (w Webhooks) Rotate(ctx context.Context, id string) (heygen.Secret, error) {
	s, err := w.w.Rotate(ctx, id)
	return s, webhookFault(err, "rotate the secret of webhook "+id)
}

// Types lists the types of events.
func (w Webhooks) Types(ctx context.Context) ([]heygen.EventType, error) {
	out, err := w.w.EventTypes(ctx)
	return out, webhookFault(err, "list the event types")
}

// Events lists the latest events of a type that were sent, at most limit.
func (w Webhooks) Events(ctx context.Context, eventType string, limit int) ([]heygen.SentEvent, error) {
	out, err := w.w.Events(ctx, eventType, limit)
	return out, webhookFault(err, "list the events")
}

func webhookFault(err error, doing string) error {
	if errors.Is(err, heygen.ErrV3Only) {
		return fault.Wrap(
			fault.Usage, err, "add --v3; on v1, delete the endpoint and add it again for a new secret", "%s", doing,
		)
	}
	return Explain(err, doing)
}
