package marks

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/webp"
)

// made returns a file that ffmpeg made of a test picture.
func made(t testing.TB, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args = append([]string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=1"}, append(args, path)...)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

func pictures(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	img := image.NewNRGBA(image.Rect(0, 0, 33, 17))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	img.Set(3, 3, color.NRGBA{1, 2, 3, 100})
	var p, j bytes.Buffer
	if err := png.Encode(&p, img); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&j, img, nil); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"a.png": p.Bytes(), "a.jpg": j.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// decoded returns the pixels of a picture.
func decoded(t testing.TB, path string) image.Image {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decode := map[string]func(*bytes.Reader) (image.Image, error){
		".png":  func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) },
		".jpg":  func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) },
		".webp": func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) },
	}[filepath.Ext(path)]
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return img
}

func TestMarkedPicturesHaveTheSamePixels(t *testing.T) {
	t.Parallel()
	dir := pictures(t)
	for _, path := range []string{
		filepath.Join(dir, "a.png"), filepath.Join(dir, "a.jpg"), made(t, "lossy.webp", "-frames:v", "1"),
		made(t, "alpha.webp", "-frames:v", "1", "-vf", "format=yuva420p,colorchannelmixer=aa=0.5"),
		made(t, "lossless.webp", "-frames:v", "1", "-lossless", "1"),
		made(t, "lossless-alpha.webp", "-frames:v", "1", "-vf", "format=bgra,colorchannelmixer=aa=0.5", "-lossless", "1"),
	} {
		before := decoded(t, path)
		for _, s := range []Source{Generated, Composite} { // the second mark replaces the first
			if err := Write(path, s); err != nil {
				t.Fatal(err)
			}
			got, err := Read(path)
			if err != nil || got != (Found{Source: s}) {
				t.Errorf("%s: %+v %v", path, got, err)
			}
			b, err := os.ReadFile(path)
			if err != nil || bytes.Count(b, []byte("DigitalSourceType>http")) != 1 {
				t.Errorf("%s: %v, %d marks", path, err, bytes.Count(b, []byte("DigitalSourceType>http")))
			}
		}
		after := decoded(t, path)
		for y := range before.Bounds().Dy() {
			for x := range before.Bounds().Dx() {
				if before.At(x, y) != after.At(x, y) {
					t.Fatalf("%s: pixel %d,%d changed", path, x, y)
				}
			}
		}
		if out, err := exec.Command("ffmpeg", "-v", "error", "-i", path, "-f", "null", "-").CombinedOutput(); err != nil ||
			len(out) > 0 {
			t.Errorf("ffmpeg: %s: %v %s", path, err, out)
		}
	}
}

func TestMarkedFilmsKeepEveryByte(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		made(t, "a.mp4", "-c:v", "libx264", "-movflags", "+faststart"), made(t, "a.mov", "-c:v", "prores_ks"),
		made(t, "frag.mp4", "-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"),
	} {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := Write(path, Composite); err != nil {
				t.Fatal(err)
			}
		}
		after, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(after, before) {
			t.Errorf("%s: bytes of the film changed: %v", path, err)
		}
		if n := bytes.Count(after, []byte("<?xpacket begin")); n != 1 {
			t.Errorf("%s: %d packets", path, n)
		}
		got, err := Read(path)
		if err != nil || got != (Found{Source: Composite}) {
			t.Errorf("%s: %+v %v", path, got, err)
		}
		if out, err := exec.Command("ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "null", "-").CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", path, err, out)
		}
	}
}

// TestMatroskaTag reads what ffmpeg writes with Metadata, also with ffprobe.
func TestMatroskaTag(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"a.webm", "a.mkv"} {
		path := made(t, file, append([]string{"-c:v", "libvpx-vp9"}, Metadata(Generated)...)...)
		got, err := Read(path)
		if err != nil || got != (Found{Source: Generated}) {
			t.Errorf("%s: %+v %v", file, got, err)
		}
		out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "format_tags", path).CombinedOutput()
		if err != nil || !strings.Contains(string(out), Generated.URL()) {
			t.Errorf("%s: %v %s", file, err, out)
		}
	}
	if got, err := Read(made(t, "plain.webm", "-c:v", "libvpx-vp9")); err != nil || got != (Found{}) {
		t.Errorf("%+v %v", got, err)
	}
}

// TestProvidersMarks: XMP of others, as an attribute, and manifests of C2PA.
func TestProvidersMarks(t *testing.T) {
	t.Parallel()
	path := made(t, "a.mp4", "-c:v", "libx264")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	xmp := `<rdf:Description Iptc4xmpExt:DigitalSourceType="https://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"/>`
	for uuid, body := range map[[16]byte]string{xmpBox: xmp, c2paBox: "manifest"} {
		b := binary.BigEndian.AppendUint32(nil, uint32(24+len(body)))
		if _, err := f.Write(append(append(append(b, "uuid"...), uuid[:]...), body...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path); err != nil || got != (Found{"algorithmicMedia", true}) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestFilesThatCannotBeMarked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"empty.png": "", "empty.mp4": "", "text.png": "hello hello hello hello", "cut.mp4": "\x00\x00\x01\x00ftypisom",
		"open.mp4": "\x00\x00\x00\x00mdat", "text.webp": "hello hello hello", "cut.jpg": "\xff\xd8\xff\xe0\x00\x20JF",
		"none.webp": "RIFF\x04\x00\x00\x00WEBP", "film.webm": ebmlMagic, "text.wav": "hello hello hello",
		"cut.wav": "RIFF\x20\x00\x00\x00WAVEdata\x20\x00\x00\x00ab", "picture.wav": "RIFF\x04\x00\x00\x00WEBP",
		"text.mp3": "hello hello hello", "cut.mp3": "ID3\x04\x00\x00\x00\x00\x10\x00abc", "old.mp3": "ID3\x02\x00\x00\x00\x00\x00\x00\xff\xfb",
		"packed.mp3": "ID3\x04\x00\x80\x00\x00\x00\x00\xff\xfb", "large.mp3": "ID3\x04\x00\x00\x7f\x7f\x7f\x7f\xff\xfb",
		"frame.mp3": "ID3\x03\x00\x00\x00\x00\x00\x0cTIT2\xff\xff\xff\xff\x00\x00ab\xff\xfb",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := Write(path, Generated)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		b, _ := os.ReadFile(path)
		if string(b) != text {
			t.Errorf("%s was changed", name)
		}
	}
	if _, err := Read(dir); err == nil {
		t.Error("a folder was read")
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{pngMagic, "RIFF\x04\x00\x00\x00WEBP", "\xff\xd8\xff\xda", ebmlMagic + "\x80", "\x00\x00\x00\x08free",
		"RIFF\x04\x00\x00\x00WAVE", "ID3\x04\x00\x00\x00\x00\x0bPRIV\x00\x00\x00\x01\x00\x00a\xff\xfb", "PK\x03\x04"} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, ext := range []string{".mp4", ".png", ".webp", ".jpg", ".wav", ".mp3"} {
			path := filepath.Join(dir, "a"+ext)
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Read(path); err != nil {
				t.Fatal(err)
			}
			_ = Write(path, Generated) // must not panic
		}
	})
}
