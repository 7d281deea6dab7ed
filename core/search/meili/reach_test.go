package meili_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/meili/meilitest"
)

// readAll reads the body of a request and puts it back.
func readAll(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength, r.TransferEncoding = int64(len(body)), nil
	return body, err
}

// The server itself matches phrases across attributes that were not asked for:
// two public words that stand side by side in a note of staff only.
func TestAPhraseOfStaffIsNoPhraseForACustomer(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	it := newTown(t, nil, shared)
	id := it.raise("The road by the church")
	it.Do(t, it.Priya, id, &cases.Escalate{Reason: "vulnerable"}, &notes.Add{Body: "Church road is ours."})
	it.Do(t, it.Lead, id, &notes.Add{Body: "The road church people shouted.", Audience: core.Private})
	if err := it.meili.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	total := func(r search.Reader, typed string) int {
		t.Helper()
		found, err := it.meili.Search(t.Context(), r, search.Query{Terms: parsed(t, typed), Page: 1, Facets: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := found.Counts[search.FacetType]["complaint"]; n != found.Total || len(found.Hits) != found.Total {
			t.Errorf("%q: %d hits, %d in all, %d counted", typed, len(found.Hits), found.Total, n)
		}
		return found.Total
	}
	readers := map[string]search.Reader{"customer": {Person: it.Amara}, "staff": it.reader(it.Priya), "lead": it.reader(it.Lead)}
	for typed, want := range map[string]map[string]int{
		"road church":     {"customer": 1, "staff": 1, "lead": 1},
		`"church road"`:   {"customer": 0, "staff": 1, "lead": 1},
		`"road church"`:   {"customer": 0, "staff": 0, "lead": 1},
		"shouted":         {"customer": 0, "staff": 0, "lead": 1},
		"shoutde":         {"customer": 0, "staff": 0, "lead": 1},
		"shout":           {"customer": 0, "staff": 0, "lead": 1},
		"church shouted":  {"customer": 0, "staff": 0, "lead": 1},
		`"is ours" shout`: {"customer": 0, "staff": 0, "lead": 1},
	} {
		for who, n := range want {
			if got := total(readers[who], typed); got != n {
				t.Errorf("%s finds %d with %s, want %d", who, got, typed, n)
			}
		}
	}

	// The index has not heard yet that the case is no longer open to the lead.
	if _, err := it.Pool.Exec(t.Context(), `DELETE FROM case_access`); err != nil {
		t.Fatal(err)
	}
	if found, err := it.meili.Search(t.Context(), readers["lead"], search.Query{Terms: parsed(t, "shouted"), Page: 1}); err != nil || len(found.Hits) > 0 || found.Total > 0 || found.Match.Words["shouted"] && len(found.Hits) > 0 {
		t.Errorf("whom the case was closed to finds %+v, %v", found, err)
	}
}

// reader is a staff user as engines know them.
func (it *town) reader(by core.Actor) search.Reader {
	it.t.Helper()
	r, err := it.Cases.ReachOf(it.t.Context(), by, core.MayView)
	if err != nil {
		it.t.Fatal(err)
	}
	return search.Reader{Scopes: r.Scopes, Staff: by.ID, Groups: r.Groups}
}

// Whatever stands in a filter is a value and nothing else.
func TestHostileFiltersAreValues(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	it := newTown(t, nil, shared)
	id := it.raise("Lamp")
	it.Do(t, it.Priya, id, &cases.Reassign{Group: "highways", Reason: "specialist"}, &cases.SetField{Field: "finding", Value: "upheld"})
	if err := it.meili.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	reader := it.reader(it.Priya)
	count := func(r search.Reader, f search.Filter) int {
		t.Helper()
		found, err := it.meili.Search(t.Context(), r, search.Query{Terms: parsed(t, "lamp"), Filter: f, Page: 1, Facets: true})
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		if _, err := it.meili.Map(t.Context(), r, search.Query{Filter: f}, search.View{Box: core.Box{South: -90, West: -180, North: 90, East: 180}}); err != nil {
			t.Fatalf("%+v on the map: %v", f, err)
		}
		return found.Total
	}
	if n := count(reader, search.Filter{Types: []string{"complaint"}, Fields: map[string][]string{"finding": {"upheld"}}}); n != 1 {
		t.Fatalf("an honest filter finds %d", n)
	}
	long := string(bytes.Repeat([]byte("ü"), 5000))
	for _, hostile := range []string{
		`complaint" OR type = "complaint`, `complaint' OR type = 'complaint`, `"] OR type IN ["complaint`, `\`, `\\`, `\"`, `complaint\`, `"`, `'`, "`",
		"] OR scope EXISTS", "_geoRadius(0,0,1)", "NOT x", "complaint\x00", "comp\nlaint", "\u202ecomplaint", "complaint OR", "*", "=", long,
	} {
		for what, f := range map[string]search.Filter{
			"type": {Types: []string{hostile}}, "subtype": {Subtypes: []string{hostile}}, "kind": {Kinds: []core.StatusKind{core.StatusKind(hostile)}},
			"status": {Statuses: []string{hostile}}, "stage": {Stages: []string{hostile}}, "group": {Groups: []string{hostile}},
			"priority": {Priorities: []string{hostile}}, "channel": {Channels: []string{hostile}}, "assignee": {Assignee: search.Assignee(hostile)},
			"field": {Fields: map[string][]string{hostile: {"upheld"}}}, "value": {Fields: map[string][]string{"finding": {hostile}}},
		} {
			if n := count(reader, f); n != 0 {
				t.Errorf("%s %.40q finds %d", what, hostile, n)
			}
		}
		if n := count(search.Reader{Staff: hostile, Groups: []string{hostile}}, search.Filter{}); n != 0 {
			t.Errorf("the reader %.40q finds %d", hostile, n)
		}
	}
}

func TestCasesThatAreGoneAreSweptOut(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	it := newTown(t, nil, shared)
	stays := it.raise("Lamp stays")
	for i := range 3 {
		id := it.raise(fmt.Sprintf("Lamp goes %d", i))
		it.Do(t, it.Priya, id, &cases.Escalate{Reason: "vulnerable"}, &notes.Add{Body: "Staff"})
		it.Do(t, it.Lead, id, &notes.Add{Body: "Private", Audience: core.Private})
	}
	if err := it.meili.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	it.finds("lamp", 4, false)
	for _, sql := range []string{`DELETE FROM case_access WHERE case_id <> $1`, `DELETE FROM notes WHERE case_id <> $1`, `DELETE FROM cases WHERE id <> $1`} {
		if _, err := it.Pool.Exec(t.Context(), sql, stays); err != nil {
			t.Fatal(err)
		}
	}
	if err := it.meili.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	it.finds("lamp", 1, false)
	for _, typed := range []string{"private", "goes"} {
		for _, r := range []search.Reader{it.reader(it.Priya), it.reader(it.Lead), {Person: it.Amara}} {
			if found, err := it.meili.Search(t.Context(), r, search.Query{Terms: parsed(t, typed), Page: 1}); err != nil || found.Total > 0 {
				t.Errorf("%q finds %d, %v", typed, found.Total, err)
			}
		}
	}
	if standing, err := it.meili.Check(t.Context()); err != nil || standing.Cases != 1 {
		t.Errorf("the check says %+v, %v", standing, err)
	}
}

// A number is found however it was typed and wherever it stands.
func TestNumbersAreFoundHoweverTheyAreSpaced(t *testing.T) {
	t.Parallel()
	meilitest.Need(t)
	it := newTown(t, nil, shared)
	for subject, contact := range map[string]core.Contact{
		"In the contact": {Phone: "+44 (0)1632 960 001"}, "Another": {Phone: "01632 960002"},
	} {
		id := core.NewID[core.CaseID]()
		it.Do(t, core.PersonActor(it.Amara, "Amara"), id, &cases.Raise{Type: "complaint", Subject: subject, Subtype: "waste", Channel: core.ChannelWeb, Requester: it.Amara, Contact: contact})
	}
	it.raise("Ring 01632 96 00 01 after noon")
	if err := it.meili.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]int{
		"01632960001": 2, "01632 960001": 2, "01632 960 001": 2, "0 1 6 3 2 9 6 0 0 0 1": 2, "+441632960001": 2, "0044 1632 960001": 2,
		"01632 96": 3, "01632-960-002": 1, "01632 960003": 0,
	} {
		if found, err := it.find(it.meili, typed); err != nil || found.Total != want {
			t.Errorf("%q finds %d, %v; want %d", typed, found.Total, err, want)
		}
	}
}
