//go:build unix

package page

import (
	"github.com/chromedp/cdproto/runtime"
)

// awaited makes an evaluation wait for its promise.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
