package webhookpages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/webhooks"
	"github.com/casement-dev/casement/web/render"
)

func samples() []render.Sample {
	at := time.Date(2026, 11, 20, 16, 50, 0, 0, time.UTC)
	types := []*core.CaseType{{Key: "complaint", Name: core.Text{"en": "Complaint"}}, {Key: "report", Name: core.Text{"en": "Problem in the street"}}}
	clients := []people.ClientUse{{Client: core.Client{ID: core.ClientID{1}, No: 1, Name: "Website"}}}
	on := webhooks.Endpoint{ID: webhooks.EndpointID{1}, No: 1, Key: "warehouse", Name: "Warehouse", URL: "https://warehouse.northmoor.example/hooks/casement", On: true, CreatedAt: at}
	failing := on
	failing.No, failing.Name, failing.FailingSince, failing.Kinds = 2, "مستودع "+strings.Repeat("Zuständigkeitsprüfung ", 3), at, []core.EventKind{core.CaseRaised, core.CaseClosed}
	off := failing
	off.No, off.On, off.OffReason, off.OldUntil, off.Types, off.As = 3, false, "It has failed for 5 days.", at.Add(time.Hour), []string{"complaint"}, core.ClientID{1}
	taken := webhooks.Delivery{No: 41, MessageID: "msg_0190a3c5", Kind: core.CaseClosed, Ref: "CMP-7K2M-4QX9", State: webhooks.Delivered, Tries: 1, QueuedAt: at, FinishedAt: at, Status: 204, Took: 84 * time.Millisecond}
	again := webhooks.Delivery{No: 40, MessageID: "msg_0190a3c4", Kind: core.CaseRaised, Ref: "CMP-8M3T-9RW2", State: webhooks.Waiting, Tries: 3, Rounds: 1, NextAt: at.Add(time.Hour), QueuedAt: at, Status: 503, Took: 1400 * time.Millisecond, Problem: "It answered 503."}
	lost := webhooks.Delivery{No: 39, MessageID: "msg_0190a3c3", Kind: webhooks.TestKind, State: webhooks.GivenUp, Tries: 1, QueuedAt: at, FinishedAt: at, Problem: "It did not answer within 15 seconds."}
	dropped := webhooks.Delivery{No: 38, MessageID: "msg_0190a3c2", Kind: core.NoteAdded, Ref: "CMP-6TRW-9ABC", State: webhooks.Dropped, QueuedAt: at, FinishedAt: at}
	attempts := []webhooks.Attempt{
		{At: at, Took: 1400 * time.Millisecond, Status: 503, Answer: "<html>Service\nunavailable " + strings.Repeat("x", 200), Problem: "It answered 503."},
		{At: at.Add(-time.Minute), Took: 15 * time.Second, Problem: "It did not answer within 15 seconds."},
	}
	all := []webhooks.Delivery{taken, again, lost, dropped}
	page := func(e webhooks.Endpoint, secret string, problems render.Problems, list ...webhooks.Delivery) Page {
		out := Page{Endpoint: e, Link: linkOf(e.No), Chip: chipOf(e), Secret: secret, Form: makeForm(linkOf(e.No), inputOf(e), types, clients, problems)}
		for _, d := range list {
			out.Recent = append(out.Recent, deliveryRow(e, d))
		}
		return out
	}
	bad, _ := render.ProblemsOf(core.InvalidField("url", "Enter an address that begins with https://."), "url")
	none := render.Problems{}
	rows := logPage(on, all, "", none).Rows
	return []render.Sample{
		{Template: "webhookpages/list", Name: "three", View: listView, Data: ListPage{[]Row{rowOf(on), rowOf(failing), rowOf(off)}}},
		{Template: "webhookpages/list", Name: "none", View: listView, Data: ListPage{}},
		{Template: "webhookpages/new", Name: "empty", View: newView, Data: makeForm("/webhooks", webhooks.Input{}, types, clients, none)},
		{Template: "webhookpages/new", Name: "refused", View: newView, Data: makeForm("/webhooks", webhooks.Input{Name: "<b>", URL: "ftp://x"}, nil, nil, bad)},
		{Template: "webhookpages/form", Name: "of an endpoint", Data: makeForm("/webhooks/3", inputOf(off), types, clients, none)},
		{Template: "webhookpages/rows", Name: "four", Data: rows},
		{Template: "webhookpages/endpoint", Name: "just made", View: viewOf(on), Data: page(on, "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", none)},
		{Template: "webhookpages/endpoint", Name: "at work", View: viewOf(on), Data: page(on, "", none, all...)},
		{Template: "webhookpages/endpoint", Name: "switched off by itself", View: viewOf(off), Data: page(off, "", bad, lost)},
		{Template: "webhookpages/log", Name: "four", View: render.View{Template: "webhookpages/log", Title: "Sent"}, Data: logPage(on, all, "", none)},
		{Template: "webhookpages/log", Name: "nothing", View: render.View{Template: "webhookpages/log", Title: "Sent"}, Data: logPage(on, nil, webhooks.GivenUp, none)},
		{Template: "webhookpages/delivery", Name: "tried again", View: deliveryView(again), Data: deliveryPage(on, again, attempts)},
		{Template: "webhookpages/delivery", Name: "taken", View: deliveryView(taken), Data: deliveryPage(on, taken, attempts[:1])},
		{Template: "webhookpages/delivery", Name: "never tried", View: deliveryView(dropped), Data: deliveryPage(off, dropped, nil)},
	}
}
