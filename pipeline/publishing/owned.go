package publishing

import (
	"context"
	"path/filepath"
	"strings"

	"greenroom/pipeline/event"
	"greenroom/remotion/scaffold"
)

// OwnedFiles compares greenroom's own files in the Remotion project, such as AvatarClip.tsx, with this version's. It
// returns nil where there are none, and where a newer greenroom wrote them: its files are right for the user's other
// machines, and must not be replaced by older ones.
func (pb *Publisher) OwnedFiles() (*scaffold.Comparison, error) {
	c, err := scaffold.Compare(pb.disk.Manifest.Remotion)
	if err != nil || c == nil || c.NewerThan(pb.version) {
		return nil, err
	}
	return c, nil
}

// OwnedCurrent reports that a build has none of greenroom's own files to write. What cannot be read is left to the
// build, which reports it.
func (pb *Publisher) OwnedCurrent() bool {
	c, err := pb.OwnedFiles()
	return err == nil && (c == nil || len(c.Outdated()) == 0)
}

// restoreOwned writes those of greenroom's own files that are missing or of an older version. Files that the user
// changed are kept. A failure is a warning: the clips are right without them.
func (pb *Publisher) restoreOwned(ctx context.Context) {
	c, err := pb.OwnedFiles()
	if err == nil && (c == nil || len(c.Outdated()) == 0) {
		return
	}
	var done []string
	if err == nil {
		done, err = c.Update(pb.version, false)
	}
	if len(done) > 0 {
		pb.disk.Send(ctx, event.Event{Stage: "publish", State: event.Done, Message: "greenroom's own files, now of this version: " + strings.Join(done, ", ")})
	}
	if err != nil {
		pb.disk.Send(ctx, event.Event{Stage: "publish", State: event.Warned, Message: "greenroom's own files are not of this version: " + err.Error()})
	}
}

// EachOwned calls add with each of greenroom's own files that is there.
func (pb *Publisher) EachOwned(add func(path string)) {
	for _, name := range scaffold.Present(pb.disk.Manifest.Remotion) {
		add(filepath.Join(pb.disk.Path(pb.disk.SourceDir()), name))
	}
}
