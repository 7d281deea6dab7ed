package webtest

import (
	"context"

	permissions "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Located opens the page on a device that knows where it is, in degrees, and
// whose owner lets pages know.
func Located(lat, lng float64) Option {
	return func(p *Page) error {
		accuracy := 10.0 // metres
		_, err := chromedp.Call(p.ctx, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{
			Latitude: &lat, Longitude: &lng, Accuracy: &accuracy,
		})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(p.ctx, permissions.SetPermission, permissions.SetPermissionParams{
			Permission: &permissions.PermissionDescriptor{Name: "geolocation"}, Setting: permissions.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
		})
		return err
	}
}

// rectangle is where an element is in the window, in pixels.
type rectangle struct{ X, Y, Width, Height float64 }

func (p *Page) where(selector string) rectangle {
	p.t.Helper()
	p.WaitFor(selector)
	return ask[rectangle](p, `(e => { e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); return {X: r.x, Y: r.y, Width: r.width, Height: r.height} })(document.querySelector(%s))`, selector)
}

// ClickAt clicks into an element at parts of its width and height, from 0 to 1.
func (p *Page) ClickAt(selector string, x, y float64) {
	p.t.Helper()
	r := p.where(selector)
	if err := p.run(chromedp.MouseClickXY(r.X+x*r.Width, r.Y+y*r.Height)); err != nil {
		p.fail(err, "click into %s", selector)
	}
}

// Drag presses the mouse in an element, moves it and lets it go, at parts of
// the element's width and height, from 0 to 1.
func (p *Page) Drag(selector string, fromX, fromY, toX, toY float64) {
	p.t.Helper()
	r := p.where(selector)
	at := func(x, y float64) (float64, float64) { return r.X + x*r.Width, r.Y + y*r.Height }
	event := func(kind input.DispatchMouseEventType, part float64) chromedp.Action[chromedp.Void] {
		x, y := at(fromX+part*(toX-fromX), fromY+part*(toY-fromY))
		return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
				Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1,
			})
			return chromedp.Void{}, err
		}
	}
	err := p.run(event(chromedp.MousePressed, 0), event(chromedp.MouseMoved, 0.3), event(chromedp.MouseMoved, 0.7),
		event(chromedp.MouseMoved, 1), event(chromedp.MouseReleased, 1))
	if err != nil {
		p.fail(err, "drag over %s", selector)
	}
}
