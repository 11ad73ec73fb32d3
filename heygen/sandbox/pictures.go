package sandbox

import (
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/png"
	"net/http"
	"path/filepath"
	"strings"

	"greenroom/compose/standin"
)

// Sizes of the pictures that records name.
const (
	pictureWidth  = 320
	pictureHeight = 180
)

func origin(r *http.Request) string { return "http://" + r.Host }

// picture returns the address of a picture of a job, a look or another record.
func (s *Server) picture(r *http.Request, id, format string) string {
	return origin(r) + "/pictures/" + id + "." + format
}

// scenery is a picture without a presenter: a gradient whose colours follow a name.
func scenery(name string, w, h int) image.Image {
	sum := fnv.New32a()
	sum.Write([]byte(name))
	k := sum.Sum32()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		c := color.RGBA{byte(k) / 2, byte(k>>8)/2 + byte(y*100/h), byte(k>>16)/2 + byte(y*120/h), 255}
		draw.Draw(img, image.Rect(0, y, w, y+1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}

// portrait is the presenter of a name in front of a scenery.
func portrait(name string) image.Image {
	img := scenery(name, pictureWidth, pictureHeight).(draw.Image)
	who, err := standin.Portrait(standin.Spec{Presenter: name, Width: pictureWidth, Height: pictureHeight, Scale: 1})
	if err == nil { // without a presenter, the scenery is a picture as well
		draw.Draw(img, img.Bounds(), who, image.Point{}, draw.Over)
	}
	return img
}

// showPicture draws the picture of a name: for a job, that of its presenter.
func (s *Server) showPicture(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("name")
	ext := filepath.Ext(file)
	name := strings.TrimSuffix(file, ext)
	s.mu.Lock()
	for _, j := range s.jobs {
		if j.ID == name {
			name = j.Request.Avatar
		}
	}
	s.mu.Unlock()
	switch ext {
	case ".png":
		w.Header().Set("Content-Type", "image/png")
		_ = png.Encode(w, portrait(name)) // the reader is gone when this fails
	case ".gif":
		w.Header().Set("Content-Type", "image/gif")
		frame := image.NewPaletted(image.Rect(0, 0, pictureWidth, pictureHeight), palette.Plan9)
		draw.Draw(frame, frame.Bounds(), portrait(name), image.Point{}, draw.Src)
		_ = gif.EncodeAll(w, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{50, 50}})
	default:
		denied(w)
	}
}

// showPage is the page of a finished video.
func (s *Server) showPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.ID == r.PathValue("id") && !j.Deleted && j.File != "" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, "<!DOCTYPE html><title>Video</title><video controls src=%q></video>", s.sign(r, j.File))
			return
		}
	}
	http.NotFound(w, r)
}

// showFilm is the preview of a look: its presenter without words.
func (s *Server) showFilm(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(r.PathValue("id"), ".mp4")
	if !s.knownLook(name) {
		denied(w)
		return
	}
	_, file, _, err := s.media(request{Avatar: name, Silence: 2, Width: 640, Height: 360, Scale: 1})
	if err != nil {
		http.Error(w, "the preview could not be rendered", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "video/mp4")
	http.ServeFile(w, r, filepath.Join(s.o.Dir, "media", file))
}
