package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"greenroom/heygen/sandbox/access"
)

func (s *Server) groupsV2(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, p := range s.allPhotos() {
		list = append(list, map[string]any{
			"id": p.ID, "name": p.Name, "created_at": 1700000000, "num_looks": 1, "preview_image": s.picture(r, p.ID, "png"),
			"group_type":   "PHOTO",
			"train_status": "ready", "default_voice_id": nil,
		})
	}
	v2(w, map[string]any{"total_count": len(list), "avatar_group_list": list})
}

func (s *Server) voicesV3(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var list []any
	for _, v := range voiceList {
		if q.Get("type") == "private" || q.Get("language") != "" && !strings.EqualFold(q.Get("language"), v.language) ||
			q.Get("gender") != "" && !strings.EqualFold(q.Get("gender"), v.gender) ||
			q.Get("engine") == "starfish" && !speaks(v.id) {
			continue
		}
		list = append(list, map[string]any{
			"voice_id": v.id, "name": v.name, "language": v.language, "gender": v.gender, "type": "public",
			"preview_audio_url": "http://" + r.Host + "/previews/" + v.id, "support_pause": true,
			"support_locale": false,
		})
	}
	for _, v := range s.resources.List("/v3/voices") {
		if q.Get("type") == "private" {
			list = append(list, map[string]any{
				"voice_id": v.ID, "name": v.Body["voice_name"], "language": "English", "gender": "unknown", "type": "private",
				"preview_audio_url": nil, "support_pause": true, "support_locale": false,
			})
		}
	}
	pageOf(w, r, list, 20, 100)
}

func (s *Server) voiceV3(w http.ResponseWriter, r *http.Request) {
	for _, v := range voiceList {
		if v.id == r.PathValue("id") {
			v3(w, map[string]any{
				"voice_id": v.id, "name": v.name, "language": v.language, "gender": v.gender,
				"status": "complete", "created_at": 1700000000, "support_pause": true,
				"preview_audio_url": origin(r) + "/previews/" + v.id,
			})
			return
		}
	}
	v3Error(w, http.StatusNotFound, "not_found", "voice_id", "voice not found")
}

func (s *Server) locales(w http.ResponseWriter, _ *http.Request) {
	list := []any{}
	for _, l := range languageList {
		list = append(list, map[string]any{
			"value": l.locale, "label": l.name + " (" + l.locale[3:] + ")", "language": l.name, "locale": l.locale,
		})
	}
	v2(w, map[string]any{"locales": list})
}

// sandboxUser is the account's name, which v3's list of assets asks for.
const sandboxUser = "sandbox"

// userOf names the user a key belongs to: each key is an account of its own, and the user
// name does not reveal it.
func userOf(r *http.Request) string {
	sum := sha256.Sum256([]byte("sandbox user " + access.Of(r).Name))
	return sandboxUser + "-" + hex.EncodeToString(sum[:4])
}

func (s *Server) me(w http.ResponseWriter, r *http.Request) {
	balance := float64(s.o.Balance)
	if s.faults.on("no-credit") || s.faults.on("no-credit-late") {
		balance = 0
	}
	if s.faults.on("plan") {
		v3(w, map[string]any{"username": userOf(r), "email": "sandbox@localhost", "first_name": "Sand",
			"last_name":    "Box",
			"billing_type": "subscription",
			"subscription": map[string]any{
				"plan": s.faults.value("plan"),
				"credits": map[string]any{
					"premium_credits": map[string]any{"remaining": int(balance), "resets_at": nil},
				},
			}})
		return
	}
	v3(w, map[string]any{
		"username": userOf(r), "email": "sandbox@localhost", "first_name": "Sand", "last_name": "Box",
		"billing_type": "wallet",
		"wallet":       map[string]any{"remaining_balance": balance, "currency": "usd", "auto_reload": nil},
	})
}

func (s *Server) meV1(w http.ResponseWriter, r *http.Request) {
	v1(w, map[string]any{"username": userOf(r), "email": "sandbox@localhost", "first_name": "Sand", "last_name": "Box"})
}
