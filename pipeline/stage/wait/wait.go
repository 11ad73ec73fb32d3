package wait

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/stage"
)

// In is a job that is paid for.
type In struct {
	Clip    string        `json:"clip"`
	VideoID string        `json:"videoId"`
	Kind    heygen.Kind   `json:"kind"`  // where its state is read
	Sent    time.Time     `json:"sent"`  // when the request was sent last
	Limit   time.Duration `json:"limit"` // stop waiting after this; 0: never
	Once    bool          `json:"once"`  // read the state once, and do not wait
	Local   bool          `json:"local"` // the provider is on this machine: short pauses are fine
}

// Out is the state in which the job ended: completed or failed.
type Out struct {
	State heygen.State  `json:"state"`
	Age   time.Duration `json:"age"` // since the request was sent

	// Video is the record, with a link that opens the file for some time. JSON does not contain it: links
	// are secrets, and the fetch step requests another one.
	Video heygen.Video `json:"-"`
}

// ErrPending is the result of a job that has not ended, with In.Once.
var ErrPending = errors.New("not done yet")

// Source is where states are read, and what a build does with answers that are not one.
type Source struct {
	Client *heygen.Client
	Poller *Poller
	Now    func() time.Time
	// Left describes the time that is left for a job of an age; empty when it is unknown.
	Left func(age time.Duration) string
	// Renamed handles an answer that names another video, and returns the id to read from now on.
	Renamed func(ctx context.Context, id string) (string, error)
	// Unreadable explains why the record of a video cannot be read.
	Unreadable func(ctx context.Context, id string, err error) error
}

// Times of a remote provider, and of one on this machine.
const (
	listLag, listLagLocal   = 2 * time.Minute, 2 * time.Second
	patience, patienceLocal = time.Hour, time.Minute
	least, leastLocal       = time.Second, 250 * time.Millisecond
)

func choose(local bool, there, here time.Duration) time.Duration {
	if local {
		return here
	}
	return there
}

// ListLag returns how long a submission may be missing in the account's list and records.
func ListLag(local bool) time.Duration { return choose(local, listLag, listLagLocal) }

// Patience returns how long an undocumented state, or a refusal because HeyGen is busy, counts as "in progress".
// Renders take 5 to 15 minutes, some more than 20.
func Patience(local bool) time.Duration { return choose(local, patience, patienceLocal) }

// LeastPause returns the shortest time between two reads of one job, however often events request one: callbacks are
// not signed, so everyone who finds the address can send them.
func LeastPause(local bool) time.Duration { return choose(local, least, leastLocal) }

// unlisted is the state of a job that HeyGen accepted and does not show yet.
const unlisted = "not listed yet"

// Step returns the step that polls until a job ends. A limit only ends the waiting, with a fault of kind Wait: the job
// stays on record, and the next run continues.
func Step(src Source) stage.Func[In, Out] {
	return func(ctx context.Context, env stage.Env, in In) (Out, error) {
		w := waiter{src: src, env: env, in: in, began: src.Now()}
		src.Poller.Enter(in.VideoID, in.Kind)
		defer func() { src.Poller.Leave(w.in.VideoID) }()
		w.send(ctx, event.Started, in.VideoID)
		return w.run(ctx)
	}
}

type waiter struct {
	src   Source
	env   stage.Env
	in    In
	began time.Time
}

func (w *waiter) send(ctx context.Context, state, message string) {
	w.env.Send(ctx, event.Event{Clip: w.in.Clip, Stage: "wait", State: state, Message: message})
}

func (w *waiter) run(ctx context.Context) (Out, error) {
	pause, longest := 5*time.Second, 30*time.Second
	if w.in.Local {
		pause, longest = 50*time.Millisecond, 500*time.Millisecond
	}
	for {
		v, err := w.read(ctx, pause/2)
		if err != nil {
			return Out{}, err
		}
		age := w.src.Now().Sub(w.in.Sent)
		if v.State == heygen.StateCompleted || v.State == heygen.StateFailed {
			return Out{State: v.State, Age: age, Video: v}, nil
		}
		progress := v.RawStatus + w.src.Left(age)
		if w.in.Once {
			w.send(ctx, event.Progress, progress)
			return Out{}, ErrPending
		}
		if err := w.tooLong(v, age); err != nil {
			return Out{}, err
		}
		w.send(ctx, event.Progress, progress)
		if err := w.src.Poller.Sleep(ctx, pause/2+rand.N(pause), LeastPause(w.in.Local)); err != nil {
			return Out{}, err
		}
		pause = min(pause*3/2, longest)
	}
}

// read returns the job's record. A job that was sent a moment ago and is not found counts as pending: both its age and
// the time waited count, because a clock may have changed.
func (w *waiter) read(ctx context.Context, fresh time.Duration) (heygen.Video, error) {
	v, err := w.src.Poller.Read(ctx, w.src.Client, w.in.Kind, w.in.VideoID, fresh)
	lag := ListLag(w.in.Local)
	switch {
	case heygen.NotFound(err) && w.src.Now().Sub(w.in.Sent) < lag && w.src.Now().Sub(w.began) < lag:
		return heygen.Video{ID: w.in.VideoID, State: heygen.StatePending, RawStatus: unlisted}, nil
	case err != nil:
		return v, w.src.Unreadable(ctx, w.in.VideoID, err)
	case v.ID == "" || v.ID == w.in.VideoID:
		return v, nil
	}
	w.in.VideoID, err = w.src.Renamed(ctx, v.ID)
	return v, err
}

// tooLong returns why the waiting ends although the job has not.
func (w *waiter) tooLong(v heygen.Video, age time.Duration) error {
	old := age.Round(time.Second)
	switch {
	case w.in.Limit > 0 && w.src.Now().Sub(w.began) >= w.in.Limit:
		const hint = "run the same command again; the clip is paid for and will not be bought twice"
		return fault.New(fault.Wait, hint, "video %s is still %q after %s of waiting, %s old", w.in.VideoID, v.RawStatus, w.in.Limit, old)
	case v.State == heygen.StateUnknown && age > Patience(w.in.Local):
		const hint = "open it on HeyGen's site; run the same command again to go on waiting"
		return fault.New(fault.Wait, hint, "video %s has been %q, a word HeyGen does not document, for %s", w.in.VideoID, v.RawStatus, old)
	}
	return nil
}

// Left describes the time that is left for a job of an age, from earlier waits in seconds: their median. It is empty
// without earlier waits.
func Left(waits []float64, age time.Duration) string {
	if len(waits) == 0 {
		return ""
	}
	usual := time.Duration(median(waits) * float64(time.Second))
	if age > usual {
		return fmt.Sprintf(", %s old, usually done after %s", age.Round(time.Second), usual.Round(time.Second))
	}
	return fmt.Sprintf(", about %s left", (usual - age).Round(time.Second))
}

func median(list []float64) float64 {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}
