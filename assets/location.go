package assets

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"greenroom/internal/lazyregexp"
)

// Location is the address of a shared cache. Printed, it shows no query.
type Location struct {
	url *url.URL
	dir string // of a file cache, absolute
}

// schemes are the kinds of cache that can be opened.
var schemes = []string{"s3", "gs", "file"}

var bucketName = lazyregexp.New(`^[A-Za-z0-9][A-Za-z0-9._-]{1,221}$`)

// ParseLocation reads an address such as s3://bucket/prefix?region=eu-central-1, gs://bucket,
// file:///srv/cache, or file:../cache, which is relative to dir. It
// refuses an address that holds a password: credentials come from the environment. No
// error quotes the address.
func ParseLocation(raw, dir string) (Location, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return Location{}, errors.New("is not an address")
	}
	if hasPassword(u) {
		return Location{}, errors.New("must not hold a user or a password")
	}
	switch u.Scheme {
	case "file":
		p := u.Opaque
		if p == "" {
			p = u.Path
		}
		if p == "" || u.Host != "" && u.Host != "localhost" || u.RawQuery != "" {
			return Location{}, errors.New("must be file:///FOLDER or file:FOLDER, with nothing after it")
		}
		p, err = url.PathUnescape(p)
		if err != nil {
			return Location{}, errors.New("is not an address")
		}
		p = filepath.FromSlash(p)
		if !filepath.IsAbs(p) {
			p = filepath.Join(dir, p)
		}
		return Location{u, filepath.Clean(p)}, nil
	case "s3", "gs":
		switch {
		case u.Host == "":
			return Location{}, fmt.Errorf("names no bucket: write %s://BUCKET/PREFIX", u.Scheme)
		case !bucketName.MatchString(u.Host):
			return Location{},
				fmt.Errorf("cannot be a bucket's: the name %q is not 2 to 222 letters, digits, dots, dashes and underscores",
					u.Host)
		}
		for _, part := range strings.Split(strings.Trim(u.Path, "/"), "/") {
			if part == "." || part == ".." {
				return Location{}, errors.New("must not have . or .. in its prefix")
			}
		}
		return Location{url: u}, nil
	}
	return Location{}, fmt.Errorf("must begin with %s: or %s://", schemes[2], strings.Join(schemes[:2], "://, "))
}

// hasPassword reports a password in the address or in an endpoint inside its query.
func hasPassword(u *url.URL) bool {
	if u.User != nil {
		return true
	}
	for _, vs := range u.Query() {
		for _, v := range vs {
			if e, err := url.Parse(v); err == nil && e.User != nil {
				return true
			}
		}
	}
	return false
}

// String is the address without what may be secret: no query.
func (l Location) String() string {
	if l.dir != "" {
		return "file://" + filepath.ToSlash(l.dir)
	}
	return l.url.Scheme + "://" + l.url.Host + strings.TrimSuffix(l.url.Path, "/")
}

// Reveal returns the complete address, for opening it.
func (l Location) Reveal() url.URL { return *l.url }

// Folder is a file cache's folder, absolute; "" for a bucket.
func (l Location) Folder() string { return l.dir }
