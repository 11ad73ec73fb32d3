package publishing

import (
	"greenroom/compose/media/forms"
	"greenroom/pipeline/captions"
	"greenroom/remotion"
)

// member is where the props name a rendition.
func member(r *remotion.Renditions, name string) *string {
	return map[string]*string{
		forms.ProRes: &r.ProRes, forms.HEVC: &r.HEVC, forms.Stacked: &r.Stacked, forms.PNG: &r.PNG,
		forms.Preview: &r.Preview, forms.Proxy: &r.Proxy,
		forms.Storyboard: &r.Storyboard, forms.StoryboardPicture: &r.StoryboardPicture,
		forms.WaveformPicture: &r.WaveformPicture,
		forms.Audio:           &r.Audio, forms.WAV: &r.AudioWAV, forms.MP3: &r.AudioMP3,
		captions.SRT: &r.CaptionsSRT, captions.VTT: &r.CaptionsVTT, captions.ASS: &r.CaptionsASS,
	}[name]
}
