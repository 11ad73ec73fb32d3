package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"greenroom/compose/media"
	"greenroom/internal/atomicfile"
)

// toolsFile remembers which ffmpeg was found, so that a run with nothing to do
// starts no process: the program's path, size and time stand for its version.
const toolsFile = "tools.json"

type toolsRecord struct {
	Tools media.Tools `json:"tools"`
	Stamp string      `json:"stamp"`
}

func stamp(paths ...string) (string, error) {
	s := ""
	for _, p := range paths {
		fi, err := os.Stat(p)
		if err != nil {
			return "", err
		}
		s += fmt.Sprintf("%s %d %d;", p, fi.Size(), fi.ModTime().UnixNano())
	}
	return s, nil
}

// tools finds ffmpeg and ffprobe, from the record when both are unchanged.
func (p *Project) tools(ctx context.Context) (media.Tools, error) {
	p.toolsMu.Lock()
	defer p.toolsMu.Unlock()
	if p.toolsFound.FFmpeg != "" {
		return p.toolsFound, nil
	}
	path := filepath.Join(p.state, toolsFile)
	var rec toolsRecord
	if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &rec) == nil && p.sameTools(rec) {
		p.toolsFound = rec.Tools
		return rec.Tools, nil
	}
	t, err := media.FindTools(ctx, p.o.LookPath)
	if err != nil {
		return media.Tools{}, err
	}
	p.toolsFound = t
	if s, err := stamp(t.FFmpeg, t.FFprobe); err == nil {
		if b, err := json.Marshal(toolsRecord{t, s}); err == nil {
			_, _ = atomicfile.WriteBytes(path, 0o600, b) // only a memory: the next run asks again
		}
	}
	return t, nil
}

// sameTools checks that the search path still leads to the recorded programs
// and that nobody replaced them.
func (p *Project) sameTools(rec toolsRecord) bool {
	for name, want := range map[string]string{"ffmpeg": rec.Tools.FFmpeg, "ffprobe": rec.Tools.FFprobe} {
		got, err := p.o.LookPath(name)
		if err != nil {
			return false
		}
		if abs, err := filepath.Abs(got); err != nil || abs != want {
			return false
		}
	}
	s, err := stamp(rec.Tools.FFmpeg, rec.Tools.FFprobe)
	return err == nil && s == rec.Stamp
}
