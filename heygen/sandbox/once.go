package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// refusal is an error that v3 answers instead of a job; it is empty when there is none.
type refusal struct {
	status               int
	code, param, message string
}

func invalid(param, message string) refusal {
	if strings.HasSuffix(message, "not found") {
		return refusal{http.StatusNotFound, "not_found", param, message}
	}
	return refusal{http.StatusBadRequest, "invalid_parameter", param, message}
}

// buyV3 handles every v3 call that makes a job: it answers a repeated idempotency key with the
// first job, reads a strict body, and refuses more jobs than an account may run.
func (s *Server) buyV3(
	acceptsKey bool, read func(r *http.Request, raw []byte) (*job, refusal), answer func(http.ResponseWriter, *job),
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
		if err != nil {
			return
		}
		key := ""
		if acceptsKey {
			key = r.Header.Get("Idempotency-Key")
			if key != "" && !onceKey.MatchString(key) {
				v3Error(
					w, http.StatusBadRequest, "invalid_parameter", "Idempotency-Key",
					"Idempotency-Key must be 1 to 255 of A-Z a-z 0-9 _ : . -",
				)
				return
			}
			if key != "" {
				key = r.URL.Path + " " + key // a key counts for one path
			}
		}
		if key != "" {
			if j := s.jobOfKey(key); j != nil { // the first answer again, whatever the body is now
				answer(w, j)
				return
			}
		}
		j, no := read(r, raw)
		switch {
		case no.message != "":
			v3Error(w, no.status, no.code, no.param, no.message)
			return
		case j.Request.RequestID != "" && s.jobOfKey(j.Request.RequestID) != nil:
			answer(w, s.jobOfKey(j.Request.RequestID))
			return
		case s.faults.on("no-credit"):
			v3Error(w, http.StatusPaymentRequired, "insufficient_credit", "", "Insufficient credit")
			return
		case s.runningJobs() >= max(v3Running, s.o.Concurrency):
			w.Header().Set("Retry-After", "30")
			v3Error(w, http.StatusTooManyRequests, "resource_limit_exceeded", "", "Too many running videos")
			return
		}
		j.V3, j.Once = true, key
		if key == "" {
			j.Once = j.Request.RequestID
		}
		if err := s.bill(j); err != nil {
			v3Error(w, http.StatusInternalServerError, "internal_error", "", "the job could not be recorded")
			return
		}
		answer(w, j)
	}
}

// strict reads a v3 body, which must hold no member that is not known.
func strict(raw []byte, into any) refusal {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
			return invalid(strings.Trim(name, `"`), "Extra inputs are not permitted")
		}
		return invalid("", "request body is not valid JSON")
	}
	return refusal{}
}

// assetInput is how v3 names a file.
type assetInput struct {
	Type      string `json:"type"`
	URL       string `json:"url"`
	AssetID   string `json:"asset_id"`
	MediaType string `json:"media_type"`
	Data      string `json:"data"`
}

// check refuses a file that the sandbox cannot read.
func (a assetInput) check(s *Server, param string) refusal {
	switch {
	case a.Type == "asset_id" && s.hasAsset(a.AssetID):
		return refusal{}
	case a.Type == "asset_id":
		return invalid(param, "asset not found")
	case a.Type == "url" && s.ownLink(a.URL) != nil:
		return refusal{}
	case a.Type == "url":
		return refusal{
			http.StatusBadRequest, "download_failed", param,
			"the file could not be fetched: the sandbox follows links to itself only",
		}
	}
	return invalid(param, "Input tag does not match any of the expected tags: 'url', 'asset_id'")
}
