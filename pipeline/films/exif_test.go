package films

import (
	"bytes"
	"testing"
)

func TestOrientation(t *testing.T) {
	little := []byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\xff\xda")
	big := []byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x08\x00\x00\x00\x00\x00\x00\xff\xda")
	for want, b := range map[int][]byte{6: little, 8: big, 1: []byte("\x89PNG\r\n\x1a\n")} {
		if got := orientation(bytes.NewReader(b)); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
	for n := range little { // cut anywhere, it is upright or turned, never a panic
		orientation(bytes.NewReader(little[:n]))
	}
}
