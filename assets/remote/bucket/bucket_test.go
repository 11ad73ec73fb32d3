//go:build unix

package bucket

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// server starts a program that .ci/setup builds for the tests, and waits until it answers.
func server(t *testing.T, folder, name, address, ready string, args ...string) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(cache, "greenroom-ci", folder, name), args...)
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s does not start; run .ci/setup test: %v", name, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+ready, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%s did not answer", name)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func openedS3(t *testing.T, bucket string) Bucket {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "tester")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "clips"), 0o755); err != nil {
		t.Fatal(err)
	}
	address := freePort(t)
	server(t, "versitygw-v1.8.0", "versitygw", address, "/", "--access", "tester", "--secret", "not-a-secret", "--port",
		address,
		"--quiet", "posix", "--sidecar", t.TempDir(), root)
	return opened(t, "s3://"+bucket+"/a%20team?region=us-east-1&use_path_style=true&endpoint=http://"+address)
}

func openedGCS(t *testing.T, bucket string) Bucket {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "clips"), 0o755); err != nil {
		t.Fatal(err)
	}
	address := freePort(t)
	host, port, _ := strings.Cut(address, ":")
	server(t, "fake-gcs-server-v1.52.3", "fake-gcs-server", address, "/storage/v1/b/clips", "-scheme", "http", "-host",
		host, "-port", port,
		"-backend", "filesystem", "-filesystem-root", root, "-public-host", address, "-external-url", "http://"+address,
		"-log-level", "error")
	t.Setenv("STORAGE_EMULATOR_HOST", address)
	return opened(t, "gs://"+bucket+"/a%20team")
}

// TestEveryBucketKeepsTheContract: a folder, a real S3 server and a real server of Google's protocol behave alike.
func TestEveryBucketKeepsTheContract(t *testing.T) {
	for name, opened := range map[string]func(*testing.T) Bucket{
		"folder": func(t *testing.T) Bucket {
			b, err := OpenFolder(filepath.Join(t.TempDir(), "new"), true)
			if err != nil {
				t.Fatal(err)
			}
			return prefixed{b, "a team/"}
		},
		"s3": func(t *testing.T) Bucket { return openedS3(t, "clips") },
		"gs": func(t *testing.T) Bucket { return openedGCS(t, "clips") },
	} {
		t.Run(name, func(t *testing.T) { contract(t, opened(t)) })
	}
}

func contract(t *testing.T, b Bucket) {
	ctx := t.Context()
	if ok, err := b.Exists(ctx); err != nil || !ok {
		t.Errorf("the bucket exists: %v, %v", ok, err)
	}
	for name, text := range map[string][]byte{
		"empty": {}, "small": []byte("one"), "one part": bytes.Repeat([]byte("greenroom"), PartSize/9+1)[:PartSize],
		"parts": bytes.Repeat([]byte("greenroom "), PartSize/4),
	} {
		key := "sha256/ab/" + strings.ReplaceAll(name, " ", "-")
		if _, err := b.Stat(ctx, key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: stat before it is there: %v", name, err)
		}
		if _, _, err := b.Read(ctx, key, 0); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: read before it is there: %v", name, err)
		}
		broken := io.MultiReader(bytes.NewReader(text), iotest.ErrReader(io.ErrNoProgress))
		if err := b.Write(ctx, key, broken, false); !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("%s: a source that fails: %v", name, err)
		}
		if _, err := b.Stat(ctx, key); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a failed write is visible: %v", name, err)
		}
		if err := b.Write(ctx, key, bytes.NewReader(text), false); err != nil {
			t.Fatalf("%s: write: %v", name, err)
		}
		info, err := b.Stat(ctx, key)
		if err != nil || info.Size != int64(len(text)) {
			t.Errorf("%s: stat reports %d bytes of %d, %v", name, info.Size, len(text), err)
		}
		if sum := md5.Sum(text); len(info.MD5) > 0 && !bytes.Equal(info.MD5, sum[:]) {
			t.Errorf("%s: the checksum is %x, not %x", name, info.MD5, sum)
		}
		for _, from := range []int{0, len(text) / 2} {
			readBack(t, b, key, text, from)
		}
		// The server of Google's protocol ignores conditions of uploads in parts; TestTheRestOfAPartIsSent reads the
		// request.
		if _, google := b.(prefixed).Bucket.(*gcsBucket); !google || len(text) <= PartSize {
			if err := b.Write(ctx, key, bytes.NewReader(text), false); !errors.Is(err, fs.ErrExist) {
				t.Errorf("%s: a second write: %v", name, err)
			}
			readBack(t, b, key, text, 0)
		}
		if err := b.Write(ctx, key, strings.NewReader("replaced"), true); err != nil {
			t.Errorf("%s: replace: %v", name, err)
		}
		readBack(t, b, key, []byte("replaced"), 0)
	}
}

func readBack(t *testing.T, b Bucket, key string, want []byte, from int) {
	t.Helper()
	r, size, err := b.Read(t.Context(), key, int64(from))
	if err != nil {
		t.Errorf("read %s from %d: %v", key, from, err)
		return
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want[from:]) || size != int64(len(want)) {
		t.Errorf("read %s from %d: %d bytes of %d, size %d: %v", key, from, len(got), len(want)-from, size, err)
	}
}

func TestABucketThatDoesNotExist(t *testing.T) {
	for name, b := range map[string]Bucket{"s3": openedS3(t, "nowhere"), "gs": openedGCS(t, "nowhere")} {
		if ok, err := b.Exists(t.Context()); ok || err != nil {
			t.Errorf("%s: exists: %v, %v", name, ok, err)
		}
		if err := b.Write(t.Context(), "sha256/ab/x", strings.NewReader("x"), false); err == nil {
			t.Errorf("%s: a write succeeded", name)
		}
	}
}

// TestParameters: an address with an unknown parameter is refused, as a misspelt region would be ignored.
func TestParameters(t *testing.T) {
	t.Setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:1")
	for address, want := range map[string]string{
		"s3://clips?regoin=x":                              `unknown query parameter "regoin"`,
		"s3://clips?use_path_style=maybe":                  "use_path_style must be true or false",
		"s3://clips?ssetype=rot13":                         `unknown value "rot13"`,
		"s3://clips?role=admin":                            "must be an ARN",
		"s3://clips?rate_limiter_capacity=many":            "must be a number",
		"s3://clips?request_checksum_calculation=always":   "when_supported or when_required",
		"s3://clips?response_checksum_validation=always":   "when_supported or when_required",
		"gs://clips?grpc=true":                             `unknown query parameter "grpc"`,
		"gs://clips?anonymous=perhaps":                     "anonymous must be true or false",
		"azblob://clips":                                   "unsupported address",
		"s3://clips?ssetype=aws:kms&kmskeyid=k&region=a-1": "",
		"s3://clips?profile=&anonymous=true&dualstack=true&fips=true&accelerate=true&disable_https=true&awssdk=v2": "",
		"s3://clips?role=arn:aws:iam::1:role/x&region=a-1&rate_limiter_capacity=20&hostname_immutable=true":        "",
		"gs://clips?access_id=-": "",
		"gs://clips?anonymous=true&universe_domain=example.org&private_key_path=": "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), u)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}
