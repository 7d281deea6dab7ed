package formpages_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/formpages"
	"github.com/casement-dev/casement/web/webtest"
)

// serve is the site on a port, with the built scripts and styles.
func serve(t *testing.T) (*site, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are not short")
	}
	assets := webtest.Built(t)
	ln, address := webtest.Listen(t)
	s := newSite(t, func(o *formpages.Options, so *server.Options) {
		o.BaseURL, o.SecureCookies, o.Asset, so.BaseURL = address, false, assets.URL, address
		so.Assets = func(name string) (server.Asset, bool) {
			file, ok := assets.File(name)
			return server.Asset(file), ok
		}
	})
	ground(t, s, assets)
	webtest.Serve(t, s.app, ln)
	// Browsers forget a cookie by their own clock.
	s.Clock.Set(time.Now())
	return s, address
}

// picture takes a screenshot where they are wanted.
func picture(p *webtest.Page, name string) {
	folder := os.Getenv("CASEMENT_SCREENSHOTS")
	if folder == "" {
		return
	}
	p.Screenshot(filepath.Join(folder, name+"-dark.png"), 1280, 900, true)
	p.Screenshot(filepath.Join(folder, name+"-telephone-dark.png"), 390, 844, true)
	p.Screenshot(filepath.Join(folder, name+"-telephone.png"), 390, 844, false)
	p.Screenshot(filepath.Join(folder, name+".png"), 1280, 900, false)
}

const next = `main form .button-main`

// journey raises an anonymous complaint with a file; every page is checked.
func journey(t *testing.T, s *site, p *webtest.Page, script bool) {
	t.Helper()
	name := func(page string) string {
		if !script {
			page += "-plain"
		}
		return page
	}
	look := func(page string) {
		t.Helper()
		if script { // axe is a script
			p.Accessible()
			picture(p, "form-"+name(page))
		}
	}
	look("start")
	p.Follow(`.start-list a[href="/forms/complaint"]`)
	look("begin")
	p.Submit(`main form`)
	look("who")
	p.Follow(next)
	if script {
		p.WaitFor(".error-summary:focus")
	}
	look("who-error")
	p.Click(`input[value=anonymous]`)
	p.Follow(next)
	p.WaitURL("/what")
	p.Click(`input[value=pothole]`)
	p.Type(`textarea`, "A hole as deep as a boot. It grows.")
	p.Type(`[name="f:when:day"]`, "31")
	p.Type(`[name="f:when:month"]`, "11")
	p.Type(`[name="f:when:year"]`, "2025")
	p.Follow(next)
	if got := p.Value("textarea"); got != "A hole as deep as a boot. It grows." {
		t.Errorf("after a mistake the page holds %q", got)
	}
	look("what-error")
	p.Type(`[name="f:when:day"]`, "30")
	p.Follow(next)
	p.WaitURL("/where")
	look("where")
	p.Type(`[name="f:where"]`, "Mill Lane")
	p.Follow(next)
	p.WaitURL("/outcome")
	p.Type(`textarea`, "Fill it")
	file := filepath.Join(t.TempDir(), "hole in the road.png")
	if err := os.WriteFile(file, []byte(pngPicture(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Upload(`input[type=file]`, file)
	if script {
		p.WaitForText(".files", "hole in the road.png")
		if got := p.Value("textarea"); got != "Fill it" {
			t.Errorf("after the upload the page holds %q", got)
		}
		look("files")
	}
	p.Follow(next)
	p.WaitURL("/check")
	if text := p.Text("main"); !strings.Contains(text, "hole in the road.png") || !strings.Contains(text, "30 November 2025") || !strings.Contains(text, "Mill Lane") {
		t.Errorf("the page to check says %q", text)
	}
	look("check")
	p.Follow(`a[href$="/where"]`)
	p.Type(`[name="f:where"]`, "14 Mill Lane")
	p.Follow(next)
	p.WaitURL("/check")
	p.WaitForText("main", "14 Mill Lane")
	s.Clock.Advance(time.Minute)
	p.Follow(next)
	p.WaitURL("/done/CMP-")
	p.WaitForText(".todo", "Keep this private link")
	look("done")
	if len(p.Text(".panel-reference")) != len("CMP-7K2M-4QX9") {
		t.Errorf("the reference is %q", p.Text(".panel-reference"))
	}
}

func TestAComplaintIsRaisedInABrowserAccessiblyScreenshot(t *testing.T) {
	s, address := serve(t)
	journey(t, s, webtest.Open(t, address+"/"), true)
	if s.count(t, "cases") != 1 || s.count(t, "attachments WHERE case_id IS NOT NULL") != 1 {
		t.Error("no case with its file")
	}
}

func TestAComplaintIsRaisedInABrowserWithoutJavaScript(t *testing.T) {
	s, address := serve(t)
	journey(t, s, webtest.Open(t, address+"/", webtest.WithoutScript), false)
	if s.count(t, "cases") != 1 || s.count(t, "attachments WHERE case_id IS NOT NULL") != 1 {
		t.Error("no case with its file")
	}
}

func TestThePagesBesideAFormAreAccessibleScreenshot(t *testing.T) {
	_, address := serve(t)
	p := webtest.Open(t, address+"/forms/complaint")
	p.Submit("main form")
	p.Click(`input[value=other]`)
	p.WaitFor(`[name="f:their_name"]`)
	p.Type(`[name="f:their_name"]`, "Ngozi Okonkwo")
	p.Accessible()
	picture(p, "form-reveal")
	p.Follow(`button[value=save]`)
	p.WaitForText("h1", "Your answers are saved")
	p.Accessible()
	picture(p, "form-saved")
	p.Go(address + "/forms/complaint")
	p.WaitForText(".todo", "You have begun this form")
	p.Accessible()
	picture(p, "form-begun")
	p.Follow(".todo .button-main")
	if got := p.Value(`[name="f:their_name"]`); got != "Ngozi Okonkwo" {
		t.Errorf("the page holds %q", got)
	}
	p.Go(address + "/forms/wilful")
	p.Submit("main form")
	p.Expect("503")
	p.Type(`[name="f:what"]`, "trap")
	p.Follow(next)
	p.WaitForText("main", "Nothing you typed is lost.")
	p.Accessible()
	picture(p, "form-trouble")
	p.Go(address + "/forms/enquiry")
	p.Submit("main form")
	p.Accessible()
	picture(p, "form-fields")
}
