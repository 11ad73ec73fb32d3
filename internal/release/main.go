// Command release builds what a release of greenroom consists of: an archive and an npm package for every platform,
// manual pages, completion scripts, a list of all modules (CycloneDX), and checksums. The same source, version and Go
// give the same bytes.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"greenroom/internal/proc"
)

// cyclonedx lists the modules of a program and their licenses.
const cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

// platform is a system that greenroom is built for, in the words of Go and of Node.
type platform struct{ os, arch, nodeOS, nodeCPU string }

var platforms = []platform{
	{"darwin", "amd64", "darwin", "x64"}, {"darwin", "arm64", "darwin", "arm64"},
	{"linux", "amd64", "linux", "x64"}, {"linux", "arm64", "linux", "arm64"},
	{"windows", "amd64", "win32", "x64"}, {"windows", "arm64", "win32", "arm64"},
}

func (p platform) program() string { return p.file("greenroom") }

// file is the name of a program's file.
func (p platform) file(program string) string {
	if p.os == "windows" {
		return program + ".exe"
	}
	return program
}

// programs are greenroom and the programs that it starts, each in a module of its own. Archives have all of them; npm
// packages have greenroom alone, because everyone who installs one downloads it.
var programs = []struct{ name, module string }{
	{"greenroom", "."}, {"greenroom-live", "pipeline/live/webrtc"}, {"greenroom-worker", "pipeline/farm"},
}

// release is one run.
type release struct {
	source  string // the checkout
	out     string // the folder of the results
	work    string // temporary files
	version string // without v
	epoch   time.Time
	built   []platform
}

var versionPattern = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	version := flag.String("version", "0.1.0-dev", "the `VERSION` of the release, such as 1.2.3")
	out := flag.String("out", "dist", "write to `DIR`, which is replaced")
	only := flag.String("only", "", "build only this `OS/ARCH`")
	sbom := flag.Bool("sbom", true, "list the modules")
	flag.Parse()
	if err := run(ctx, *version, *out, *only, *sbom); err != nil {
		fmt.Fprintln(os.Stderr, "release: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, version, out, only string, sbom bool) (err error) {
	version = strings.TrimPrefix(version, "v")
	if !versionPattern.MatchString(version) {
		return fmt.Errorf("version %q is not like 1.2.3 or 1.2.3-rc.1", version)
	}
	r := &release{version: version, built: platforms}
	if only != "" {
		r.built = slices.DeleteFunc(slices.Clone(platforms), func(p platform) bool { return p.os+"/"+p.arch != only })
		if len(r.built) == 0 {
			return fmt.Errorf("there is no platform %q", only)
		}
	}
	r.source, err = os.Getwd()
	if err != nil {
		return err
	}
	r.out, err = filepath.Abs(out)
	if err != nil {
		return err
	}
	r.epoch, err = r.commitTime(ctx)
	if err != nil {
		return err
	}
	r.work, err = os.MkdirTemp("", "greenroom-release-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.work)) }()
	if err := errors.Join(os.RemoveAll(r.out), os.MkdirAll(r.out, 0o755)); err != nil {
		return err
	}
	extra, err := r.documents(ctx)
	if err != nil {
		return err
	}
	for _, p := range r.built {
		fmt.Printf("release: greenroom %s for %s/%s\n", r.version, p.os, p.arch)
		if err := r.build(ctx, p); err != nil {
			return err
		}
		if err := r.archive(p, extra); err != nil {
			return err
		}
	}
	if err := r.npm(ctx); err != nil {
		return err
	}
	if sbom {
		if err := r.modules(ctx); err != nil {
			return err
		}
	}
	return r.checksums()
}

// commitTime is the time of every file in the archives: SOURCE_DATE_EPOCH, or that of the last commit.
func (r *release) commitTime(ctx context.Context) (time.Time, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		b, err := r.output(ctx, nil, "git", "log", "-1", "--format=%ct")
		if err != nil {
			return time.Time{}, fmt.Errorf("read the time of the last commit (or set SOURCE_DATE_EPOCH): %w", err)
		}
		text = string(b)
	}
	var seconds int64
	if _, err := fmt.Sscan(text, &seconds); err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %q is not a number of seconds", strings.TrimSpace(text))
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// command runs a program in the checkout.
func (r *release) command(ctx context.Context, env []string, name string, args ...string) error {
	_, err := r.output(ctx, env, name, args...)
	return err
}

// output is what a program in the checkout prints on stdout.
func (r *release) output(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	res, err := proc.Run(ctx, proc.Cmd{Path: path, Args: args, Dir: r.source, Env: append(proc.Inherited(), env...),
		Stdout: &out})
	if err != nil {
		return nil, fmt.Errorf(
			"%s %s: %w\n%s%s", name, strings.Join(args, " "), err, bytes.TrimSpace(out.Bytes()), res.Tail,
		)
	}
	return out.Bytes(), nil
}

// binary is where a platform's program is.
func (r *release) binary(p platform) string { return r.binaryOf(p, "greenroom") }

func (r *release) binaryOf(p platform, program string) string {
	return filepath.Join(r.work, p.os+"-"+p.arch, p.file(program))
}

// build builds greenroom and the programs that it starts.
func (r *release) build(ctx context.Context, p platform) error {
	for _, c := range programs {
		err := r.command(ctx, []string{"CGO_ENABLED=0", "GOOS=" + p.os, "GOARCH=" + p.arch}, "go", "build", "-C", c.module,
			"-trimpath", "-ldflags", "-s -w -X main.version="+r.version, "-o", r.binaryOf(p, c.name), ".")
		if err != nil {
			return err
		}
	}
	return nil
}

// documents are what every archive has besides the program: name in the archive → content.
func (r *release) documents(ctx context.Context) (map[string][]byte, error) {
	docs := map[string][]byte{}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		b, err := os.ReadFile(filepath.Join(r.source, name))
		if err != nil {
			return nil, err
		}
		docs[name] = b
	}
	// The program of this machine writes them, whatever the release is for.
	host := filepath.Join(r.work, "host", "greenroom")
	if err := r.command(ctx, []string{"CGO_ENABLED=0"}, "go", "build", "-trimpath", "-ldflags",
		"-s -w -X main.version="+r.version, "-o", host, "."); err != nil {
		return nil, err
	}
	man := filepath.Join(r.work, "man1")
	if err := r.command(ctx, nil, host, "help", "--man", man); err != nil {
		return nil, err
	}
	err := fs.WalkDir(os.DirFS(man), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		docs["man/man1/"+name], err = os.ReadFile(filepath.Join(man, name))
		return err
	})
	if err != nil {
		return nil, err
	}
	for shell, name := range map[string]string{"bash": "greenroom.bash", "zsh": "_greenroom", "fish": "greenroom.fish",
		"powershell": "greenroom.ps1"} {
		b, err := r.output(ctx, nil, host, "completion", shell)
		if err != nil {
			return nil, fmt.Errorf("print the completion of %s: %w", shell, err)
		}
		docs["completion/"+name] = b
	}
	return docs, nil
}

// modules writes the list of all modules in each program. It is the same for every platform but for two modules, which
// only some systems need: linux/amd64 has them all.
func (r *release) modules(ctx context.Context) error {
	tool := filepath.Join(r.work, "tool")
	if err := r.command(ctx, []string{"GOBIN=" + tool, "GOFLAGS="}, "go", "install", cyclonedx); err != nil {
		return err
	}
	for _, c := range programs {
		err := r.command(ctx, []string{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0"},
			filepath.Join(tool, "cyclonedx-gomod"), "app", "-json", "-licenses", "-std", "-noserial", "-notimestamp",
			"-output", filepath.Join(r.out, c.name+"-"+r.version+".cdx.json"), filepath.Join(r.source, c.module))
		if err != nil {
			return err
		}
	}
	return nil
}

// checksums writes SHA256SUMS, which `sha256sum -c` reads.
func (r *release) checksums() error {
	list, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, f := range list {
		b, err := os.ReadFile(filepath.Join(r.out, f.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&out, "%x  %s\n", sha256.Sum256(b), f.Name())
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(out.String()), 0o644)
}
