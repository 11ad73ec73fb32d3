package route

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTheLeftmostWordWins(t *testing.T) {
	t.Parallel()
	var table Table
	for _, p := range []string{
		"GET /v3/videos/{id}", "GET /v3/videos/{id}/scenes", "GET /v3/videos/batches/{batch}", "GET /v3/videos/statuses",
		"DELETE /v3/videos/{id}", "/files/{name}",
	} {
		table.Handle(p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, p+" "+r.PathValue("id")+r.PathValue("batch")+r.PathValue("name"))
		}))
	}
	for request, want := range map[string]string{
		"GET /v3/videos/a1":              "GET /v3/videos/{id} a1",
		"HEAD /v3/videos/a1":             "GET /v3/videos/{id} a1",
		"GET /v3/videos/statuses":        "GET /v3/videos/statuses ",
		"GET /v3/videos/a1/scenes":       "GET /v3/videos/{id}/scenes a1",
		"GET /v3/videos/batches/scenes":  "GET /v3/videos/batches/{batch} scenes",
		"DELETE /v3/videos/a%2Fb":        "DELETE /v3/videos/{id} a/b",
		"PUT /files/x.webm":              "/files/{name} x.webm",
		"POST /v3/videos/a1":             "",
		"GET /v3/videos/":                "",
		"GET /v3/videos/a1/scenes/extra": "",
	} {
		var method, path string
		for i := range request {
			if request[i] == ' ' {
				method, path = request[:i], request[i+1:]
				break
			}
		}
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		w := httptest.NewRecorder()
		if h := table.Find(r); h != nil {
			h.ServeHTTP(w, r)
		}
		if got := w.Body.String(); got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
	if !table.Has("GET /v3/videos/{video_id}") || table.Has("POST /v3/videos/{video_id}") || table.Has("GET /v3/{x}/{y}") {
		t.Error("Has")
	}
}
