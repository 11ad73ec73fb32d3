package bucket

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"greenroom/internal/netutil"
)

// gcsBucket speaks the JSON API of Google Cloud Storage (https://cloud.google.com/storage/docs/json_api/v1). Google's
// clients link gRPC: cloud.google.com/go/storage adds 8 MB to the program, and even google.golang.org/api/storage/v1
// imports 64 packages of it, for the type of an option.
type gcsBucket struct {
	client      *http.Client
	connections *http.Transport // below the client, which may add credentials
	base        string          // scheme and host
	name        string
}

// CredentialsError reports that no Google credentials are found.
type CredentialsError struct{ Err error }

func (e *CredentialsError) Error() string {
	return "no Google credentials are found; set GOOGLE_APPLICATION_CREDENTIALS, " +
		"run `gcloud auth application-default login`, or add ?anonymous=true for a public bucket (" + e.Err.Error() + ")"
}

// gcsParameters are what the query of a gs:// address may hold, with the names of gocloud.dev, which read these
// addresses before. private_key_path only signed URLs, which greenroom never does.
var gcsParameters = []string{"access_id", "anonymous", "private_key_path", "universe_domain"}

func openGCS(ctx context.Context, name string, q url.Values) (Bucket, error) {
	for key := range q {
		if !slices.Contains(gcsParameters, key) {
			return nil, fmt.Errorf("unknown query parameter %q: there are %s", key, strings.Join(gcsParameters, ", "))
		}
	}
	anonymous, err := boolParameter(q, "anonymous")
	if err != nil {
		return nil, err
	}
	// An answer must come as the bytes that are stored, never packed on the way.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true
	transport.OnProxyConnectResponse = netutil.TunnelAnswer
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	b := &gcsBucket{client: client, connections: transport, name: name}
	domain := q.Get("universe_domain")
	if emulator := os.Getenv("STORAGE_EMULATOR_HOST"); emulator != "" {
		if !strings.Contains(emulator, "://") {
			emulator = "http://" + emulator
		}
		b.base = strings.TrimSuffix(strings.TrimSuffix(emulator, "/"), "/storage/v1")
		return b, nil
	}
	if !anonymous && q.Get("access_id") != "-" {
		credentials, err := google.FindDefaultCredentialsWithParams(ctx, google.CredentialsParams{
			Scopes: []string{"https://www.googleapis.com/auth/cloud-platform"}, UniverseDomain: domain,
		})
		if err != nil {
			return nil, &CredentialsError{err}
		}
		b.client.Transport = &oauth2.Transport{Base: transport, Source: credentials.TokenSource}
		if domain == "" {
			domain, _ = credentials.GetUniverseDomain() // Google's own when it cannot be asked
		}
	}
	if domain == "" {
		domain = "googleapis.com"
	}
	b.base = "https://storage." + domain
	return b, nil
}

func (b *gcsBucket) Close() { b.connections.CloseIdleConnections() }

// object is the address of an object below the API's path.
func (b *gcsBucket) object(key, query string) string {
	return b.base + "/storage/v1/b/" + url.PathEscape(b.name) + "/o/" + url.PathEscape(key) + query
}

func (b *gcsBucket) Stat(ctx context.Context, key string) (Info, error) {
	res, err := b.get(ctx, b.object(key, "?fields=size,md5Hash"), "")
	if err != nil {
		return Info{}, err
	}
	defer res.Body.Close()
	var out struct {
		Size    int64  `json:"size,string"`
		MD5Hash string `json:"md5Hash"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&out); err != nil {
		return Info{}, fmt.Errorf("read the description of an object: %w", err)
	}
	sum, err := base64.StdEncoding.DecodeString(out.MD5Hash)
	if err != nil || len(sum) == 0 { // an object composed of others has none
		return Info{Size: out.Size}, nil
	}
	return Info{Size: out.Size, MD5: sum}, nil
}

func (b *gcsBucket) Read(ctx context.Context, key string, from int64) (io.ReadCloser, int64, error) {
	span := ""
	if from > 0 {
		span = "bytes=" + strconv.FormatInt(from, 10) + "-"
	}
	res, err := b.get(ctx, b.object(key, "?alt=media"), span)
	if err != nil {
		return nil, 0, err
	}
	size, err := completeSize(res.ContentLength, res.Header.Get("Content-Range"), from)
	if err != nil {
		res.Body.Close()
		return nil, 0, err
	}
	return res.Body, size, nil
}

// Exists lists at most one object: reading the bucket itself needs a right that readers of objects do not have.
func (b *gcsBucket) Exists(ctx context.Context) (bool, error) {
	res, err := b.get(ctx, b.base+"/storage/v1/b/"+url.PathEscape(b.name)+"/o?maxResults=1&fields=nextPageToken", "")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, res.Body.Close()
}
