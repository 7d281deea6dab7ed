package casepages_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestACaseIsRaisedForACaller(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	says(t, s.get("Priya", "/cases/new", 200), "Which type of case is it?", "/cases/new?type=complaint")
	says(t, s.get("Priya", "/cases/new?type=complaint", 200), `name="subject"`, "Assign to me", "Somebody new")
	s.get("Priya", "/cases/new?type=nothing", 404)

	found := s.get("Priya", "/cases/new/callers?type=complaint&who=amara", 200, fragment...)
	says(t, found, "Amara Okonkwo-Lindqvist", "amara@example.org", `name="person"`)
	saysNot(t, found, "Brendan", "<!doctype html>")

	id := core.NewID[core.CaseID]()
	form := url2("type", "complaint", "case", id.String(), "person", "0", "name", "", "subject", "Bin not emptied", "description", "Twice", "channel", "letter",
		"subtype", "waste", "priority", "high", "received", "2026-11-16T09:00", "assign", "1", "who", "amara")
	_, body := s.post("Priya", "/cases/new", form, 422)
	says(t, body, "Choose who called, or enter their name.", "Bin not emptied", "Amara Okonkwo-Lindqvist")

	form.Set("find", "1")
	_, body = s.post("Priya", "/cases/new", form, 200)
	says(t, body, "Bin not emptied", "Amara Okonkwo-Lindqvist")
	form.Del("find")

	form.Set("person", "1")
	var first string
	for range 2 {
		res, _ := s.post("Priya", "/cases/new", form, 303)
		to := res.Header.Get("Location")
		if first == "" {
			first = to
		}
		if to != first || !strings.HasPrefix(to, "/cases/CMP-") {
			t.Fatalf("it leads to %q", to)
		}
	}
	cs := s.Case(t, id)
	if cs.Requester != s.Amara || cs.Assignee != s.Priya.StaffID() || cs.Creator != s.Priya.StaffID() || cs.Channel != core.ChannelLetter || cs.Priority != "high" ||
		cs.ReceivedAt.Format("2006-01-02 15:04") != "2026-11-16 09:00" || cs.Contact.Email != "amara@example.org" {
		t.Errorf("raised %+v", cs)
	}
	says(t, s.get("Priya", first, 200), "Entered by", "Priya Raghunathan", "by letter")

	fresh := core.NewID[core.CaseID]()
	form.Set("case", fresh.String())
	form.Set("person", "0")
	form.Set("name", "Gwen Pryce")
	form.Set("phone", "01632 960 999")
	for range 2 {
		s.post("Priya", "/cases/new", form, 303)
	}
	var n int
	if err := s.Pool.QueryRow(t.Context(), `SELECT count(*) FROM persons WHERE name = 'Gwen Pryce'`).Scan(&n); err != nil || n != 1 {
		t.Errorf("a repeated post made %d callers, %v", n, err)
	}
	form.Set("case", core.NewID[core.CaseID]().String())
	form.Set("received", "2027-01-01T09:00")
	form.Set("person", "1")
	_, body = s.post("Priya", "/cases/new", form, 422)
	says(t, body, "must not be in the future")
	form.Set("case", "nonsense")
	s.post("Priya", "/cases/new", form, 422)
	form.Set("type", "nothing")
	form.Set("case", core.NewID[core.CaseID]().String())
	s.post("Priya", "/cases/new", form, 404)
}
