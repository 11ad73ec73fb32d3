// Command watch makes the animation of README: a script is edited, and the presenter next to it changes. `greenroom
// watch` really runs, in a project that `greenroom init` made; both stand-ins, the printed lines and the time from save
// to publish are its own.
//
//	go run ./remotion/gallery/watch GREENROOM PROJECT OUT.webp
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"greenroom/remotion"
	layout "greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// The script before and after the edit.
const (
	before = "Welcome to the tour.\n"
	typed  = "Plans start at nine dollars."
)

// most is how large the picture may be, in bytes: half of what a README bears.
const most = 1 << 20

//go:embed Watch.tsx
var composition []byte

// mono is the page's typeface for paths and numbers; Inter comes with the companion.
const mono = "internal/page/web/fonts/mono-latin.woff2"

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: watch GREENROOM PROJECT OUT.webp")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := picture(ctx, os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal("gallery: ", err)
	}
}

func picture(ctx context.Context, bin, project, out string) error {
	shown, err := record(ctx, bin, project)
	if err != nil {
		return err
	}
	face, err := os.ReadFile(mono)
	if err != nil {
		return err
	}
	input, err := json.Marshal(map[string]any{"film": shown})
	if err != nil {
		return err
	}
	// The composition exists in this project only, not in what users get.
	for name, b := range map[string][]byte{"src/Root.tsx": composition, "public/gallery/mono.woff2": face} {
		if err := os.WriteFile(filepath.Join(project, name), b, 0o644); err != nil {
			return err
		}
	}
	film := filepath.Join(project, "out", "watch.mov") // ProRes 4444 of PNG frames: nothing is lost before the last step
	r := remotion.Renderer{Browser: tools.FindBrowser("", os.Getenv, exec.LookPath)}
	if _, err := r.Render(ctx, remotion.RenderSpec{Layout: layout.Layout{Dir: project},
		CacheDir:    filepath.Join(project, ".greenroom", "render"),
		Composition: "Watch", Out: film, InputProps: input, AllowStandIns: true}, nil); err != nil {
		return err
	}
	return encode(ctx, film, out)
}

// encode makes an endless WebP of a film, of the best quality that the size limit allows. It passes RGB to the encoder,
// which reads YUV as BT.601 whatever the film's matrix is.
func encode(ctx context.Context, film, out string) error {
	for quality := 94; quality >= 40; quality -= 3 {
		cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-y", "-i", film, "-an", "-vf", "format=bgra",
			"-c:v", "libwebp_anim", "-quality", fmt.Sprint(quality), "-compression_level", "6", "-preset", "drawing", "-loop", "0", out)
		if msg, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("write %s: %w: %s", out, err, bytes.TrimSpace(msg))
		}
		if st, err := os.Stat(out); err != nil || st.Size() <= most {
			fmt.Println(out)
			return err
		}
	}
	return fmt.Errorf("%s is larger than %d bytes at any quality", out, most)
}
