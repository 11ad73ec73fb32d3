package heygen

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// HeyGen publishes no size of parts. These are S3's limits, with room: a part has at least 5 MB there.
const (
	minPart  = 16 << 20 // bytes
	maxParts = 10_000
)

// PartUpload is an upload in parts that was begun. It has no link, so it may be stored.
type PartUpload struct {
	Asset string `json:"asset"`
	ID    string `json:"id"`   // multipart_upload_id
	Part  int64  `json:"part"` // bytes of each part except the last
}

// Resume is what an upload in parts needs to continue after an interruption.
type Resume struct {
	Begun    PartUpload              // an upload of the same file that was begun earlier, or zero
	Record   func(PartUpload)        // stores what Begun is next time; zero: nothing
	Progress func(sent, total int64) // bytes
}

// UploadParts stores a file in parts (v3). Parts that HeyGen has are not sent again. The announcement has a key that
// depends on the content alone, so that within a day another machine continues the same upload. When HeyGen refuses
// what was begun, or its parts are not the file, the upload begins again, once.
func (c *Client) UploadParts(ctx context.Context, f File, r Resume) (Asset, error) {
	u := &partUpload{c: c, f: f, r: r, size: partSize(f.Size)}
	if r.Record == nil {
		u.r.Record = func(PartUpload) {}
	}
	key := rand.Text()
	if f.Sum != "" {
		key = "greenroom-parts-" + f.Sum
	}
	done, err := u.run(ctx, r.Begun, key, true)
	if !refusedUpload(err) {
		return done, err
	}
	u.r.Record(PartUpload{})
	done, err = u.run(ctx, PartUpload{}, rand.Text(), false)
	if refusedUpload(err) {
		u.r.Record(PartUpload{})
	}
	return done, err
}

// partSize returns the size of the parts of a file: 16 MB, or more so that they are not too many.
func partSize(size int64) int64 {
	const unit = 1 << 20
	least := (size + maxParts - 1) / maxParts
	return max(minPart, (least+unit-1)/unit*unit)
}

// refusedUpload reports that an upload cannot be continued: HeyGen does not know it, or it became another file.
func refusedUpload(err error) bool {
	if errors.Is(err, errOther) {
		return true
	}
	e := as(err)
	if e == nil {
		return false
	}
	switch e.Status {
	case http.StatusForbidden: // of storage; from the API it is a missing scope
		return e.Method == http.MethodPut
	case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusGone,
		http.StatusUnprocessableEntity:
		return e.Path != pathAnnounce
	}
	return false
}

// partUpload is an upload in parts at work.
type partUpload struct {
	c    *Client
	f    File
	r    Resume
	size int64
}

// run continues the upload that was begun, or begins one, and completes it. With listed, only parts that HeyGen does
// not list are sent; otherwise all.
func (u *partUpload) run(ctx context.Context, begun PartUpload, key string, listed bool) (Asset, error) {
	if begun.Asset == "" || begun.ID == "" || begun.Part <= 0 {
		d, err := u.begin(ctx, key)
		if err != nil {
			return Asset{}, err
		}
		if d.Parts == "" { // an API without uploads in parts
			return u.c.putOnce(ctx, u.f, d)
		}
		begun = PartUpload{string(d.ID), string(d.Parts), u.size}
		u.r.Record(begun)
	}
	have, err := map[int]int64{}, error(nil)
	if listed {
		have, err = u.c.partsOf(ctx, begun)
	}
	if refusedUpload(err) { // it may have been completed: that may be repeated
		return u.c.complete(ctx, u.f, begun)
	}
	if err == nil {
		err = u.sendMissing(ctx, begun, have)
	}
	if err != nil {
		return Asset{}, err
	}
	done, err := u.c.complete(ctx, u.f, begun)
	if refusedUpload(err) {
		u.c.abandonParts(ctx, begun)
	}
	return done, err
}

// begin announces the upload. An API that does not know parts may refuse the member that requests them.
func (u *partUpload) begin(ctx context.Context, key string) (announced, error) {
	d, err := u.c.announceFile(ctx, u.f, key, true)
	if e := as(err); e != nil && (e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity) {
		return u.c.announceFile(ctx, u.f, rand.Text(), false)
	}
	return d, err
}

// sendMissing sends the parts that HeyGen does not have, or has with another size.
func (u *partUpload) sendMissing(ctx context.Context, up PartUpload, have map[int]int64) error {
	sent := int64(0)
	var missing []int
	for number := 1; int64(number-1)*up.Part < u.f.Size; number++ {
		want := u.part(up, number).Size()
		size, ok := have[number]
		if ok && (size == want || size == 0) { // HeyGen may name no size; the sum of the file decides at the end
			sent += want
			continue
		}
		missing = append(missing, number)
	}
	u.progress(sent)
	for _, number := range missing {
		if err := u.send(ctx, up, number, sent); err != nil {
			return err
		}
		sent += u.part(up, number).Size()
	}
	return nil
}

// part returns the content of a part, counted from 1.
func (u *partUpload) part(up PartUpload, number int) *io.SectionReader {
	return u.f.section(int64(number-1)*up.Part, up.Part)
}

// send sends one part. A failed attempt is repeated with a new address, since the first may have expired.
func (u *partUpload) send(ctx context.Context, up PartUpload, number int, sent int64) error {
	for attempt := 0; ; attempt++ {
		to, err := u.c.signPart(ctx, up, number)
		if err != nil {
			return err
		}
		err = u.c.put(ctx, "upload a part", to.URL, to.Headers, u.part(up, number), func(n int64) {
			u.progress(sent + n)
		})
		if err == nil || attempt >= u.c.retries || ctx.Err() != nil || errors.Is(err, ErrStorage) {
			return err
		}
		if serr := u.c.sleep(ctx, time.Second<<min(attempt, 5)); serr != nil {
			return err
		}
	}
}

func (u *partUpload) progress(sent int64) {
	if u.r.Progress != nil {
		u.r.Progress(sent, u.f.Size)
	}
}

// signedPart is where a part goes.
type signedPart struct {
	Number  flexNumber          `json:"part_number"`
	URL     Link                `json:"upload_url"`
	Headers map[string]flexWord `json:"upload_headers"`
}

func partsPath(u PartUpload) string { return "/v3/assets/" + url.PathEscape(u.Asset) + "/parts" }

// signPart returns the address of a part. Each is signed right before it is used, because HeyGen publishes no expiry.
func (c *Client) signPart(ctx context.Context, u PartUpload, number int) (signedPart, error) {
	var d struct {
		Parts []signedPart `json:"parts"`
	}
	k := call{op: "sign a part", method: http.MethodPost, path: partsPath(u)}
	err := c.change(ctx, k, map[string]any{"multipart_upload_id": u.ID, "part_numbers": []int{number}}, &d)
	if err != nil {
		return signedPart{}, err
	}
	for _, p := range d.Parts {
		if int(p.Number) == number && p.URL != "" {
			return p, nil
		}
	}
	err = errors.New("the answer has no address for the part")
	return signedPart{}, &Error{Op: k.op, Method: k.method, Path: k.path, Err: err}
}

// partsOf returns the sizes of the parts that arrived, by number, bytes.
func (c *Client) partsOf(ctx context.Context, u PartUpload) (map[int]int64, error) {
	var d struct {
		Parts []struct {
			Number flexNumber `json:"part_number"`
			Size   flexNumber `json:"size_bytes"`
		} `json:"parts"`
	}
	err := c.read(ctx, "list the parts", partsPath(u), url.Values{"multipart_upload_id": {u.ID}}, &d)
	have := map[int]int64{}
	for _, p := range d.Parts {
		have[int(p.Number)] = int64(p.Size)
	}
	return have, err
}

// abandonParts drops an upload. HeyGen may keep its parts when this fails; they are never a file.
func (c *Client) abandonParts(ctx context.Context, u PartUpload) {
	q := url.Values{"multipart_upload_id": {u.ID}}
	_ = c.write(ctx, "abandon an upload", http.MethodDelete, partsPath(u), q, nil, nil)
}
