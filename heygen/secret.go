package heygen

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"greenroom/internal/outside"
)

// Secret is an API key or an access token. However it is printed, encoded or logged it shows only
// that it is one.
type Secret string

const redacted = "[redacted]"

const bearer = "Bearer "

// AccessToken returns the credential of an OAuth access token, which is sent as Authorization: Bearer.
func AccessToken(token string) Secret { return Secret(bearer + token) }

// IsAccessToken reports that a credential is an access token, not an API key. Videos made with one are billed to the
// user's plan instead of the API's balance.
func (s Secret) IsAccessToken() bool { return strings.HasPrefix(string(s), bearer) }

// header returns the name of the header that carries the credential.
func (s Secret) header() string {
	if s.IsAccessToken() {
		return "Authorization"
	}
	return "X-Api-Key"
}

// Reveal returns the key itself, for the one header that needs it.
func (s Secret) Reveal() string { return string(s) }

func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }

// Format covers every verb, also %x and %q, which skip String.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// Link is a signed file link. Printed, it loses its query and its password: they let
// everyone download the file for a week.
type Link string

// Reveal returns the complete link, for the request that follows it.
func (l Link) Reveal() string { return string(l) }

func (l Link) String() string {
	return outside.URL(string(l))
}

func (l Link) GoString() string             { return fmt.Sprintf("%q", l.String()) }
func (l Link) MarshalText() ([]byte, error) { return []byte(l.String()), nil }
func (l Link) LogValue() slog.Value         { return slog.StringValue(l.String()) }

// Format covers every verb.
func (l Link) Format(f fmt.State, _ rune) { io.WriteString(f, l.String()) }

// Format keeps the key inside a printed client, where methods of unexported
// fields are not consulted.
func (Client) Format(f fmt.State, _ rune) { io.WriteString(f, "heygen.Client") }
