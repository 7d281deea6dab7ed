package mailpages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 26, 10, 12, 0, 0, time.UTC)
	entry := func(no int64, state core.DeliveryState, subject string) messages.Entry {
		return messages.Entry{Message: core.Message{
			No: no, Event: "case.raised", Audience: "requester", To: "amara@example.org", ToName: "Amara Okonkwo-Lindqvist", Subject: subject,
			Text: "Dear Amara,\n\nThank you for contacting us.\n\nhttps://northmoor.example/track/Zm9vYmFyYmF6cXV4.\n\n-- \nNorthmoor Council", HTML: "<p>Dear Amara,</p>",
			MessageID: "0199@northmoor.example", State: state, CreatedAt: at,
		}, Template: "confirmation", Attempts: int(no)}
	}
	sent := entry(1, core.DeliverySent, "We have received your complaint: CMP-7K2M-4QX9")
	sent.SentAt = at.Add(2 * time.Second)
	refused := entry(3, core.DeliveryRefused, strings.Repeat("Donaudampfschifffahrtsgesellschaft ", 5))
	refused.Detail = "550 5.1.1 <b>No such user</b>"
	refused.Missing = []string{"case.expected", "assignee.name"}
	waiting := entry(2, core.DeliveryQueued, "عنوان الرسالة")
	waiting.NextAt = at.Add(time.Hour)
	secret := messages.Entry{Message: core.Message{No: 4, Event: "sign_in", Audience: "requester", To: "amara@example.org", Subject: "Your link to sign in", Text: "The words of this message are not shown.", State: core.DeliveryHeld, CreatedAt: at}, Template: messages.SignIn, Withheld: true}
	masked := entry(5, core.DeliveryUnknown, "We have a question about CMP-7K2M-4QX9")
	masked.Text = strings.ReplaceAll(masked.Text, "Zm9vYmFyYmF6cXV4", "••••")
	row := func(e messages.Entry) Row { return Row{e, address(e), chipOf(e.State)} }
	sends, pretended := &Pages{Options{Sends: true}}, &Pages{Options{Pretended: true}}
	return []render.Sample{
		{Template: "mailpages/list", Name: "some", View: listView, Data: ListPage{Tabs: stateTabs("", ""), Sends: true, Rows: []Row{row(sent), row(refused), row(waiting)}, Paging: layout.Paging{First: "/mail", Next: "/mail?after=x"}}},
		{Template: "mailpages/list", Name: "none, no mail server", View: listView, Data: ListPage{Tabs: stateTabs(core.DeliverySent, "<b>"), Query: "<b>", State: core.DeliverySent}},
		{Template: "mailpages/show", Name: "sent", View: messageView, Data: sends.messagePage(sent, "CMP-7K2M-4QX9")},
		{Template: "mailpages/show", Name: "refused", View: messageView, Data: sends.messagePage(refused, "")},
		{Template: "mailpages/show", Name: "masked", View: messageView, Data: sends.messagePage(masked, "CMP-7K2M-4QX9")},
		{Template: "mailpages/show", Name: "withheld", View: messageView, Data: sends.messagePage(secret, "")},
		{Template: "mailpages/show", Name: "on a demonstration", View: messageView, Data: pretended.messagePage(waiting, "")},
	}
}
