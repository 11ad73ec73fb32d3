package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestQuotaOfAnAnswerWithoutAPICredits: `quota --json` printed that 0 credits are known to be left.
func TestQuotaOfAnAnswerWithoutAPICredits(t *testing.T) {
	t.Parallel()
	for data, want := range map[string][2]string{
		`{"remaining_quota":450,"used_quota":50}`:         {`"known": false`, "does not report what this account has left for the API; 7.5 credits in all"},
		`{"remaining_quota":null,"details":{"api":null}}`: {`"known": false`, "does not report what this account has left"},
		`{"remaining_quota":450,"details":{"api":60}}`:    {`"known": true`, "1.0 API credits, 7.5 in all"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"error":null,"data":%s}`, data)
		}))
		env := map[string]string{"HEYGEN_API_BASE": s.URL, "HEYGEN_API_KEY": "k"}
		code, out, _ := call(t, env, "quota", "--json")
		if code != 0 || !strings.Contains(out, want[0]) {
			t.Errorf("%s: exit %d, %s", data, code, out)
		}
		code, out, stderr := call(t, env, "quota")
		if code != 0 || !strings.Contains(out+stderr, want[1]) {
			t.Errorf("%s: exit %d, %s%s", data, code, out, stderr)
		}
		s.Close()
	}
}
