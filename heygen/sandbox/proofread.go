package sandbox

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"greenroom/internal/lazyregexp"
)

// kindProofread is the kind of a job that makes a translation's text before the film. The text is that of the source.
const kindProofread = "proofread"

// proofreads have records of their own. HeyGen renames none.
var proofreads = jobKind{kindProofread, "proofread_id", "Proofread", "", (*Server).proofreadRecord}

// proofreadRecord is a proofread's; the caller holds mu.
func (s *Server) proofreadRecord(_ *http.Request, j *job) map[string]any {
	d := map[string]any{
		"id": j.ID, "status": "processing", "title": orNull(j.Title), "output_language": j.Language,
		"created_at": j.Created.Unix(), "input_language": nil, "failure_message": nil, "submitted_for_review": false,
	}
	switch st := s.status(j); {
	case s.faults.on("job-fails"):
		d["status"], d["failure_message"] = "failed", s.faults.value("job-fails")
	case st == "failed":
		d["status"], d["failure_message"] = st, j.Error
	case st == "completed":
		d["status"] = st
	}
	return d
}

// readProofread is the body of POST /v3/video-translations/proofreads: a job for each language.
func (s *Server) readProofread(_ *http.Request, raw []byte) (*job, refusal) {
	var b struct {
		Title     string      `json:"title"`
		Video     assetInput  `json:"video"`
		Languages []string    `json:"output_languages"`
		SRT       *assetInput `json:"srt"`
		Folder    string      `json:"folder_id"`
		glossaryMembers
	}
	no := decode("POST /v3/video-translations/proofreads", raw, &b)
	for _, check := range []func() refusal{
		func() refusal { return checkLanguages(b.Languages) },
		func() refusal { return s.checkFolder(b.Folder) },
		func() refusal { return s.checkGlossary(b.glossaryMembers) },
		func() refusal { return s.optionalInput(b.SRT, "srt") },
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
	var first *job
	for _, language := range b.Languages {
		locale, _ := localeOf(language)
		j := newJob("/v3/video-translations/proofreads", b.Title, translated(s.filmOf(f), locale), s.o.Now())
		j.Kind, j.Language, j.Folder = kindProofread, language, b.Folder
		j.Request.Captions, j.Announced = true, true // no event is documented
		if first == nil {
			first = j
		} else {
			first.more = append(first.more, j)
		}
		j.Group = first.ID
	}
	return first, refusal{}
}

func (s *Server) createdProofread(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"proofread_ids": s.group(j), "status": "processing"})
}

// proofreadOf returns the proofread that a request names, or answers 404 and returns nil; the caller holds mu.
func (s *Server) proofreadOf(w http.ResponseWriter, r *http.Request) *job {
	j := s.jobOfKind(kindProofread, r.PathValue("id"), true)
	if j == nil {
		v3Error(w, http.StatusNotFound, "not_found", "proofread_id", "Proofread not found")
	}
	return j
}

// proofreadTexts is GET …/proofreads/{id}/srt.
func (s *Server) proofreadTexts(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.proofreadOf(w, r); j != nil {
		v3(w, map[string]any{"srt_url": origin(r) + "/proofreads/" + j.ID + ".srt", "original_srt_url": nil})
	}
}

// proofreadText is the file that srt_url names: the corrected text, or the words of the source.
func (s *Server) proofreadText(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	j := s.jobOfKind(kindProofread, strings.TrimSuffix(r.PathValue("name"), ".srt"), true)
	var film, corrected string
	if j != nil {
		film, corrected = j.File, j.Request.SRT
	}
	s.mu.Unlock()
	if film == "" { // there is none, or it is not finished
		denied(w)
		return
	}
	if corrected != "" {
		http.Redirect(w, r, "/assets/"+corrected, http.StatusFound)
		return
	}
	text, err := os.ReadFile(filepath.Join(s.o.Dir, "media", sidecar(film, ".srt")))
	if err != nil || len(text) == 0 {
		text = []byte("1\n00:00:00,000 --> 00:00:02,000\n" + cannedWords + "\n")
	}
	w.Header().Set("Content-Type", "application/x-subrip")
	_, _ = w.Write(text)
}

func (s *Server) correctProofread(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var b struct {
		SRT assetInput `json:"srt"`
	}
	no := decode("PUT /v3/video-translations/proofreads/{proofread_id}/srt", raw, &b)
	var f file
	if no.message == "" {
		f, no = s.input(b.SRT, "srt")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.proofreadOf(w, r)
	switch {
	case j == nil:
		return
	case no.message != "":
		v3Error(w, no.status, no.code, no.param, no.message)
		return
	}
	j.Request.SRT = f.asset
	_ = s.saveJob(j, false)
	v3(w, s.proofreadRecord(r, j))
}

// readProofreadFilm is POST …/proofreads/{id}/generate.
func (s *Server) readProofreadFilm(r *http.Request, raw []byte) (*job, refusal) {
	s.mu.Lock()
	p := s.jobOfKind(kindProofread, r.PathValue("id"), true)
	var title, language string
	var q request
	if p != nil {
		title, language, q = p.Title, p.Language, p.Request
	}
	s.mu.Unlock()
	if p == nil {
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
	if q.SRT != "" {
		s.speakText(&q, q.SRT)
	}
	j := newJob("/v3/video-translations", title, q, s.o.Now())
	j.Kind, j.Language, j.Callback = translations.kind, language, b.CallbackURL
	j.Request.CallbackID, j.Request.AudioOnly = b.CallbackID, b.AudioOnly
	return j, refusal{}
}

func (s *Server) createdProofreadFilm(w http.ResponseWriter, j *job) {
	v3(w, map[string]any{"video_translation_id": j.ID, "status": "processing"})
}

var srtLine = lazyregexp.New(`(?m)^(\d+|[\d:,.]+ --> [\d:,.]+.*)\r?$`)

// speakText makes a request speak the words of an uploaded SRT.
func (s *Server) speakText(q *request, asset string) {
	b, err := os.ReadFile(filepath.Join(s.o.Dir, "assets", asset))
	words := strings.Join(strings.Fields(srtLine.ReplaceAllString(string(b), " ")), " ")
	if err == nil && words != "" {
		q.Script, q.AudioAsset, q.AudioFile, q.Scenes = words, "", "", nil
	}
}

// group returns the ids of all jobs of the request that made a job.
func (s *Server) group(j *job) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := []string{}
	for _, x := range s.jobs {
		if x.Group == j.Group {
			ids = append(ids, x.ID)
		}
	}
	return ids
}
