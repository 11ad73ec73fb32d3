// Package disclose has what a manifest asks for under disclose:, how films and clips say that they are made by AI:
// marks in files and signatures. It knows how readable the visible label has to be. It reads no file.
package disclose

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"greenroom/internal/fault"
	"greenroom/pipeline/manifest/value"
	"greenroom/pipeline/manifest/yamldoc"
)

// DefaultLabel is the text of a label that is only switched on.
const DefaultLabel = "AI-generated"

// MaxLabel is how many characters a label may have: it is read in passing.
const MaxLabel = 80

// LeastContrast is the least ratio of the luminances of a label and its ground: WCAG 2.2, criterion 1.4.3.
const LeastContrast = 4.5

// Settings are what is written into files.
type Settings struct {
	Marks bool  // of the digital source type, in films, clips and pictures
	Sign  *Sign // nil: no signature
}

// Sign is how films are signed.
type Sign struct {
	Certificate string // chain in PEM, absolute
	Key         string // a reference: $NAME, file:PATH or cmd:PROGRAM ARGS
	Command     string // a program that signs, instead of Key
	Algorithm   string // es256, es384, ps256, ed25519; empty: by the key
	Timestamp   string // address of a time stamping authority; empty: none
	Places      map[string]fault.Place
}

// Algorithms are the values of sign.algorithm.
var Algorithms = []string{"es256", "es384", "ps256", "ed25519"}

// Read reads marks: and sign:. input returns the path of a file that a value names.
func Read(d value.Reader, s *Settings, input func(n ast.Node, path, file string) string) yamldoc.Setters {
	return yamldoc.Setters{
		"marks": d.Bool("disclose.marks", &s.Marks),
		"sign":  func(n ast.Node) { s.Sign = sign(d, n, input) },
	}
}

func sign(d value.Reader, n ast.Node, input func(n ast.Node, path, file string) string) *Sign {
	const path = "disclose.sign"
	if d.IsNone(n) {
		return nil
	}
	s := &Sign{Places: map[string]fault.Place{"sign": d.At(n)}}
	file := func(key string, to *string) func(ast.Node) {
		return func(n ast.Node) {
			s.Places[key] = d.At(n)
			d.Text(path+"."+key, to)(n)
		}
	}
	before := d.Count()
	d.Object(n, path, yamldoc.Setters{
		"certificate": func(n ast.Node) {
			file("certificate", &s.Certificate)(n)
			s.Certificate = input(n, path+".certificate", s.Certificate)
		},
		"key": func(n ast.Node) {
			file("key", &s.Key)(n)
			if isKey(s.Key) {
				s.Key = ""
				const hint = "write the path of a file, $NAME, file:PATH or cmd:PROGRAM ARGS, and replace a key that " +
					"was committed"
				d.SecretFault(n, hint, "disclose.sign.key must not hold the key itself")
			}
			if s.Key != "" && !isReference(s.Key) {
				s.Key = "file:" + s.Key // it may be on another machine: nothing but a render needs it
			}
		},
		"command":   file("command", &s.Command),
		"algorithm": d.Word(path+".algorithm", Algorithms, &s.Algorithm),
		"timestamp": func(n ast.Node) {
			file("timestamp", &s.Timestamp)(n)
			checkAuthority(d, n, s.Timestamp)
		},
	})
	switch {
	case d.Count() > before:
	case s.Certificate == "":
		d.Fault(n, "write certificate: certs/chain.pem, the certificate of the key and those that issued it",
			"disclose.sign has no certificate")
	case s.Key == "" && s.Command == "":
		d.Fault(n, "write key: certs/key.pem, or command: for a program that signs", "disclose.sign has no key")
	case s.Key != "" && s.Command != "":
		d.Fault(n, "keep one of key and command", "disclose.sign has a key and a command")
	case s.Command != "" && s.Algorithm == "":
		d.Fault(n, "write algorithm: "+strings.Join(Algorithms, ", ")+", as the program signs",
			"disclose.sign.command needs an algorithm")
	default:
		return s
	}
	return nil
}

// checkAuthority reports what is not the address of a time stamping authority. http is usual: the answer is signed.
func checkAuthority(d value.Reader, n ast.Node, address string) {
	u, err := url.Parse(address)
	switch {
	case address == "":
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		d.Fault(n, "write timestamp: http://timestamp.example.com, as the authority states it",
			"disclose.sign.timestamp is not an http or https address")
	case u.User != nil:
		d.SecretFault(n, "use an authority without a login, or one that knows you by your network's address",
			"disclose.sign.timestamp must not hold a password")
	}
}

func isKey(s string) bool { return strings.Contains(s, "-----BEGIN") }

func isReference(s string) bool {
	return strings.HasPrefix(s, "$") || strings.HasPrefix(s, "file:") || strings.HasPrefix(s, "cmd:")
}

// LeastTime is how long a label must be visible to be read: 15 characters a second, and never less than 2 s.
func LeastTime(text string) time.Duration {
	return max(2*time.Second, time.Duration(utf8.RuneCountInString(text))*time.Second/15)
}

// Contrast returns the ratio of the luminances of letters and of the ground behind them, as WCAG defines it: 1 to 21.
// Colours are "#RRGGBB" or "#RRGGBBAA". A ground that is not opaque has any picture behind it: the ratio is the lesser
// one of a black and of a white picture.
func Contrast(letters, ground string) float64 {
	least := math.Inf(1)
	for _, picture := range []float64{0, 255} {
		under := over(channels(ground), [4]float64{picture, picture, picture, 1})
		a, b := luminance(over(channels(letters), under)), luminance(under)
		least = min(least, (max(a, b)+0.05)/(min(a, b)+0.05))
	}
	return least
}

// channels returns red, green and blue from 0 to 255 and alpha from 0 to 1.
func channels(color string) (out [4]float64) {
	out[3] = 1
	for i := 0; i*2+3 <= len(color) && i < 4; i++ {
		v, err := strconv.ParseUint(color[i*2+1:i*2+3], 16, 8)
		if err != nil {
			return out
		}
		out[i] = float64(v)
		if i == 3 {
			out[i] /= 255
		}
	}
	return out
}

// over returns a colour over an opaque one.
func over(c, under [4]float64) (out [4]float64) {
	for i := range 3 {
		out[i] = c[i]*c[3] + under[i]*(1-c[3])
	}
	out[3] = 1
	return out
}

// luminance is the relative luminance of an opaque colour in sRGB: 0 to 1.
func luminance(c [4]float64) float64 {
	linear := func(v float64) float64 {
		v /= 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}
