package kill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/pipeline/ledger"
)

// submitter is a process of the kill test: it buys CLIPS clips through the ledger
// at FILE, in an order of its own, and ends when it has tried each once. As "naive"
// it does what everybody writes first: POST, then record.
//
// Usage: submitter FILE BASE ROUTE CLIPS.
func submitter() {
	file, base, route := os.Args[1], os.Args[2], os.Args[3]
	n, err := strconv.Atoi(os.Args[4])
	if err != nil {
		panic(err)
	}
	c := heygen.New("sandbox", heygen.WithBaseURL(base), heygen.WithRetries(1))
	buy := naive(c, file)
	if route != "naive" {
		l, err := ledger.Open(file, ledger.Options{Lease: time.Second})
		if err != nil {
			panic(err)
		}
		defer l.Close()
		buy = func(i int) error { return once(c, l, route, i) }
	}
	for _, i := range rand.Perm(n) {
		if err := buy(i); err != nil {
			fmt.Fprintln(os.Stderr, killClip(i), err)
		}
	}
}

func killClip(i int) string   { return fmt.Sprintf("clip%04d", i) }
func killMarker(i int) string { return fmt.Sprintf("gr-%010x", i) }

func killBody(route string, i int) (path string, body []byte) {
	title := killClip(i) + " " + killMarker(i)
	if route == "v3" {
		return heygen.PathVideos, fmt.Appendf(nil, `{"type":"avatar","avatar_id":"Daisy-inskirt-20220818","script":"Clip.","voice_id":"1bd001e7e50f421d891986aad5158bc8","resolution":"720p","title":%q}`, title)
	}
	return heygen.PathGenerate, fmt.Appendf(nil, `{"video_inputs":[{"voice":{"type":"text","voice_id":"1bd001e7e50f421d891986aad5158bc8","input_text":"Clip."}}],"dimension":{"width":320,"height":240},"title":%q}`, title)
}

// killAccount is the ledger's view of the provider, as pipeline's.
type killAccount struct {
	c     *heygen.Client
	route string
}

func (a killAccount) Submit(ctx context.Context, row ledger.Row) (string, error) {
	if a.route == "v3" {
		return a.c.SubmitOnce(ctx, row.Path, row.Body, row.Once())
	}
	return a.c.Submit(ctx, row.Path, row.Body)
}

func (a killAccount) FindByTitle(ctx context.Context, marker string) (out []ledger.Found, err error) {
	find := a.c.FindByTitle
	if a.route == "v3" {
		find = a.c.FindByTitleV3
	}
	items, err := find(ctx, marker)
	for _, i := range items {
		out = append(out, ledger.Found{ID: i.ID, Title: i.Title, CreatedAt: i.CreatedAt})
	}
	return out, err
}

// once buys a clip by the protocol, without the lock of a project: only the lease
// keeps the two submitters apart.
func once(c *heygen.Client, l *ledger.Ledger, route string, i int) error {
	path, body := killBody(route, i)
	a := killAccount{c, route}
	o := ledger.SpendOptions{Settle: 40 * time.Millisecond, Sleep: func(ctx context.Context, d time.Duration) error {
		select {
		case <-time.After(min(d, 40*time.Millisecond)):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
	o.Clock = c.ServerTime
	if route == "v3" {
		o.Repeat = a.Submit
	}
	_, err := l.Spend(context.Background(), ledger.Intent{Key: killClip(i), Take: killClip(i), Origin: "heygen-kill", Clip: killClip(i), Route: route, Marker: killMarker(i),
		Title: killClip(i) + " " + killMarker(i), Path: path, Body: body, RunID: strconv.Itoa(os.Getpid())}, nil, a, heygen.NothingBought, o)
	return err
}

// naive is the planted wrong one: it skips what it has on record, sends, then records.
func naive(c *heygen.Client, file string) func(int) error {
	return func(i int) error {
		if b, _ := os.ReadFile(file); strings.Contains(string(b), killClip(i)+"\n") {
			return nil
		}
		path, body := killBody("v2", i)
		if _, err := c.Submit(context.Background(), path, body); err != nil {
			return err
		}
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteString(killClip(i) + "\n")
		return err
	}
}
