// Package resource answers the operations of HeyGen's API that the sandbox has no behaviour for: it creates, lists,
// reads, changes and deletes records, and its jobs finish. Bodies are validated with the contract, and answers are
// built from the contract's schemas.
package resource

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/heygen/contract"
)

// Host is the sandbox around the records.
type Host struct {
	File   string // where records are kept
	NewID  func() string
	Now    func() time.Time
	Life   func() time.Duration                               // of a job
	Link   func(r *http.Request, media, id string) string     // to canned media: video, audio, image or text
	Fails  func() (reason string, fails bool)                 // jobs fail
	Known  func(collection, id string) bool                   // a record of the sandbox's own, not of this package
	Refuse func(w http.ResponseWriter, r *http.Request) bool  // answers a job that the account cannot pay for
	Input  func(member string, input map[string]any) *Refusal // checks a file that a body names
	Folder func(id string) bool                               // the account has the folder
}

// Refusal is an error answer.
type Refusal struct {
	Status               int
	Code, Param, Message string
}

// Service holds all records.
type Service struct {
	host  Host
	store *store
}

// keyLife is how long an idempotency key is remembered.
const keyLife = 24 * time.Hour

// New reads the records of earlier runs.
func New(h Host) (*Service, error) {
	s, err := open(h.File)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", h.File, err)
	}
	return &Service{h, s}, nil
}

// Has reports a record that was created here.
func (s *Service) Has(collection, id string) bool {
	_, ok := s.store.find(collection, id)
	return ok
}

// List returns the records of a collection, newest first.
func (s *Service) List(collection string) []Record { return s.store.list(collection) }

// Trash deletes a record or, with back, makes it exist again. It reports whether there is one.
func (s *Service) Trash(collection, id string, back bool) (bool, error) {
	found := false
	err := s.store.edit(collection, id, func(r *Record) { r.Deleted, found = !back, true })
	return found, err
}

// Jobs returns all jobs that were started.
func (s *Service) Jobs() []Record { return s.store.jobs() }

// State returns the word of a job's record: pending, completed or failed.
func (s *Service) State(r Record) string {
	if _, fails := s.host.Fails(); r.Job && fails {
		return failed
	}
	if r.Job && s.host.Now().Before(r.Created.Add(s.host.Life())) {
		return pending
	}
	return completed
}

const (
	pending   = "pending"
	completed = "completed"
	failed    = "failed"
)

// Handler returns the handler of an operation.
func (s *Service) Handler(o contract.Operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Greenroom-Answer", "generic")
		if o.Certainty == "inferred" {
			w.Header().Set("X-Greenroom-Certainty", "inferred")
		}
		c := &call{Service: s, o: o, w: w, r: r}
		c.collection, c.member = collectionOf(o.Path, r.PathValue)
		if no := c.read(); no != nil {
			c.refuse(no)
			return
		}
		c.serve()
	})
}

// call is one request.
type call struct {
	*Service
	o          contract.Operation
	w          http.ResponseWriter
	r          *http.Request
	collection string
	member     string // the parameter with the record's id
	body       map[string]any
}

func (c *call) refuse(no *Refusal) {
	e := map[string]any{"code": no.Code, "message": no.Message}
	if c.o.V3() {
		e["param"], e["doc_url"] = nil, nil
		if no.Param != "" {
			e["param"] = no.Param
		}
		c.reply(no.Status, map[string]any{"error": e})
		return
	}
	c.reply(no.Status, map[string]any{"error": e, "data": nil})
}

func (c *call) reply(status int, v any) {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_ = json.NewEncoder(c.w).Encode(v) // the reader is gone when this fails
}

func invalid(param, message string) *Refusal {
	return &Refusal{http.StatusBadRequest, "invalid_parameter", param, message}
}

func missing(what string) *Refusal {
	return &Refusal{http.StatusNotFound, "not_found", what, strings.TrimSuffix(what, "_id") + " not found"}
}

// read checks query and body.
func (c *call) read() *Refusal {
	for _, p := range c.o.Query() {
		text := c.r.URL.Query().Get(p.Name)
		if text == "" {
			if p.Required {
				return invalid(p.Name, "Field required")
			}
			continue
		}
		if no := p.Schema.Check(typed(p.Schema, text), false); no != nil {
			return invalid(p.Name, no.Message)
		}
	}
	if c.r.Method == http.MethodGet {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(c.r.Body, 16<<20))
	if err != nil {
		return invalid("", "request body cannot be read")
	}
	if len(raw) == 0 && !c.o.BodyRequired() {
		return nil
	}
	var v any
	if c.o.Body() == nil && len(raw) == 0 {
		return nil
	}
	if json.Unmarshal(raw, &v) != nil {
		return invalid("", "request body is not valid JSON")
	}
	if no := c.o.Body().Check(v, c.o.V3()); no != nil {
		return invalid(no.Param, no.Message)
	}
	c.body, _ = v.(map[string]any)
	return c.checkMembers()
}

// checkMembers refuses what the schema cannot: files and folders that do not exist, half of a callback.
func (c *call) checkMembers() *Refusal {
	if c.o.V3() && text(c.body, "callback_id") != "" && text(c.body, "callback_url") == "" {
		return invalid("callback_url", "callback_url is required when callback_id is set")
	}
	if id := text(c.body, "folder_id"); c.o.V3() && id != "" && !c.host.Folder(id) {
		return missing("folder_id")
	}
	for _, name := range slices.Sorted(maps.Keys(c.body)) {
		if no := c.checkInput(name, c.body[name]); no != nil {
			return no
		}
	}
	return nil
}

func (c *call) checkInput(name string, v any) *Refusal {
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			if no := c.checkInput(name+"."+strconv.Itoa(i), x); no != nil {
				return no
			}
		}
	case map[string]any:
		if kind := text(v, "type"); kind == "url" || kind == "asset_id" || kind == "base64" {
			return c.host.Input(name, v)
		}
	}
	return nil
}

// typed returns a member of the query as the type that its schema has.
func typed(s contract.Schema, text string) any {
	if s.Is("integer") || s.Is("number") {
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
	}
	if s.Is("boolean") {
		return text == "true"
	}
	return text
}

func text(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}
