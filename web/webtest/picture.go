package webtest

import (
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// Screenshot saves what a window of the given size shows, as PNG, in light or
// dark. The page keeps that size and scheme.
func (p *Page) Screenshot(path string, width, height int, dark bool) {
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

// keepPicture saves what a failed test last saw, where "go test -artifacts"
// keeps such things.
func (p *Page) keepPicture() {
	path := filepath.Join(p.t.ArtifactDir(), "failed.png")
	if err := p.capture(path); err != nil {
		p.t.Logf("no picture of the failure: %v", err)
		return
	}
	p.t.Logf("picture of the failure: %s", path)
}
