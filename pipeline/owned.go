package pipeline

import (
	"context"
	"path/filepath"
	"strings"

	"greenroom/remotion/scaffold"
)

// OwnedFiles compares greenroom's own files in the Remotion project, such as AvatarClip.tsx, with this version's. It
// returns nil where there are none, and where a newer greenroom wrote them: its files are right for the user's other
// machines, and must not be replaced by older ones.
func (p *Project) OwnedFiles() (*scaffold.Comparison, error) {
	c, err := scaffold.Compare(p.Manifest.Remotion)
	if err != nil || c == nil || c.NewerThan(p.o.Version) {
		return nil, err
	}
	return c, nil
}

// ownedCurrent reports that a build has none of greenroom's own files to write. What cannot be read is left to the
// build, which reports it.
func (p *Project) ownedCurrent() bool {
	c, err := p.OwnedFiles()
	return err == nil && (c == nil || len(c.Behind()) == 0)
}

// restoreOwned writes those of greenroom's own files that are missing or of an older version. Files that the user
// changed are kept. A failure is a warning: the clips are right without them.
func (p *Project) restoreOwned(ctx context.Context) {
	c, err := p.OwnedFiles()
	if err == nil && (c == nil || len(c.Behind()) == 0) {
		return
	}
	var done []string
	if err == nil {
		done, err = c.Update(p.o.Version, false)
	}
	if len(done) > 0 {
		p.Send(ctx, Event{Stage: "publish", State: Done, Message: "greenroom's own files, now of this version: " + strings.Join(done, ", ")})
	}
	if err != nil {
		p.Send(ctx, Event{Stage: "publish", State: Warned, Message: "greenroom's own files are not of this version: " + err.Error()})
	}
}

// eachOwned calls add with each of greenroom's own files that is there.
func (p *Project) eachOwned(add func(path string)) {
	for _, name := range scaffold.Present(p.Manifest.Remotion) {
		add(filepath.Join(p.Path(p.SourceDir()), name))
	}
}
