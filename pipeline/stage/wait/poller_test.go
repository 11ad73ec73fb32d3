package wait

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenroom/heygen"
)

// Unsigned callbacks came 800 times a second, and each made the build read its job.
func TestManyCallbacksDoNotMakeABuildPollFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPoller(time.Now)
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			for ctx.Err() == nil {
				p.Wake(time.Second)
				time.Sleep(time.Millisecond)
			}
		}()
		began, reads := time.Now(), 0
		for time.Since(began) < 30*time.Second {
			if err := p.Sleep(ctx, 10*time.Second, time.Second); err != nil {
				t.Fatal(err)
			}
			reads++
		}
		stop()
		time.Sleep(time.Second) // virtual: the callbacks end
		if reads < 25 || reads > 30 {
			t.Errorf("%d reads in 30 s of callbacks", reads)
		}
	})
}

func TestACallbackIsHeardAfterTheLeastPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPoller(time.Now)
		for _, c := range []struct{ ring, want time.Duration }{
			{300 * time.Millisecond, time.Second}, {4 * time.Second, 4 * time.Second}, {20 * time.Second, 10 * time.Second},
		} {
			began := time.Now()
			time.AfterFunc(c.ring, func() { p.Wake(time.Second) })
			if err := p.Sleep(t.Context(), 10*time.Second, time.Second); err != nil || time.Since(began) != c.want {
				t.Errorf("bell after %s: slept %s, %v", c.ring, time.Since(began), err)
			}
			synctest.Wait()
			time.Sleep(20 * time.Second) // the last bell
		}
		began := time.Now()
		if err := p.Sleep(t.Context(), 50*time.Millisecond, time.Second); err != nil || time.Since(began) != 50*time.Millisecond {
			t.Errorf("a short pause became %s, %v", time.Since(began), err)
		}
	})
}

// A bulk answer that is just there serves all waiting clips.
func TestACallbackKeepsFreshAnswers(t *testing.T) {
	now := time.Unix(1000, 0)
	p := NewPoller(func() time.Time { return now })
	p.Enter("a", heygen.KindVideoV3)
	p.Enter("b", heygen.KindVideoV3)
	p.last["a"], p.last["b"] = known{at: now.Add(-2 * time.Second)}, known{at: now.Add(-time.Millisecond)}
	p.Wake(time.Second)
	if _, old := p.last["a"]; old {
		t.Error("an old answer stays after a callback")
	}
	if _, fresh := p.last["b"]; !fresh {
		t.Error("a fresh answer is dropped by a callback")
	}
}

// Lipsyncs and translations were read one by one, because only the states of videos were read in bulk.
func TestJobsOfAKindAreReadTogether(t *testing.T) {
	var reads []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reads = append(reads, r.URL.Path)
		_, _ = w.Write([]byte(`{"data":[{"video_id":"a","status":"running"},{"lipsync_id":"b","status":"queued"}]}`))
	}))
	defer srv.Close()
	c := heygen.New("k", heygen.WithBaseURL(srv.URL))
	for _, kind := range []heygen.Kind{heygen.KindLipsync, heygen.KindTranslateV3} {
		reads = nil
		p := NewPoller(time.Now)
		p.Enter("a", kind)
		p.Enter("b", kind)
		p.Enter("v", heygen.KindVideoV3)
		for id, want := range map[string]heygen.State{"a": heygen.StateProcessing, "b": heygen.StateWaiting} {
			if v, err := p.Read(t.Context(), c, kind, id, time.Hour); err != nil || v.State != want {
				t.Errorf("%s %s: %+v %v", kind, id, v, err)
			}
		}
		if want := strings.TrimSuffix(heygen.BatchPath(kind), "batches") + "statuses"; len(reads) != 1 || reads[0] != want {
			t.Errorf("%s: read %v, want %s", kind, reads, want)
		}
	}
}
