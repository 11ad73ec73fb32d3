package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/pflag"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
)

// server is how the server is reached.
type server struct{ address, namespace string }

func (s *server) bind(fs *pflag.FlagSet) {
	fs.StringVar(&s.address, "server", "", "the Temporal server's `HOST:PORT` (default: TEMPORAL_ADDRESS)")
	fs.StringVar(&s.namespace, "namespace", "", "its `NAMESPACE` (default: TEMPORAL_NAMESPACE, or default)")
}

// connectTime bounds the first connection.
const connectTime = 15 * time.Second

// dial connects to the server. TLS and keys come from TEMPORAL_TLS_*, TEMPORAL_API_KEY or a profile of Temporal's
// configuration file.
func (s *server) dial(ctx context.Context, identity string) (client.Client, error) {
	o, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{})
	if err != nil {
		return nil, fault.Wrap(fault.Usage, outside.Error(err), "check TEMPORAL_*", "read the configuration of Temporal")
	}
	if s.address != "" {
		o.HostPort = s.address
	}
	if s.namespace != "" {
		o.Namespace = s.namespace
	}
	o.Identity = identity
	o.Logger = sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(
		outside.NewWriter(os.Stderr), &slog.HandlerOptions{Level: slog.LevelWarn})))
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	c, err := client.DialContext(ctx, o)
	if err != nil {
		const hint = "check --server, and that the server runs"
		return nil, fault.Wrap(fault.Failed, outside.Error(err), hint, "connect to %s", o.HostPort)
	}
	return c, nil
}
