package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/internal/filecache"
	"greenroom/internal/filestat"
	"greenroom/pipeline"
	"greenroom/pipeline/films"
)

// previewDir holds what is computed once for the page. It may be deleted at any time.
const previewDir = pipeline.StateDir + "/page"

// mostPeaks is how many parts a waveform has at most: more than a screen has columns of pixels.
const mostPeaks = 4000

// Waveform is the sound of a file, as a picture of it needs it.
type Waveform struct {
	Peaks   []int   `json:"peaks"`   // the loudest sample of each part, 0 to 255 of full scale; none without sound
	Seconds float64 `json:"seconds"` // of the sound
}

// Waveform returns the waveform of a file. It is measured once for each state of the file.
func (s *Session) Waveform(ctx context.Context, file string) (w Waveform, err error) {
	st, err := filestat.Read(file)
	if err != nil {
		return w, fault.Wrap(fault.Failed, err, fault.ReadHint(err, "run `greenroom build`: it publishes the file again"), "read %s", filepath.Base(file))
	}
	cache, err := s.preview("waveform", []any{file, st.Size, st.ModTime}, ".json")
	if err != nil {
		return w, err
	}
	if w, ok := filecache.Load[Waveform](cache); ok {
		return w, nil
	}
	t, err := s.tools(ctx)
	if err != nil {
		return w, err
	}
	peaks, seconds, err := media.Peaks(ctx, t, file, mostPeaks)
	if err != nil {
		return w, err
	}
	w = Waveform{Peaks: make([]int, len(peaks)), Seconds: seconds}
	for i, p := range peaks {
		w.Peaks[i] = int(p)
	}
	return w, filecache.Save(cache, w)
}

// A film's still shows what the film has after two seconds, or in its middle when it is short: titles are there then.
const stillAfter = 2.0

// stillWidth is how wide a film's still is at most, pixels.
const stillWidth = 960

// errNoFilm is the answer about a film that the session does not list.
var errNoFilm = errors.New("no such film")

// FilmStill returns the path of a picture of a film: out of its file, or drawn without one.
func (s *Session) FilmStill(ctx context.Context, name string) (string, error) {
	films := s.State().Films
	i := slices.IndexFunc(films, func(f Film) bool { return f.Name == name })
	if i < 0 || films[i].File == "" && !films[i].Still {
		return "", errNoFilm
	}
	f := films[i]
	at := min(stillAfter, f.Seconds/2)
	ext := ".png"
	if f.File != "" {
		ext = ".webp"
	}
	out, err := s.preview("still", []any{f.Name, f.File, f.Version}, ext)
	if err != nil {
		return "", err
	}
	if fi, err := os.Stat(out); err == nil && fi.Size() > 0 {
		return out, nil
	}
	s.stills.Lock() // one at a time: each takes a processor
	defer s.stills.Unlock()
	if fi, err := os.Stat(out); err == nil && fi.Size() > 0 {
		return out, nil
	}
	t, err := s.tools(ctx)
	if err != nil {
		return "", err
	}
	if f.File != "" {
		part := out + ".part.webp"
		if err := media.Poster(ctx, t, media.PosterSpec{In: f.File, Out: part, At: at}); err != nil {
			return "", err
		}
		return out, atomicfile.Commit(part, out)
	}
	return out, s.drawStill(ctx, t, f, at, out)
}

func (s *Session) drawStill(ctx context.Context, t media.Tools, f Film, at float64, out string) error {
	p, err := pipeline.Open(s.o.Project)
	if err != nil {
		return err
	}
	defer p.Close()
	set, err := p.Films().Choose([]string{f.Name}, films.Options{AllowStandIns: true, AllowWarnings: true})
	if err != nil {
		return err
	}
	return set.Each(ctx, func(film films.Film, err error) error {
		if err != nil || film.Name.Name != f.Name {
			return err
		}
		frame := min(film.Timeline.Frames-1, int(at*float64(f.FPSNum)/float64(max(1, f.FPSDen))))
		return native.Frame(ctx, native.Spec{Film: film.Timeline, Out: out, Tools: t}, max(0, frame), stillWidth)
	})
}

// preview returns where the preview of something is kept.
func (s *Session) preview(kind string, of []any, ext string) (string, error) {
	b, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	dir := filepath.Join(s.root, filepath.FromSlash(previewDir))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.Join(dir, kind+"-"+hex.EncodeToString(sum[:12])+ext), nil
}

// keptPreviews is how long a preview is kept that nothing writes again.
const keptPreviews = 30 * 24 * time.Hour

// prunePreviews removes what was made for files that are long replaced.
func (s *Session) prunePreviews() {
	files, _ := filepath.Glob(filepath.Join(s.root, filepath.FromSlash(previewDir), "*")) // the pattern is valid
	for _, f := range files {
		if fi, err := os.Stat(f); err == nil && s.o.Project.Now().Sub(fi.ModTime()) > keptPreviews {
			_ = os.Remove(f)
		}
	}
}
