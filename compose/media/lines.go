package media

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"

	"greenroom/internal/proc"
)

// runLines runs a program and calls visit with each line of its output. When a line is too long for the
// scanner, the rest of the output is read and dropped: a full pipe would block the program.
func runLines(ctx context.Context, c proc.Cmd, visit func(line string)) (proc.Result, error) {
	r, w := io.Pipe()
	c.Stdout = w
	type result struct {
		proc.Result
		err error
	}
	done := make(chan result, 1)
	go func() {
		res, err := proc.Run(ctx, c)
		w.Close() // ends the loop below
		done <- result{res, err}
	}()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		visit(lines.Text())
	}
	_, _ = io.Copy(io.Discard, r)
	res := <-done
	return res.Result, res.err
}

// probePackets runs ffprobe without decoding and calls visit for each line, a packet or a stream, with its
// fields. stream is ffprobe's specifier, such as a:0, or "" for all; entries are those of -show_entries.
func probePackets(ctx context.Context, t Tools, path, stream, entries string, visit func(fields [][2]string)) error {
	args := []string{"-v", "error"}
	if stream != "" {
		args = append(args, "-select_streams", stream)
	}
	args = append(append(args, "-show_entries", entries, "-of", "compact=p=0"), inputArgs(path, "")...)
	var fields [][2]string
	_, err := runLines(ctx, proc.Cmd{Path: t.FFprobe, Args: args, Timeout: 5 * time.Minute}, func(line string) {
		fields = fields[:0]
		for f := range strings.SplitSeq(line, "|") {
			k, v, _ := strings.Cut(f, "=")
			fields = append(fields, [2]string{k, v})
		}
		visit(fields)
	})
	return err
}
