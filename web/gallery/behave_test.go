package gallery_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/gallery"
	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
	"github.com/casement-dev/casement/web/webtest"
)

// trySite serves the sample trees as a plugin's page would be: /try?tree=…
// takes what is sent and shows the tree again, saying what was pressed.
func trySite(t *testing.T) string {
	site := gallerytest.Serve(t, func(app *server.App, assets *web.Assets) {
		ground(app, assets)
		show := func(c *fiber.Ctx) error {
			var tree gallery.Tree
			for _, sample := range gallery.Trees() {
				if sample.Name == c.Query("tree") {
					tree = sample
				}
			}
			here := "/try?tree=" + url.QueryEscape(tree.Name)
			query, err := url.ParseQuery(string(c.Request().URI().QueryString()))
			if err != nil {
				return err
			}
			p := &tree.Page
			p.Action, p.Target, p.Hidden = here, "", []viewtree.Hidden{{Name: server.CSRFField, Value: app.CSRF(c)}}
			p.Tables = viewtree.ReadTables(tree.Root, "", query)
			p.TableURL = func(table string, s viewtree.Sorting) string {
				return here + "&" + viewtree.TableParam("", table) + "=" + s.Param()
			}
			p.Lookup.URL = func(list string) string { return "/rows?list=" + list }
			if c.Method() == fiber.MethodPost {
				sent, err := url.ParseQuery(string(c.Body()))
				if form, multipart := c.MultipartForm(); multipart == nil {
					sent, err = form.Value, nil
				}
				if err != nil {
					return err
				}
				did := viewtree.Pressed(tree.Root, sent)
				answers := viewtree.Read(tree.Root, sent)
				for _, f := range tree.Root.Fields() {
					if values, given := answers[f.ID]; given {
						f.Value = values
					}
				}
				tree.Root.Hint = strings.TrimSpace("Did " + did.Kind + " " + did.ID + " with " + answers.Text("upheld") + " " + answers.Text("street"))
				if did.Unconfirmed {
					tree.Root.Hint, p.Confirm = "", did.ID
				}
				if did.Kind == viewtree.ActionTable {
					tree.Root.Hint += " " + did.Sorting.Param()
				}
			}
			return render.Page(c, render.View{Template: "gallery/tree", Layout: render.Public, Title: tree.Name}, tree)
		}
		app.Public().Get("/try", show)
		app.Public().Post("/try", show)
		app.Public().Get("/rows", func(c *fiber.Ctx) error {
			rows := []fiber.Map{}
			for value, label := range map[string]string{"4711": "Mill Lane, Eastgate", "4712": "Mill Street"} {
				if strings.HasPrefix(strings.ToLower(label), strings.ToLower(c.Query("q"))) && c.Query("list") == "streets" {
					rows = append(rows, fiber.Map{"value": value, "label": label})
				}
			}
			return c.JSON(fiber.Map{"rows": rows})
		})
	})
	return site.Address + "/try?tree="
}

func TestAButtonAsksBeforeItActs(t *testing.T) {
	address := trySite(t)
	p := webtest.Open(t, address+url.QueryEscape("Tabs and buttons"))
	p.Click("button[value='press:withdraw']")
	p.WaitForText("dialog[open]", "Withdraw this answer?")
	picture(p, "question")
	p.Accessible()
	if !p.Focused("dialog[open] .button-row > :first-child") {
		t.Error("what does nothing has not the focus")
	}
	p.Press("Enter")
	p.WaitGone("dialog[open]")
	if !p.Focused("button[value='press:withdraw']") {
		t.Error("the focus is not back on the button")
	}
	p.Click("button[value='press:withdraw']")
	p.WaitFor("dialog[open]")
	p.Follow("dialog[open] .button-danger")
	p.WaitForText("main", "Did press withdraw")
}

func TestAButtonAsksWithoutScriptsToo(t *testing.T) {
	address := trySite(t)
	p := webtest.Open(t, address+url.QueryEscape("Tabs and buttons"), webtest.WithoutScript)
	if got := strings.Join(p.Texts(".tab-part h2"), ", "); got != "Letter, Findings, Your view" {
		t.Errorf("the parts are headed %q", got)
	}
	p.Follow("button:not(.hide)[value='press:withdraw']")
	p.WaitForText(".confirm", "Withdraw this answer?")
	p.Follow(".confirm button[value=keep]")
	p.WaitForText("main", "Did keep")
	p.Follow("button:not(.hide)[value='press:withdraw']")
	p.Follow(".confirm button[value='press:withdraw']")
	p.WaitForText("main", "Did press withdraw")
}

func TestPartsBecomeTabs(t *testing.T) {
	p := webtest.Open(t, trySite(t)+url.QueryEscape("Tabs and buttons"))
	p.WaitFor("[role=tab][aria-selected=true]")
	if got := p.Text("[role=tab][aria-selected=true]"); !strings.Contains(got, "Your view") || !strings.Contains(got, "needs another look") {
		t.Errorf("the part with a mistake is not open but %q", got)
	}
	p.Click("[role=tab]:nth-child(1)")
	p.WaitUntil("only the letter is shown", `document.querySelectorAll('.tab-part:not([hidden])').length === 1 && document.querySelector('.tab-part:not([hidden])').textContent.includes('Dear Ms Okonkwo')`)
	p.Accessible()
	p.Press("Right")
	if got := p.Text("[role=tab][aria-selected=true]"); got != "Findings" || !p.Focused("[role=tab][aria-selected=true]") {
		t.Errorf("the arrow leads to %q", got)
	}
	p.Click(".error-summary a")
	p.WaitUntil("the link leads into the part", `document.activeElement.id === 'f-view'`)
}

func TestRowsOfAListAreSuggested(t *testing.T) {
	p := webtest.Open(t, trySite(t)+"Questions")
	p.WaitFor("#f-street[role=combobox]")
	p.Type("#f-street", "mill s")
	p.WaitForText("[role=listbox]:not([hidden])", "Mill Street")
	p.WaitUntil("only what begins so is left", `document.querySelectorAll('[role=option]').length === 1`)
	picture(p, "suggestions")
	p.Accessible()
	p.Press("Escape", "Down") // opens the list again, and goes into it
	p.WaitFor("[role=option][aria-selected=true]")
	p.Press("Enter")
	p.WaitUntil("the row is chosen", `document.querySelector('#f-street').value === 'Mill Street'`)
	p.Follow("form.tree > .button-row .button-main")
	p.WaitForText("main", "Did submit with yes 4712")
}

func TestAChangeIsTakenAtOnceAndNothingTypedIsLost(t *testing.T) {
	p := webtest.Open(t, trySite(t)+"Questions")
	p.Type("#f-hours", "12")
	p.Click("[name='f:upheld'][value=no]")
	p.WaitForText("main", "Did change upheld with no")
	if !p.Focused("[name='f:upheld'][value=no]") {
		t.Error("the focus is lost")
	}
	if got := p.Value("#f-hours"); got != "12" {
		t.Errorf("hours are %q", got)
	}
	if got := webtest.Eval[int](p, `document.querySelectorAll('form.tree').length`); got != 1 {
		t.Errorf("%d forms", got)
	}
}

func TestATableIsSortedInItsPlace(t *testing.T) {
	p := webtest.Open(t, trySite(t)+"Tables")
	webtest.Eval[bool](p, `window.same = true`)
	p.Click("#n-visits th:nth-child(3) a")
	p.WaitUntil("it is sorted", `document.querySelector('#n-visits tbody th').textContent === 'Eastgate' && document.querySelector('#n-visits th:nth-child(3)').ariaSort === 'ascending'`)
	if !webtest.Eval[bool](p, `window.same === true`) {
		t.Error("the whole page was loaded")
	}
	p.WaitURL("t.visits=3")
	p.Follow("#n-found .table-page:last-of-type")
	p.WaitForText("main", "Did table found")
}

func TestTreesReadAtTwiceTheSizeAndFromTheRight(t *testing.T) {
	site := gallerytest.Serve(t, ground)
	p := site.Enter(t)
	pictures := os.Getenv("CASEMENT_PICTURES")
	for number, sample := range site.Engine.Samples() {
		tree, ok := sample.Data.(gallery.Tree)
		if !ok {
			continue
		}
		p.Go(site.Sample(number))
		for _, c := range []struct{ name, script string }{
			{"large", `document.documentElement.style.fontSize = '200%'`},
			{"rtl", `(document.documentElement.style.fontSize = '', document.documentElement.dir = 'rtl')`},
		} {
			webtest.Eval[string](p, c.script)
			if wide := gallerytest.TooWide(p); wide != "" {
				t.Errorf("%s, %s, is wider than the window: %s", sample.Name, c.name, wide)
			}
			if pictures != "" {
				p.Screenshot(filepath.Join(pictures, strings.ReplaceAll(tree.Name, " ", "-")+"-"+c.name+".png"), 1280, 1900, false)
			}
		}
	}
}

// picture keeps what a page shows, where pictures are wanted.
func picture(p *webtest.Page, name string) {
	if pictures := os.Getenv("CASEMENT_PICTURES"); pictures != "" {
		p.Screenshot(filepath.Join(pictures, name+".png"), 1280, 900, false)
	}
}
