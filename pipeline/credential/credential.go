// Package credential opens what a project signs films with: the certificate and the key, or the program that signs, of
// disclose.sign. Everything that can be wrong with them is found before a film is rendered.
package credential

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/internal/proc"
	"greenroom/internal/regular"
	"greenroom/pipeline/allow"
	"greenroom/pipeline/manifest/disclose"
	"greenroom/remotion/c2pa"
)

// maxPEM bounds files of certificates and keys, bytes.
const maxPEM = 1 << 20

// programTime is how long a program may take to print a key or a signature: it may ask the user for a PIN.
const programTime = 2 * time.Minute

// Project is what a credential depends on besides the manifest.
type Project struct {
	Dir    string // of the manifest, absolute
	Getenv func(string) string
	Now    func() time.Time
}

// Open returns what signs. A fault has the place of the value that is wrong.
func Open(ctx context.Context, s *disclose.Sign, p Project) (*c2pa.Credential, error) {
	chain, err := regular.Read(s.Certificate, maxPEM)
	if err != nil {
		err = fault.Wrap(fault.Manifest, err, "make the file readable", "read the certificate")
		return nil, at(s, "certificate", err)
	}
	c, err := c2pa.Read(chain, p.Now())
	if err != nil {
		return nil, at(s, "certificate", err)
	}
	if s.Timestamp != "" {
		c.UseAuthority(bare(s.Timestamp), func(ctx context.Context, request []byte) ([]byte, error) {
			answer, err := ask(ctx, s.Timestamp, request)
			return answer, at(s, "timestamp", err)
		})
	}
	if s.Command != "" {
		command, err := p.program("disclose.sign.command", s.Command)
		if err != nil {
			return nil, at(s, "command", err)
		}
		err = c.UseSigner(s.Algorithm, func(ctx context.Context, data []byte) ([]byte, error) {
			return run(ctx, command, data, "sign with disclose.sign.command")
		})
		return c, at(s, "algorithm", err)
	}
	key, err := p.key(ctx, s.Key)
	if err != nil {
		return nil, at(s, "key", err)
	}
	return c, at(s, "key", c.UseKey(key, s.Algorithm))
}

// at adds the place of a key of disclose.sign to errors that have none.
func at(s *disclose.Sign, key string, err error) error {
	if err == nil {
		return nil
	}
	place, ok := s.Places[key]
	if !ok {
		place = s.Places["sign"]
	}
	var one *fault.Error
	if !errors.As(err, &one) {
		one = fault.Wrap(fault.KindOf(err), err, "", "disclose.sign.%s", key)
		one.Place = &place
		return one
	}
	list := slices.Clone(fault.All(err))
	for i, f := range list { // they may be shared
		one := *f
		if one.Place == nil {
			one.Place = &place
		}
		if !strings.Contains(one.Msg, "disclose.sign") {
			one.Msg = "disclose.sign." + key + ": " + one.Msg
		}
		list[i] = &one
	}
	return list.Or()
}

// key returns the private key in PEM that a reference names.
func (p Project) key(ctx context.Context, ref string) ([]byte, error) {
	switch {
	case strings.HasPrefix(ref, "$"):
		proc.Hide(ref[1:])
		text := p.Getenv(ref[1:])
		if text == "" {
			return nil, fault.New(fault.Auth, "set "+ref[1:]+" to the private key in PEM", "%s is empty", ref)
		}
		outside.Know(text)
		return []byte(text), nil
	case strings.HasPrefix(ref, "cmd:"):
		c, err := p.program("disclose.sign.key", strings.TrimPrefix(ref, "cmd:"))
		if err != nil {
			return nil, err
		}
		return run(ctx, c, nil, "run the program of disclose.sign.key")
	}
	path := filepath.FromSlash(strings.TrimPrefix(ref, "file:"))
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.Dir, path)
	}
	b, err := regular.Read(path, maxPEM)
	if err != nil {
		const hint = "put the private key into that file, or name another"
		return nil, fault.Wrap(fault.Auth, err, hint, "read the private key")
	}
	return b, nil
}

// program returns a program of the manifest that the user has allowed.
func (p Project) program(key, line string) (*allow.Command, error) {
	c, err := allow.Read(p.Dir, key, line)
	if err != nil {
		return nil, err
	}
	if !c.Allowed(p.Getenv) {
		return nil, c.Consent()
	}
	return c, nil
}

// Command returns the program that disclose.sign names, nil if it names none. It is not run.
func Command(dir string, s *disclose.Sign) (*allow.Command, error) {
	switch {
	case s == nil:
		return nil, nil
	case s.Command != "":
		return allow.Read(dir, "disclose.sign.command", s.Command)
	case strings.HasPrefix(s.Key, "cmd:"):
		return allow.Read(dir, "disclose.sign.key", strings.TrimPrefix(s.Key, "cmd:"))
	}
	return nil, nil
}

// run runs an allowed program and returns what it prints.
func run(ctx context.Context, c *allow.Command, input []byte, doing string) ([]byte, error) {
	var out bytes.Buffer
	_, err := proc.Run(ctx, proc.Cmd{
		Path: c.Argv[0], Args: c.Argv[1:], Dir: c.Dir, Env: proc.ForKeyProgram(),
		Stdin: bytes.NewReader(input), Stdout: &out, Timeout: programTime,
	})
	if err != nil {
		return nil, fault.Wrap(fault.Auth, err, "run it by hand to see what it needs; it runs in "+c.Dir, "%s", doing)
	}
	return out.Bytes(), nil
}
