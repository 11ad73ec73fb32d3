// Package aws has the names that ffmpeg-go needs of the first AWS client.
package aws

// Config is unused.
type Config struct{}
