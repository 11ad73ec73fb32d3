package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"greenroom/heygen/contract"
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
			if len(r.Header.Values("Idempotency-Key")) > 0 && !onceKey.MatchString(key) {
				v3Error(w, http.StatusBadRequest, "invalid_parameter", "Idempotency-Key", wrongKey)
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
			w.Header().Set("Retry-After", strconv.Itoa(s.scaled(30*time.Second)))
			v3Error(w, http.StatusTooManyRequests, "resource_limit_exceeded", "", "Too many running videos")
			return
		}
		j.V3, j.Once = true, key
		if key == "" {
			j.Once = j.Request.RequestID
		}
		for _, x := range append([]*job{j}, j.more...) {
			x.V3 = true
			if err := s.bill(x); err != nil {
				v3Error(w, http.StatusInternalServerError, "internal_error", "", "the job could not be recorded")
				return
			}
		}
		answer(w, j)
	}
}

// decode reads the body of an operation of v3, in which every member must be one of the contract and fit it.
func decode(operation string, raw []byte, into any) refusal {
	method, path, _ := strings.Cut(operation, " ")
	o, _ := contract.Find(method, path)
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return invalid("", "request body is not valid JSON")
	}
	if p := o.Body().Check(v, true); p != nil {
		return invalid(p.Param, p.Message)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return invalid("", "request body is not valid: "+err.Error())
	}
	return refusal{}
}

// scaled returns a time of HeyGen's in seconds of the sandbox, at least one.
func (s *Server) scaled(d time.Duration) int {
	return max(1, int((d.Seconds()+s.o.Speed-1)/s.o.Speed))
}
