package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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
		URL         string   `json:"video_url"`
		Language    string   `json:"output_language"`
		Languages   []string `json:"output_languages"`
		Title       string   `json:"title"`
		CallbackURL string   `json:"callback_url"`
		CallbackID  string   `json:"callback_id"`
	}
	bad := func(m string) { v2Error(w, http.StatusBadRequest, "invalid_parameter", m) }
	if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&b) != nil {
		bad("request body is not valid JSON")
		return
	}
	list := b.Languages
	if b.Language != "" {
		list = []string{b.Language}
	}
	if no := checkLanguages(list); no.message != "" {
		bad("output_language is invalid: " + no.message)
		return
	}
	f, no := s.linked(b.URL, "video_url")
	if no.message != "" {
		bad("video_url is invalid: the video could not be downloaded")
		return
	}
	var ids []string
	for _, language := range list {
		locale, _ := localeOf(language)
		j := newJob("/v2/video_translate", b.Title, translated(s.filmOf(f), locale), s.o.Now())
		j.Kind, j.Language, j.Callback = translations.kind, language, b.CallbackURL
		j.Request.CallbackID = b.CallbackID
		if err := s.bill(j); err != nil {
			v2Error(w, http.StatusInternalServerError, "internal_error", "the job could not be recorded")
			return
		}
		ids = append(ids, j.ID)
	}
	if b.Language != "" {
		v2(w, map[string]any{"video_translate_id": ids[0]})
		return
	}
	v2(w, map[string]any{"video_translate_ids": ids})
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

// readTranslation returns the job of the first language; those of the others are its more.
func (s *Server) readTranslation(_ *http.Request, raw []byte) (*job, refusal) {
	var b struct {
		Video     assetInput  `json:"video"`
		Languages []string    `json:"output_languages"`
		Title     string      `json:"title"`
		AudioOnly bool        `json:"translate_audio_only"`
		Caption   bool        `json:"enable_caption"`
		Input     string      `json:"input_language"`
		SRT       *assetInput `json:"srt"`
		Role      string      `json:"srt_role"`
		Audio     *assetInput `json:"audio"`
		Folder    string      `json:"folder_id"`
		callbackMembers
		glossaryMembers
	}
	no := decode("POST /v3/video-translations", raw, &b)
	for _, check := range []func() refusal{
		func() refusal { return checkLanguages(b.Languages) },
		b.check,
		func() refusal { return s.checkGlossary(b.glossaryMembers) },
		func() refusal { return s.checkFolder(b.Folder) },
		func() refusal { return s.optionalInput(b.SRT, "srt") },
		func() refusal { return s.optionalInput(b.Audio, "audio") },
	} {
		if no.message == "" {
			no = check()
		}
	}
	if no.message != "" {
		return nil, no
	}
	f, no := s.input(b.Video, "video")
	if no.message != "" {
		return nil, no
	}
	src := s.filmOf(f)
	var first *job
	for _, language := range b.Languages {
		locale, _ := localeOf(language)
		j := newJob("/v3/video-translations", b.Title, translated(src, locale), s.o.Now())
		j.Kind, j.Language, j.Callback, j.Folder = translations.kind, language, b.CallbackURL, b.Folder
		j.Request.CallbackID, j.Request.Captions, j.Request.AudioOnly = b.CallbackID, b.Caption, b.AudioOnly
		j.Request.InputLanguage = b.Input
		if b.SRT != nil && b.Role == "output" {
			s.speakText(&j.Request, b.SRT.AssetID)
		}
		if first == nil {
			first = j
		} else {
			first.more = append(first.more, j)
		}
		j.Group = first.ID
	}
	return first, refusal{}
}

func checkLanguages(list []string) refusal {
	if len(list) == 0 {
		return invalid("output_languages", "List should have at least 1 item")
	}
	for _, language := range list {
		if _, ok := localeOf(language); !ok {
			return invalid("output_languages", "language "+language+" is not supported")
		}
	}
	return refusal{}
}

func (s *Server) optionalInput(a *assetInput, param string) refusal {
	if a == nil {
		return refusal{}
	}
	_, no := s.input(*a, param)
	return no
}

func (s *Server) createdTranslation(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"video_translation_ids": s.group(j)})
}

// translationRecord is a translation's; the caller holds mu.
func (s *Server) translationRecord(r *http.Request, j *job) map[string]any {
	d := map[string]any{
		"id": j.ID, "title": j.Title, "status": translateWord(s.status(j), "completed"), "video_url": nil,
		"audio_url": nil, "srt_caption_url": nil, "vtt_caption_url": nil, "duration": nil, "failure_message": nil,
		"input_language": orNull(j.Request.InputLanguage), "output_language": j.Language,
		"callback_id":          orNull(j.Request.CallbackID),
		"translate_audio_only": j.Request.AudioOnly, "created_at": j.Created.Unix(),
	}
	switch d["status"] {
	case "completed":
		d["video_url"], d["duration"] = s.sign(r, j.File), j.Duration
		if j.Request.Captions {
			d["srt_caption_url"] = s.sign(r, sidecar(j.File, ".srt"))
			d["vtt_caption_url"] = s.sign(r, sidecar(j.File, ".vtt"))
		}
	case "failed":
		d["failure_message"] = j.Error
	}
	return d
}
