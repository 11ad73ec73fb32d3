package account

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"

	"greenroom/heygen"
	"greenroom/internal/atomicfile"
	"greenroom/internal/fault"
	"greenroom/pipeline/manifest"
	"greenroom/pipeline/request"
	"greenroom/pipeline/routes"
)

// maxPicture is the most that is read of a preview picture, bytes.
const maxPicture = 8 << 20

// LookRoutes returns the routes of a look's clips, transparent and opaque ones, the one to buy on first. HeyGen's
// refusals of a look count where the account remembers them.
func (a *Lookups) LookRoutes(ctx context.Context, look manifest.Avatar) ([]string, error) {
	api, err := a.core.API(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, transparent := range []bool{true, false} {
		c := manifest.Clip{Source: manifest.SourceAvatar, Avatar: look, Transparent: transparent}
		for _, r := range request.Candidates(c, api, request.Look{NoWebM: a.core.NoWebM(look)}) {
			refused := r == routes.V3WebM && (look.TalkingPhoto || a.core.NoWebM(look)) // photos have no transparent WebM
			if routes.APIOf(r) == api && !refused && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// pictures are the endings of preview pictures by their content type.
var pictures = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}

// Picture downloads the preview of a look into a folder and returns the file's path: the id, and the ending of what it
// is.
func (a *Lookups) Picture(ctx context.Context, id string, link heygen.Link, dir string) (string, error) {
	if _, err := a.core.Connect(ctx); err != nil {
		return "", err
	}
	b, err := a.core.Fetcher().Small(ctx, link.Reveal(), maxPicture)
	if err != nil {
		return "", fault.Wrap(fault.KindOf(err), err, "run the same command again", "read the picture of %s", id)
	}
	ext := pictures[http.DetectContentType(b)]
	if ext == "" {
		return "", fault.New(fault.Media, "run the same command again later", "the preview of %s is not a picture", id)
	}
	path := filepath.Join(dir, fileName(id)+ext)
	if _, err := atomicfile.WriteBytes(path, 0o644, b); err != nil {
		return "", fault.Wrap(fault.Failed, err, fault.ReadHint(err, "make the folder writable"), "write the picture of %s", id)
	}
	return path, nil
}
