package value

import (
	"path/filepath"
	"strings"
)

// Kinds of media.
const (
	Image = "image"
	Video = "video"
	Audio = "audio"
)

// MediaKind returns the kind of a media file by the end of its name; empty for other files.
func MediaKind(file string) string {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".png", ".jpg", ".jpeg", ".webp":
		return Image
	case ".mp4", ".m4v", ".mov", ".webm", ".mkv":
		return Video
	case ".wav", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".aif", ".aiff":
		return Audio
	}
	return ""
}
