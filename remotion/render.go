package remotion

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
)

// Render makes one film. Nothing stands under spec.Out until it is whole; a
// failed or cancelled run leaves the old film and no child process behind.
// Stand-ins and missing clips are refused before Node starts, and so is a missing
// program.
func (r Renderer) Render(ctx context.Context, spec RenderSpec, emit func(Event)) (RenderResult, error) {
	start := time.Now()
	if emit == nil {
		emit = func(Event) {}
	}
	project, err := filepath.Abs(spec.ProjectDir)
	if err != nil {
		return RenderResult{}, err
	}
	cache, err := filepath.Abs(spec.CacheDir)
	if err != nil {
		return RenderResult{}, err
	}
	out, err := filepath.Abs(spec.Out)
	if err != nil {
		return RenderResult{}, err
	}
	input, err := inputs(project, spec)
	if err != nil {
		return RenderResult{}, err
	}
	entry := entryPoint(project)
	if entry == "" {
		return RenderResult{}, fault.New(fault.Usage, "run greenroom init there, or give the folder of a Remotion project", "find src/index.ts in %s: this is no Remotion project", spec.ProjectDir)
	}
	// Whatever is missing is better known before minutes of rendering than after.
	if st, err := os.Stat(out); err == nil && st.IsDir() {
		return RenderResult{}, fault.New(fault.Usage, "name a file: --out "+filepath.Join(spec.Out, spec.Composition+".mp4"), "write the film to %s: it is a folder", spec.Out)
	}
	node, err := r.node(ctx)
	if err != nil {
		return RenderResult{}, err
	}
	if r.FFmpeg, err = proc.Find(r.FFmpeg, "ffmpeg", exec.LookPath); err != nil {
		return RenderResult{}, fault.Wrap(fault.Tool, err, "install it: apt-get install -y ffmpeg", "find ffmpeg")
	}
	if r.Browser != "" {
		if r.Browser, err = proc.Find(r.Browser, "", exec.LookPath); err != nil {
			return RenderResult{}, fault.Wrap(fault.Tool, err, browserHint, "find the browser")
		}
	}
	if err := r.install(ctx, node, project, emit); err != nil {
		return RenderResult{}, err
	}
	driver, err := writeDriver(cache)
	if err != nil {
		return RenderResult{}, err
	}
	key, err := bundleKey(project, entry)
	if err != nil {
		return RenderResult{}, fault.Wrap(fault.Failed, err, "make the project readable", "read the project")
	}
	bundle := filepath.Join(cache, "bundle-"+key)
	_, missing := os.Stat(filepath.Join(bundle, "index.html"))
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return RenderResult{}, fault.Wrap(fault.Failed, err, "choose a folder that can be written to", "create %s", filepath.Dir(out))
	}
	tmp, err := os.MkdirTemp(cache, "render-")
	if err != nil {
		return RenderResult{}, fault.Wrap(fault.Failed, err, "make the folder writable", "create a work folder")
	}
	defer os.RemoveAll(tmp)

	scratch, env, err := ownTemp(r.Env)
	if err != nil {
		return RenderResult{}, err
	}
	defer os.RemoveAll(scratch)
	r.Env = env

	j := job{ProjectDir: project, EntryPoint: entry, PublicDir: filepath.Join(project, "public"), BundleDir: bundle,
		Composition: spec.Composition, InputProps: input, Browser: r.Browser, Concurrency: max(1, spec.Concurrency), CRF: spec.CRF,
		Video: filepath.Join(tmp, "video.mp4"), Audio: filepath.Join(tmp, "audio.wav")}
	if j.CRF == 0 {
		j.CRF = 18
	}
	alive := heartbeat(bundle, tmp)
	alive()
	comp, err := r.drive(ctx, node, driver, j, func(e Event) { alive(); emit(e) })
	if err != nil {
		return RenderResult{}, err
	}
	emit(Event{Stage: StageAudio, Done: comp.Frames, Total: comp.Frames})
	if err := r.mux(ctx, j, out, emit); err != nil {
		return RenderResult{}, err
	}
	sweep(cache, bundle, r.stall(), time.Now())
	return RenderResult{Path: out, Frames: comp.Frames, Width: comp.Width, Height: comp.Height, FPS: comp.FPS,
		BundleReused: missing == nil, Seconds: time.Since(start).Seconds()}, nil
}

func (r Renderer) node(ctx context.Context) (string, error) {
	look := exec.LookPath
	if r.Node != "" {
		look = func(string) (string, error) { return exec.LookPath(r.Node) }
	}
	p, _, err := FindNode(ctx, look)
	return p, err
}

// install runs npm ci when the project's packages are not there.
func (r Renderer) install(ctx context.Context, node, project string, emit func(Event)) error {
	if _, err := os.Stat(filepath.Join(project, "node_modules", "@remotion", "renderer", "package.json")); err == nil {
		return nil
	}
	npm := filepath.Join(filepath.Dir(node), "npm")
	if _, err := os.Stat(npm); err != nil {
		if npm, err = exec.LookPath("npm"); err != nil {
			return fault.Wrap(fault.Tool, err, "install it: apt-get install -y npm", "find npm")
		}
	}
	// Not `npm ci`: it refuses a lockfile that lacks other systems' optional
	// packages. With the lockfile there, install takes the same versions.
	args := []string{"install", "--no-save", "--no-audit", "--no-fund"}
	emit(Event{Stage: StageInstall, Message: "installing the project's packages: npm " + strings.Join(args, " ")})
	_, err := proc.Run(ctx, proc.Cmd{Path: npm, Args: args, Dir: project, Env: r.Env, Timeout: 15 * time.Minute})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fault.Wrap(fault.Tool, err, "run it by hand to see more: cd "+strconv.Quote(project)+" && npm "+strings.Join(args, " "), "install the project's packages")
	}
	if _, err := os.Stat(filepath.Join(project, "node_modules", "@remotion", "renderer")); err != nil {
		return fault.New(fault.Tool, "run npm install --save-exact @remotion/renderer@4.0.529 @remotion/bundler@4.0.529 in the project", "find @remotion/renderer: the project does not depend on it")
	}
	emit(Event{Stage: StageInstall, Done: 1, Total: 1, Message: "packages installed"})
	return nil
}

// mux joins picture and PCM sound. Remotion's own AAC is 43 ms late: its priming
// samples stand in no edit list; ffmpeg writes one.
func (r Renderer) mux(ctx context.Context, j job, out string, emit func(Event)) error {
	emit(Event{Stage: StageMux, Total: 100})
	tmp := filepath.Join(filepath.Dir(out), "."+filepath.Base(out)+"."+strconv.Itoa(os.Getpid())+".tmp.mp4")
	defer os.Remove(tmp)
	args := []string{"-hide_banner", "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file,pipe", "-i", j.Video,
		"-protocol_whitelist", "file,pipe", "-i", j.Audio, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "192k", "-movflags", "+faststart", tmp}
	if _, err := proc.Run(ctx, proc.Cmd{Path: r.FFmpeg, Args: args, Env: r.Env, Timeout: 30 * time.Minute}); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fault.Wrap(fault.Failed, err, "check that the disk has room", "join picture and sound")
	}
	if err := atomicfile.Commit(tmp, out); err != nil {
		return fault.Wrap(fault.Failed, err, "make the folder writable", "put %s in place", filepath.Base(out))
	}
	emit(Event{Stage: StageMux, Done: 100, Total: 100})
	return nil
}
