// Package session has the names that ffmpeg-go needs of the first AWS client.
package session

import (
	"errors"

	"github.com/aws/aws-sdk-go/aws"
)

// Session is unused.
type Session struct{}

// NewSession always fails: this program writes no output to S3 through ffmpeg.
func NewSession(...*aws.Config) (*Session, error) {
	return nil, errors.New("outputs named s3:// are not supported")
}
