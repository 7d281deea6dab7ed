package webtest

import (
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Click clicks the first element that matches, once it can be seen. It does
// not wait for what the click does; see [Page.Follow] and [Page.WaitFor].
func (p *Page) Click(selector string) {
	p.t.Helper()
	deadline := time.Now().Add(Patience)
	for {
		p.WaitFor(selector)
		err := p.run(chromedp.Click(chromedp.CSS(selector)))
		if err == nil {
			return
		}
		if !replaced(err) || time.Now().After(deadline) {
			p.fail(err, "click %s", selector)
		}
	}
}

// replaced tells whether an element went away between being found and being
// used: a live page put a newer one in its place, which a person would not
// notice.
func replaced(err error) bool {
	return strings.Contains(err.Error(), "Could not find node with given id")
}

// Follow clicks a link and waits until the page it leads to has loaded.
func (p *Page) Follow(selector string) {
	p.t.Helper()
	p.WaitFor(selector)
	if err := p.follow(chromedp.Click(chromedp.CSS(selector))); err != nil {
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
	ask[bool](p, `(e => { e.focus(); e.select?.(); return true })(document.querySelector(%s))`, selector)
	if p.Value(selector) != "" {
		p.Press("Delete")
	}
	if err := p.run(chromedp.SendKeys(chromedp.CSS(selector), text)); err != nil {
		p.fail(err, "type into %s", selector)
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
