//go:build nogcs

package remote

import (
	"context"
	"net/url"

	"gocloud.dev/blob"
)

func openGCS(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, &DownError{"this greenroom was built without Google Cloud Storage"}
}
