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

const (
	// defaultKeyRef is the reference that is used when the manifest has none, tokenRef when the environment has a token
	// and no key.
	defaultKeyRef = "$HEYGEN_API_KEY"
	tokenRef      = bearerMark + "$HEYGEN_ACCESS_TOKEN"
	// bearerMark begins the reference of an OAuth access token.
	bearerMark = "bearer:"
)

// Place returns the reference that is used for heygen.key: where the credential is, and whether it is an access token.
func Place(ref string, getenv func(string) string) (place string, token bool) {
	if ref == "" {
		ref = defaultKeyRef
		if getenv(defaultKeyRef[1:]) == "" && getenv(strings.TrimPrefix(tokenRef, bearerMark+"$")) != "" {
			ref = tokenRef
		}
	}
	return strings.CutPrefix(ref, bearerMark)
}

// ResolveKey turns a reference into the key: `$NAME` reads the environment, `file:PATH` the first line of a file,
// `cmd:PROGRAM ARGS` a program's output; `bearer:` before them makes it an access token. It fails when there is no
// key. A program that the user has not allowed is not run: the hint of the error is how to allow it.
func ResolveKey(ctx context.Context, ref, dir string, getenv func(string) string) (heygen.Secret, error) {
	place, token := Place(ref, getenv)
	key, err := readKey(ctx, place, dir, getenv)
	if err != nil {
		return "", err
	}
	if key == "" {
		return "", fault.New(
			fault.Auth,
			exportHint(place)+", or use the sandbox: heygen: {api: sandbox} in the manifest, --api sandbox for a look-up",
			"no HeyGen key: %s is empty", strings.SplitN(place, ":", 2)[0],
		)
	}
	outside.Know(key)
	if token {
		return heygen.AccessToken(strings.TrimPrefix(key, "Bearer ")), nil
	}
	return heygen.Secret(key), nil
}

// readKey returns the text at a place, without blanks around it.
func readKey(ctx context.Context, place, dir string, getenv func(string) string) (string, error) {
	switch {
	case strings.HasPrefix(place, "$"):
		HideKey(place)
		return strings.TrimSpace(getenv(place[1:])), nil
	case strings.HasPrefix(place, "file:"):
		key, err := keyInFile(place, dir)
		if err != nil {
			return "", fault.Wrap(
				fault.Auth, err, "write the key into that file, or name another in heygen.key", "read the HeyGen key",
			)
		}
		return key, nil
	case strings.HasPrefix(place, "cmd:"):
		c, err := allow.Read(dir, "heygen.key", strings.TrimPrefix(place, "cmd:"))
		if err != nil {
			return "", err
		}
		if !c.Allowed(getenv) {
			return "", c.Consent()
		}
		key, err := runKeyProgram(ctx, c)
		return strings.TrimSpace(key), err
	}
	return "", fault.New(
		fault.Manifest, "write heygen.key as $NAME, file:PATH or cmd:PROGRAM ARGS, for an access token with bearer: before it",
		"heygen.key must not hold the key itself",
	)
}

// keyInFile returns the first line of the file that a place names.
func keyInFile(place, dir string) (string, error) {
	path := strings.TrimPrefix(place, "file:")
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	b, err := readKeyFile(path)
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line), err
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
	place, _ := Place(a.disk.Manifest.HeyGen.Key, a.o.Getenv)
	line, ok := strings.CutPrefix(place, "cmd:")
	if !ok {
		return nil, nil
	}
	return allow.Read(a.disk.Dir(), "heygen.key", line)
}

// needsConsent reports whether the key comes from a program that the user has not allowed.
// Look-ups that are only for information are skipped then.
func (a *Account) needsConsent() bool {
	c, err := a.KeyCommand()
	return err != nil || c != nil && !c.Allowed(a.o.Getenv)
}

// keyVariable finds references to variables in a manifest, also in one with mistakes.
var keyVariable = lazyregexp.New(`(?m)\bkey["']?[ \t]*:[ \t]*["']?(?:bearer:)?\$([A-Za-z_][A-Za-z0-9_]*)`)

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
	if name, ok := strings.CutPrefix(strings.TrimPrefix(ref, bearerMark), "$"); ok {
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
