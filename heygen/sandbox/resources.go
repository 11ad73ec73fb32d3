package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"greenroom/heygen/contract"
	"greenroom/heygen/sandbox/access"
	"greenroom/heygen/sandbox/resource"
)

// openResources reads the records of the operations that have no behaviour of their own.
func (s *Server) openResources() (err error) {
	s.resources, err = resource.New(resource.Host{
		File: filepath.Join(s.o.Dir, "resources.json"), NewID: newID, Now: s.o.Now, Link: s.cannedLink, Known: s.knows,
		Life: func() time.Duration { return time.Duration(renderSeconds / s.o.Speed * float64(time.Second)) },
		Fails: func() (string, bool) {
			return s.faults.value("job-fails"), s.failsOnPurpose()
		},
		Refuse: func(w http.ResponseWriter, r *http.Request) bool {
			if s.faults.on("no-credit") {
				fail(w, r, http.StatusPaymentRequired, "insufficient_credit", "Insufficient credit")
				return true
			}
			return false
		},
		Input: func(member string, input map[string]any) *resource.Refusal {
			b, _ := json.Marshal(input)
			var a assetInput
			_ = json.Unmarshal(b, &a) // its types were checked
			if _, no := s.input(a, member); no.message != "" {
				return &resource.Refusal{Status: no.status, Code: no.code, Param: no.param, Message: no.message}
			}
			return nil
		},
		Folder: func(id string) bool { return s.checkFolder(id).message == "" },
	})
	return err
}

// resourceRoutes adds the operations of the contract that no other handler has.
func (s *Server) resourceRoutes() {
	for _, o := range contract.Operations() {
		if s.table.Has(o.String()) {
			continue
		}
		s.generic = append(s.generic, o.String())
		h := s.resources.Handler(o).ServeHTTP
		if o.Method == http.MethodPost {
			h = s.paid("v3", h)
		}
		if strings.HasPrefix(o.Path, "/v1/streaming") || strings.HasPrefix(o.Path, "/v2/streaming") {
			h = s.whileStreaming(h)
		}
		s.table.Handle(o.String(), s.guarded(h))
	}
}

// either uses a handler for the sandbox's own records, and the generic one for those that the account made.
func (s *Server) either(operation, member string, own http.HandlerFunc) http.HandlerFunc {
	method, path, _ := strings.Cut(operation, " ")
	o, _ := contract.Find(method, path)
	collection := path[:strings.LastIndex(path, "/")]
	made := s.resources.Handler(o)
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.resources.Has(collection, r.PathValue("id")) {
			own(w, r)
			return
		}
		r.SetPathValue(member, r.PathValue("id"))
		made.ServeHTTP(w, r)
	}
}

// knows reports a record of a collection that the sandbox itself has.
func (s *Server) knows(collection, id string) bool {
	switch collection {
	case "/v3/videos":
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.find(id, true) != nil
	case "/v3/video-agents":
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, j := range s.jobs {
			if j.Session == id && !j.Deleted {
				return true
			}
		}
		return false
	case "/v3/assets":
		s.mu.Lock()
		_, announced := s.direct[id]
		s.mu.Unlock()
		return announced || s.hasAsset(id)
	case "/v3/templates", "/v3/template":
		_, _, ok := findTemplate(id)
		return ok || s.resources.Has("/v3/templates", id)
	case "/v3/voices":
		return s.knownVoice(id)
	}
	return strings.HasPrefix(collection, "/v3/video-agents/") && strings.HasSuffix(collection, "/resources")
}

// cannedLink is an address of media that exists.
func (s *Server) cannedLink(r *http.Request, media, id string) string {
	switch media {
	case "video":
		return origin(r) + "/previews/" + avatarList[0].id + ".mp4"
	case "audio":
		return origin(r) + "/previews/" + voiceList[0].id
	case "text":
		return origin(r) + "/texts/sample.srt"
	case "upload":
		return origin(r) + "/storage/" + id + "?Signature=" + s.signature(id, "put")
	}
	return s.picture(r, id, "png")
}

// showText is the caption file that records of canned media name.
func showText(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-subrip")
	fmt.Fprintf(w, "1\n00:00:00,000 --> 00:00:02,000\n%s\n", cannedWords)
}

// ownKey is GET /v3/api_keys/self: what the caller's credential may do.
func (s *Server) ownKey(w http.ResponseWriter, r *http.Request) {
	c := access.Of(r)
	mode := "full"
	if c.Scopes != nil {
		mode = "custom"
	}
	v3(w, map[string]any{
		"key_id": userOf(r), "key_name": "sandbox", "status": "active", "scope_mode": mode, "scopes": c.Scopes,
		"created_at": "2026-01-01T00:00:00Z", "updated_at": nil, "expires_at": nil, "expires_in_seconds": nil,
	})
}

// modelSpeech is POST /v3/models/audio/tts, which speaks with voices of the account alone.
func (s *Server) modelSpeech(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	var b speechBody
	no := decode("POST /v3/models/audio/tts", raw, &b)
	switch {
	case no.message != "":
	case !s.resources.Has("/v3/models/audio/voices", b.VoiceID):
		no = invalid("voice_id", "voice not found")
	case s.faults.on("no-credit"):
		no = refusal{http.StatusPaymentRequired, "insufficient_credit", "", "Insufficient credit"}
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	d, err := s.makeSpeech(r, b.spec())
	if err != nil {
		v3Error(w, http.StatusInternalServerError, "internal_error", "", err.Error())
		return
	}
	w.Header().Set("Content-Language", "en")
	v3(w, map[string]any{"audio_url": d["audio_url"], "duration": d["duration"]})
}
