package e2etest

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// Marked returns the command lines of living processes whose environment holds a mark. It reads /proc, so that no
// process is found by its name.
func Marked(mark string) map[int]string {
	out := map[int]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, d := range dirs {
		env, err := os.ReadFile(filepath.Join(d, "environ"))
		if err != nil || !bytes.Contains(env, []byte(mark)) {
			continue
		}
		args, _ := os.ReadFile(filepath.Join(d, "cmdline"))
		if pid, _ := strconv.Atoi(filepath.Base(d)); len(args) > 0 { // a zombie has none
			out[pid] = string(bytes.ReplaceAll(args, []byte{0}, []byte{' '}))
		}
	}
	return out
}
