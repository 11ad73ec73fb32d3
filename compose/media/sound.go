package media

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"greenroom/internal/fault"
)

// SoundInfo is what a file's first sound stream is.
type SoundInfo struct {
	Codec   string  // in ffprobe's words: mp3, pcm_s16le, aac
	Seconds float64 // from its first packet to the end of its last; headers lie about MP3s
}

// ProbeSound reads a sound file, or the sound of a video, packet by packet.
func ProbeSound(ctx context.Context, t Tools, path string) (SoundInfo, error) {
	const notSound = "it must be WAV, MP3, M4A, Ogg or a video with sound; run `ffprobe FILE`"
	var i SoundInfo
	first, last, packets, err := packetSpan(ctx, t, path, "a:0", &i.Codec)
	if err != nil {
		return SoundInfo{}, fault.Wrap(fault.Media, err, notSound, "read %s", filepath.Base(path))
	}
	if i.Codec == "" || packets == 0 {
		return SoundInfo{}, fault.New(fault.Media, notSound, "%s holds no sound", filepath.Base(path))
	}
	i.Seconds = last - first
	return i, nil
}

// packetSpan returns when the first packet of a stream begins and when the last one ends, in seconds on the
// file's clock, and how many packets there are. Stream is ffprobe's specifier, such as a:0. It stores the codec's
// name in codec, when that is not nil.
func packetSpan(
	ctx context.Context, t Tools, path, stream string, codec *string,
) (first, last float64, packets int, err error) {
	err = probePackets(ctx, t, path, stream, "stream=codec_name:packet=pts_time,duration_time,flags",
		func(fields [][2]string) {
			at, long := 0.0, 0.0
			timed, hidden := false, false
			for _, f := range fields {
				v := f[1]
				switch f[0] {
				case "codec_name":
					if codec != nil {
						*codec = v
					}
				case "pts_time":
					n, err := strconv.ParseFloat(v, 64)
					at, timed = n, err == nil
				case "flags":
					hidden = strings.Contains(v, "D") // cut by an edit list
				case "duration_time":
					long, _ = strconv.ParseFloat(v, 64)
				}
			}
			if !timed || hidden {
				return
			}
			if packets == 0 || at < first {
				first = at
			}
			last, packets = max(last, at+long), packets+1
		})
	return first, last, packets, err
}
