// Package agent serves a project to agents that speak the Model Context Protocol: the commands that cost nothing as
// tools, the guides as resources, and purchases only with the consent of a person to a price that they were shown.
package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// Project is what an agent works on.
type Project struct {
	Name    string // shown to the client
	Version string
	Folder  string // of the manifest
	File    string // the manifest's name in it
	// MaxSpend is what all purchases of this server may cost together, dollars; nil buys nothing that costs money.
	MaxSpend *float64
	// Run runs a command of greenroom in the project and returns its exit code, stdout and stderr.
	Run func(ctx context.Context, args []string) (code int, stdout, stderr string)
	// Check reads a manifest's text as if it were the file, and returns what is wrong in it, for people.
	Check func(text []byte) error
	// Pages are documents by name, such as guide/rows.md.
	Pages map[string]string
}

// maxWaiting is how many calls may wait for the one that runs.
const maxWaiting = 8

// Server is one server of a project.
type Server struct {
	p      Project
	mcp    *mcp.Server
	one    sync.Mutex // commands run one after another
	queue  chan struct{}
	mu     sync.Mutex
	offers map[string]offer
	spent  float64
}

// New returns the server of a project.
func New(p Project) *Server {
	s := &Server{p: p, queue: make(chan struct{}, maxWaiting), offers: map[string]offer{}}
	s.mcp = mcp.NewServer(&mcp.Implementation{Name: "greenroom", Title: "greenroom: " + p.Name, Version: p.Version},
		&mcp.ServerOptions{Instructions: instructions})
	s.addTools()
	s.addPages()
	return s
}

// Serve serves one client that writes to in and reads from out, until it closes in or ctx ends.
func (s *Server) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	err := s.mcp.Run(ctx, &mcp.IOTransport{Reader: io.NopCloser(in), Writer: unclosed{out}})
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Handler serves clients over HTTP. Pages of other origins, and names of this machine that it does not have, are
// refused.
func (s *Server) Handler() http.Handler {
	h := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s.mcp }, nil)
	return http.NewCrossOriginProtection().Handler(h)
}

// unclosed is a writer that its owner closes.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

const instructions = "greenroom makes avatar clips by HeyGen for Remotion. Read the manifest, edit it with write_manifest " +
	"(mistakes are returned with line and hint, and nothing is written), then call plan. stand_ins and check cost nothing. build buys " +
	"clips: it shows the person the price and asks for consent. Guides are resources."

var errBusy = errors.New("too many calls are waiting: call again when the others have ended")

// run runs a command, one at a time.
func (s *Server) run(ctx context.Context, args ...string) (string, error) {
	select {
	case s.queue <- struct{}{}:
	default:
		return "", errBusy
	}
	defer func() { <-s.queue }()
	s.one.Lock()
	defer s.one.Unlock()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	code, stdout, stderr := s.p.Run(ctx, args)
	if code != 0 {
		return stdout, fmt.Errorf("exit code %d\n%s", code, lastLines(stderr))
	}
	return stdout, nil
}

// lastLines is the end of what a command printed for people.
func lastLines(text string) string {
	const most = 40
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}
