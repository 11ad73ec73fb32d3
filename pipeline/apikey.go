package pipeline

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// defaultKeyRef is where the key comes from when the manifest does not say.
const defaultKeyRef = "$HEYGEN_API_KEY"

// resolveKey turns a reference into the key: `$NAME` reads the environment,
// `file:PATH` the first line of a file, `cmd:PROGRAM ARGS` a program's output.
func resolveKey(ctx context.Context, ref, dir string, getenv func(string) string) (heygen.Secret, error) {
	if ref == "" {
		ref = defaultKeyRef
	}
	var key string
	switch {
	case strings.HasPrefix(ref, "$"):
		key = getenv(ref[1:])
		proc.Hide(ref[1:])
	case strings.HasPrefix(ref, "file:"):
		path := strings.TrimPrefix(ref, "file:")
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return "", fault.Wrap(fault.Auth, err, "write the key into that file, or name another in heygen.key", "read the HeyGen key")
		}
		key, _, _ = strings.Cut(string(b), "\n")
	case strings.HasPrefix(ref, "cmd:"):
		argv := strings.Fields(strings.TrimPrefix(ref, "cmd:"))
		if len(argv) == 0 {
			return "", fault.New(fault.Auth, "write heygen.key as cmd:PROGRAM ARGUMENTS", "heygen.key names no program")
		}
		var out bytes.Buffer
		if _, err := proc.Run(ctx, proc.Cmd{Path: argv[0], Args: argv[1:], Dir: dir, Env: os.Environ(), Stdout: &out, Timeout: time.Minute}); err != nil {
			return "", fault.Wrap(fault.Auth, err, "run the command of heygen.key by hand to see what it wants", "ask a program for the HeyGen key")
		}
		key = out.String()
	default:
		return "", fault.New(fault.Manifest, "write heygen.key as $NAME, file:PATH or cmd:PROGRAM ARGS", "heygen.key must not hold the key itself")
	}
	key = strings.TrimSpace(key)
	if key == "" {
		return "", fault.New(fault.Auth, exportHint(ref)+", or use the sandbox: heygen: {api: sandbox}", "no HeyGen key: %s is empty", strings.SplitN(ref, ":", 2)[0])
	}
	return heygen.Secret(key), nil
}

func exportHint(ref string) string {
	if !strings.HasPrefix(ref, "$") {
		return "put the key where heygen.key points"
	}
	if runtime.GOOS == "windows" {
		return "set " + ref[1:] + "=<your key>"
	}
	return "export " + ref[1:] + "=<your key>"
}
