package sandbox

import (
	"crypto/sha256"
	"fmt"

	"greenroom/heygen"
)

// sources calls what v3 alone makes clips of: own footage with another sound, footage of prompts; and sounds.
func (s *session) sources() {
	film := heygen.FileOf("f.mp4", "video/mp4", mp4, fmt.Sprintf("%x", sha256.Sum256(mp4)))
	video := must(s.UploadParts(s.ctx, film, heygen.Resume{}))(s.T)
	wave := []byte("RIFF\x00\x00\x00\x00WAVEfmt ")
	audio := must(s.Upload(s.ctx, heygen.V3, heygen.FileOf("v.wav", "audio/wav", wave, ""), heygen.Resume{}))(s.T)
	look := avatarList[1].id
	path, lipsync, err := heygen.LipsyncRequest{Title: "own gr-7", VideoID: video.ID, AudioID: audio.ID}.Encode()
	if err != nil {
		s.Fatal(err)
	}
	s.done(heygen.KindLipsync, must(s.SubmitOnce(s.ctx, path, body(s.T, lipsync), "gr-l"))(s.T))
	if l := must(s.FindLipsync(s.ctx, "gr-7"))(s.T); len(l) != 1 {
		s.Errorf("found %v", l)
	}
	s.batch(heygen.KindLipsync, lipsync)
	_, translation := heygen.TranslateRequest{AssetID: video.ID, Language: "French"}.Encode(heygen.V3)
	s.batch(heygen.KindTranslateV3, translation)
	path, river, err := heygen.ModelVideoRequest{Prompt: "A river.", Seconds: 5, Resolution: "480p", Ratio: "16:9"}.Encode()
	if err != nil {
		s.Fatal(err)
	}
	s.done(heygen.KindModelVideo, must(s.SubmitOnce(s.ctx, path, body(s.T, river), "gr-m"))(s.T))
	walk, err := heygen.CinematicRequest{
		Title: "walk gr-8", Prompt: "A walk.", Avatars: []string{look}, ReferenceIDs: []string{video.ID}, Resolution: "720p", AspectRatio: "9:16",
	}.Encode()
	if err != nil {
		s.Fatal(err)
	}
	s.done(heygen.KindVideoV3, must(s.SubmitOnce(s.ctx, heygen.PathVideos, body(s.T, walk), "gr-c8"))(s.T))
	if l := must(s.FindByTitleV3(s.ctx, "gr-8"))(s.T); len(l) != 1 {
		s.Errorf("found %v", l)
	}
	q := heygen.SoundQuery{Words: "calm piano", Type: heygen.SoundMusic, MinScore: 0.7, Limit: 10}
	if l := must(s.Sounds(s.ctx, q))(s.T); len(l) == 0 || l[0].File == "" || l[0].Seconds <= 0 || l[0].Score <= 0.7 {
		s.Errorf("sounds %+v", l)
	}
}

func (s *session) photos(api heygen.API) {
	id := must(s.NewPhotoAvatar(s.ctx, api, "Me", "image/png", pngFile))(s.T)
	t := must(s.PhotoTraining(s.ctx, api, id))(s.T)
	if t.Status != "completed" && t.Status != "ready" {
		s.Errorf("%s training %v", api, t)
	}
	if api == heygen.V2 {
		l, _ := at(s.must("GET", "/v1/talking_photo.list", nil), "data").([]any)
		if len(l) == 0 || at(l[len(l)-1], "id") != id {
			s.Errorf("talking photos %v", l)
		}
		group := map[string]string{"name": "Me", "image_key": "image/x/original"}
		made := s.must("POST", "/v2/photo_avatar/avatar_group/create", group)
		g, look := at(made, "data", "group_id"), fmt.Sprint(at(made, "data", "id"))
		s.must("POST", "/v2/photo_avatar/train", map[string]any{"group_id": g})
		members, _ := at(s.must("GET", fmt.Sprint("/v2/avatar_group/", g, "/avatars"), nil), "data", "avatar_list").([]any)
		if len(members) != 1 || at(members[0], "id") != look {
			s.Errorf("the new group has %v, want %s", members, look)
		}
		s.must("GET", "/v2/photo_avatar/"+look, nil)
		s.must("DELETE", "/v2/photo_avatar/"+look, nil)
	}
	if err := s.DeletePhotoAvatar(s.ctx, api, id); err != nil {
		s.Error(err)
	}
}
