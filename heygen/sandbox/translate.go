package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// languageList are the languages offered, with the locale their voice speaks.
var languageList = []struct{ name, locale string }{
	{"English", "en-US"}, {"Spanish", "es-ES"}, {"French", "fr-FR"}, {"German", "de-DE"}, {"Italian", "it-IT"},
	{"Portuguese (Brazil)", "pt-BR"}, {"Japanese", "ja-JP"},
}

func localeOf(language string) (string, bool) {
	for _, l := range languageList {
		if l.name == language {
			return l.locale, true
		}
	}
	return "", false
}

func (s *Server) languages(envelope func(http.ResponseWriter, any)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var names []string
		for _, l := range languageList {
			names = append(names, l.name)
		}
		envelope(w, map[string]any{"languages": names})
	}
}

// ownLink finds the job whose file a link of this sandbox names, an upload's bytes as
// a job of their own, or nil.
func (s *Server) ownLink(link string) *job {
	u, err := url.Parse(link)
	if err != nil {
		return nil
	}
	if name, ok := strings.CutPrefix(u.Path, "/files/"); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, j := range s.jobs {
			if j.File == name && j.File != "" {
				return j
			}
		}
	}
	if id, ok := strings.CutPrefix(u.Path, "/assets/"); ok && s.hasAsset(id) {
		return s.film(id)
	}
	return nil
}

// source returns the job with the film of an input that check has accepted.
func (s *Server) source(a assetInput) *job {
	if a.Type == "asset_id" {
		return s.film(a.AssetID)
	}
	return s.ownLink(a.URL)
}

// film returns the job that rendered an uploaded film, when its bytes are those of a job
// here, else a job with a presenter who speaks with the upload's own sound.
func (s *Server) film(assetID string) *job {
	foreign := &job{Request: request{AudioAsset: assetID, Width: 1280, Height: 720, Scale: 1}}
	b, err := os.ReadFile(filepath.Join(s.o.Dir, "assets", assetID))
	if err != nil {
		return foreign
	}
	type rendered struct {
		*job
		path string
	}
	var all []rendered
	s.mu.Lock() // a job may get its file at the same time
	for _, j := range s.jobs {
		if j.File != "" {
			all = append(all, rendered{j, filepath.Join(s.o.Dir, "media", j.File)})
		}
	}
	s.mu.Unlock()
	for _, d := range all {
		if fi, err := os.Stat(d.path); err != nil || fi.Size() != int64(len(b)) {
			continue
		}
		if have, err := os.ReadFile(d.path); err == nil && bytes.Equal(have, b) {
			return d.job
		}
	}
	return foreign
}

// translated returns the source's request with another language. The picture keeps its
// background or key colour; it cannot keep alpha.
func translated(src *job, locale string) request {
	q := src.Request
	q.Locale, q.WebM, q.Voice = locale, false, ""
	return q
}

// translateV2 is POST /v2/video_translate.
func (s *Server) translateV2(w http.ResponseWriter, r *http.Request) {
	var b struct {
		URL       string `json:"video_url"`
		Language  string `json:"output_language"`
		Languages []string
		Title     string
		Mode      string
	}
	bad := func(m string) { v2Error(w, http.StatusBadRequest, "invalid_parameter", m) }
	if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&b) != nil {
		bad("request body is not valid JSON")
		return
	}
	locale, ok := localeOf(b.Language)
	src := s.ownLink(b.URL)
	switch {
	case !ok:
		bad("output_language is invalid: language " + b.Language + " is not supported")
		return
	case src == nil:
		bad("video_url is invalid: the video could not be downloaded")
		return
	}
	j := newJob("/v2/video_translate", b.Title, translated(src, locale), s.o.Now())
	j.Kind, j.Language = "translate", b.Language
	if err := s.bill(j); err != nil {
		v2Error(w, http.StatusInternalServerError, "internal_error", "the job could not be recorded")
		return
	}
	v2(w, map[string]any{"video_translate_id": j.ID})
}

func (s *Server) translationV2(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobOfKind("translate", r.PathValue("id"), false)
	if j == nil {
		v2Error(w, http.StatusNotFound, "not_found", "translation not found")
		return
	}
	d := map[string]any{
		"video_translate_id": j.ID, "title": j.Title, "status": translateWord(s.status(j), "success"), "url": nil,
		"message": nil, "caption_url": nil, "output_language": j.Language,
	}
	switch d["status"] {
	case "success":
		d["url"] = s.sign(r, j.File)
	case "failed":
		d["message"] = j.Error
	}
	v2(w, d)
}

// translateWord returns a translation's word for a state; done is its word for completed.
func translateWord(status, done string) string {
	switch status {
	case "completed":
		return done
	case "failed":
		return "failed"
	case "processing":
		return "running"
	}
	return "pending"
}

// jobOfKind returns a job of another kind than a plain video; the caller holds mu.
func (s *Server) jobOfKind(kind, id string, v3 bool) *job {
	i := slices.IndexFunc(s.jobs, func(j *job) bool { return j.ID == id && j.Kind == kind && j.V3 == v3 && !j.Deleted })
	if i < 0 {
		return nil
	}
	return s.jobs[i]
}

func (s *Server) readTranslation(_ *http.Request, raw []byte) (*job, refusal) {
	var b struct {
		Video     assetInput      `json:"video"`
		Languages []string        `json:"output_languages"`
		Title     string          `json:"title"`
		Mode      string          `json:"mode"`
		AudioOnly bool            `json:"translate_audio_only"`
		Caption   bool            `json:"enable_caption"`
		Dynamic   *bool           `json:"enable_dynamic_duration"`
		Speakers  int             `json:"speaker_num"`
		Input     string          `json:"input_language"`
		SRT       json.RawMessage `json:"srt"`
		SRTRole   string          `json:"srt_role"`
		Folder    string          `json:"folder_id"`
		URL       string          `json:"callback_url"`
		ID        string          `json:"callback_id"`
	}
	if no := strict(raw, &b); no.message != "" {
		return nil, no
	}
	if no := b.Video.check(s, "video"); no.message != "" {
		return nil, no
	}
	if len(b.Languages) != 1 {
		return nil, invalid("output_languages", "the sandbox translates into one language a job")
	}
	locale, ok := localeOf(b.Languages[0])
	if !ok {
		return nil, invalid("output_languages", "language "+b.Languages[0]+" is not supported")
	}
	src := s.source(b.Video)
	j := newJob("/v3/video-translations", b.Title, translated(src, locale), s.o.Now())
	j.Kind, j.Language, j.Callback = "translate", b.Languages[0], b.URL
	return j, refusal{}
}

func (s *Server) createdTranslation(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"video_translation_ids": []string{j.ID}})
}

func (s *Server) translationV3(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobOfKind("translate", r.PathValue("id"), true)
	if j == nil {
		v3Error(w, http.StatusNotFound, "not_found", "video_translation_id", "Translation not found")
		return
	}
	v3(w, s.translationRecord(r, j))
}

func (s *Server) translationRecord(r *http.Request, j *job) map[string]any {
	d := map[string]any{
		"id": j.ID, "title": j.Title, "status": translateWord(s.status(j), "completed"), "video_url": nil,
		"duration":        nil,
		"failure_message": nil, "output_language": j.Language, "created_at": j.Created.Unix(),
	}
	switch d["status"] {
	case "completed":
		d["video_url"], d["duration"] = s.sign(r, j.File), j.Duration
	case "failed":
		d["failure_message"] = j.Error
	}
	return d
}

func (s *Server) listTranslations(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listJobs(
		w, r, func(j *job) bool { return j.Kind == "translate" && j.V3 },
		func(j *job) map[string]any { return s.translationRecord(r, j) },
	)
}

// A proofread is ready at once here; its text is the source's words in one line.
func (s *Server) newProofread(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var b struct {
		Title     string     `json:"title"`
		Video     assetInput `json:"video"`
		Languages []string   `json:"output_languages"`
	}
	no := strict(raw, &b)
	if no.message == "" {
		no = b.Video.check(s, "video")
	}
	if _, ok := localeOf(strings.Join(b.Languages, ",")); !ok && no.message == "" {
		no = invalid("output_languages", "language is not supported")
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	id := newID()
	s.mu.Lock()
	s.proofreads[id] = proofread{b.Languages[0], b.Video}
	s.mu.Unlock()
	v3(w, map[string]any{"proofread_ids": []string{id}, "status": "completed"})
}

type proofread struct {
	language string
	video    assetInput
}

func (s *Server) readProofread(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p, ok := s.proofreads[r.PathValue("id")]
	s.mu.Unlock()
	switch {
	case !ok:
		v3Error(w, http.StatusNotFound, "not_found", "proofread_id", "Proofread not found")
	case strings.HasSuffix(r.URL.Path, "/srt"):
		v3(w, map[string]any{"srt_url": "http://" + r.Host + "/assets/" + r.PathValue("id"), "original_srt_url": nil})
	default:
		v3(w, map[string]any{"id": r.PathValue("id"), "status": "completed", "output_language": p.language})
	}
}

func (s *Server) correctProofread(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var b struct {
		SRT assetInput `json:"srt"`
	}
	no := strict(raw, &b)
	if no.message == "" {
		no = b.SRT.check(s, "srt")
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	v3(w, map[string]any{"id": r.PathValue("id"), "status": "completed"})
}

// readProofreadFilm is POST …/proofreads/{id}/generate.
func (s *Server) readProofreadFilm(r *http.Request, raw []byte) (*job, refusal) {
	s.mu.Lock()
	p, ok := s.proofreads[r.PathValue("id")]
	s.mu.Unlock()
	if !ok {
		return nil, invalid("proofread_id", "Proofread not found")
	}
	body, err := json.Marshal(map[string]any{
		"video": p.video, "output_languages": []string{p.language}, "title": "proofread",
	})
	if err != nil {
		return nil, invalid("", err.Error())
	}
	_ = raw // captions and audio-only do not change what is rendered here
	return s.readTranslation(r, body)
}

func (s *Server) createdProofreadFilm(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"video_translation_id": j.ID, "status": "processing"})
}
