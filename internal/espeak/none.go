//go:build !((linux || darwin) && (amd64 || arm64)) || static

package espeak

import (
	"context"
	"errors"
)

var errNone = errors.New("this build of greenroom does not load libraries")

func library() (string, error) { return "", errNone }

func say(context.Context, Speech) (*Sound, error) { return nil, errNone }
