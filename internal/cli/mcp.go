package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"greenroom/docs"
	"greenroom/internal/agent"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/manifest/schema"
)

func mcpCommand() command {
	return command{name: "mcp", summary: "serve the project to agents over the Model Context Protocol", usage: "mcp [flags]",
		examples: "greenroom mcp\ngreenroom mcp --max-spend 5\ngreenroom mcp --http 127.0.0.1:8765",
		bind: func(fs *pflag.FlagSet) runFunc {
			var address string
			maxSpend := -1.0
			fs.StringVar(&address, "http", "", "serve HTTP on this loopback `ADDRESS` instead of stdin and stdout")
			fs.Float64Var(&maxSpend, "max-spend", -1,
				"let the person agree to purchases of at most `USD` in all (default: only those that cost nothing)")
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				var limit *float64
				if fs.Changed("max-spend") {
					if maxSpend < 0 {
						return fault.New(fault.Usage, "give an amount such as --max-spend 5",
							"--max-spend must not be negative")
					}
					limit = &maxSpend
				}
				server := agent.New(e.agentProject(limit))
				if address != "" {
					return e.serveAgents(ctx, server, address)
				}
				return server.Serve(ctx, e.Stdin, e.Stdout)
			}
		}}
}

// again is Main, for a command that runs others. The table of commands must not refer to itself.
var again func(context.Context, []string, Env) int

func init() { again = Main }

// agentProject is the project as an agent works on it.
func (e *env) agentProject(limit *float64) agent.Project {
	file := e.options(nil).ManifestPath
	pages := docs.Pages()
	pages["greenroom.schema.json"] = string(schema.JSON())
	return agent.Project{
		Name: filepath.Base(filepath.Dir(file)), Version: e.Version, Folder: filepath.Dir(file), File: filepath.Base(file),
		MaxSpend: limit, Pages: pages,
		Check: func(text []byte) error {
			_, err := manifest.Parse(file, text)
			if err != nil {
				return errors.New(strings.TrimSpace(fault.Format(err, true)))
			}
			return nil
		},
		Run: func(ctx context.Context, args []string) (int, string, string) {
			var out, progress bytes.Buffer
			world := e.Env
			world.Stdin, world.Stdout, world.Stderr = strings.NewReader(""), &out, &progress
			code := again(ctx, append(args, "-f", file), world)
			return code, out.String(), progress.String()
		},
	}
}

// serveAgents serves on this machine alone, at an address that other users of the machine cannot guess.
func (e *env) serveAgents(ctx context.Context, server *agent.Server, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !netutil.IsLoopback(host) {
		return fault.New(fault.Usage, "write it like 127.0.0.1:8765",
			"--http %s is not an address of this machine's loopback", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fault.Wrap(fault.Failed, err, "choose another port", "listen on %s", address)
	}
	path := "/" + rand.Text() + "/mcp"
	mux := http.NewServeMux()
	mux.Handle(path, server.Handler())
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = web.Close() }) // the listener ends with it
	defer stop()
	e.say("serving http://%s%s", l.Addr(), path)
	err = web.Serve(l)
	if ctx.Err() != nil {
		return nil
	}
	return err
}
