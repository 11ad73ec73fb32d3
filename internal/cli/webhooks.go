package cli

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
)

type webhooksOptions struct {
	v3     bool
	api    string
	url    string
	events []string
	limit  int
}

// webhooksCall is one call of `greenroom webhooks`.
type webhooksCall struct {
	e *env
	w account.Webhooks
	o webhooksOptions
}

// webhooksActions are the words after `greenroom webhooks`: how many arguments, and what to do.
var webhooksActions = map[string]struct {
	args int
	run  func(*webhooksCall, context.Context, string) error
}{
	"list": {0, (*webhooksCall).list}, "add": {1, (*webhooksCall).add}, "update": {1,
		(*webhooksCall).update}, "delete": {1, (*webhooksCall).remove},
	"rotate": {1, (*webhooksCall).rotate}, "types": {0, (*webhooksCall).types}, "events": {0, (*webhooksCall).sent},
}

func webhooksCommand() command {
	return command{name: "webhooks", summary: "manage webhook endpoints",
		usage:    "webhooks [flags] [list|add URL|update ID|delete ID|rotate ID|types|events]",
		examples: "greenroom webhooks add https://hooks.example.com/heygen --events avatar_video.fail\ngreenroom webhooks rotate ID --v3 >> .webhook-secret",
		bind: func(fs *pflag.FlagSet) runFunc {
			var o webhooksOptions
			api := apiFlag(fs)
			fs.BoolVar(&o.v3, "v3", false, "use v3's endpoints, also if the manifest has no heygen.api: v3")
			fs.StringSliceVar(
				&o.events, "events", nil, "add, update: only these `TYPES`, or all; events: only the first",
			)
			fs.StringVar(&o.url, "url", "", "update: the new `ADDRESS`")
			fs.IntVar(&o.limit, "limit", 20, "events: at most `N` of them")
			return func(ctx context.Context, e *env, args []string) error {
				o.api = *api
				return runWebhooks(ctx, e, o, args)
			}
		}}
}

func runWebhooks(ctx context.Context, e *env, o webhooksOptions, args []string) error {
	word, arg := "list", ""
	if len(args) > 0 {
		word = args[0]
	}
	action, ok := webhooksActions[word]
	switch want := max(1, len(args)) - 1; {
	case !ok:
		return fault.New(fault.Usage, "use list, add, update, delete, rotate, types or events",
			"unknown webhooks command: %q", word)
	case want != action.args:
		return fault.New(fault.Usage, "`greenroom webhooks --help` shows the arguments of each", "webhooks %s takes %s",
			word,
			count(action.args, "argument"))
	case word == "update" && o.url == "" && o.events == nil:
		return fault.New(fault.Usage, "give --url or --events", "nothing to update")
	case o.limit < 1:
		return fault.New(fault.Usage, "give a number such as --limit 20", "--limit must be at least 1")
	}
	if action.args == 1 {
		arg = args[1]
	}
	return e.account(o.api, func(a *account.Lookups) error {
		w, err := a.Webhooks(ctx, o.v3)
		if err != nil {
			return err
		}
		return action.run(&webhooksCall{e, w, o}, ctx, arg)
	})
}

func row(p heygen.Endpoint) webhookRow {
	return webhookRow{ID: p.ID, URL: p.URL, Events: p.Events, Status: p.Status, Created: p.CreatedAt}
}

func (d *webhooksCall) list(ctx context.Context, _ string) error {
	all, err := d.w.List(ctx)
	if err != nil {
		return err
	}
	out, rows := []webhookRow{}, [][]string{}
	for _, p := range all {
		events := "all events"
		if p.Events != nil {
			events = count(len(p.Events), "type")
		}
		out = append(out, row(p))
		rows = append(rows, []string{p.ID, p.URL, events})
	}
	return d.show(out, rows, count(len(out), "webhook"), 34, 30, 12)
}

// show prints a list: JSON for programs, a table with a closing remark for people.
func (d *webhooksCall) show(out any, rows [][]string, remark string, widths ...int) error {
	if d.e.json {
		return d.e.printJSON(out)
	}
	d.e.table(rows, widths...)
	d.e.say("%s", remark)
	return nil
}

// add prints the secret alone on stdout, so that it can go straight into a file.
func (d *webhooksCall) add(ctx context.Context, address string) error {
	p, err := d.w.Add(ctx, address, d.wanted())
	if err != nil {
		return err
	}
	return d.secret(row(p), p.Secret)
}

func (d *webhooksCall) rotate(ctx context.Context, id string) error {
	s, err := d.w.Rotate(ctx, id)
	if err != nil {
		return err
	}
	d.e.say("deliveries in transit may still use the old secret: pass both to `greenroom webhook` for a day")
	return d.secret(webhookRow{ID: id}, s)
}

func (d *webhooksCall) secret(r webhookRow, s heygen.Secret) error {
	d.e.say("webhook %s: its secret is on stdout; keep it where only the receiver reads it, v3 does not return it again",
		oneLine(r.ID))
	if !d.e.json {
		_, err := fmt.Fprintln(d.e.Stdout, oneLine(s.Reveal()))
		return err
	}
	if r.URL == "" { // rotated: nothing else is known
		return d.e.printJSON(webhookSecret{r.ID, s.Reveal()})
	}
	r.Secret = s.Reveal()
	return d.e.printJSON(r)
}

// wanted is the --events list; nil is all of them.
func (d *webhooksCall) wanted() []string {
	if len(d.o.events) == 1 && d.o.events[0] == "all" {
		return nil
	}
	return d.o.events
}

func (d *webhooksCall) update(ctx context.Context, id string) error {
	ch := heygen.EndpointChange{URL: d.o.url, Events: d.wanted()}
	ch.AllEvents = d.o.events != nil && ch.Events == nil
	p, err := d.w.Update(ctx, id, ch)
	if err != nil {
		return err
	}
	return d.show(row(p), [][]string{{p.ID, p.URL, p.Status}}, "updated; the secret is the same")
}

func (d *webhooksCall) remove(ctx context.Context, id string) error {
	if err := d.w.Delete(ctx, id); err != nil {
		return err
	}
	return d.e.deleted("webhook", id)
}

func (d *webhooksCall) types(ctx context.Context, _ string) error {
	all, err := d.w.Types(ctx)
	if err != nil {
		return err
	}
	out, rows := []webhookType{}, [][]string{}
	for _, t := range all {
		out, rows = append(out, webhookType{t.Name, t.Description}), append(rows, []string{t.Name, t.Description})
	}
	return d.show(out, rows, count(len(out), "event type"), 44, 34)
}

func (d *webhooksCall) sent(ctx context.Context, _ string) error {
	only := ""
	if w := d.wanted(); len(w) > 0 {
		only = w[0]
	}
	all, err := d.w.Events(ctx, only, d.o.limit)
	if err != nil {
		return err
	}
	out, rows := []webhookEvent{}, [][]string{}
	for _, v := range all {
		out = append(out, webhookEvent{v.ID, v.Type, v.VideoID, v.Message, v.CreatedAt})
		rows = append(rows, []string{v.CreatedAt.UTC().Format("01-02 15:04"), v.Type, v.VideoID, v.Message})
	}
	return d.show(out, rows, count(len(out), "event"), 11, 20, 32, 11)
}
