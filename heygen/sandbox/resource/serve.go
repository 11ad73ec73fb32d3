package resource

import (
	"maps"
	"net/http"
	"strconv"
	"strings"

	"greenroom/heygen/contract"
)

// serve decides by method and path what a call does.
func (c *call) serve() {
	if parent, id, ok := c.parent(); ok && !c.exists(parent, id) {
		c.refuse(missing(parent[strings.LastIndex(parent, "/")+1:]))
		return
	}
	switch {
	case c.member != "":
		c.item()
	case c.r.Method == http.MethodPost || c.r.Method == http.MethodPut:
		c.create()
	case c.r.Method == http.MethodDelete:
		c.answer(Record{ID: c.host.NewID(), Created: c.host.Now()})
	case c.items() != nil:
		c.list()
	default:
		c.answer(Record{ID: c.host.NewID(), Created: c.host.Now(), Body: c.query()})
	}
}

// parent returns the record that a path names before its last word: the video of /v3/videos/{id}/scenes.
func (c *call) parent() (collection, id string, ok bool) {
	segments := strings.Split(c.o.Path, "/")
	for i := len(segments) - 2; i > 1; i-- {
		if strings.HasPrefix(segments[i], "{") {
			return strings.Join(segments[:i], "/"), c.r.PathValue(strings.Trim(segments[i], "{}")), true
		}
	}
	return "", "", false
}

func (c *call) exists(collection, id string) bool {
	return c.Has(collection, id) || c.host.Known(collection, id)
}

// query returns the query's members.
func (c *call) query() map[string]any {
	m := map[string]any{}
	for name, values := range c.r.URL.Query() {
		m[name] = values[0]
	}
	return m
}

// item reads, changes or deletes one record.
func (c *call) item() {
	id := c.r.PathValue(c.member)
	rec, ok := c.store.find(c.collection, id)
	if !ok && c.host.Known(c.collection, id) {
		rec, ok = Record{ID: id, Created: c.host.Now(), Body: map[string]any{}}, true
	}
	if !ok {
		c.refuse(missing(c.member))
		return
	}
	var err error
	if own := rec.Collection == ""; own && (c.r.Method == http.MethodDelete || c.r.Method == http.MethodPatch) {
		c.refuse(&Refusal{http.StatusForbidden, "resource_access_denied", c.member, "this record is part of the sandbox"})
		return
	}
	switch c.r.Method {
	case http.MethodDelete:
		err = c.store.edit(c.collection, id, func(r *Record) { r.Deleted = true })
	case http.MethodPatch, http.MethodPut, http.MethodPost:
		err = c.store.edit(c.collection, id, func(r *Record) {
			body := maps.Clone(r.Body)
			if body == nil {
				body = map[string]any{}
			}
			maps.Copy(body, c.body)
			r.Body, r.Updated = body, c.host.Now()
			rec = *r
		})
		if rec.Collection == "" { // the sandbox's own: the answer shows the change
			rec.Body = c.body
		}
	}
	if err != nil {
		c.refuse(&Refusal{http.StatusInternalServerError, "internal_error", "", "the change could not be recorded"})
		return
	}
	c.answer(rec)
}

// create makes a record, once for each idempotency key.
func (c *call) create() {
	key := ""
	if c.o.TakesKey {
		key = c.r.Header.Get("Idempotency-Key")
		schema := contract.Schema{"minLength": 1.0, "maxLength": 255.0, "pattern": `^[A-Za-z0-9_:.\-]+$`}
		if len(c.r.Header.Values("Idempotency-Key")) > 0 && schema.Check(key, false) != nil {
			c.refuse(invalid("Idempotency-Key", "Idempotency-Key must be 1 to 255 of A-Z a-z 0-9 _ : . -"))
			return
		}
		if key != "" {
			key = c.r.URL.Path + " " + key
		}
	}
	if rec, ok := c.store.once(key, c.host.Now().Add(-keyLife)); ok {
		c.answer(rec)
		return
	}
	job := c.job()
	if job && c.host.Refuse(c.w, c.r) {
		return
	}
	now := c.host.Now().UTC()
	rec := &Record{
		ID: c.host.NewID(), Collection: c.collection, Route: c.o.Path, Body: c.body, Created: now, Updated: now, Once: key, Job: job,
	}
	if err := c.store.add(rec); err != nil {
		c.refuse(&Refusal{http.StatusInternalServerError, "internal_error", "", "the record could not be stored"})
		return
	}
	c.answer(*rec)
}

// paid are creations that cost money although their records have no state.
var paid = map[string]bool{
	"/v3/models/audio/sts": true, "/v3/models/audio/tts/stream": true, "/v3/voices": true, "/v3/voices/clone": true,
}

// job reports a creation whose record has a state that ends, or that costs money in another way.
func (c *call) job() bool {
	if paid[c.o.Path] {
		return true
	}
	for _, o := range contract.Operations() {
		collection, member := collectionOf(o.Path, func(name string) string { return "{" + name + "}" })
		if o.Method != http.MethodGet || member == "" || collection != c.collection {
			continue
		}
		data, _ := o.Answer().Member("data")
		status, ok := data.Member("status")
		for _, word := range status.Enum() {
			if word == "pending" || word == "PENDING" || word == "queued" {
				return ok
			}
		}
	}
	return false
}

// items returns the schema of the items of a list, and nil when the answer is not one.
func (c *call) items() contract.Schema {
	data, _ := c.o.Answer().Member("data")
	return data.Items()
}

// list answers with a page of records, or of the samples of a catalogue that nothing can be added to.
func (c *call) list() {
	all := []any{}
	records := c.store.list(c.collection)
	if len(records) == 0 && !c.creates() {
		records = samples(c.collection, c.host.Now())
	}
	schema := c.items()
	for _, rec := range records {
		if v := c.build(rec).value("", schema, true); c.wanted(v) {
			all = append(all, v)
		}
	}
	limit, err := strconv.Atoi(c.r.URL.Query().Get("limit"))
	if err != nil {
		limit = 10
	}
	from, _ := strconv.Atoi(c.r.URL.Query().Get("token"))
	from = min(max(from, 0), len(all))
	end := min(from+limit, len(all))
	var next any
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	c.reply(c.o.Status, map[string]any{"data": all[from:end], "has_more": end < len(all), "next_token": next})
}

// creates reports that the API can add to the list.
func (c *call) creates() bool {
	_, ok := contract.Find(http.MethodPost, c.o.Path)
	return ok
}

// wanted applies the filters of the query to an item: members of the same name have the same value.
func (c *call) wanted(v any) bool {
	item, _ := v.(map[string]any)
	for _, p := range c.o.Query() {
		want := c.r.URL.Query().Get(p.Name)
		have, ok := item[p.Name].(string)
		if ok && want != "" && have != want {
			return false
		}
	}
	return true
}
