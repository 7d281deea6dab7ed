package webtest

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// Appear shows the page in a window of the given size, in light or dark, and
// waits until it has been drawn so.
func (p *Page) Appear(width, height int, dark bool) {
	p.t.Helper()
	if err := p.appear(width, height, dark); err != nil {
		p.fail(err, "show the page %d wide", width)
	}
	// Fonts and pictures have arrived, and the new size has been drawn.
	ask[bool](p, `(async () => {
		await document.fonts.ready
		await Promise.all([...document.images].map(i => i.decode().catch(() => {})))
		await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
		return true
	})()`)
}

// Screenshot saves what a window of the given size shows, as PNG, in light or
// dark. The page keeps that size and scheme.
func (p *Page) Screenshot(path string, width, height int, dark bool) {
	p.t.Helper()
	p.Appear(width, height, dark)
	if err := p.capture(path); err != nil {
		p.fail(err, "take a picture")
	}
}

func (p *Page) capture(path string) error {
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, picture, 0o644)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// keepPicture saves what a failed test last saw, where "go test -artifacts"
// keeps such things.
func (p *Page) keepPicture() {
	path := filepath.Join(p.t.ArtifactDir(), "failed.png")
	for n := 2; exists(path); n++ { // one for each page of the test
		path = filepath.Join(p.t.ArtifactDir(), fmt.Sprintf("failed-%d.png", n))
	}
	if err := p.capture(path); err != nil {
		p.t.Logf("no picture of the failure: %v", err)
		return
	}
	p.t.Logf("picture of the failure: %s", path)
}
