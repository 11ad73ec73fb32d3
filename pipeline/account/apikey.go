package account

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/lazyregexp"
	"greenroom/internal/outside"
	"greenroom/internal/proc"
	"greenroom/internal/regular"
	"greenroom/pipeline/allow"
)

// defaultKeyRef is the reference that is used when the manifest has none.
const defaultKeyRef = "$HEYGEN_API_KEY"

// ResolveKey turns a reference into the key: `$NAME` reads the environment,
// `file:PATH` the first line of a file, `cmd:PROGRAM ARGS` a program's output. It fails when
// there is no key. A program that the user has not allowed is not run: the hint of the error is how to allow it.
func ResolveKey(ctx context.Context, ref, dir string, getenv func(string) string) (heygen.Secret, error) {
	if ref == "" {
		ref = defaultKeyRef
	}
	var key string
	switch {
	case strings.HasPrefix(ref, "$"):
		key = getenv(ref[1:])
		HideKey(ref)
	case strings.HasPrefix(ref, "file:"):
		path := strings.TrimPrefix(ref, "file:")
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		b, err := readKeyFile(path)
		if err != nil {
			return "", fault.Wrap(
				fault.Auth, err, "write the key into that file, or name another in heygen.key", "read the HeyGen key",
			)
		}
		key, _, _ = strings.Cut(string(b), "\n")
	case strings.HasPrefix(ref, "cmd:"):
		c, err := allow.Read(dir, strings.TrimPrefix(ref, "cmd:"))
		if err != nil {
			return "", err
		}
		if !c.Allowed(getenv) {
			return "", c.Consent()
		}
		if key, err = runKeyProgram(ctx, c); err != nil {
			return "", err
		}
	default:
		return "", fault.New(
			fault.Manifest, "write heygen.key as $NAME, file:PATH or cmd:PROGRAM ARGS",
			"heygen.key must not hold the key itself",
		)
	}
	key = strings.TrimSpace(key)
	if key == "" {
		return "", fault.New(
			fault.Auth,
			exportHint(ref)+", or use the sandbox: heygen: {api: sandbox} in the manifest, --api sandbox for a look-up",
			"no HeyGen key: %s is empty", strings.SplitN(ref, ":", 2)[0],
		)
	}
	outside.Know(key)
	return heygen.Secret(key), nil
}

// runKeyProgram runs an allowed program and returns its output, which is the key.
func runKeyProgram(ctx context.Context, c *allow.Command) (string, error) {
	var out bytes.Buffer
	run := proc.Cmd{
		Path: c.Argv[0], Args: c.Argv[1:], Dir: c.Dir, Env: proc.ForKeyProgram(), Stdout: &out, Timeout: time.Minute,
	}
	if _, err := proc.Run(ctx, run); err != nil {
		hint := "run the command of heygen.key by hand to see what it needs; it runs in " + c.Dir
		return "", fault.Wrap(fault.Auth, err, hint, "run the program that prints the HeyGen key")
	}
	return out.String(), nil
}

// KeyCommand returns the program that heygen.key names, nil when it names none. It is not run.
func (a *Account) KeyCommand() (*allow.Command, error) {
	line, ok := strings.CutPrefix(a.disk.Manifest.HeyGen.Key, "cmd:")
	if !ok {
		return nil, nil
	}
	return allow.Read(a.disk.Dir(), line)
}

// needsConsent reports whether the key comes from a program that the user has not allowed.
// Look-ups that are only for information are skipped then.
func (a *Account) needsConsent() bool {
	c, err := a.KeyCommand()
	return err != nil || c != nil && !c.Allowed(a.o.Getenv)
}

// keyVariable finds references to variables in a manifest, also in one with mistakes.
var keyVariable = lazyregexp.New(`(?m)\bkey["']?[ \t]*:[ \t]*["']?\$([A-Za-z_][A-Za-z0-9_]*)`)

// maxManifest is how much of a manifest is searched for the name, bytes; larger ones are
// refused when they are read.
const maxManifest = 1 << 20

// HideKeyVariable removes the variable that a manifest names for its key from the
// environment of every child process. It reads the file as text, so that it also works for commands
// that do not open the project, such as doctor, and for manifests with mistakes.
func HideKeyVariable(manifestPath string) {
	f, err := regular.Open(manifestPath) // opening a pipe would block
	if err != nil {
		return // there is no manifest
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err != nil {
		return
	}
	for _, m := range keyVariable.FindAllStringSubmatch(string(b), -1) {
		HideKey("$" + m[1])
	}
}

// readKeyFile reads the first 64 KiB of the file with the key. It may be a pipe, because programs that keep
// secrets offer one; the limit is for devices that never end.
func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 64<<10))
}

// HideKey removes the variable of a reference from the environment of child processes, and its value from messages.
func HideKey(ref string) {
	if name, ok := strings.CutPrefix(ref, "$"); ok {
		proc.Hide(name)
		outside.Know(os.Getenv(name))
	}
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
