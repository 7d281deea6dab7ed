package casepages_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/web/webtest"
)

func TestACaseIsLinkedFoundOnBothAndUnlinkedAgain(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	s.start(nil)
	one, path := s.raised()
	two, other := s.raised()
	ref := string(s.Case(t, two).Ref)
	says(t, s.get("Priya", path+"/links", 200), "No linked cases", `href="`+path+`/act/link"`)

	form := s.get("Priya", path+"/act/link", 200)
	says(t, form, "How this case stands to the other", "Blocked by …", `value="`+ref+`"`) // the requester's other case is suggested
	says(t, s.get("Priya", path+"/links/find?to="+strings.ToLower(ref), 200, fragment...), `value="`+ref+`" checked`)
	says(t, s.get("Priya", path+"/links/find?to="+string(core.NewReference("CMP")), 200, fragment...), "No case that you may see fits.")

	for typed, words := range map[string]string{"": "Enter the reference of the other case", "bins": "Choose one of the cases", string(core.NewReference("CMP")): "There is no such case, or you may not see it.",
		string(s.Case(t, one).Ref): "This is the case itself."} {
		_, body := s.post("Priya", path+"/act/link", s.filled(one, "kind", "blocked-by", "to", typed), 422, fragment...)
		says(t, body, `id="to-error"`, words)
	}
	s.post("Priya", path+"/act/link", s.filled(one, "kind", "blocked-by", "chosen", ref), 303)
	says(t, s.get("Priya", path+"/links", 200), "Blocked by", ref, "A case that blocks this one is still open: "+ref, "by <bdi>Priya Raghunathan</bdi>", `/act/unlink?to=`+ref)
	says(t, s.get("Priya", other+"/links", 200), "Blocks", string(s.Case(t, one).Ref))
	says(t, s.get("Priya", path+"/history?show=system", 200), "linked this case: blocked by", ref)
	says(t, s.get("Priya", path+"/act/close", 200), "A case that blocks this one is still open: "+ref)
	s.get("Rosa", path+"/links", 404) // who may only enquire
	s.get("Rosa", path+"/links/find?to="+ref, 404)

	says(t, s.get("Priya", path+"/act/unlink?to="+ref+"&kind=blocked-by", 200), "Blocked by "+ref, "Remove the link")
	res, _ := s.post("Priya", path+"/act/unlink", s.filled(one, "to", ref, "kind", "blocked-by"), 200, fragment...)
	says(t, res.Header.Get("HX-Trigger"), "Undo", path+"/act/link?to="+ref+"\\u0026kind=blocked-by")
	says(t, s.get("Priya", path+"/links", 200), "No linked cases")
	says(t, s.get("Priya", path+"/act/link?to="+ref+"&kind=blocked-by", 200), `<option value="blocked-by" selected>`, `value="`+ref+`" checked`)
}

func TestTheHistoryNamesNoLinkedCaseThatItsReaderMayNotSee(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	s.start(nil)
	one, _ := s.raised()
	two, other := s.raised()
	s.Do(t, s.Priya, two, &cases.Reassign{Group: "highways", Reason: "wrong-team"})
	s.Do(t, s.Priya, one, &links.Add{To: s.Case(t, two).Ref})
	body := s.get("Ines", other+"/history?show=system", 200)
	says(t, body, "linked this case: related to", "another case")
	saysNot(t, body+s.get("Ines", other+"/links", 200), string(s.Case(t, one).Ref))
}

func TestCasesAreLinkedInABrowser(t *testing.T) {
	s := newCaseSite(t)
	id, url := s.scene()
	s.Clock.Set(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	gate := core.NewID[core.CaseID]()
	s.Do(t, s.Priya, gate, &cases.Raise{Type: "complaint", Subject: "The gate at Larkspur Court does not open since the contractor changed its code", Subtype: "waste", Channel: core.ChannelTelephone, Requester: s.Brendan})
	s.Do(t, s.Priya, gate, &cases.Assign{To: s.Tomasz.StaffID()})
	s.Clock.Set(time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC))
	earlier, _ := s.raised()
	base := s.serve()
	p := webtest.Open(t, base+"/enter/Priya?to="+url+"/links")
	p.WaitForText("#tab", "No linked cases")
	p.Accessible()
	p.Press("l")
	p.WaitFor("#act[open] input[name=to]")
	p.Accessible()
	p.Type("#act input[name=to]", string(s.Case(t, gate).Ref))
	p.WaitFor("#found-cases input:checked")
	webtest.Eval[bool](p, `(document.querySelector('#act select[name=kind]').value = 'blocked-by', true)`)
	if dir := pictureDir(); dir != "" {
		p.Screenshot(picture("links-form"), 1440, 1000, false)
		p.Screenshot(picture("links-form-telephone"), 390, 844, true)
	}
	p.Click("#act button[type=submit]")
	p.WaitForText("#tab .link-group", "Blocked by")
	s.Do(t, s.Priya, id, &links.Add{To: s.Case(t, earlier).Ref, Kind: core.LinkContinues})
	p.Go(base + url + "/links")
	p.WaitForText("#tab", "Continues")
	p.Accessible()
	if dir := pictureDir(); dir != "" {
		p.Screenshot(picture("links"), 1440, 1000, false)
		p.Screenshot(picture("links-dark"), 1440, 1000, true)
		p.Screenshot(picture("links-telephone"), 390, 844, false)
		p.Screenshot(picture("links-telephone-dark"), 390, 844, true)
	}
	p.Click("#links-blocked-by + ul .icon-button")
	p.WaitForText("#act[open]", "Remove the link")
	p.Accessible()
	if dir := pictureDir(); dir != "" {
		p.Screenshot(picture("links-remove"), 1440, 1000, false)
	}
	p.Click("#act button[type=submit]")
	p.WaitGone("#links-blocked-by")
	p.Click("#toasts .toast a") // undo
	p.WaitForText("h1, h2", "Link a case")
	p.Click("#act-link button[type=submit]")
	p.WaitForText("#tab", "Blocked by")
}
