package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // for image.DecodeConfig
	_ "image/png"  // for image.DecodeConfig
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "golang.org/x/image/webp" // for image.DecodeConfig
	"golang.org/x/sync/errgroup"

	"greenroom/compose/media/animation"
	"greenroom/compose/media/framerate"
	"greenroom/compose/media/sequence"
	"greenroom/internal/fault"
	"greenroom/internal/proc"
	"greenroom/internal/regular"
)

// maxAnimation is the largest animated WebP, bytes: it is read into memory.
const maxAnimation = 512 << 20

// IsAnimation reports an animated WebP file, which has to be packed before ffmpeg reads it.
func IsAnimation(path string) bool {
	f, _, kind, err := identify(path)
	if err != nil {
		return false
	}
	f.Close()
	return kind == "animated webp"
}

// packed returns a video for footage that is none: a sequence of pictures, at 25 a second, or an animated WebP. Others
// are returned as they are. remove deletes what was made.
func packed(ctx context.Context, t Tools, path string) (video string, remove func(), err error) {
	fi, err := os.Stat(path)
	isSequence := err == nil && fi.IsDir() || err != nil && sequence.IsPattern(path)
	if !isSequence && !IsAnimation(path) {
		return path, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "greenroom-check-*")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	video = filepath.Join(dir, "packed.mov")
	if !isSequence {
		err = PackAnimation(ctx, t, path, video)
	} else if files, found := sequence.Find(path); found != nil {
		err = fault.Wrap(fault.Media, found, "number the pictures without gaps, as in frame-0001.png", "read %s",
			filepath.Base(path))
	} else {
		err = PackSequence(ctx, t, files, framerate.Rate{Num: 25, Den: 1}, video)
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return video, remove, nil
}

// packing are the options of the file that pictures are packed into: PNG in a MOV, which loses nothing.
func packing(out string) []string {
	return []string{"-c:v", "png", "-pred", "sub", "-compression_level", "1", "-fps_mode", "passthrough",
		"-fflags", "+bitexact", "-map_metadata", "-1", "-f", "mov", "file:" + out}
}

// PackSequence makes a lossless MOV of pictures of one kind and size, one for each period of the rate. Out is removed
// after an error, which is a *fault.Error that names the picture where possible.
func PackSequence(ctx context.Context, t Tools, files []string, rate framerate.Rate, out string) (err error) {
	dir, err := os.MkdirTemp(filepath.Dir(out), "sequence-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	format, err := pixelFormat(files)
	if err != nil {
		return err
	}
	ending := strings.ToLower(filepath.Ext(files[0]))
	for i, f := range files {
		if err := link(f, filepath.Join(dir, fmt.Sprintf("%06d%s", i, ending))); err != nil {
			return unreadable(err, filepath.Base(f), "make it readable")
		}
	}
	args := append(proc.FFmpegArgs(logLevel), "-y", "-xerror", "-protocol_whitelist", proc.Protocols, "-f", "image2",
		"-framerate", rate.String(),
		"-start_number", "0", "-i", "file:"+filepath.Join(dir, "%06d"+ending), "-vf", "setsar=1", "-pix_fmt", format)
	return pack(ctx, t, append(args, packing(out)...), nil, len(files), out)
}

// pixelFormat returns what keeps all of the pictures, and an error when they differ in size. TIFF, TGA and BMP are
// left to ffmpeg.
func pixelFormat(files []string) (string, error) {
	format, first := "rgba", image.Config{}
	for i, name := range files {
		f, err := regular.Open(name)
		if err != nil {
			return "", unreadable(err, filepath.Base(name), "make it readable")
		}
		c, kind, err := image.DecodeConfig(f)
		f.Close()
		switch {
		case errors.Is(err, image.ErrFormat) && !strings.Contains(".png .webp .jpg .jpeg",
			strings.ToLower(filepath.Ext(name))):
			return format, nil
		case err != nil:
			return "", fault.Wrap(fault.Media, err, "save or render it again", "cannot decode %s", filepath.Base(name))
		case i == 0:
			first = c
		case c.Width != first.Width || c.Height != first.Height:
			return "", fault.New(fault.Media, "render all pictures in one size", "%s is %d x %d, and %s %d x %d",
				filepath.Base(name), c.Width, c.Height, filepath.Base(files[0]), first.Width, first.Height)
		}
		switch c.ColorModel {
		case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
			format = "rgba64be"
		}
		if kind == "jpeg" {
			format = "rgb24"
		}
	}
	return format, nil
}

// link makes a file readable under another name.
func link(from, to string) error {
	from, err := filepath.EvalSymlinks(from)
	if err != nil {
		return err
	}
	if os.Link(from, to) == nil || os.Symlink(from, to) == nil {
		return nil
	}
	in, err := regular.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	return errors.Join(err, f.Close())
}

// PackAnimation makes a lossless MOV of an animated WebP. Pictures that are shown for different times are repeated at
// the rate of the shortest usual one.
func PackAnimation(ctx context.Context, t Tools, path, out string) (err error) {
	name := filepath.Base(path)
	f, err := regular.Open(path)
	if err != nil {
		return unreadable(err, name, "make it readable")
	}
	defer f.Close()
	a, err := animation.Read(f, maxAnimation)
	if err != nil {
		return fault.Wrap(fault.Media, err, "export it again", "read %s", name)
	}
	times, at := make([]float64, len(a.Milliseconds)), 0.0
	for i, ms := range a.Milliseconds {
		times[i] = at
		at += float64(ms) / 1000
	}
	timing := framerate.Measure(times, 1e-3, framerate.Rate{Num: 1000, Den: a.Milliseconds[0]})
	shown := make([]int, len(times)) // how many periods each picture fills
	total := 0
	for i := range shown {
		end := at
		if i+1 < len(times) {
			end = times[i+1]
		}
		shown[i] = 1
		if timing.Varies {
			shown[i] = max(0, int(end*timing.Rate.FPS()+0.5)-total)
		}
		total += shown[i]
		if total > animation.MaxFrames {
			return fault.New(
				fault.Media, "export it as a video", "%s is longer than %d pictures", name, animation.MaxFrames,
			)
		}
	}
	args := append(proc.FFmpegArgs(logLevel), "-y", "-xerror", "-protocol_whitelist", proc.Protocols, "-f", "rawvideo",
		"-pix_fmt", "rgba",
		"-s", fmt.Sprintf("%dx%d", a.Width, a.Height), "-framerate", timing.Rate.String(), "-i", "pipe:0")
	pictures, sink := io.Pipe()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := a.Each(func(n int, rgba []byte) error {
			for range shown[n] {
				if _, err := sink.Write(rgba); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, io.ErrClosedPipe) {
			err = fault.Wrap(fault.Media, err, "export it again", "read %s", name)
		}
		sink.CloseWithError(err) // nil is the end
		return err
	})
	g.Go(func() error {
		err := pack(ctx, t, append(args, packing(out)...), pictures, total, out)
		pictures.CloseWithError(io.ErrClosedPipe)
		return err
	})
	return g.Wait()
}

// pack runs ffmpeg and makes sure of the number of pictures.
func pack(ctx context.Context, t Tools, args []string, stdin io.Reader, frames int, out string) (err error) {
	defer func() {
		if err != nil {
			os.Remove(out)
		}
	}()
	res, err := proc.Run(ctx, proc.Cmd{Path: t.FFmpeg, Args: args, Stdin: stdin, Timeout: time.Hour})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if full := diskFull(err, res.Tail, "pack pictures"); full != nil {
		return full
	}
	if w := serious(res.Tail); len(w) > 0 {
		return fault.New(fault.Media, "all pictures must be readable and of one size", "ffmpeg complained: %s", w[0])
	}
	if err != nil {
		return fault.Wrap(fault.Media, err, "all pictures must be readable and of one size", "pack pictures")
	}
	info, err := Probe(ctx, t, out)
	if err == nil && info.Frames != frames {
		err = fault.New(fault.Media, "all pictures must be readable and of one size", "%d of %d pictures could be read",
			info.Frames, frames)
	}
	return err
}
