package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
)

// sunset is the date in the headers of v1 and v2, as they were seen in September 2026.
const sunset = "Sat, 31 Oct 2026 00:00:00 GMT"

// mark sets the headers that every answer has.
func mark(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Request-Id", newID())
	if !legacy(r) {
		return
	}
	w.Header().Set("Deprecation", "true")
	w.Header().Set("Sunset", sunset)
}

// legacy reports a call of v1 or v2.
func legacy(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/v1/") || strings.HasPrefix(r.URL.Path, "/v2/")
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader is gone when this fails
}

func v2Error(w http.ResponseWriter, status int, code, message string) {
	reply(w, status, map[string]any{"error": map[string]any{"code": code, "message": message}, "data": nil})
}

func v1(w http.ResponseWriter, data any) {
	reply(w, http.StatusOK, map[string]any{"code": 100, "data": data, "msg": nil, "message": "Success"})
}

func v2(w http.ResponseWriter, data any) {
	reply(w, http.StatusOK, map[string]any{"error": nil, "data": data, "warning": map[string]any{
		"message":     "Legacy and will be removed on 2026-10-31",
		"v3_endpoint": "/v3",
		"docs_url":    "https://developers.heygen.com/docs/version-comparison",
		"sunset_date": "2026-10-31",
	}})
}

// v3Error is v3's envelope; param names the member that is wrong.
func v3Error(w http.ResponseWriter, status int, code, param, message string) {
	var member any
	if param != "" {
		member = param
	}
	reply(w, status, map[string]any{
		"error": map[string]any{"code": code, "message": message, "param": member, "doc_url": nil},
	})
}

func v3(w http.ResponseWriter, data any) { reply(w, http.StatusOK, map[string]any{"data": data}) }

// fail answers with an error in the shape of the generation that was called.
func fail(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	if legacy(r) {
		v2Error(w, status, code, message)
		return
	}
	v3Error(w, status, code, "", message)
}
