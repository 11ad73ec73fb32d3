//go:build !nogcs

package remote

import _ "gocloud.dev/blob/gcsblob" // gs://; Google's client is half of the binary, -tags nogcs leaves it out
