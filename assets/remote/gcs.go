//go:build !nogcs

// gs://. Google's client is half of the binary; -tags nogcs leaves it out.

package remote

import (
	"context"
	"net/url"
	"os"
	"strconv"

	"gocloud.dev/blob"
	"gocloud.dev/blob/gcsblob"
	"gocloud.dev/gcp"
)

// openGCS opens a bucket of Google Cloud Storage. The library's own opener goes on
// without credentials, with a line on stdout and a puzzling error at the first use.
func openGCS(ctx context.Context, u *url.URL) (*blob.Bucket, error) {
	anonymous, _ := strconv.ParseBool(u.Query().Get("anonymous"))
	if anonymous || u.Query().Get("access_id") == "-" || os.Getenv("STORAGE_EMULATOR_HOST") != "" {
		return (&gcsblob.URLOpener{Client: gcp.NewAnonymousHTTPClient(gcp.DefaultTransport())}).OpenBucketURL(ctx, u)
	}
	creds, err := gcp.DefaultCredentials(ctx)
	if err != nil {
		return nil, &DownError{"no Google credentials are found; set GOOGLE_APPLICATION_CREDENTIALS, run `gcloud auth application-default login`, or add ?anonymous=true for a public bucket (" + scrub(err) + ")"}
	}
	client, err := gcp.NewHTTPClient(gcp.DefaultTransport(), creds.TokenSource)
	if err != nil {
		return nil, err
	}
	return (&gcsblob.URLOpener{Client: client, TokenSource: gcp.CredentialsTokenSource(creds)}).OpenBucketURL(ctx, u)
}
