package triagepages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// samples show every state of the pages, with what is too long and what is
// hostile.
func samples() []render.Sample {
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	mail := func(no int64, subject, why string) correspondence.Mail {
		return correspondence.Mail{
			ID: core.NewID[core.MailID](), No: no, Mailbox: "cases", Sender: "amara@example.org", SenderName: "Amara Okonkwo-Lindqvist",
			To: []string{"cases@northmoor.example"}, Subject: subject, Said: "The green bins were left full again.\n\nAmara",
			ReceivedAt: at, SentAt: at.Add(-time.Minute), Size: 4096, State: correspondence.StateTriage, Why: why,
		}
	}
	waits := mail(1, "Bins on Mill Lane", "It answers no message of ours.")
	waits.Files = []correspondence.File{{Name: "bins.jpg", Kind: "image/jpeg", Size: 240_000}, {Name: "signature.png", Kind: "image/png", Size: 900, Inline: true}}
	waits.Quoted = "On Mon, 16 Nov 2026, Northmoor Council wrote:\n> Which bins?"
	hostile := mail(2, "<script>alert(1)</script> "+strings.Repeat("Donaudampfschifffahrtsgesellschaft", 4), "It came to an address for replies that was made for somebody else.")
	hostile.Sender, hostile.SenderName = "", "\u202egro.elpmaxe"
	large := mail(3, "", "It is larger than 25 MB, so its head alone was taken in. The mail itself is still in the mailbox.")
	large.Cut, large.Said, large.Size = true, "", 40<<20
	junk := mail(4, "You have won", "Somebody who sorts the mail said that it is not wanted.")
	junk.State = correspondence.StateJunk
	filed := mail(5, "Bins on Mill Lane", "Somebody who sorts the mail put it there.")
	filed.State = correspondence.StateFiled
	types := []layout.Option{{Label: "Choose"}, {Value: "complaint", Label: "Complaint"}, {Value: "report", Label: "Report a problem"}}
	show := func(m correspondence.Mail, change func(*ShowPage)) ShowPage {
		page := newShowPage(m)
		if page.Waits() {
			page.Types.Options = types
		}
		if change != nil {
			change(&page)
		}
		return page
	}
	row := func(m correspondence.Mail) Row { return Row{m, address(m.No)} }
	triage := correspondence.StateTriage
	return []render.Sample{
		{Template: "triagepages/list", Name: "some", View: listView(), Data: ListPage{May: true, State: triage, Tabs: tabsOf(triage, 3), Oldest: at, Rows: []Row{row(waits), row(hostile), row(large)}, Paging: layout.Paging{Next: "/triage?after=3"}}},
		{Template: "triagepages/list", Name: "none", View: listView(), Data: ListPage{May: true, State: triage, Tabs: tabsOf(triage, 0)}},
		{Template: "triagepages/list", Name: "not wanted", View: listView(), Data: ListPage{May: true, State: correspondence.StateJunk, Tabs: tabsOf(correspondence.StateJunk, 2), Rows: []Row{row(junk)}}},
		{Template: "triagepages/list", Name: "set aside, none", View: listView(), Data: ListPage{May: true, State: correspondence.StateIgnored, Tabs: tabsOf(correspondence.StateIgnored, 2)}},
		{Template: "triagepages/list", Name: "for others", View: listView(), Data: ListPage{State: triage}},
		{Template: "triagepages/show", Name: "waits", View: showView(waits), Data: show(waits, nil)},
		{Template: "triagepages/show", Name: "names a case", View: showView(hostile), Data: show(hostile, func(p *ShowPage) {
			p.Claims, p.Ref.Value = "CMP-7K2M-4QX9", "CMP-7K2M-4QX9"
			p.Types.Options = nil
		})},
		{Template: "triagepages/show", Name: "wrong reference", View: showView(waits), Data: show(waits, func(p *ShowPage) {
			p.Ref.Value, p.Ref.Error = "CMP", "Enter a reference like CMP-7K2M-4QX9."
			p.Problems = render.Problems{Message: p.Ref.Error, Items: []render.FieldProblem{{Field: "ref", Message: p.Ref.Error}}}
		})},
		{Template: "triagepages/show", Name: "too large", View: showView(large), Data: show(large, nil)},
		{Template: "triagepages/show", Name: "not wanted", View: showView(junk), Data: show(junk, func(p *ShowPage) {
			p.History = []Step{{Recorded: core.Recorded{HappenedAt: at}, Who: "Ada Sorter", Did: didWords[correspondence.MailJunked]}}
		})},
		{Template: "triagepages/show", Name: "on a case", View: showView(filed), Data: show(filed, func(p *ShowPage) { p.Case, p.CaseURL = "CMP-7K2M-4QX9", "/cases/CMP-7K2M-4QX9" })},
	}
}
