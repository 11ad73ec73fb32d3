package films

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"greenroom/internal/e2e/e2etest"
)

// foreignFilm is a film of one clip that another program could have made.
type foreignFilm struct {
	name string
	file string // what it is called in footage/
	rate string // of the pictures that it is made from
	make string // ffmpeg's arguments between the inputs (0 pictures, 1 sound) and the file
	then string // arguments of a second run that copies the file, for what only a copy can set
	clip string // more of its entry in the manifest
	fps  string // of the film

	alpha  bool
	silent bool
	coder  string // the decoder that keeps alpha
	plain  string // filters by which plain ffmpeg shows it; empty: BT.709 of limited range
}

const (
	tv709  = " -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv "
	tv601  = " -colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m -color_range tv "
	hlg    = " -colorspace bt2020nc -color_primaries bt2020 -color_trc arib-std-b67 -color_range tv "
	to709  = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format="
	to601  = "scale=out_color_matrix=smpte170m:out_range=tv:flags=accurate_rnd,format="
	toHLG  = "format=gbrp,zscale=min=gbr:pin=bt709:tin=bt709:rin=full:m=bt2020nc:p=bt2020:t=arib-std-b67:r=limited,format="
	x264   = " -c:v libx264 -crf 8 -preset veryfast"
	x265   = " -c:v libx265 -crf 8 -x265-params log-level=error -tag:v hvc1"
	prores = " -c:v prores_ks -profile:v 4444 -alpha_bits 16"
	vp8    = " -c:v libvpx -b:v 4M -crf 4 -deadline realtime -cpu-used 4"
	vp9    = " -c:v libvpx-vp9 -b:v 0 -crf 8 -deadline realtime -cpu-used 8 -auto-alt-ref 0 -metadata:s:v:0 alpha_mode=1"
	h264   = "-vf " + to709 + "yuv420p" + x264 + tv709
	aac    = "-c:a aac"
	pcm    = "-c:a pcm_s16le"

	opaque   = "transparent: false"
	anywhere = "checks: {border: all}"

	// toneMapped is docs/guide/footage.md's conversion of HDR: reference white of 203 cd/m², compressed from half of it
	// on.
	toneMapped = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:param=0.5:desat=0:peak=4.926," +
		"zscale=t=bt709:m=bt709:r=tv,format=yuv444p," + exact709
)

// foreignFilms are what TestForeignFilms shows; an entry adds one. A usual run has those of usualForeign: another
// rate, alpha, a turned picture, and HDR.
var foreignFilms = []foreignFilm{
	{name: "pal-in-30", file: "pal.mp4", rate: "25", make: h264 + aac, clip: opaque, fps: "30"},
	{name: "ntsc-in-25", file: "ntsc.mp4", rate: "30000/1001", make: h264 + aac, clip: opaque, fps: "25"},
	{name: "ntsc", file: "camcorder.mp4", rate: "30000/1001", make: h264 + aac, clip: opaque, fps: "29.97"},
	{name: "film-in-59", file: "film.mov", rate: "24000/1001", make: h264 + pcm, clip: opaque, fps: "59.94"},
	{name: "matroska", file: "screen.mkv", rate: "24", make: h264 + aac, clip: opaque, fps: "24"},
	{name: "vorbis", file: "vorbis.webm", rate: "30", fps: "29.97", clip: opaque,
		make: "-vf " + to709 + "yuv420p" + vp8 + tv709 + "-c:a libvorbis"},
	{name: "alpha", file: "alpha.webm", rate: "25", fps: "23.976", clip: "prepare: {scale: shown}, " + anywhere,
		make: "-vf " + to709 + "yuva420p" + vp9 + tv709 + "-c:a libopus", alpha: true, coder: "libvpx-vp9"},
	{name: "prores", file: "sting.mov", rate: "25", fps: "25", clip: anywhere,
		make: "-vf " + to709 + "yuva444p10le" + prores + tv709 + pcm, alpha: true},
	{name: "gif", file: "sticker.gif", rate: "25/2", fps: "25", clip: anywhere, alpha: true, silent: true,
		make: "-filter_complex [0:v]split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none", plain: "null"},
	{name: "screen", file: "screen.mp4", rate: "60", fps: "30", clip: opaque, // its rate varies
		make: "-vf select=lt(t\\,0.35)+not(mod(n\\,7))," + to709 + "yuv420p -fps_mode vfr" + x264 + tv709 + aac},
	{name: "phone", file: "phone.mov", rate: "30", fps: "30", clip: opaque,
		make: "-vf transpose=clock," + to709 + "yuv420p" + x264 + tv709 + aac, then: "-metadata:s:v:0 rotate=90"},
	{name: "anamorphic", file: "dv.mp4", rate: "25", fps: "50", clip: opaque,
		make:  "-vf scale=160:180," + to709 + "yuv420p,setsar=2" + x264 + tv709 + aac,
		plain: "scale=320:180," + exact709},
	{name: "bt601", file: "webcam.mp4", rate: "30", fps: "60", clip: opaque,
		make:  "-vf " + to601 + "yuv420p" + x264 + tv601 + aac,
		plain: "scale=in_color_matrix=smpte170m:in_range=tv:flags=accurate_rnd+full_chroma_int"},
	{name: "hlg", file: "hdr.mov", rate: "25", fps: "25", clip: opaque,
		make: "-vf " + toHLG + "yuv420p10le" + x265 + hlg + aac, plain: toneMapped},
}

var usualForeign = []string{"pal-in-30", "alpha", "phone", "hlg"}

// ground is the colour that alpha shows.
const ground = "204080"

// TestForeignFilms shows each in films of both renderers and compares them with plain ffmpeg: every frame's number, its
// colours, the time of a click, and the renderers with each other.
func TestForeignFilms(t *testing.T) {
	dir := e2etest.FilmProject(t)
	footage := filepath.Join(dir, "footage")
	manifest, films := "version: 1\nproject: foreign\nchecks: {quality: off}\nsize: 320x180\nheygen: {api: sandbox}\nclips:\n", "compositions:\n"
	list := foreignFilms
	if !e2etest.All() {
		list = slices.DeleteFunc(slices.Clone(list), func(f foreignFilm) bool { return !slices.Contains(usualForeign, f.name) })
	}
	for _, f := range list {
		f.create(t, footage)
		manifest += fmt.Sprintf("  c-%s: {file: footage/%s, %s}\n", f.name, f.file, f.clip)
		films += fmt.Sprintf("  %s: {fps: %s, background: \"#%s\", layers: [{clip: c-%s, %s}]}\n", f.name, f.fps, ground, f.name,
			"box-of: frame, box: {left: 0, top: 0, width: 100%}")
	}
	e2etest.Write(t, filepath.Join(dir, "greenroom.yaml"), manifest+films)
	// At the usual CRF, 18, x264 alone may move a patch's colour by 4 of 255; at 14 by less than 1.
	render := []string{"render", "--all", "--crf", "14"}
	for _, args := range [][]string{{"build"}, render, append(slices.Clip(render), "--renderer", "remotion")} {
		if args[len(args)-1] == "remotion" {
			if err := os.Rename(filepath.Join(dir, "out"), filepath.Join(dir, "native")); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("greenroom", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("greenroom %s: %v\n%s", strings.Join(args, " "), err, out) // the others are there
		}
	}
	for _, f := range list {
		t.Run(f.name, func(t *testing.T) {
			truth := f.truth(t, footage)
			native, remotion := filepath.Join(dir, "native", f.name+".mp4"), filepath.Join(dir, "out", f.name+".mp4")
			for name, film := range map[string]string{"native": native, "remotion": remotion} {
				if _, err := os.Stat(film); err != nil {
					t.Fatal(err)
				}
				f.wantPictures(t, name, film, truth)
				if !f.silent {
					f.wantForeignClick(t, name, film)
				}
			}
			wantAlike(t, native, remotion)
		})
	}
}

// create makes the file with ffmpeg.
func (f foreignFilm) create(t *testing.T, footage string) {
	t.Helper()
	raw := filepath.Join(t.TempDir(), "pictures.rgba")
	n := foreignFrames(f.rate)
	var b bytes.Buffer
	for i := range n {
		b.Write(foreignPicture(i, f.alpha))
	}
	e2etest.Write(t, raw, b.String())
	if err := os.MkdirAll(footage, 0o755); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(footage, f.file)
	args := []string{"-v", "error", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "320x180", "-framerate", f.rate, "-i", raw}
	if !f.silent {
		args = append(args, "-f", "lavfi", "-i", fmt.Sprintf("aevalsrc='%s':s=48000:d=%g", click, float64(n)/rateOf(f.rate).FPS()))
	}
	args = append(append(args, strings.Fields(f.make)...), out)
	e2etest.Run(t, footage, "ffmpeg", args...)
	if f.then != "" {
		made := filepath.Join(footage, "made-"+f.file)
		if err := os.Rename(out, made); err != nil {
			t.Fatal(err)
		}
		e2etest.Run(t, footage, "ffmpeg", append(append([]string{"-v", "error", "-i", made, "-c", "copy"}, strings.Fields(f.then)...), out)...)
	}
}
