package layout_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/web/webtest"
)

func TestAPageLeftOpenWhenItsSessionEndsSaysSoAsksNoMoreAndGivesBackWhatWasTyped(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	p.Expect("401")
	p.Type("#text", "Half a sentence that nobody")
	d.ended.Store(true)
	p.Click("#form button")
	p.WaitForText("#signed-out[open]", "You have been signed out")
	if got := p.Value("#text"); got != "Half a sentence that nobody" {
		t.Errorf("the field holds %q", got)
	}
	if to := p.Attribute("#signed-out a", "href"); to != "/staff/sign-in?next=%2Fdemo" {
		t.Errorf("signing in leads back by %s", to)
	}
	p.Accessible()
	asked := d.asked.Load()
	webtest.Eval[bool](p, `document.body.dispatchEvent(new CustomEvent("live:case:CMP-1")), true`)
	p.Press("Escape")
	p.WaitGone("#signed-out[open]")
	p.Click("#form button")
	p.WaitFor("#signed-out[open]")
	if d.asked.Load() != asked {
		t.Error("it asks in vain")
	}
	d.ended.Store(false)
	p.Go(d.url + "/enter") // signed in again, and led back
	p.WaitUntil("what was typed is back", `document.querySelector("#text").value === "Half a sentence that nobody"`)
	p.Go(d.url + "/demo")
	if got := p.Value("#text"); got != "" {
		t.Errorf("it is put back a second time: %q", got)
	}
}

func TestAPartThatRefreshesItselfFindsOutThatTheSessionHasEnded(t *testing.T) {
	d := serveDemo(t)
	p := webtest.Open(t, d.url+"/enter")
	p.Expect("401")
	p.WaitFor("#live")
	d.ended.Store(true)
	webtest.Eval[bool](p, `document.body.dispatchEvent(new CustomEvent("live:case:CMP-1")), true`)
	p.WaitForText("#signed-out[open]", "You have been signed out")
	if url := p.URL(); !strings.HasSuffix(url, "/demo") {
		t.Errorf("the page was left for %s", url)
	}
}
