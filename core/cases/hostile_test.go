package cases_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
)

func TestACursorThatSomebodyMadeUpIsRefusedAsInvalid(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	w.Raise(t)
	for _, at := range []string{"0000-01-01T00:00:00Z", "2026-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"} {
		raw := fmt.Sprintf(`{"o":"newest","a":%q,"i":%q}`, at, core.NewID[core.CaseID]())
		_, err := w.Cases.List(t.Context(), reach(t, w, w.Priya), cases.Filter{Order: cases.ByNewest}, base64.RawURLEncoding.EncodeToString([]byte(raw)), 5)
		if err != nil && core.KindOf(err) != core.ErrInvalid {
			t.Errorf("the cursor at %s gave %v", at, err)
		}
	}
}

func TestWordsThatAreNoTextAreRefusedInAnyFieldOfARaise(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	w.Publish(t, "case_type", "complaint", strings.Replace(casestest.ComplaintType, "\t\"fields\": [\n",
		`"fields": [{"key": "where", "kind": "location", "label": "Where"}, {"key": "words", "kind": "text", "label": "Words"}, `, 1))
	deep := any("x")
	for range 5000 {
		deep = []any{deep}
	}
	for name, spoil := range map[string]func(*cases.Raise){
		"a null in the subject":           func(r *cases.Raise) { r.Subject = "a\x00b" },
		"half a letter in the subject":    func(r *cases.Raise) { r.Subject = "a\xff" },
		"a null in the description":       func(r *cases.Raise) { r.Description = "a\x00b" },
		"a null in a name":                func(r *cases.Raise) { r.Contact.Name = "a\x00b" },
		"a null in an email address":      func(r *cases.Raise) { r.Contact.Email = "a\x00b@example.org" },
		"an email address without end":    func(r *cases.Raise) { r.Contact.Email = strings.Repeat("a", 100_000) + "@example.org" },
		"a null in a field":               func(r *cases.Raise) { r.Fields = map[string]any{"words": "a\x00b"} },
		"half a letter in a field":        func(r *cases.Raise) { r.Fields = map[string]any{"words": "a\xff"} },
		"a place with an endless address": func(r *cases.Raise) { r.Fields = place("address", strings.Repeat("a", 100_000)) },
		"a place with depths":             func(r *cases.Raise) { r.Fields = place("more", deep) },
		"a place with a null":             func(r *cases.Raise) { r.Fields = place("address", "a\x00b") },
		"a null in an answer": func(r *cases.Raise) {
			r.Submission = &core.Submission{Form: "f", Answers: map[string]any{"q": "a\x00b"}}
		},
	} {
		raise := &cases.Raise{Type: "complaint", Subject: "Bins", Channel: core.ChannelWeb, Requester: w.Amara}
		spoil(raise)
		_, err := w.Cases.Do(t.Context(), core.PersonActor(w.Amara, ""), cases.One(core.NewID[core.CaseID](), 0, raise))
		if core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s gave %v", name, err)
		}
	}
	for name, r := range map[string]cases.Request{
		"a null in the key":    {Key: "a\x00b", Origin: core.OriginLive},
		"half a letter in key": {Key: "a\xff", Origin: core.OriginLive},
	} {
		r.Changes = []cases.Change{{Case: w.Raise(t), Commands: []cases.Command{cases.Claim{}}}}
		if _, err := w.Cases.Do(t.Context(), w.Priya, r); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s gave %v", name, err)
		}
	}
}

func place(key string, value any) map[string]any {
	return map[string]any{"where": map[string]any{"lat": 54.5, "lng": -1.5, key: value}}
}

func TestWhatGoesIntoTheHeaderOfAMailIsOneLine(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := core.NewID[core.CaseID]()
	w.Do(t, core.PersonActor(w.Amara, ""), id, &cases.Raise{
		Type: "complaint", Subject: "Bins\r\nBcc: b@example.org", Channel: core.ChannelWeb, Requester: w.Amara,
		Contact: core.Contact{Name: "Amara\nReply-To: b@example.org", Email: "a@example.org\r\nBcc: b@example.org", Address: "1 Road\r\nNM1 2AB"},
	})
	cs := w.Case(t, id)
	if strings.ContainsAny(cs.Subject+cs.Contact.Name+cs.Contact.Email, "\r\n") || cs.Contact.Address != "1 Road\nNM1 2AB" {
		t.Errorf("kept %q and %+q", cs.Subject, cs.Contact)
	}
}

func TestAListThatIsAskedForWhatIsNoTextRefuses(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	_, err := w.Cases.List(t.Context(), reach(t, w, w.Priya), cases.Filter{Status: "a\x00b"}, "", 5)
	if core.KindOf(err) != core.ErrInvalid {
		t.Errorf("a null in a filter gave %v", err)
	}
}

func TestWhoLeftAGroupNoLongerSeesTheCasesTheyHadThere(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	kept, lost := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, kept, cases.Claim{})
	w.Do(t, w.Priya, lost, cases.Claim{})
	if rows, err := w.Cases.AssignedTo(t.Context(), w.Priya.StaffID(), 10); err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, sql := range []string{
		`DELETE FROM memberships WHERE staff_id = $1`,
		`INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) SELECT 'staff', $1::uuid::text, id, 'named', raised_at FROM cases ORDER BY id LIMIT 1`,
	} {
		if _, err := w.Pool.Exec(t.Context(), sql, w.Priya.StaffID()); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := w.Cases.AssignedTo(t.Context(), w.Priya.StaffID(), 10)
	if err != nil || len(rows) != 1 || rows[0].ID != kept {
		t.Errorf("the list of somebody who left has %d rows, %v", len(rows), err)
	}
}
