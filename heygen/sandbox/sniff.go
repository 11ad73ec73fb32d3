package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// assetTypes are the content types that uploads may have, with the words of lists for them.
var assetTypes = map[string]string{"image/jpeg": "image", "image/png": "image", "video/mp4": "video",
	"video/webm": "video", "audio/mpeg": "audio", "audio/wav": "audio", "audio/x-wav": "audio",
	"application/pdf": "pdf", "application/x-subrip": "text"}

// otherNames are names of content types that clients use for those above.
var otherNames = map[string]string{
	"image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav",
	"text/srt": "application/x-subrip", "application/srt": "application/x-subrip", "text/plain": "application/x-subrip",
}

// uploadType returns the content type of an upload, and why it is refused; the reason is empty for a good one. The
// bytes decide: a declared type that names no format, as application/octet-stream of most clients, is not compared.
func uploadType(declared string, b []byte) (kind, why string) {
	declared, _, _ = strings.Cut(strings.ToLower(declared), ";")
	if other, ok := otherNames[declared]; ok {
		declared = other
	}
	found := sniff(b)
	if declared == "" || strings.HasSuffix(declared, "/octet-stream") {
		if assetTypes[found] == "" {
			return "", "unsupported content type " + found
		}
		return found, ""
	}
	if assetTypes[declared] == "" {
		return "", "unsupported content type " + declared
	}
	return declared, mismatch(declared, b)
}

// sniff returns the content type of a file by its first bytes.
func sniff(b []byte) string {
	kind, _, _ := strings.Cut(http.DetectContentType(b), ";")
	switch {
	case kind == "text/plain" && bytes.Contains(b, []byte("-->")):
		return "application/x-subrip"
	case len(b) > 12 && string(b[4:8]) == "ftyp":
		return "video/mp4"
	case len(b) > 2 && b[0] == 0xFF && b[1]&0xE6 == 0xE2: // a frame of MPEG layer 3
		return "audio/mpeg"
	}
	if other, ok := otherNames[kind]; ok && kind != "text/plain" {
		return other
	}
	return kind
}

// mismatch returns why content is not of its declared type; empty when it is.
func mismatch(declared string, b []byte) string {
	found := sniff(b)
	kind := assetTypes[found]
	if found == "text/plain" {
		kind = "text"
	}
	if found == declared || kind == assetTypes[declared] && kind != "image" && kind != "video" {
		return ""
	}
	return fmt.Sprintf("content type mismatch: declared %s, detected %s", declared, found)
}
