// Package s3manager has the names that ffmpeg-go needs of the first AWS client.
package s3manager

import (
	"errors"
	"io"

	"github.com/aws/aws-sdk-go/aws/session"
)

// Uploader never uploads.
type Uploader struct{}

// UploadInput names an upload.
type UploadInput struct {
	Bucket, Key *string
	Body        io.Reader
}

// NewUploader returns an Uploader.
func NewUploader(*session.Session) *Uploader { return &Uploader{} }

// Upload reads the body to its end, so that its writer is not blocked, and fails.
func (*Uploader) Upload(in *UploadInput) (any, error) {
	_, _ = io.Copy(io.Discard, in.Body)
	return nil, errors.New("outputs named s3:// are not supported")
}
