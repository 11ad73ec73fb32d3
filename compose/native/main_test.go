package native

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "native-footage-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	footageDir = dir
	Presets = append(Presets, lossless)
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}
