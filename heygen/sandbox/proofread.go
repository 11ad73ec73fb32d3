package sandbox

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// proofread is a translation's text before the film is made. It is ready at once here; its text is that of the source.
type proofread struct {
	id, language, title string
	video               assetInput
	created             int64
	srt                 string // the upload with the corrected text
}

func (p proofread) record() map[string]any {
	return map[string]any{
		"id": p.id, "status": "completed", "title": orNull(p.title), "output_language": p.language, "created_at": p.created,
		"input_language": nil, "failure_message": nil, "submitted_for_review": false,
	}
}

// newProofread is POST /v3/video-translations/proofreads: one for each language.
func (s *Server) newProofread(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var b struct {
		Title     string      `json:"title"`
		Video     assetInput  `json:"video"`
		Languages []string    `json:"output_languages"`
		SRT       *assetInput `json:"srt"`
		Folder    string      `json:"folder_id"`
		glossaryMembers
	}
	no := decode("POST /v3/video-translations/proofreads", raw, &b)
	if no.message == "" {
		_, no = s.input(b.Video, "video")
	}
	if no.message == "" && b.SRT != nil {
		_, no = s.input(*b.SRT, "srt")
	}
	if no.message == "" {
		no = s.checkFolder(b.Folder)
	}
	if no.message == "" {
		no = s.checkGlossary(b.glossaryMembers)
	}
	if no.message == "" {
		no = checkLanguages(b.Languages)
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	ids := []string{}
	s.mu.Lock()
	for _, language := range b.Languages {
		id := newID()
		s.proofreads[id] = proofread{
			id: id, language: language, title: b.Title, video: b.Video, created: s.o.Now().Unix(),
		}
		ids = append(ids, id)
	}
	s.mu.Unlock()
	v3(w, map[string]any{"proofread_ids": ids, "status": "completed"})
}

// proofreadOf returns the proofread that a request names, or answers 404.
func (s *Server) proofreadOf(w http.ResponseWriter, r *http.Request) (proofread, bool) {
	s.mu.Lock()
	p, ok := s.proofreads[r.PathValue("id")]
	s.mu.Unlock()
	if !ok {
		v3Error(w, http.StatusNotFound, "not_found", "proofread_id", "Proofread not found")
	}
	return p, ok
}

func (s *Server) readProofread(w http.ResponseWriter, r *http.Request) {
	p, ok := s.proofreadOf(w, r)
	switch {
	case !ok:
	case strings.HasSuffix(r.URL.Path, "/srt"):
		v3(w, map[string]any{"srt_url": origin(r) + "/proofreads/" + p.id + ".srt", "original_srt_url": nil})
	case r.Method == http.MethodDelete:
		s.mu.Lock()
		delete(s.proofreads, p.id)
		s.mu.Unlock()
		v3(w, map[string]any{"id": p.id})
	default:
		v3(w, p.record())
	}
}

// proofreadText is the file that srt_url names: the corrected text, or the words of the source in one line.
func (s *Server) proofreadText(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p, ok := s.proofreads[strings.TrimSuffix(r.PathValue("name"), ".srt")]
	s.mu.Unlock()
	if !ok {
		denied(w)
		return
	}
	if p.srt != "" {
		http.Redirect(w, r, "/assets/"+p.srt, http.StatusFound)
		return
	}
	text := cannedWords
	if f, no := s.input(p.video, "video"); no.message == "" {
		if script := s.filmOf(f).Request.Script; script != "" {
			text = script
		}
	}
	w.Header().Set("Content-Type", "application/x-subrip")
	_, _ = io.WriteString(w, "1\n00:00:00,000 --> 00:00:02,000\n"+text+"\n")
}

func (s *Server) listProofreads(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var list []any
	for _, id := range slices.Sorted(maps.Keys(s.proofreads)) {
		list = append(list, s.proofreads[id].record())
	}
	s.mu.Unlock()
	pageOf(w, r, list, 10, 100)
}

func (s *Server) correctProofread(w http.ResponseWriter, r *http.Request) {
	p, ok := s.proofreadOf(w, r)
	if !ok {
		return
	}
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var b struct {
		SRT assetInput `json:"srt"`
	}
	no := decode("PUT /v3/video-translations/proofreads/{proofread_id}/srt", raw, &b)
	var f file
	if no.message == "" {
		f, no = s.input(b.SRT, "srt")
	}
	if no.message != "" {
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	s.mu.Lock()
	p.srt = f.asset
	s.proofreads[p.id] = p
	s.mu.Unlock()
	v3(w, p.record())
}

// readProofreadFilm is POST …/proofreads/{id}/generate.
func (s *Server) readProofreadFilm(r *http.Request, raw []byte) (*job, refusal) {
	s.mu.Lock()
	p, ok := s.proofreads[r.PathValue("id")]
	s.mu.Unlock()
	if !ok {
		return nil, invalid("proofread_id", "Proofread not found")
	}
	var b struct {
		AudioOnly bool `json:"translate_audio_only"`
		callbackMembers
	}
	if len(raw) > 0 {
		no := decode("POST /v3/video-translations/proofreads/{proofread_id}/generate", raw, &b)
		if no.message == "" {
			no = b.check()
		}
		if no.message != "" {
			return nil, no
		}
	}
	body, err := json.Marshal(map[string]any{
		"video": p.video, "output_languages": []string{p.language}, "title": p.title, "enable_caption": true,
		"translate_audio_only": b.AudioOnly,
	})
	if err != nil {
		return nil, invalid("", err.Error())
	}
	j, no := s.readTranslation(r, body)
	if j != nil {
		j.Callback, j.Request.CallbackID = b.CallbackURL, b.CallbackID
	}
	return j, no
}

func (s *Server) createdProofreadFilm(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"video_translation_id": j.ID, "status": "processing"})
}
