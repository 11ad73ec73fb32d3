package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"greenroom/heygen"
	"greenroom/internal/fault"
	"greenroom/pipeline/account"
	"greenroom/pipeline/planning"
)

// unreadable explains why the record of a clip's video cannot be read.
func (b *build) unreadable(ctx context.Context, client *heygen.Client, s planning.Step, id string, err error) error {
	switch {
	case heygen.Gone(err):
		return b.outOfReach(ctx, s, id, err)
	case heygen.NotFound(err):
		if ended := account.EndedInstead(ctx, client, err); ended != nil {
			return b.outOfReach(ctx, s, id, ended)
		}
		return b.missing(s, id, err)
	}
	return account.Explain(err, "read video "+id)
}

// outOfReach explains that a video cannot be read since the API that made it has ended.
// Another generation does not help: the client tries v3, too (see heygen.Client.Job).
func (b *build) outOfReach(ctx context.Context, s planning.Step, id string, err error) error {
	out := b.Account.Gone(ctx, err, "read video "+id)
	var he *heygen.Error
	var f *fault.Error
	if errors.As(err, &he) && he.Legacy() && errors.As(out, &f) {
		f.Hint = "v1 and v2, which made this video, have ended: download it on HeyGen's site and set file: on the clip"
		if s.Work.Request.Paid() {
			f.Hint += fmt.Sprintf(", or set heygen.api: v3 and take: %d to buy it again", s.Work.Clip.Take+1)
		}
	}
	return out
}

// missing explains that the account does not have a video that a clip needs.
func (p *Project) missing(s planning.Step, id string, err error) error {
	from, key, _ := strings.Cut(p.Account.AccountID(), " ")
	if u, perr := url.Parse(from); perr == nil && u.Host != "" {
		from = u.Host // the address may hold a password
	}
	hint := fmt.Sprintf("`greenroom videos --show %s` reads it: "+
		"the key in %s must belong to the account at %s that made the video", id, key, from)
	if s.Work.Request.Paid() {
		hint += fmt.Sprintf("; if it was deleted there, set take: %d to buy the clip again", s.Work.Clip.Take+1)
	} else {
		hint += "; `greenroom videos` lists others"
	}
	return fault.Wrap(fault.Provider, err, hint, "the account does not have video %s", id)
}
