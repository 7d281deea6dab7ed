package messages_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// secrets are links as messages hold them, by what makes them secret.
var secrets = map[string]string{
	"tracking": "https://northmoor.example/track/Zm9vYmFyYmF6cXV4MDEyMw",
	"question": "https://northmoor.example/answer/QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo_-",
	"sign-in":  "https://northmoor.example/sign-in/link/Zm9vYmFyYmF6cXV4",
	"password": "https://northmoor.example/staff/password/Zm9vYmFyYmF6cXV4",
}

func TestStaffReadAMessageWithoutTheSecretsOfItsLinks(t *testing.T) {
	i := install(t)
	for what, link := range secrets {
		id := i.post(t, func(o *messages.Outgoing) {
			o.Case, o.EventSeq, o.Template = core.CaseID{}, 0, "confirmation"
			o.Data = messages.Data{"case": map[string]any{"link": link, "type": "Complaint", "subject": "see " + link + "."}}
		})
		one, err := i.FindOfCase(t.Context(), core.CaseID{}, id)
		if err != nil {
			t.Fatal(err)
		}
		for place, e := range map[string]messages.Entry{"on the outbox page": i.find(t, id), "among a case's": one} {
			if contains(e.Text+e.HTML+e.Subject, link) || !contains(e.Text, "/••••") || !contains(e.HTML, "/••••") || !e.HasMaskedLinks() {
				t.Errorf("%s link, %s: %s", what, place, e.Text)
			}
		}
	}
}

func TestTheMailItselfHasItsLinksWhole(t *testing.T) {
	i := install(t)
	i.post(t, func(o *messages.Outgoing) {
		o.EventSeq, o.Template = 0, "confirmation"
		o.Data = messages.Data{"case": map[string]any{"link": secrets["tracking"], "type": "Complaint"}}
	})
	i.due(t)
	mails := i.server.Mails()
	if len(mails) != 1 || !contains(string(mails[0].Data), "Zm9vYmFyYmF6cXV4MDEyMw") {
		t.Errorf("sent %d mails", len(mails))
	}
}

func TestOnADemonstrationMessagesAreShownWhole(t *testing.T) {
	i := install(t)
	id := i.post(t, func(o *messages.Outgoing) {
		o.EventSeq, o.Template = 0, "confirmation"
		o.Data = messages.Data{"case": map[string]any{"link": secrets["tracking"], "type": "Complaint"}}
	})
	secret := i.post(t, func(o *messages.Outgoing) { o.EventSeq, o.Event, o.Template = 0, "sign_in", messages.SignIn })
	if _, err := i.pool.Exec(t.Context(), `INSERT INTO installation (name, demonstration, created_at) VALUES ('Northmoor', true, $1)`, i.clock.Now()); err != nil {
		t.Fatal(err)
	}
	e := i.find(t, id)
	if !contains(e.Text, secrets["tracking"]) || e.HasMaskedLinks() {
		t.Errorf("shown is %s", e.Text)
	}
	byNo, err := i.FindByNo(t.Context(), administrator, e.No)
	if err != nil || byNo.ID != id || e.No == 0 {
		t.Errorf("number %d is %v, %v", e.No, byNo.ID, err)
	}
	if i.find(t, secret).Withheld {
		t.Error("the sign-in message is withheld")
	}
	if of, err := i.FindOfCase(t.Context(), e.CaseID, id); err != nil || contains(of.Text, secrets["tracking"]) {
		t.Errorf("on a case's page even here the link is hidden: %v", err)
	}
	if _, err := i.FindByNo(t.Context(), core.StaffActor(core.NewID[core.StaffID](), "Max"), e.No); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("found by anybody: %v", err)
	}
	if _, err := i.FindByNo(t.Context(), administrator, 9_999); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("found what is not there: %v", err)
	}
}
