package standin

import (
	"bytes"
	"context"
	"strings"
	"time"

	"greenroom/internal/proc"
)

// Voice names what speaks scripts on this machine: the version of espeak-ng, or "" for the plain voice.
func (m *Maker) Voice(ctx context.Context) (string, error) {
	if m.Espeak == "" {
		return "", nil
	}
	var out bytes.Buffer
	_, err := proc.Run(ctx, proc.Cmd{Path: m.Espeak, Args: []string{"--version"}, Stdout: &out, Timeout: time.Minute})
	version, _, _ := strings.Cut(out.String(), "Data at")
	return strings.TrimSpace(version), err
}
