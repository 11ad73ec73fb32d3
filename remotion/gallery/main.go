// Command gallery renders a picture of every composition of the companion, in its three shapes, for
// docs/guide/compositions.md. .ci/gallery makes the project with clips:
//
//	go run ./remotion/gallery PROJECT OUT [COMPOSITION...]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"greenroom/remotion"
	layout "greenroom/remotion/project"
	"greenroom/remotion/tools"
)

// picture is what a composition is shown with.
type picture struct {
	composition string
	frame       int
	props       string // in addition to format
}

var pictures = []picture{
	{"Presenter", 60, `"clip":"intro","title":"Plans and prices","name":"Daisy Miller","role":"Product, Northwind"`},
	{"Loom", 112, `"clip":"intro","title":"greenroom.yaml"`},
	{"SideBySide", 112, `"clip":"intro","title":"From script to film"`},
	{"LowerThird", 60, `"clip":"pricing","name":"Ada Okafor","role":"Customer success"`},
	{"Captions", 52, `"clip":"intro","title":"Every word in green while it is spoken"`},
	{"Multi", 175, `"title":"Product tour"`},
	{"Grid", 40, `"title":"The tour at a glance"`},
	{"Timeline", 0, ""}, // rendered already, as a film of the manifest
}

var formats = []string{"16:9", "9:16", "1:1"}

// most is the largest size of a picture in the docs, in bytes.
const most = 120 << 10

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: gallery PROJECT OUT [COMPOSITION...]")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := draw(ctx, os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		log.Fatal("gallery: ", err)
	}
}

func draw(ctx context.Context, project, out string, only []string) error {
	props, err := os.ReadFile(filepath.Join(project, "src", "greenroom", "clips.gen.json"))
	if err != nil {
		return err
	}
	r := remotion.Renderer{Browser: tools.FindBrowser("", os.Getenv, exec.LookPath)}
	s, err := r.Open(ctx, remotion.SessionSpec{Layout: layout.Layout{Dir: project},
		CacheDir: filepath.Join(project, ".greenroom", "render")}, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	tmp, err := os.MkdirTemp("", "gallery-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for _, p := range pictures {
		if len(only) > 0 && !strings.Contains(" "+strings.Join(only, " ")+" ", " "+p.composition+" ") {
			continue
		}
		var stills []string
		for i, format := range formats {
			if p.props == "" {
				stills = append(
					stills, filepath.Join(project, "out", "timeline-"+strings.Replace(format, ":", "x", 1)+".png"),
				)
				continue
			}
			still := filepath.Join(tmp, fmt.Sprintf("%s-%d.png", p.composition, i))
			_, err := s.Still(ctx, remotion.StillSpec{Composition: p.composition, Out: still, Frame: p.frame,
				PropsJSON:  props,
				InputProps: []byte(fmt.Sprintf(`{"format":%q,%s}`, format, p.props))}, nil)
			if err != nil {
				return fmt.Errorf("%s in %s: %w", p.composition, format, err)
			}
			stills = append(stills, still)
		}
		sheet := filepath.Join(out, "gallery-"+strings.ToLower(p.composition)+".jpg")
		if err := join(ctx, stills, sheet); err != nil {
			return err
		}
		fmt.Println(sheet)
	}
	return nil
}

// join writes pictures next to one another, all 450 pixels high, as a JPEG of the best quality that the size limit
// allows.
func join(ctx context.Context, stills []string, out string) error {
	for quality := 2; quality < 20; quality++ {
		args := []string{"-v", "error", "-y"}
		var graph, row strings.Builder
		for i, s := range stills {
			args = append(args, "-i", s)
			fmt.Fprintf(&graph, "[%d:v]scale=-2:450:flags=lanczos,pad=iw+%d:ih:0:0:white[v%d];", i,
				16*min(1, len(stills)-1-i),
				i)
			fmt.Fprintf(&row, "[v%d]", i)
		}
		args = append(args, "-filter_complex", fmt.Sprintf("%s%shstack=inputs=%d,format=yuvj420p", graph.String(),
			row.String(), len(stills)), "-frames:v", "1", "-update", "1", "-q:v", fmt.Sprint(quality), out)
		if msg, err := exec.CommandContext(ctx, "ffmpeg", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("write %s: %w: %s", out, err, msg)
		}
		if st, err := os.Stat(out); err != nil || st.Size() <= most {
			return err
		}
	}
	return fmt.Errorf("%s is larger than %d bytes at any quality", out, most)
}
