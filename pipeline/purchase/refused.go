package purchase

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/ledger"
)

// refused explains a purchase that failed, or whose outcome is unknown.
func (b *Buyer) refused(ctx context.Context, clip string, in ledger.Intent, err error, doing string) error {
	out := account.Explain(err, doing)
	if heygen.Gone(err) {
		out = b.account.Gone(ctx, err, doing)
	}
	var f *fault.Error
	var he *heygen.Error
	switch {
	case !errors.As(out, &f) || !errors.As(err, &he):
	case !errors.Is(err, ledger.ErrUnknown):
		if heygen.NothingBought(err) {
			return account.Unbought(out)
		}
	case heygen.Gone(err) && he.Method == http.MethodGet: // the search, and no later run can do it
		f.Hint = fmt.Sprintf("look for %q on HeyGen's site, then `greenroom resolve %s --paid VIDEO_ID --unverified` "+
			"or `--not-paid --unverified`; %s", in.Marker, clip, f.Hint)
	case heygen.Gone(err):
		f.Hint = fmt.Sprintf("it may have been billed: the next run looks for %q on the account first; %s", in.Marker, f.Hint)
	}
	return out
}
