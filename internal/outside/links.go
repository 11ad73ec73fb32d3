package outside

import (
	"strings"

	"greenroom/internal/lazyregexp"
)

// A link is a web address. Its query and its fragment are removed whatever they say, and
// so is a password before the host: a signed link lets its reader download a file for a
// week. Slashes may be escaped as in JSON (\/) or HTML (&#x2F;).
var link = lazyregexp.New(`(?i)\b([a-z][a-z0-9+.-]{1,20}:(?:\\?/|&#x0*2f;|&#0*47;){2})([^\s"'<>]+)`)

// escapedLink is a link inside another link's query: https%3A%2F%2Fhost%2Fpath%3FSignature%3D...
var escapedLink = lazyregexp.New(`(?i)\b([a-z][a-z0-9+.-]{1,20}%(?:25)*3a(?:%(?:25)*2f){2})([^\s"'<>&]+)`)

var queryStart = lazyregexp.New(`(?i)[?#]|%(?:25)*(?:3f|23)|\\u00(?:3f|23)|&#0*(?:63|35);|&#x0*(?:3f|23);`)

// access are the names of members that give access to something: signatures of Amazon
// CloudFront, S3 and Google Cloud Storage, tokens and passwords.
const access = `(?:x-amz-[a-z-]+|x-goog-[a-z-]+|signature|key-pair-id|policy|expires|awsaccesskeyid|googleaccessid|` +
	`(?:[a-z]+[_-])*(?:token|secret|password|passwd|api[_-]?key|apikey)|sig|x-api-key|authorization)`

// pairs is a run of name=value that names access: a query without its address. What
// comes before it in the run goes too.
var pairs = lazyregexp.New(`(?i)(?:[?&]|\b|%(?:25)*(?:26|3f))(?:[\w.~-]+=[^\s"'<>&;]*(?:&amp;|\\u0026|&))*` +
	`(?:\b|%(?:25)*26)` + access + `(?:=|%(?:25)*3d)\\?["']?[^\s"'<>]+`)

// header is a member of a header or of a JSON object that grants access.
var header = lazyregexp.New(`(?i)\b(x-api-key|authorization|proxy-authorization|set-cookie|cookie|` +
	`(?:access|secret|session|api|auth)[_-]?(?:token|key)|(?:signature|key-pair-id|policy)\\?["'])` +
	`(\\?["']?\s*:\s*\\?["']?)` +
	`(?:(?:bearer|basic|digest)\s+)?[^\s"'<>,;\\}]+`)

// element is the same in XML, as S3 answers a refused signature.
var element = lazyregexp.New(`(?i)<(awsaccesskeyid|stringtosign|stringtosignbytes|signatureprovided|canonicalrequest|` +
	`canonicalrequestbytes|token(?:-0)?|signature)>[^<]+`)

// Redact removes known secrets, and from links and their parts what grants access. Line
// breaks and everything else stay as they are.
func Redact(s string) string {
	s = known.redact(s)
	if strings.Contains(s, ":") {
		s = replace(link, s, bareLink)
		s = header().ReplaceAllString(s, "${1}${2}"+Redacted)
	}
	if strings.Contains(s, "%") {
		s = replace(escapedLink, s, bareLink)
	}
	if strings.ContainsAny(s, "=%") {
		s = pairs().ReplaceAllLiteralString(s, Redacted)
	}
	if strings.Contains(s, "<") {
		s = element().ReplaceAllString(s, "<${1}>"+Redacted)
	}
	return s
}

// URL returns an address without password, query and fragment.
func URL(s string) string {
	return replace(link, s, bareLink)
}

func replace(r lazyregexp.Regexp, s string, f func(scheme, rest string) string) string {
	found := r.FindAllStringSubmatchIndex(s, -1)
	if found == nil {
		return s
	}
	var b strings.Builder
	end := 0
	for _, m := range found {
		b.WriteString(s[end:m[0]])
		b.WriteString(f(s[m[2]:m[3]], s[m[4]:m[5]]))
		end = m[1]
	}
	b.WriteString(s[end:])
	return b.String()
}

func bareLink(scheme, rest string) string {
	tail := ""
	if m := queryStart().FindStringIndex(rest); m != nil {
		if rest[m[0]:] != "?"+Redacted && len(rest) > m[1] {
			tail = "?" + Redacted
		} else {
			tail = rest[m[0]:]
		}
		rest = rest[:m[0]]
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, `/\`); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = Redacted + host[at:]
	} else if at := strings.LastIndex(strings.ToLower(host), "%40"); at >= 0 {
		host = Redacted + host[at:]
	}
	return scheme + host + path + tail
}
