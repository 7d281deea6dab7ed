package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/web/webtest"
)

// The journey that everything is built for, in a real browser, against the
// built binary: raised by a resident through the plugin, claimed, asked,
// answered, a task, late, escalated, closed, reopened, closed. Each kind of
// page on the way is held against the accessibility rules.
func TestACaseGoesAllTheWayInTheBrowser(t *testing.T) {
	in := install(t, "--demo")
	resident := webtest.Open(t, in.url+"/")
	resident.Accessible()
	resident.Follow(`main a[href="/forms/complaint"]`)
	resident.Accessible()
	resident.Submit(`main form`)

	// Raise: the plugin asks one thing at a time, and forgets nothing.
	resident.WaitURL("/forms/complaint/for")
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitFor(`[role="alert"]`)
	resident.Accessible()
	in.pass(5 * time.Minute) // nobody fills in a form in three seconds, and who does is asked again
	resident.Click(`input[value="myself"]`)
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/complaint/what")
	resident.Click(`input[value="missed-collection"]`)
	resident.Type(`textarea`, "The green bins in Weir View were left full twice this month. Nobody rang back.")
	resident.Accessible()
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/complaint/where")
	resident.Accessible()
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/complaint/outcome")
	resident.Upload(`input[type="file"]`, photograph(t))
	resident.WaitFor(`button[value^="remove:"]`) // it has arrived
	resident.Accessible()
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/complaint/you")
	resident.Type(`input[autocomplete="name"]`, "Oluwaseun Adéyẹmí")
	resident.Type(`input[type="email"]`, "seun@example.org")
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/forms/complaint/check")
	resident.WaitForText(`main`, "left full twice this month")
	resident.WaitForText(`main`, "bins.png")
	resident.Accessible()
	resident.Click(`main .button-main[value="submit"]`)
	resident.WaitURL("/done/")
	resident.Accessible()
	ref := resident.Text(`.panel-reference`)
	track := resident.Attribute(`.secret-link a`, "href")
	if !strings.HasPrefix(ref, "CMP-") || !strings.Contains(track, "/track/") {
		t.Fatalf("the confirmation shows %q and %q", ref, track)
	}

	// Claim: it stands among what nobody has opened.
	priya := in.signIn("priya@northmoor.example")
	priya.WaitURL("/mywork")
	priya.WaitForText(`main`, ref)
	priya.Accessible()
	priya.Go(in.url + "/queues/complaint/complaints-team")
	priya.WaitForText(`main`, ref)
	priya.Accessible()
	priya.Follow(`a[href="/cases/` + ref + `"]`)
	priya.WaitForText(`.case-head`, "A missed bin or waste collection")
	priya.Accessible()
	priya.Click(`form[action$="/act/start-work"] button`)
	priya.WaitForText(`#case-head .chip`, "In progress")
	priya.WaitForText(`#case-head`, "Priya Raghunathan")

	// Ask, from the composer on the history.
	priya.Go(in.url + "/cases/" + ref + "/history")
	priya.Accessible()
	priya.Click(`label:has(#mode-question)`)
	priya.Type(`#composer textarea`, "Which days were the bins missed?")
	priya.Click(`#composer .button-main`)
	priya.WaitForText(`.timeline`, "Which days were the bins missed?")
	priya.WaitForText(`#case-head`, "Paused")

	// Answer, by the private link, with no account; Priya's page hears of it.
	resident.Go(track)
	resident.WaitForText(`main`, "Which days were the bins missed?")
	resident.Accessible()
	resident.Type(`textarea[name="answer"]`, "The 3rd and the 17th. Both Tuesdays.")
	resident.Submit(`form:has(textarea[name="answer"])`)
	resident.WaitForText(`main`, "Both Tuesdays")
	priya.WaitForText(`.timeline`, "Both Tuesdays")

	// Task: the case does not close while it is open.
	priya.Go(in.url + "/cases/" + ref + "/tasks")
	priya.Accessible()
	priya.Click(`.tab-head a[href$="/act/task-add"]`)
	priya.WaitFor(`#act-task-add`)
	priya.Accessible()
	priya.Choose(`[name="type"]`, "put-right")
	priya.Type(`[name="title"]`, "Send a crew to Weir View")
	priya.Click(`#act-task-add [type="submit"]`)
	priya.WaitForText(`.task-list`, "Send a crew to Weir View")

	// An action is a page of its own as well, to be opened in another tab.
	priya.Go(in.url + "/cases/" + ref + "/act/priority")
	priya.Accessible()
	priya.Choose(`[name="to"]`, "high")
	priya.Submit(`#act-priority`)
	priya.WaitForText(`#case-head`, "High")

	// Late: three weeks pass on the installation's clock, and it escalates.
	priya.Go(in.url + "/healthz") // a page left open would ask in vain once her session has ended
	in.pass(24 * 24 * time.Hour)
	lead := (*webtest.Page)(nil)
	in.eventually("the case is late and escalated", 60*time.Second, func() bool {
		if lead == nil {
			lead = in.signIn("yusuf@northmoor.example")
			lead.Expect("404") // until it was escalated, the case is none of his business
		}
		lead.Go(in.url + "/cases/" + ref)
		return strings.Contains(lead.Text("body"), "late") && strings.Contains(lead.Text("body"), "level 2")
	})
	lead.Accessible()

	// Close: refused, naming what stands in the way; then done.
	priya = in.signIn("priya@northmoor.example") // the session ended while three weeks passed
	priya.Go(in.url + "/cases/" + ref + "/tasks")
	in.openClosing(priya)
	priya.WaitForText(`#act-close`, "Send a crew to Weir View")
	priya.Accessible()
	priya.Go(in.url + "/cases/" + ref + "/tasks")
	priya.Click(`.task-list a[href*="/act/task-complete"]`)
	priya.Type(`[name="outcome"]`, "Collected on Friday.")
	priya.Click(`#act-task-complete [type="submit"]`)
	priya.WaitForText(`main`, "Collected on Friday.")
	in.closeCase(priya, ref, "upheld")

	// Reopen, by the resident, in time; and close again.
	resident.Go(track)
	resident.WaitForText(`main`, "closed")
	resident.Accessible()
	resident.Follow(`main a[href$="/reopen"]`)
	resident.Accessible()
	resident.Type(`textarea[name="body"]`, "They were left again this morning.")
	resident.Submit(`main form`)
	resident.WaitForText(`main`, "again")
	priya.Go(in.url + "/cases/" + ref)
	priya.WaitForText(`#case-head .chip`, "Reopened")
	in.closeCase(priya, ref, "partly-upheld")

	// What the resident was told on the way, and what staff may read of it.
	priya.Go(in.url + "/cases/" + ref + "/emails")
	priya.Accessible()
	token := track[strings.LastIndexByte(track, '/')+1:]
	if strings.Contains(priya.HTML(), token) {
		t.Error("staff can read the resident's private link in the emails of the case")
	}
}

// closeCase closes a case with a reason, on the page of the action.
func (in *installation) closeCase(p *webtest.Page, ref, reason string) {
	in.t.Helper()
	p.Go(in.url + "/cases/" + ref)
	in.openClosing(p)
	p.Choose(`[name="reason"]`, reason)
	p.Click(`#act-close [type="submit"]`)
	p.WaitForText(`#case-head .chip`, "Closed")
}

// openClosing opens the dialog that closes a case, from the menu or the button.
func (in *installation) openClosing(p *webtest.Page) {
	in.t.Helper()
	if p.Count(`#case-more a[href$="/act/close"]`) > 0 {
		p.Click(`#case-more summary`)
	}
	p.Click(`#case-head a[href$="/act/close"]`)
	p.WaitFor(`#act-close`)
}

// photograph is a small real picture, made here.
func photograph(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bins.png")
	writePNG(t, path)
	return path
}
