package webtest_test

import (
	"fmt"
	"html"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/web/webtest"
)

const form = `<!doctype html>
<html lang="en">
<head><title>Form</title><meta name="viewport" content="width=device-width">
<style>body { background: #ffffff } @media (prefers-color-scheme: dark) { body { background: #000000; color: #ffffff } }</style>
<script src="/page.js" defer></script></head>
<body><main><h1>A form</h1>
<form action="/answer" method="post" enctype="multipart/form-data">
<label>Name <input name="name" value="old"></label>
<label>Day <input name="day" type="date"></label>
<label>Kind <select name="kind"><option value="a">First</option><option value="b">Second</option></select></label>
<label>File <input name="file" type="file"></label>
<button type="button" id="more">More</button>
<button>Send</button>
</form>
<p id="late" hidden>It came later</p>
<p id="key"></p>
<noscript><p id="plain">Without script</p></noscript>
</main></body></html>`

const pageScript = `
document.querySelector('#more').addEventListener('click', () => setTimeout(() => { document.querySelector('#late').hidden = false }, 50))
document.addEventListener('keydown', e => {
	document.querySelector('#key').textContent += (e.ctrlKey ? 'Ctrl+' : '') + (e.shiftKey ? 'Shift+' : '') + e.key + ' '
	if (e.ctrlKey) e.preventDefault()
})`

// moving is a page that scrolls for a while by itself, and whose button is
// covered for a moment.
const moving = `<!doctype html><html lang="en"><head><title>Moving</title><script src="/moving.js" defer></script>
<style>main { padding: 1500px 0 } #cover { position: fixed; inset: 0 } #bar { position: fixed; inset: auto 0 0; height: 40vh; background: #ddd }</style></head>
<body><div id="cover"></div><div id="bar"></div><main><p><button id="press">Press</button></p><p><button id="beside">Beside</button></p><p id="said">Nothing</p></main></body></html>`

const movingScript = `
let frames = 0
const go = () => { scrollBy(0, 20); if (++frames < 60) requestAnimationFrame(go); else document.querySelector('#cover').remove() }
requestAnimationFrame(go)
for (const b of document.querySelectorAll('button')) b.addEventListener('click', () => { document.querySelector('#said').textContent = b.textContent })`

const barriers = `<!doctype html><html lang="en"><head><title>Barriers</title></head>
<body><main><h1>Barriers</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><input></main></body></html>`

func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	page := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'")
			io.WriteString(w, text)
		}
	}
	mux.HandleFunc("GET /form", page(form))
	mux.HandleFunc("GET /moving", page(moving))
	mux.HandleFunc("GET /moving.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, movingScript)
	})
	mux.HandleFunc("GET /barriers", page(barriers))
	mux.HandleFunc("GET /broken", page(`<!doctype html><title>Broken</title><script src="/broken.js"></script><img alt="" src="/missing.png">`))
	mux.HandleFunc("GET /refused", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		io.WriteString(w, "<!doctype html><title>Wrong</title><p>Wrong input</p>")
	})
	mux.HandleFunc("GET /page.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, pageScript)
	})
	mux.HandleFunc("GET /broken.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		io.WriteString(w, "nowhere.toBeFound()")
	})
	mux.HandleFunc("POST /answer", func(w http.ResponseWriter, r *http.Request) {
		file, _, err := r.FormFile("file")
		content := []byte("no file")
		if err == nil {
			content, _ = io.ReadAll(file)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><title>Answer</title><p id=answer>%s, %s, %s, %s</p><a href=/form>Again</a>",
			html.EscapeString(r.FormValue("name")), html.EscapeString(r.FormValue("day")), html.EscapeString(r.FormValue("kind")), content)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAPersonFillsInAFormAndSendsIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(file, []byte("some words"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := webtest.Open(t, site(t)+"/form")
	p.Type("input[name=name]", "Zoë 😀")
	p.Choose("input[name=day]", "2027-03-01")
	p.Choose("select[name=kind]", "b")
	p.Upload("input[name=file]", file)
	p.Submit("form")
	if got, want := p.Text("#answer"), "Zoë 😀, 2027-03-01, b, some words"; got != want {
		t.Errorf("the answer is %q, want %q", got, want)
	}
	if p.Title() != "Answer" || !strings.HasSuffix(p.URL(), "/answer") {
		t.Errorf("at %s, %s", p.URL(), p.Title())
	}
	p.Follow("a")
	if got := p.Value("input[name=name]"); got != "old" {
		t.Errorf("the form holds %q again", got)
	}
	p.Back()
	p.WaitURL("/answer")
}

func TestWhatComesLaterIsWaitedFor(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/form")
	p.WaitGone("#late")
	p.Click("#more")
	p.WaitFor("#late")
	p.WaitForText("p", "came later")
	if texts := p.Texts("option"); !slices.Equal(texts, []string{"First", "Second"}) {
		t.Errorf("options %q", texts)
	}
	if n := webtest.Eval[int](p, "Promise.resolve(40 + 2 % 3)"); n != 42 {
		t.Errorf("evaluated %d", n)
	}
}

func TestAClickArrivesOnAPageThatMoves(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/moving")
	for range 5 {
		p.Reload()
		p.Click("#press")
		p.WaitForText("#said", "Press")
	}
}

func TestKeysArePressedWhereTheKeyboardIs(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/form")
	p.Press("j", "Enter", "Ctrl+k", "?", "Down")
	p.WaitForText("#key", "j Enter Ctrl+k")
	if got, want := p.Text("#key"), "j Enter Ctrl+k Shift+? ArrowDown"; got != want {
		t.Errorf("pressed %q, want %q", got, want)
	}
	p.Press("Tab")
	if !p.Focused("input[name=name]") {
		t.Error("the first field has not got the keyboard")
	}
}

func TestPagesDoNotShareCookies(t *testing.T) {
	t.Parallel()
	url := site(t) + "/form"
	first, second := webtest.Open(t, url), webtest.Open(t, url)
	webtest.Eval[string](first, "document.cookie = 'who=first'")
	if cookie := webtest.Eval[string](second, "document.cookie"); cookie != "" {
		t.Errorf("the second page has the cookie %q", cookie)
	}
}

func TestAPageCanBeOpenedWithoutScript(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/form", webtest.WithoutScript)
	p.WaitFor("#plain")
	p.Submit("form")
	p.WaitForText("#answer", "old")
}

func TestAScreenshotHasTheSizeAndTheColours(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/form")
	for _, shot := range []struct {
		width, height int
		dark          bool
		corner        color.RGBA
	}{
		{390, 844, false, color.RGBA{255, 255, 255, 255}},
		{1440, 900, true, color.RGBA{0, 0, 0, 255}},
	} {
		path := filepath.Join(t.TempDir(), "shots", "page.png")
		p.Screenshot(path, shot.width, shot.height, shot.dark)
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(file)
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		if size := picture.Bounds().Size(); size.X != shot.width || size.Y != shot.height {
			t.Errorf("the picture is %v, want %d×%d", size, shot.width, shot.height)
		}
		if corner := color.RGBAModel.Convert(picture.At(1, 1)); corner != shot.corner {
			t.Errorf("the corner is %v, want %v", corner, shot.corner)
		}
	}
}

func TestBarriersAreFound(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/barriers")
	found := map[string]string{}
	for _, violation := range p.Axe() {
		found[violation.ID] = violation.String()
	}
	for _, rule := range []string{"image-alt", "label"} {
		if !strings.Contains(found[rule], "<") {
			t.Errorf("%s was not found with its element: %v", rule, found)
		}
	}
	p.Go(site(t) + "/form")
	p.Accessible()
}

func TestErrorsOfTheConsoleAreSeenUnlessExpected(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/broken")
	p.WaitUntil("the page to load", "document.readyState === 'complete'")
	eventually(t, func() bool { return len(p.ConsoleErrors()) == 2 })
	p.Expect("nowhere is not defined")
	if faults := p.ConsoleErrors(); len(faults) != 1 || !strings.Contains(faults[0], "missing.png") {
		t.Errorf("faults %q", faults)
	}
	p.Expect("missing.png")
	if faults := p.ConsoleErrors(); len(faults) != 0 {
		t.Errorf("faults %q", faults)
	}
}

func TestTheHonestAnswerToWrongInputIsNoFault(t *testing.T) {
	t.Parallel()
	p := webtest.Open(t, site(t)+"/refused")
	p.WaitForText("p", "Wrong input")
}
