package c2pa

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/outside"
	"greenroom/internal/proc"
)

//go:embed sign.mjs
var script []byte

// Package is the npm package that writes manifests, Version the one that is tested.
const (
	Package = "@contentauth/c2pa-wasm"
	Version = "0.15.0"
)

// MaxBytes is how large a file may be: the reference implementation reads it into the memory of WebAssembly.
const MaxBytes = 1 << 30

// formats are the MIME types of what can be signed, by extension.
var formats = map[string]string{
	".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".png": "image/png", ".jpg": "image/jpeg",
	".jpeg": "image/jpeg", ".webp": "image/webp",
}

// CanSign reports whether files of a name can be signed. The reference implementation does not sign WebM.
func CanSign(path string) bool { return formats[strings.ToLower(filepath.Ext(path))] != "" }

// Claim is what a signed file states.
type Claim struct {
	Title     string
	Generator string // version of the program
	Source    string // address of the digital source type
	Parts     []Part
}

// Part is a file that a film shows.
type Part struct {
	Name, Hash string // SHA-256, hexadecimal
	Source     string // address of the digital source type
}

// Program is where signing runs.
type Program struct {
	Node    string // path
	Project string // absolute; its node_modules have the package
	Dir     string // of temporary files
}

// Installed fails if the project has no package that writes manifests.
func Installed(project string) error {
	_, err := os.Stat(filepath.Join(folder(project), "pkg", "c2pa_bg.wasm"))
	if err == nil {
		return nil
	}
	return fault.New(fault.Tool, "run: npm install --save-dev "+Package+"@"+Version,
		"disclose.sign needs the npm package %s, which is not installed in %s", Package, filepath.Base(project))
}

func folder(project string) string {
	return filepath.Join(project, "node_modules", filepath.FromSlash(Package))
}

type object = map[string]any

// manifest returns the definition of the manifest that the reference implementation writes.
func (c Claim) manifest() object {
	actions := []object{{"action": "c2pa.created", "digitalSourceType": c.Source}}
	parts := []object{}
	for i, p := range c.Parts {
		label := "part" + strconv.Itoa(i)
		one := object{
			"title": p.Name, "format": "video/webm", "relationship": "componentOf", "label": label,
			"instance_id": "sha256:" + p.Hash,
		}
		if p.Hash == "" {
			delete(one, "instance_id")
		}
		parts = append(parts, one)
		actions = append(actions, object{"action": "c2pa.placed", "digitalSourceType": p.Source,
			"parameters": object{"ingredientIds": []string{label}}})
	}
	return object{
		"title":                c.Title,
		"claim_generator_info": []object{{"name": "greenroom", "version": c.Generator}},
		"ingredients":          parts,
		"assertions":           []object{{"label": "c2pa.actions.v2", "data": object{"actions": actions}}},
	}
}

// Sign signs a file. The signed file replaces it at once, or not at all.
func (p Program) Sign(ctx context.Context, path string, c *Credential, claim Claim) error {
	base := filepath.Base(path)
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.Size() > MaxBytes {
		return fault.New(fault.Failed, "lower its quality with --crf, or split the film",
			"%s has %d MB: files of up to %d MB can be signed", base, st.Size()>>20, MaxBytes>>20)
	}
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return err
	}
	driver := filepath.Join(p.Dir, "c2pa-sign.mjs")
	if _, err := atomicfile.WriteBytes(driver, 0o644, script); err != nil {
		return err
	}
	tmp := filepath.Join(filepath.Dir(path), "."+base+"."+strconv.Itoa(os.Getpid())+".tmp"+filepath.Ext(path))
	defer os.Remove(tmp)
	talk, err := newTalk(ctx, c)
	if err != nil {
		return err
	}
	defer talk.close()
	talk.request(object{"manifest": claim.manifest(), "algorithm": c.Algorithm, "reserve": c.reserve()})
	_, err = proc.Run(ctx, proc.Cmd{
		Path: p.Node,
		Args: []string{driver, folder(p.Project), path, tmp, formats[strings.ToLower(filepath.Ext(path))]},
		Dir:  p.Dir, Stdin: talk.in, Stdout: talk, Timeout: 30 * time.Minute,
	})
	switch {
	case talk.err != nil:
		return talk.err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case talk.answer.Error != "":
		return fault.New(fault.Failed, "check the certificate; `greenroom doctor` checks the packages",
			"sign %s: %s", base, outside.Clean(talk.answer.Error))
	case err != nil:
		return fault.Wrap(fault.Tool, err, "run it again; `greenroom doctor` checks Node and the package", "sign %s", base)
	case !talk.answer.OK:
		return fault.New(fault.Tool, "run the same command again", "sign %s: node ended before the answer", base)
	}
	// Viewers decide by their own lists which issuers and which authorities they trust.
	bad := slices.DeleteFunc(talk.answer.Failures, func(code string) bool {
		return code == "signingCredential.untrusted" || code == "timeStamp.untrusted"
	})
	if len(bad) > 0 {
		return fault.New(fault.Failed, "check the certificate", "sign %s: the signature is not valid: %s", base,
			outside.Clean(strings.Join(bad, ", ")))
	}
	return atomicfile.Commit(tmp, path)
}

// reserve returns the size of the place for a signature, bytes.
func (c *Credential) reserve() int {
	n := 4096
	for _, one := range c.chain {
		n += len(one)
	}
	if c.authority != nil {
		n += MaxToken
	}
	return n
}

// talk is the conversation with Node: it is the reader of stdout.
type talk struct {
	ctx    context.Context
	c      *Credential
	in     *os.File // Node's stdin
	out    *os.File
	part   []byte
	answer answer
	err    error
}

// answer is a line of Node.
type answer struct {
	Sign     string   `json:"sign"`
	OK       bool     `json:"ok"`
	Failures []string `json:"failures"`
	Error    string   `json:"error"`
}

func newTalk(ctx context.Context, c *Credential) (*talk, error) {
	in, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &talk{ctx: ctx, c: c, in: in, out: out}, nil
}

func (t *talk) close() { _ = errors.Join(t.in.Close(), t.out.Close()) } // a pipe

// request writes a line. It is shorter than a pipe's buffer, or Node reads it while it runs.
func (t *talk) request(v any) {
	b, err := json.Marshal(v)
	if err == nil {
		go func() { _, _ = io.Copy(t.out, bytes.NewReader(append(b, '\n'))) }() // Node's end is noticed by its answer
	}
}

// maxLine bounds a line of Node: a claim has some kilobytes.
const maxLine = 8 << 20

// Write handles lines of Node.
func (t *talk) Write(p []byte) (int, error) {
	t.part = append(t.part, p...)
	for {
		i := bytes.IndexByte(t.part, '\n')
		if i < 0 {
			if len(t.part) > maxLine {
				return 0, errors.New("node wrote a line without end")
			}
			return len(p), nil
		}
		var one answer
		if json.Unmarshal(t.part[:i], &one) == nil {
			t.handle(one)
		}
		t.part = t.part[i+1:]
		if t.err != nil {
			return 0, t.err
		}
	}
}

func (t *talk) handle(one answer) {
	if one.Sign == "" {
		t.answer = one
		return
	}
	claim, err := base64.StdEncoding.DecodeString(one.Sign)
	if err == nil {
		var signed []byte
		signed, err = t.c.cose(t.ctx, claim)
		t.request(object{"signature": base64.StdEncoding.EncodeToString(signed)})
	}
	t.err = err
}

// cose signs a claim.
func (c *Credential) cose(ctx context.Context, claim []byte) ([]byte, error) {
	header := protected(algorithms[c.Algorithm].cose, c.chain)
	data := structure("Signature1", header, claim)
	sig, err := c.sign(ctx, data)
	if err != nil {
		return nil, err
	}
	if err := c.verify(data, sig); err != nil {
		return nil, err
	}
	var token []byte
	if c.authority != nil {
		if token, err = c.token(ctx, header, sig); err != nil {
			return nil, err
		}
	}
	out, ok := sign1(header, sig, token, c.reserve())
	if !ok {
		return nil, errors.New("the signature is larger than its place in the file")
	}
	return out, nil
}
