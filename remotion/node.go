package remotion

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

//go:embed driver/driver.mjs
var driverSource []byte

const defaultStall = 3 * time.Minute

// job is what the driver reads on stdin.
type job struct {
	ProjectDir  string          `json:"projectDir"`
	EntryPoint  string          `json:"entryPoint"`
	PublicDir   string          `json:"publicDir"`
	BundleDir   string          `json:"bundleDir"`
	Composition string          `json:"composition"`
	InputProps  json.RawMessage `json:"inputProps"`
	Browser     string          `json:"browser"`
	Concurrency int             `json:"concurrency"`
	CRF         int             `json:"crf"`
	Video       string          `json:"video"`
	Audio       string          `json:"audio"`
}

// composition is what a film will be, as the project's own metadata say.
type composition struct {
	Frames int     `json:"frames"`
	Width  int     `json:"width"`
	Height int     `json:"height"`
	FPS    float64 `json:"fps"`
}

// reply is one line of the driver.
type reply struct {
	Stage       string       `json:"stage"`
	Done        int          `json:"done"`
	Total       int          `json:"total"`
	Message     string       `json:"message"`
	Composition *composition `json:"composition"`
	Error       string       `json:"error"`
	IDs         []string     `json:"ids"`
	OK          bool         `json:"ok"`
}

// replies splits the driver's stdout into lines.
type replies struct {
	part   []byte
	handle func(reply)
}

const maxReply = 1 << 20

func (r *replies) Write(p []byte) (int, error) {
	r.part = append(r.part, p...)
	for {
		i := bytes.IndexByte(r.part, '\n')
		if i < 0 {
			if len(r.part) > maxReply {
				return 0, errors.New("the driver wrote a line without end")
			}
			return len(p), nil
		}
		var one reply
		if json.Unmarshal(r.part[:i], &one) == nil {
			r.handle(one)
		}
		r.part = r.part[i+1:]
	}
}

// writeDriver puts the driver into the cache under a name of its content.
func writeDriver(cache string) (string, error) {
	sum := sha256.Sum256(driverSource)
	p := filepath.Join(cache, "driver-"+hex.EncodeToString(sum[:6])+".mjs")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fault.Wrap(fault.Failed, err, "make the folder writable", "create %s", cache)
	}
	if _, err := atomicfile.WriteBytes(p, 0o644, driverSource); err != nil {
		return "", fault.Wrap(fault.Failed, err, "make the folder writable", "write the render driver")
	}
	return p, nil
}

func (r Renderer) stall() time.Duration {
	if r.Stall > 0 {
		return r.Stall
	}
	return defaultStall
}

// drive runs the driver. The composition is known once metadata were read.
func (r Renderer) drive(ctx context.Context, node, driver string, j job, emit func(Event)) (composition, error) {
	in, err := json.Marshal(j)
	if err != nil {
		return composition{}, err
	}
	var comp composition
	var bad *reply
	ok := false
	out := &replies{handle: func(one reply) {
		switch {
		case one.Error != "":
			if bad == nil {
				bad = &one // what follows a fault is its consequence
			}
		case one.Composition != nil:
			comp = *one.Composition
		case one.OK:
			ok = true
		case one.Stage != "":
			emit(Event{one.Stage, one.Done, one.Total, one.Message})
		}
	}}
	_, err = proc.Run(ctx, proc.Cmd{Path: node, Args: []string{driver}, Dir: j.ProjectDir, Env: r.Env, Stdin: bytes.NewReader(in), Stdout: out, Stall: r.stall()})
	switch {
	case ctx.Err() != nil:
		return comp, context.Cause(ctx)
	case bad != nil:
		return comp, driverFault(j, *bad)
	case err != nil:
		return comp, driverDied(j, err)
	case !ok:
		return comp, fault.New(fault.Failed, "run the same command again", "render %s: node ended before the film was whole", j.Composition)
	}
	return comp, nil
}
