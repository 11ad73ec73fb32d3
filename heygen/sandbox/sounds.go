package sandbox

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/http"
	"strconv"
	"strings"
)

// sound is a piece of music or an effect. It is computed: a chord that fades.
type sound struct {
	id, name, description, kind string
	placement                   string // of effects: hit, riser or bed
	seconds                     float64
	notes                       []float64 // Hz
}

var soundList = []sound{
	{"sound-calm", "Calm morning", "calm warm piano chords for an introduction", "music", "", 12, []float64{261.6, 329.6, 392}},
	{"sound-bright", "Bright start", "bright upbeat corporate music with energy", "music", "", 10, []float64{293.7, 370, 440}},
	{"sound-tension", "Slow tension", "dark slow tension for a problem", "music", "", 14, []float64{220, 261.6, 329.6}},
	{"sound-whoosh", "Soft whoosh", "soft whoosh transition", "sound_effects", "riser", 1, []float64{180, 240}},
	{"sound-click", "Click", "short click of a button", "sound_effects", "hit", 0.3, []float64{1200}},
	{"sound-room", "Quiet room", "quiet room ambience", "sound_effects", "bed", 6, []float64{60, 90}},
}

// score is how well a sound fits the words of a query, 0.7 to 1.
func (x sound) score(query string) float64 {
	words := strings.Fields(strings.ToLower(query))
	found := 0
	for _, w := range words {
		if strings.Contains(strings.ToLower(x.name+" "+x.description), w) {
			found++
		}
	}
	return 0.7 + 0.3*float64(found)/float64(max(1, len(words)))
}

// sounds is GET /v3/audio/sounds, the best ones first.
func (s *Server) sounds(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	kind := q.Get("type")
	if kind == "" {
		kind = "music"
	}
	least, err := strconv.ParseFloat(q.Get("min_score"), 64)
	if err != nil {
		least = 0.7
	}
	if q.Get("query") == "" {
		v3Error(w, http.StatusBadRequest, "invalid_parameter", "query", "Field required")
		return
	}
	list := []any{}
	for _, best := range []bool{true, false} {
		for _, x := range soundList {
			score := x.score(q.Get("query"))
			if x.kind != kind || score < least || (score > 0.7) != best {
				continue
			}
			list = append(list, map[string]any{
				"id": x.id, "name": x.name, "description": x.description, "type": x.kind, "score": score,
				"audio_url": origin(r) + "/sounds/" + x.id + ".wav", "duration": x.seconds, "placement": orNull(x.placement),
				"peak_offset": nil,
			})
		}
	}
	pageOf(w, r, list, 10, 50)
}

const soundRate = 22_050 // samples a second

// soundFile serves a sound as a mono WAV.
func (s *Server) soundFile(w http.ResponseWriter, r *http.Request) {
	for _, x := range soundList {
		if x.id+".wav" == r.PathValue("name") {
			w.Header().Set("Content-Type", "audio/wav")
			_, _ = w.Write(x.wav()) // the reader is gone when this fails
			return
		}
	}
	denied(w)
}

func (x sound) wav() []byte {
	n := int(x.seconds * soundRate)
	var b bytes.Buffer
	b.WriteString("RIFF")
	head := []any{
		uint32(36 + 2*n), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(soundRate), uint32(2 * soundRate),
		uint16(2), uint16(16), []byte("data"), uint32(2 * n),
	}
	for _, v := range head {
		_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes everything
	}
	samples := make([]int16, n)
	for i := range samples {
		t := float64(i) / soundRate
		fade := math.Min(1, math.Min(t, x.seconds-t)/(0.2*x.seconds))
		sum := 0.0
		for _, f := range x.notes {
			sum += math.Sin(2 * math.Pi * f * t)
		}
		samples[i] = int16(8000 * fade * sum / float64(len(x.notes)))
	}
	_ = binary.Write(&b, binary.LittleEndian, samples)
	return b.Bytes()
}
