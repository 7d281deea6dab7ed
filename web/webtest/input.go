package webtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Click clicks the first element that matches, once it can be seen and stands
// still: a page may yet be scrolling to what it has to say. A click that arrived
// elsewhere is made again, as a person would. It does not wait for what the
// click does; see [Page.Follow] and [Page.WaitFor].
func (p *Page) Click(selector string) {
	p.t.Helper()
	deadline := time.Now().Add(Patience)
	for {
		p.WaitFor(selector)
		if p.scriptless { // nothing moves by itself there
			if err := p.run(chromedp.Click(chromedp.CSS(selector))); err != nil {
				p.fail(err, "click %s", selector)
			}
			return
		}
		x, y := p.aim(selector)
		if err := p.run(chromedp.MouseClickXY(x, y)); err != nil {
			p.fail(err, "click %s", selector)
		}
		if p.arrived() {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("every click on %s arrived elsewhere, at %s", selector, p.URL())
		}
	}
}

// aimScript brings an element into view, waits until it has not moved for two
// frames and lies on top, or two seconds, and tells where to click. The page
// notes whether the next press of the mouse arrives there; a label stands for
// its field. An element that a live page has replaced meanwhile is looked up
// again.
const aimScript = `(async selector => {
	const frame = () => new Promise(done => requestAnimationFrame(done))
	const found = () => [...document.querySelectorAll(selector)].find(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0)
	const meant = (e, hit) => hit !== null && (e.contains(hit) || hit.contains(e) || [...(e.labels ?? [])].some(l => l.contains(hit)))
	const middle = e => { const r = e.getClientRects()[0]; return r === undefined ? null : {x: r.x + r.width / 2, y: r.y + r.height / 2} }
	let last = null, still = 0
	for (const end = performance.now() + 2000; performance.now() < end; await frame()) {
		const e = found(), now = e && middle(e)
		if (!now) { last = null; continue }
		const stays = last !== null && last.e === e && last.x === now.x && last.y === now.y
		const free = meant(e, document.elementFromPoint(now.x, now.y)) // neither outside the window nor under a bar at its edge
		if (stays && !free) e.scrollIntoView({block: 'center', behavior: 'instant'})
		still = stays && free ? still + 1 : 0
		last = {e, ...now}
		if (still === 2) break
	}
	if (last === null) return null
	const e = last.e
	document.clickArrived = 'nowhere'
	addEventListener('pointerdown', event => { document.clickArrived = meant(e, event.target) ? 'there' : 'elsewhere' }, {capture: true, once: true})
	return {X: last.x, Y: last.y}
})(%s)`

// aim tells where an element can be clicked, in pixels of the window.
func (p *Page) aim(selector string) (x, y float64) {
	p.t.Helper()
	for deadline := time.Now().Add(Patience); ; {
		at, err := try[*struct{ X, Y float64 }](p, aimScript, selector)
		if err == nil && at != nil {
			return at.X, at.Y
		}
		if time.Now().After(deadline) {
			p.fail(err, "find where to click %s", selector)
		}
	}
}

// arrived tells whether the last click hit what it was meant for. On a page that
// gave way to the next it did.
func (p *Page) arrived() bool {
	missed, err := try[bool](p, `document.clickArrived === 'nowhere' || document.clickArrived === 'elsewhere'`)
	return err != nil || !missed
}

// Follow clicks a link and waits until the page it leads to has loaded.
func (p *Page) Follow(selector string) {
	p.t.Helper()
	p.WaitFor(selector)
	err := p.follow(func(context.Context, *chromedp.Target) (chromedp.Void, error) {
		p.Click(selector)
		return chromedp.Void{}, nil
	})
	if err != nil {
		p.fail(err, "follow %s", selector)
	}
}

// Submit sends a form and waits until the page that answers has loaded. The
// selector names the form or the button to send it with; a form is sent with
// its first button. Forms that htmx sends are clicked, see [Page.Click].
func (p *Page) Submit(selector string) {
	p.t.Helper()
	p.present(selector)
	if ask[bool](p, `document.querySelector(%s) instanceof HTMLFormElement`, selector) {
		selector = fmt.Sprintf(":is(%s) :is(button:not([type=button], [type=reset]), input[type=submit])", selector)
	}
	p.Follow(selector)
}

// Type empties a field and types into it, key by key.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.WaitFor(selector)
	if p.scriptless {
		ask[bool](p, `(e => { e.focus(); e.select?.(); return true })(document.querySelector(%s))`, selector)
	} else {
		p.holdFocus(selector)
	}
	if p.Value(selector) != "" {
		p.Press("Delete")
	}
	if err := p.run(chromedp.SendKeys(chromedp.CSS(selector), text)); err != nil {
		p.fail(err, "type into %s", selector)
	}
}

// focusScript brings the keyboard to a field, waits until it stays there for two
// frames, or two seconds, and selects what is there: a page that has just changed may yet lead it to
// what it has to say.
const focusScript = `(async selector => {
	const frame = () => new Promise(done => requestAnimationFrame(done))
	for (let still = 0, end = performance.now() + 2000; still < 2 && performance.now() < end; await frame()) {
		const e = document.querySelector(selector)
		still = e !== null && document.activeElement === e ? still + 1 : 0
		if (still === 0) e?.focus()
	}
	document.querySelector(selector)?.select?.()
	return true
})(%s)`

func (p *Page) holdFocus(selector string) {
	p.t.Helper()
	for deadline := time.Now().Add(Patience); ; {
		_, err := try[bool](p, focusScript, selector)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			p.fail(err, "lead the keyboard to %s", selector)
		}
	}
}

// Choose selects an option by its value, or fills a field that is not typed
// into, such as a date.
func (p *Page) Choose(selector, value string) {
	p.t.Helper()
	p.WaitFor(selector)
	chosen := ask[bool](p, `((e, value) => {
		e.value = value
		e.dispatchEvent(new Event('input', {bubbles: true}))
		e.dispatchEvent(new Event('change', {bubbles: true}))
		return e.value === value
	})(document.querySelector(%s), %s)`, selector, value)
	if !chosen {
		p.t.Fatalf("%s cannot be set to %q", selector, value)
	}
}

// Upload gives files to a file field.
func (p *Page) Upload(selector string, files ...string) {
	p.t.Helper()
	p.present(selector)
	if err := p.run(chromedp.SetUploadFiles(chromedp.CSS(selector), files)); err != nil {
		p.fail(err, "give files to %s", selector)
	}
}

// keys that are not written as the letter they type.
var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Space": " ", "Backspace": kb.Backspace, "Delete": kb.Delete,
	"Up": kb.ArrowUp, "Down": kb.ArrowDown, "Left": kb.ArrowLeft, "Right": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

var modifiers = map[string]chromedp.Modifier{
	"Ctrl": chromedp.ModifierCtrl, "Shift": chromedp.ModifierShift, "Alt": chromedp.ModifierAlt, "Meta": chromedp.ModifierMeta,
}

// Press presses keys one after the other, wherever the keyboard is: "j",
// "Enter", "Shift+Tab", "Ctrl+k".
func (p *Page) Press(combinations ...string) {
	p.t.Helper()
	for _, combination := range combinations {
		key, held, err := parseKey(combination)
		if err != nil {
			p.t.Fatal(err)
		}
		if err := p.run(chromedp.KeyEvent(key, chromedp.KeyModifiers(held...), asKeyboards)); err != nil {
			p.fail(err, "press %s", combination)
		}
	}
}

// asKeyboards makes going down an event of its own, apart from the character:
// only then does a page that takes the key keep the browser from acting on it.
func asKeyboards(p *input.DispatchKeyEventParams) {
	if p.Type == kb.KeyDown {
		p.Type = kb.KeyRawDown
	}
}

func parseKey(combination string) (key string, held []chromedp.Modifier, err error) {
	rest := combination
	for {
		name, after, more := strings.Cut(rest, "+")
		modifier, ok := modifiers[name]
		if !more || !ok {
			break
		}
		held, rest = append(held, modifier), after
	}
	if key, ok := keys[rest]; ok {
		return key, held, nil
	}
	if len([]rune(rest)) != 1 {
		return "", nil, fmt.Errorf("there is no key %q in %q", rest, combination)
	}
	return rest, held, nil
}
