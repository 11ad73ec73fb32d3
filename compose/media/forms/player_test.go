//go:build unix

package forms

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"greenroom/compose/marks"
	"greenroom/internal/browsertest"
)

// TestTheStackedPlayerOfTheGuide: a browser that plays the file shows the presenter, and the page where nothing is.
func TestTheStackedPlayerOfTheGuide(t *testing.T) {
	tools := findTools(t)
	s := prepared(t, tools)
	s.Spec.Source = marks.Generated
	file := makeForms(t, tools, s, Stacked)[Stacked]
	guide, err := os.ReadFile("../../../docs/guide/renditions.md")
	if err != nil {
		t.Fatal(err)
	}
	_, player, _ := strings.Cut(string(guide), "```js\n")
	player, _, ok := strings.Cut(player, "```")
	if !ok {
		t.Fatal("the guide has no player")
	}
	page := "<canvas id=stage></canvas><script>" + player + "</script>"
	if err := os.WriteFile(filepath.Join(s.Dir, "page.html"), []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(s.Dir)))
	defer server.Close()
	// Without a graphics card, WebGL is drawn by the processor.
	tab := browsertest.Tab(t, chromedp.Flag("disable-gpu", false), chromedp.Flag("enable-unsafe-swiftshader", true),
		chromedp.Flag("use-angle", "swiftshader"))
	show := func(ctx context.Context) (got []int, err error) {
		err = chromedp.Run(ctx, chromedp.Navigate(server.URL+"/page.html"), chromedp.Evaluate(`(async () => {
			const stage = document.getElementById("stage");
			const video = playStacked(stage, "`+filepath.Base(file)+`");
			const shown = new Promise((done) => video.requestVideoFrameCallback(() => {
				const copy = document.createElement("canvas");
				copy.width = stage.width;
				copy.height = stage.height;
				const pen = copy.getContext("2d");
				pen.drawImage(stage, 0, 0);
				done([...pen.getImageData(160, 90, 1, 1).data, ...pen.getImageData(5, 5, 1, 1).data, stage.width, stage.height]);
			}));
			video.load();
			return shown;
		})()`, &got, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
		return got, err
	}
	got, err := show(tab)
	if err != nil || len(got) != 10 {
		t.Fatalf("%v, %v", got, err)
	}
	bytes := func(list []int) (out []byte) {
		for _, v := range list {
			out = append(out, byte(v))
		}
		return out
	}
	if !near(bytes(got[:4]), []byte{200, 80, 40, 255}, 10) || got[7] > 2 || got[8] != 320 || got[9] != 180 {
		t.Errorf("presenter %v, nothing %v, %d x %d", got[:4], got[4:8], got[8], got[9])
	}
}
