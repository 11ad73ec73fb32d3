package sandbox

import "net/http"

// moreRoutes registers all calls that are not about plain videos.
func (s *Server) moreRoutes(api func(pattern string, h http.HandlerFunc)) {
	buy := func(
		pattern string, key bool, read func(*http.Request, []byte) (*job, refusal),
		answer func(http.ResponseWriter, *job),
	) {
		api("POST "+pattern, s.paid("v3", s.buyV3(key, read, answer)))
	}
	api("POST /v1/video_agent/generate", s.paid("v1-agent", s.agentV1))
	buy("/v3/video-agents", false, s.readAgent, s.createdAgent)
	api("GET /v3/video-agents", s.listSessions)
	api("GET /v3/video-agents/{id}", s.readSession)
	api("GET /v3/video-agents/{id}/videos", s.sessionVideos)
	api("POST /v3/video-agents/{id}/stop", s.stopSession)

	api("GET /v2/templates", s.templatesV2)
	api("GET /v2/template/{id}", s.templateV2)
	api("POST /v2/template/{id}/generate", s.paid("v2-template", s.fillV2))
	api("GET /v3/templates", s.templatesV3)
	api("GET /v3/templates/{id}", s.either("GET /v3/templates/{template_id}", "template_id", s.templateV3))
	buy("/v3/templates/{id}", true, s.readTemplate, s.createdTemplate)

	api("GET /v2/video_translate/target_languages", s.languages(v2))
	api("POST /v2/video_translate", s.paid("v2-translate", s.translateV2))
	api("GET /v2/video_translate/{id}", s.translationV2)
	api("GET /v3/video-translations/languages", s.languages(v3))
	buy("/v3/video-translations", true, s.readTranslation, s.createdTranslation)
	for path, k := range map[string]jobKind{"/v3/video-translations": translations, "/v3/lipsyncs": lipsyncs} {
		api("GET "+path, k.list(s))
		for _, method := range []string{"GET ", "PATCH ", "DELETE "} {
			api(method+path+"/{id}", k.on(s))
		}
	}
	buy("/v3/lipsyncs", true, s.readLipsync, s.createdLipsync)
	for name, k := range batches {
		api("POST /v3/"+name+"/batches", s.paid("v3", k.create(s)))
		api("GET /v3/"+name+"/batches/{id}", k.get(s))
		api("GET /v3/"+name+"/statuses", k.statuses(s))
	}
	buy("/v3/video-translations/proofreads", true, s.readProofread, s.createdProofread)
	api("GET /v3/video-translations/proofreads", proofreads.list(s))
	api("DELETE /v3/video-translations/proofreads/{id}", proofreads.on(s))
	s.open("GET /proofreads/{name}", s.proofreadText)
	api("GET /v3/video-translations/proofreads/{id}", proofreads.on(s))
	api("GET /v3/video-translations/proofreads/{id}/srt", s.proofreadTexts)
	api("PUT /v3/video-translations/proofreads/{id}/srt", s.correctProofread)
	buy("/v3/video-translations/proofreads/{id}/generate", true, s.readProofreadFilm, s.createdProofreadFilm)

	buy("/v3/models/videos", true, s.readModelVideo, s.createdModelVideo)
	api("GET /v3/models/videos/{id}", s.modelVideo)
	buy("/v3/background-removals", false, s.readCutout, s.createdCutout)
	api("GET /v3/background-removals", s.listCutouts)
	api("GET /v3/background-removals/{id}", s.readCutoutJob)
	api("DELETE /v3/background-removals/{id}", s.readCutoutJob)

	api("GET /v1/asset/list", s.listAssets)
	api("POST /v1/asset/{id}/delete", s.deleteAsset)
	api("GET /v3/assets", s.listAssetsV3)
	api("POST /v3/assets/direct-uploads", s.once(s.announceUpload))
	api("POST /v3/assets/{id}/complete", s.complete)
	for _, method := range []string{"POST ", "GET ", "DELETE "} {
		api(method+"/v3/assets/{id}/parts", s.parts)
	}
	api("POST /v3/assets/direct-uploads/batches", s.once(s.announceBatch))
	api("POST /v3/assets/complete/batches", s.completeBatch)
	api("GET /v3/assets/batches/{id}", s.uploadBatch)
	api("GET /v3/assets/statuses", s.uploadStatuses)
	api("GET /v3/assets/{id}", s.assetV3)
	api("DELETE /v3/assets/{id}", s.assetV3)
	s.open("PUT /storage/{id}", s.storage)
	s.open("GET /assets/{id}", s.assetFile)
	s.open("GET /previews/{id}", s.preview)
	s.open("GET /pictures/{name}", s.showPicture)
	s.open("GET /pages/{id}", s.showPage)

	api("POST /v1/talking_photo", s.uploadPhoto)
	api("GET /v1/talking_photo.list", s.listPhotos)
	api("DELETE /v2/talking_photo/{id}", s.deletePhotoV2)
	api("POST /v2/photo_avatar/train", s.train)
	api("GET /v2/photo_avatar/train/status/{id}", s.trainStatus)
	api("POST /v2/photo_avatar/avatar_group/create", s.createGroup)
	api("POST /v3/avatars", s.once(s.createAvatarV3))
	api("GET /v3/avatars", s.groupsV3)
	api("GET /v2/avatar_group.list", s.groupsV2)
	api("GET /v3/avatars/looks", s.looksV3)
	api("POST /v3/avatars/looks", s.once(s.createLooks))
	for _, method := range []string{"GET ", "PATCH ", "DELETE "} {
		api(method+"/v3/avatars/looks/{id}", s.lookV3)
		api(method+"/v3/avatars/{id}", s.groupV3)
	}
	api("POST /v3/avatars/{id}/consent", s.once(s.groupV3))
	api("GET /v2/avatar_group/{id}/avatars", s.groupAvatars)
	api("GET /v2/photo_avatar/{id}", s.photoV2)
	api("DELETE /v2/photo_avatar/{id}", s.photoV2)

	api("GET /v3/voices", s.voicesV3)
	api("GET /v3/voices/{id}", s.either("GET /v3/voices/{voice_id}", "voice_id", s.voiceV3))
	api("POST /v3/models/audio/tts", s.paid("v3-speech", s.modelSpeech))
	api("GET /v3/api_keys/self", s.ownKey)
	api("GET /v2/voices/locales", s.locales)
	api("POST /v3/voices/speech", s.paid("v3-speech", s.speechV3))
	api("POST /v1/audio/text_to_speech", s.paid("v1-speech", s.speechV1))
	api("GET /v1/audio/voices", s.audioVoices)
	api("GET /v3/audio/sounds", s.sounds)
	s.open("GET /sounds/{name}", s.soundFile)
	api("GET /v3/users/me", s.me)
	api("GET /v1/user/me", s.meV1)

	api("POST /v1/streaming.new", s.streaming(s.newStream))
	api("POST /v1/streaming.start", s.streaming(s.onStream(s.streamDone)))
	api("POST /v1/streaming.interrupt", s.streaming(s.onStream(s.streamDone)))
	api("POST /v1/streaming.keep_alive", s.streaming(s.onStream(s.streamDone)))
	api("POST /v1/streaming.task", s.streaming(s.onStream(s.streamTask)))
	api("POST /v1/streaming.stop", s.streaming(s.onStream(s.stopStream)))
	api("GET /v1/streaming.list", s.streaming(s.listStreams))
	api("POST /v1/streaming.create_token", s.streaming(s.streamToken))
}
