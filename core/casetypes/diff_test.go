package casetypes_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

func sentences(changes []casetypes.Change) []string {
	out := make([]string, len(changes))
	for i, c := range changes {
		out[i] = c.Sentence
	}
	return out
}

// edited decodes a shipped file with some of its text replaced.
func edited(t *testing.T, name string, oldNew ...string) casetypes.Document {
	t.Helper()
	doc, findings := casetypes.Decode(editedFile(t, name, oldNew...), casetypes.Sections())
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return doc
}

func editedFile(t *testing.T, name string, oldNew ...string) casetypes.File {
	t.Helper()
	f := shippedFile(t, name)
	text := string(f.Source)
	for i := 0; i < len(oldNew); i += 2 {
		if !strings.Contains(text, oldNew[i]) {
			t.Fatalf("%s has no %q", name, oldNew[i])
		}
		text = strings.Replace(text, oldNew[i], oldNew[i+1], 1)
	}
	return casetypes.File{Name: name, Source: []byte(text)}
}

func TestADifferenceIsToldInSentences(t *testing.T) {
	before := shipped(t, "complaint.yaml").CaseType
	for _, test := range []struct {
		name, old, new string
		want           []string
	}{
		{"a new name", "name: Waiting for requester", "name: On hold", []string{"Status ‘Waiting for requester’ renamed to ‘On hold’."}},
		{"a longer promise", "within: 10 working days\n    pause", "within: 15 working days\n    pause", []string{"Target ‘Full response’: 10 → 15 working days."}},
		{"another unit", "within: 10 working days\n    pause", "within: 14 days\n    pause", []string{"Target ‘Full response’: 10 working days → 14 days."}},
		{"a translation", "cy: Ombwdsmon", "cy: Yr Ombwdsmon", []string{"Stage ‘Ombudsman’: public name (cy) ‘Ombwdsmon’ → ‘Yr Ombwdsmon’."}},
		{"a group more", "manage: [complaints-team]", "manage: [complaints-team, waste]", []string{"Group ‘waste’ now manages cases."}},
		{"a group less", "enquiry: [contact-centre, customer-services]", "enquiry: [contact-centre]", []string{"Group ‘customer-services’ no longer may enquire."}},
		{"an entry more", "priorities: [low,", "priorities: [lowest, low,", []string{"Priority ‘Lowest’ added."}},
		{"an entry less", "priorities: [low, normal", "priorities: [normal", []string{"Priority ‘Low’ removed."}},
		{"another order", "priorities: [low, normal", "priorities: [normal, low", []string{"Priority: the order is now normal, low, high, urgent."}},
		{"a switch", "limits: { max: 3 }\n    cancelable: true", "limits: { max: 3 }", []string{"Task ‘Investigate’: cancelable yes → no."}},
		{"the form", "form: plugin:casement.complaint/complaint", "form: fields", []string{"Form: plugin:casement.complaint/complaint → fields."}},
		{"a reason's message", "{ key: withdrawn, message: closed-withdrawn }", "{ key: withdrawn }", []string{"Closure reason ‘Withdrawn’: message closed-withdrawn → none."}},
		{"a message", "note.added: { requester: public-note }", "note.added: { assignee: public-note }", []string{
			"At note.added nothing goes to: requester any more (it was ‘public-note’).", "At note.added the message ‘public-note’ now goes to: assignee."}},
		{"a ladder", "ladder: [{ after: 0 }, { after: 5 working days }] #", "ladder: [{ after: 0 }] #", []string{"Target ‘Full response’: ladder 0, 5 working days → 0."}},
		{"reopening", "within: 28 days", "within: 14 days", []string{"Reopening: 28 → 14 days."}},
		{"nothing but a comment", "# Complaints in two stages", "# Complaints", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			after := edited(t, "complaint.yaml", test.old, test.new).CaseType
			if got := sentences(casetypes.Diff(casetypes.Sections(), before, after)); !slices.Equal(got, test.want) {
				t.Errorf("told %q, want %q", got, test.want)
			}
		})
	}
	if got := sentences(casetypes.Diff(casetypes.Sections(), nil, before)); !slices.Equal(got, []string{"Case type ‘Complaint’ is new."}) {
		t.Errorf("a new type is told as %q", got)
	}
}

func TestADifferenceOfCalendarsIsToldInSentences(t *testing.T) {
	before := shipped(t, "northmoor-offices.yaml").Calendar
	after := edited(t, "northmoor-offices.yaml", `mon-fri: ["09:00-17:00"]`, `mon-thu: ["09:00-17:00"], fri: ["09:00-12:30", "13:00-16:00"]`,
		"until: 2040\n", "until: 2040\n  dates: [{ date: 2026-12-24, name: Christmas Eve }]\n").Calendar
	want := []string{"Friday: 09:00–17:00 → 09:00–12:30 and 13:00–16:00.", "Holiday 2026-12-24 (Christmas Eve) added."}
	if got := sentences(casetypes.DiffCalendar(before, after)); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := casetypes.DiffCalendar(before, before); len(got) > 0 {
		t.Errorf("a calendar differs from itself: %v", got)
	}
	if got := casetypes.DiffCalendar(&core.CalendarSpec{}, before); len(got) > 30 {
		t.Errorf("%d sentences are told of many holidays", len(got))
	}
}

func TestBankHolidaysOfTheNationsAreKnown(t *testing.T) {
	for region, dates := range map[string]map[string]bool{
		"england-and-wales": {"2027-12-27": true, "2027-12-28": true, "2026-01-02": false},
		"scotland":          {"2026-01-02": true, "2022-01-03": true, "2022-01-04": true, "2023-01-02": true, "2023-01-03": true, "2026-04-06": false, "2026-08-03": true, "2026-08-31": false, "2026-11-30": true},
		"northern-ireland":  {"2026-03-17": true, "2026-07-13": true, "2026-08-31": true},
	} {
		f := editedFile(t, "northmoor-offices.yaml", "england-and-wales", region)
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		for date, want := range dates {
			got := slices.ContainsFunc(doc.Calendar.Holidays, func(h core.Holiday) bool { return h.Date.String() == date })
			if got != want {
				t.Errorf("%s on %s: holiday is %v, want %v", region, date, got, want)
			}
		}
	}
}
