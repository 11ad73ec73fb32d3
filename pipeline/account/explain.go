package account

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/internal/netutil"
)

const (
	hintV3       = "HeyGen announced the end of v1 and v2 for 2026-10-31: set heygen.api: v3"
	hintKey      = "check the key with `greenroom auth status`, or set HEYGEN_API_KEY to another"
	hintToken    = "the access token has expired or was withdrawn: get a new one, then run the same command again; nothing is lost"
	hintKeyOnly  = "v1 and v2 take API keys only: set heygen.api: v3, or use a key"
	hintAgain    = "run the same command again to go on; nothing is lost"
	hintTopUp    = "top the account up, then run the same command again"
	hintTrial    = "the trial's limit lasts a day: run the same command again tomorrow, or choose another plan"
	hintNotHere  = "the answer is not HeyGen's: check HEYGEN_API_BASE and the proxy of your network (HTTPS_PROXY)"
	hintOffline  = "nothing was sent: check the network, HTTPS_PROXY and HEYGEN_API_BASE, then run the same command again"
	hintLarge    = "make the file smaller, or split it"
	hintConflict = "an equal request is still at work: run the same command again in a minute"
	hintUse      = "this account or key may not use what the request names: choose another, " +
		"or set HEYGEN_API_KEY to the account that has it"
	hintScope = "add it in HeyGen's settings, or set HEYGEN_API_KEY to a key that has it"
	hintCode  = "this avatar is too old for HeyGen's renderer: choose a newer one, `greenroom avatars` lists them"
)

// Explain turns the client's error into a fault with an exit code and a hint.
func Explain(err error, doing string) error {
	if err == nil {
		return nil
	}
	if own, ok := err.(*fault.Error); ok && own.Hint != "" {
		return err // explained where the reason was known
	}
	kind, hint := remedy(err)
	return fault.Wrap(kind, err, hint, "%s", doing)
}

// remedy chooses the exit code and what the user can do.
func remedy(err error) (fault.Kind, string) {
	var he *heygen.Error
	if !errors.As(err, &he) {
		return fault.KindOf(err), hintAgain
	}
	scope, scoped := heygen.MissingScope(err)
	switch {
	case netutil.Advice(err) != "":
		return fault.Failed, "nothing was sent: " + netutil.Advice(err)
	case errors.Is(err, heygen.ErrStorage):
		return fault.Provider, hintAgain
	case heygen.NeverSent(err):
		return fault.KindOf(err), hintOffline
	case heygen.TokenRefused(err) && he.Legacy():
		return fault.Auth, hintKeyOnly
	case heygen.TokenRefused(err):
		return fault.Auth, hintToken
	case heygen.Unauthorized(err):
		return fault.Auth, hintKey
	case scoped && scope != "":
		return fault.Provider, fmt.Sprintf("the API key does not have the scope %s: %s", scope, hintScope)
	case scoped:
		return fault.Provider, "the API key does not have a scope: " + hintScope
	case heygen.Payment(err):
		return fault.Provider, hintTopUp
	case heygen.TrialLimit(err):
		return fault.Provider, hintTrial
	case heygen.Gone(err):
		return fault.Provider, goneHint(he)
	}
	if hint := codeHint(he); hint != "" && he.Own {
		return fault.Provider, hint
	}
	if he.Status < 300 && !heygen.NothingBought(err) || he.Status >= 500 {
		return fault.KindOf(err), hintAgain
	}
	return fault.Provider, statusHint(he)
}

// goneHint names the other API, and where a redirect leads.
func goneHint(e *heygen.Error) string {
	hint := hintNotHere
	if e.Legacy() {
		hint = hintV3
	}
	if where, ok := heygen.Redirected(e); ok && where != "" {
		hint += fmt.Sprintf("; the answer leads to %s, which is not followed", where)
	}
	return hint
}

// codeHints are what the user can do about a code of HeyGen's. The numbers are v1's and
// v2's, from the client of a third party; the words are v3's.
var codeHints = []struct{ codes, hint string }{
	{"10003 400014", hintCode},
	{
		"400144 400174 40090 400685 avatar_not_found look_not_found",
		"choose another avatar: `greenroom avatars` lists them",
	},
	{"400116 voice_not_found", "choose another voice: `greenroom voices` lists them"},
	{"template_not_found", "choose another template: `greenroom templates` lists them"},
	{"400168 400625 402007 402008 402009 401003 400680 400105", "change the script: HeyGen's moderation refused it"},
	{"40119 400128 400150 1000022 script_too_long", "make the clip shorter, or split it"},
	{"400599 400573 400561 400562", "the account's plan does not allow this: choose another plan, or change the clip"},
	{"40010 400652 400621 400624 40044 40002 400543 400111", "use another file: HeyGen cannot read this one"},
	{"40004 40005 40006", "use another picture: HeyGen finds no face in it, or refuses it"},
	{"download_failed", "HeyGen could not fetch a file: run the same command again"},
	{"payload_too_large", hintLarge},
	{"request_in_progress conflict", hintConflict},
	{"asset_not_found", "a file was deleted on the account: run the same command again to send it again"},
}

func codeHint(e *heygen.Error) string {
	if wait, busy := heygen.Busy(e); busy {
		if wait > 0 {
			return fmt.Sprintf("HeyGen is busy: run the same command again in %s", wait.Round(time.Second))
		}
		return "HeyGen is busy: run the same command again in some minutes"
	}
	for _, h := range codeHints {
		if slices.Contains(strings.Fields(h.codes), e.Code) {
			return h.hint
		}
	}
	return ""
}

// statusHint is for answers whose code is not in codeHints.
func statusHint(e *heygen.Error) string {
	if !e.Own && e.Status >= 300 {
		return hintNotHere
	}
	switch e.Status {
	case http.StatusForbidden:
		return hintUse
	case http.StatusNotFound:
		return "check the id, and that HEYGEN_API_KEY belongs to the account that has it"
	case http.StatusConflict:
		return hintConflict
	case http.StatusRequestEntityTooLarge:
		return hintLarge
	}
	if e.Param != "" {
		return fmt.Sprintf("change what sets %s in the manifest", e.Param)
	}
	return "change what HeyGen refuses, then run the same command again"
}

// EndedInstead distinguishes a missing video from an API that has ended: it returns the
// error of v1's list of videos when that is gone, too.
func EndedInstead(ctx context.Context, client *heygen.Client, missing error) error {
	var he *heygen.Error
	if !errors.As(missing, &he) || !he.Legacy() {
		return nil
	}
	if _, err := client.ListVideos(ctx, heygen.ListOptions{Limit: 1}); heygen.Gone(err) {
		return err
	}
	return nil
}
