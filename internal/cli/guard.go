package cli

import (
	"io"
	"net/url"

	"greenroom/internal/outside"
)

// keyVariables are the variables whose values this process uses as secrets. Their values
// are never printed, also where a server sends them back.
var keyVariables = []string{"HEYGEN_API_KEY", "HEYGEN_ACCESS_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_STORAGE_KEY"}

// addressVariables are addresses that may hold a password.
var addressVariables = []string{
	"HEYGEN_API_BASE", "GREENROOM_CACHE_URL",
	"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy",
}

// guardOutput makes stdout and stderr safe: secrets of the environment are hidden from here on, and no printed text
// can control the terminal or the CI system that reads it.
func (e *env) guardOutput() {
	for _, name := range keyVariables {
		outside.Know(e.Getenv(name))
	}
	for _, name := range addressVariables {
		if u, err := url.Parse(e.Getenv(name)); err == nil && u.User != nil {
			password, _ := u.User.Password()
			outside.Know(password)
		}
	}
	e.raw = e.Stderr
	safe := outside.NewWriter(e.Stderr)
	safe.Colors = e.terminal
	e.Stderr, e.Stdout = safe, outside.NewWriter(e.Stdout)
}

// unguarded returns stderr without the guard, for text that has no outside words or escapes them itself: progress
// bars, keys and annotations.
func (e *env) unguarded() io.Writer {
	if e.raw != nil {
		return e.raw
	}
	return e.Stderr
}
