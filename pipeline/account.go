package pipeline

import (
	"time"

	"greenroom/pipeline/account"
)

// OpenAccount connects to the account of the manifest for look-ups, see [account.OpenLookups].
func OpenAccount(o Options, with account.LookupOptions) (*account.Lookups, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	return account.OpenLookups(o.onDisk(), o.ofAccount(), with)
}
