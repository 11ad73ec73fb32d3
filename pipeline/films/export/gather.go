package export

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"greenroom/assets"
	"greenroom/compose/exchange"
	"greenroom/compose/media"
	"greenroom/compose/native"
	"greenroom/compose/timeline"
	"greenroom/internal/fault"
	"greenroom/pipeline/event"
	"greenroom/pipeline/films"
	"greenroom/pipeline/films/segments"
)

// gatherer finds and makes the files of one film.
type gatherer struct {
	x      *Exporter
	film   films.Film
	files  map[string]exchange.File
	placed map[string]assets.Hash // by the name in the folder of files
}

// gather returns the film with what the format has words for, and its files.
func (g *gatherer) gather(ctx context.Context) (*timeline.Film, []exchange.Loss, error) {
	film := *g.film.Timeline
	film.Media = maps.Clone(film.Media)
	content := maps.Clone(g.film.Content)
	clips := map[string]Clip{}
	for _, key := range slices.Sorted(maps.Keys(film.Media)) {
		if !shows(&film, key) {
			continue
		}
		clip, ok, err := g.x.ProRes(ctx, content[key])
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		m := film.Media[key]
		m.Codec, m.File = "prores", g.x.Store.Path(assets.Hash(clip.Hash))
		film.Media[key], content[key], clips[key] = m, clip.Hash, clip
	}
	adapted, drawings, lost := exchange.Adapt(&film, g.x.Format)
	adapted.Media = maps.Clone(adapted.Media)
	for i, d := range drawings {
		g.x.Emit(event.Event{Clip: g.film.Name.Name, Stage: "export", State: event.Progress, Done: int64(i),
			Total: int64(len(drawings))})
		if err := g.draw(ctx, adapted, d, content); err != nil {
			return nil, nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(adapted.Media)) {
		if strings.HasPrefix(key, exchange.DrawnPrefix) || !shows(adapted, key) {
			continue
		}
		name := clips[key].Name
		if name == "" {
			name = nameOf(adapted, key)
		}
		if err := g.add(ctx, adapted, key, name, assets.Hash(content[key]), adapted.Media[key]); err != nil {
			return nil, nil, err
		}
	}
	return adapted, lost, nil
}

// nameOf returns the name of the first layer or sound that shows a file: films know files by their content.
func nameOf(f *timeline.Film, key string) string {
	name := key
	for _, s := range slices.Backward(f.Sounds) {
		if s.Media == key {
			name = s.ID
		}
	}
	for _, l := range slices.Backward(f.Layers) {
		if l.Video != nil && l.Video.Media == key || l.Picture != nil && l.Picture.Media == key {
			name = l.ID
		}
	}
	return strings.TrimSuffix(name, path.Ext(name))
}

// shows reports whether a film shows or plays a file. Fonts are not files of a project.
func shows(f *timeline.Film, key string) bool {
	return slices.ContainsFunc(f.Sounds, func(s timeline.Sound) bool { return s.Media == key }) ||
		slices.ContainsFunc(f.Layers, func(l timeline.Layer) bool {
			return l.Video != nil && l.Video.Media == key || l.Picture != nil && l.Picture.Media == key
		})
}

// draw makes the file of a drawing and adds it.
func (g *gatherer) draw(ctx context.Context, film *timeline.Film, d exchange.Drawing, content map[string]string) error {
	preset, err := native.PresetFor("prores4444", "drawing.mov", true)
	if err != nil {
		return err
	}
	d.Film.Media = maps.Clone(d.Film.Media)
	used := map[string]string{}
	for key := range d.Film.Media {
		used[key] = content[key]
		if was, ok := g.film.Timeline.Media[key]; ok { // as the film is rendered, not as editors read it
			d.Film.Media[key], used[key] = was, g.film.Content[key]
		}
	}
	r, err := g.x.Maker.Draw(ctx, segments.Film{Timeline: d.Film, Content: used,
		Encoding: segments.Encoding{Preset: preset, FFmpeg: g.x.Tools.Version}}, d.Still, nil)
	if err != nil {
		return err
	}
	m := timeline.Media{
		Public: "drawn" + preset.PartExt(), Width: d.Film.Width, Height: d.Film.Height, Alpha: true,
	}
	if d.Still {
		m.Public = "drawn" + native.StillExt
	} else {
		m.Codec, m.Seconds = "prores", d.Film.FPS.Seconds(d.Film.Frames)
	}
	return g.add(ctx, film, d.Key, d.Name, assets.Hash(r.Hash), m)
}

// add adds a file under a name that is made of its content.
func (g *gatherer) add(
	ctx context.Context, film *timeline.Film, key, name string, hash assets.Hash, m timeline.Media,
) error {
	if g.x.Store.Condition(hash, -1) != assets.Intact {
		return fault.New(fault.Failed, "run `greenroom build --verify`, which restores it, and export again",
			"the file of %q is missing in the store, or is damaged", name)
	}
	m.File = g.x.Store.Path(hash)
	file := exchange.File{Name: name}
	if m.Seconds > 0 {
		if err := g.probe(ctx, m, &file); err != nil {
			return err
		}
	}
	ext := strings.ToLower(path.Ext(m.Public))
	if m.Codec == "prores" {
		ext = ".mov"
	}
	short := fileName(name) + "." + string(hash[:8]) + ext
	file.Path = MediaFolder + "/" + short
	film.Media[key] = m
	g.files[key], g.placed[short] = file, hash
	return nil
}

// probe reads what projects contain of a video or a sound.
func (g *gatherer) probe(ctx context.Context, m timeline.Media, file *exchange.File) (err error) {
	if m.Width == 0 {
		file.Channels, err = g.x.probes.Channels(ctx, g.x.Tools, m, file.Name)
		return err
	}
	info, err := media.Probe(ctx, g.x.Tools, m.File)
	if err != nil {
		return err
	}
	file.Rate = timeline.Rate{Num: info.FPSNum, Den: max(1, info.FPSDen)}
	file.Channels, file.SampleRate = info.AudioChannels, info.AudioRate
	return nil
}

// fileName makes a name for files of a name for people: lower-case letters, digits and hyphens.
func fileName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	const longest = 40
	out := strings.Trim(b.String(), "-")
	if len(out) > longest {
		out = strings.Trim(out[:longest], "-")
	}
	if out == "" {
		return "file"
	}
	return out
}
