package heygen

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestAFinishedJobsWarningIsRead in the record of each kind of job; other members
// are not taken for one.
func TestAFinishedJobsWarningIsRead(t *testing.T) {
	credit := `"error": {"code": "MOVIO_PAYMENT_INSUFFICIENT_CREDIT", "message": "watermarked result"}`
	for _, x := range []struct {
		kind    Kind
		members string
		code    string // "" where nothing is to be found
	}{
		{KindVideoV2, credit, "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"},
		{KindVideoV3, credit, "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"},
		{KindTranslateV2, credit, "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"},
		{KindTranslateV3, credit, "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"},
		{KindCutout, credit, "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"},
		{KindLipsync, credit, "MOVIO_PAYMENT_INSUFFICIENT_CREDIT"},
		{KindVideoV3, `"failure_code": "trial", "failure_message": "made in a trial"`, "trial"},
		{KindTranslateV3, `"failure_message": "watermarked"`, "watermarked"},
		{KindVideoV2, `"watermark": true`, "watermark"},
		{KindVideoV3, `"is_watermarked": "true"`, "watermark"},
		{KindVideoV3, `"watermark": {"image": "x"}`, "watermark"},
		{KindVideoV2, `"is_trial": 1`, "trial"},
		{KindVideoV2, `"warning": "low resolution"`, "low resolution"},
		{KindVideoV2, `"warnings": [{"code": "w1", "message": "x"}]`, "w1"},
		{KindVideoV2, `"warning": {"message": "v1 ends", "sunset_date": "2026-10-31"}`, ""},
		{KindVideoV2, `"watermark": false, "is_trial": null, "error": null, "warning": null`, ""},
		{KindVideoV3, `"watermark": {}, "trial": "no", "failure_code": null, "error": ""`, ""},
		{KindTranslateV2, `"message": "success"`, ""},
		{KindVideoV2, `"warnings": "odd"`, ""},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(
				w,
				`{"code": 100, "data": {"id": "v1", "status": "completed", "video_url": "https://x.heygen.ai/v.mp4", "layers": {"foreground": "https://x.heygen.ai/v.mov"}, %s}}`,
				x.members,
			)
		}))
		c := New("k", WithBaseURL(srv.URL))
		v, err := c.Job(t.Context(), x.kind, "v1")
		srv.Close()
		if err != nil || v.State != StateCompleted || v.Failure != nil {
			t.Errorf("%v %s: %+v %v", x.kind, x.members, v, err)
			continue
		}
		got := ""
		if v.Warning != nil {
			got = first(v.Warning.Code, v.Warning.Message)
		}
		if got != x.code {
			t.Errorf("%v %s: warning %q, want %q", x.kind, x.members, got, x.code)
		}
	}
}
