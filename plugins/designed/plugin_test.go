package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/sdktest"
	"github.com/casement-dev/casement/sdk/view"
)

// read reads a form from a file as the program does, and gives it to the plugin
// as the program does.
func read(t testing.TB, source string) forms.Form[answers] {
	t.Helper()
	var d formdesigns.Definition
	sheet, findings := casetypes.ReadSheet(casetypes.File{Name: "form.yaml", Source: []byte(source)}, casetypes.KindFormDesign, &d)
	if err := append(findings, d.Check(sheet, nil)...).Err(); err != nil {
		t.Fatal(err)
	}
	return given(t, &d, "")
}

func given(t testing.TB, d *formdesigns.Definition, show string) forms.Form[answers] {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	made, err := readDefinition(string(raw), show)
	if err != nil {
		t.Fatal(err)
	}
	return made.form()
}

func complaint(t *testing.T) forms.Form[answers] {
	source, err := os.ReadFile("../../core/formdesigns/shipped/complaint.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return read(t, string(source))
}

// The four tests of the complaint are those of plugins/complaint: the form
// without code asks the same and raises the same case.
func complaintToReview(t *testing.T) *sdktest.Run {
	t.Helper()
	f := sdktest.Start(t, complaint(t)).WantStep("for")
	f.Submit("for", "myself").WantStep("what")
	f.Submit("kind", "pothole", "what", "A hole as deep as a boot. It grows.", "when", "2026-10-09").WantStep("where")
	f.Submit("where", "Mill Lane", "where", "53.48", "where", "-2.24").WantStep("outcome")
	f.Attach("files", forms.File{ID: "f1", Name: "hole.jpg", Size: 1 << 20, Type: "image/jpeg"})
	f.Submit("wanted", "Fill it").WantStep("you")
	return f.Submit("name", "Ada Lovelace", "email", "ada@example.org").WantStep(stepReview)
}

func TestTheComplaintMadeWithoutCodeRaisesTheSameCase(t *testing.T) {
	raise := complaintToReview(t).Submit().WantDone()
	raise.Answers = nil
	want := abi.Raise{
		Subject: "A pothole, road or pavement: A hole as deep as a boot", Description: "A hole as deep as a boot. It grows.", Subtype: "pothole",
		Requester: &abi.Party{Name: "Ada Lovelace", Email: "ada@example.org"},
		Place:     &abi.Place{Address: "Mill Lane", Point: &abi.Point{Lat: 53.48, Lng: -2.24}},
		Fields:    map[string][]string{"incident-date": {"2026-10-09"}, "desired-outcome": {"Fill it"}},
		Files:     []string{"f1"},
	}
	if !reflect.DeepEqual(raise, want) {
		t.Errorf("got %+v", raise)
	}
}

func TestTheComplaintMadeWithoutCodeNamesWhomItIsFor(t *testing.T) {
	f := sdktest.Start(t, complaint(t))
	f.Submit("for", "other").WantError("their-name", "relationship")
	f.Submit("for", "other", "their-name", "Ngozi Okonkwo", "relationship", "daughter").WantStep("what")
	f.Submit("kind", "housing", "what", "Damp").WantStep("where")
	f.Submit().WantStep("outcome").Submit().WantStep("you")
	f.Submit("name", "Amara").WantMessage("email", "Enter an email address or a telephone number")
	f.Submit("name", "Amara", "phone", "07700 900 482").WantStep(stepReview).WantRow("You are their", "daughter")
	raise := f.Submit().WantDone()
	if raise.OnBehalfOf == nil || raise.OnBehalfOf.Name != "Ngozi Okonkwo" || raise.OnBehalfOf.Relationship != "daughter" || raise.Requester.Name != "Amara" {
		t.Errorf("got %+v, requester %+v", raise.OnBehalfOf, raise.Requester)
	}
}

func TestTheComplaintMadeWithoutCodeNeverAsksTheAnonymousWhoTheyAre(t *testing.T) {
	f := sdktest.StartAs(t, complaint(t), &abi.User{Name: "Ada Lovelace", Email: "ada@example.org"})
	f.Submit("for", "anonymous").WantStep("what")
	f.Submit("kind", "staff", "what", "Shouted at me").WantStep("where")
	f.Submit().WantStep("outcome").Submit().WantStep(stepReview)
	raise := f.Submit().WantDone()
	if !raise.Anonymous || raise.Requester != nil || raise.OnBehalfOf != nil || strings.Contains(string(f.Last.State), "Ada") {
		t.Errorf("got %+v, state %s", raise, f.Last.State)
	}
	f = complaintToReview(t).Goto("for").WantStep("for")
	if raise := f.Submit("for", "anonymous").WantStep(stepReview).Submit().WantDone(); raise.Requester != nil || strings.Contains(string(f.Last.State), "Ada") {
		t.Errorf("somebody who turned anonymous is named: %+v, %s", raise.Requester, f.Last.State)
	}
}

func TestTheComplaintMadeWithoutCodeAsksForWhatIsMissingBesideTheField(t *testing.T) {
	f := sdktest.Start(t, complaint(t))
	f.Submit().WantMessage("for", "Choose who this complaint is for")
	f.Submit("for", "myself").WantStep("what")
	f.Submit("when", "2026-11-31").WantError("kind", "what", "when")
	f.Submit("kind", "other", "what", "x", "when", "2026-11-10").WantMessage("when", "Enter a date that is not after 9 November 2026")
	f.Submit("kind", "other", "what", "x", "when", "--").WantStep("where")
}

// everything asks with every kind of question.
const everything = `
casement: 1
kind: form_design
key: hire
name: Hire of a hall
title: Hire a hall
subject: "Hall for {guests} guests, {event}"
pages:
  - key: event
    text: |-
      Tell us what you plan.

      We answer within a week.
    fields:
      - {key: read, kind: note, label: Before you begin, hint: Have your dates ready.}
      - {key: event, kind: text, label: "What do you celebrate?", required: true, min_length: 3, max_length: 40}
      - {key: guests, kind: number, label: "How many guests?", required: true, min: "1", max: "200"}
      - {key: begins, kind: date, label: First day, required: true, min: today+3, max: today+365}
      - {key: ends, kind: date, label: Last day, required: true, min: today+3}
      - {key: days, kind: calculated, label: Nights, unit: nights, work: {op: days, of: [begins, ends]}, becomes: "field:nights"}
    checks:
      - {say: The last day is before the first, field: ends, when: {all: [{field: ends, op: under, value: "{begins}"}]}}
  - key: needs
    title: What do you need?
    fields:
      - key: needs
        kind: choices
        label: Extras
        choices: [{key: kitchen, name: Kitchen}, {key: stage, name: Stage}, {key: bar, name: Bar}]
        becomes: "field:extras"
        searchable: true
      - {key: licence, kind: text, label: Number of your licence, format: digits, required: true, when: {all: [{field: needs, op: is, value: bar}]}}
      - {key: insured, kind: yes_no, label: "Are you insured?", required: true}
      - {key: insurer, kind: text, label: "By whom?", required: true, when: {all: [{field: insured, op: is, value: "yes"}]}}
      - {key: budget, kind: money, label: "What may it cost?"}
      - {key: deposit, kind: money, label: "What can you pay now?"}
      - {key: left, kind: calculated, label: Left to pay, work: {op: difference, of: [budget, deposit], money: true}}
  - key: large
    title: A large event
    when: {any: [{field: guests, op: over, value: "100"}, {field: needs, op: is, value: stage}]}
    fields:
      - {key: steward, kind: person, label: The steward, parts: [name, phone], required: true, becomes: behalf}
  - key: helper
    title: Somebody who helps
    repeat: 3
    another: Does somebody else help?
    fields:
      - {key: helper, kind: text, label: Name of the helper, required: true, becomes: "field:helpers"}
      - {key: hours, kind: number, label: Hours, required: true}
  - key: home
    title: Where do you live?
    fields:
      - {key: total, kind: calculated, label: Hours of help, work: {op: sum, of: [hours]}}
      - {key: home, kind: address, label: Your address, required: true, becomes: place}
      - {key: web, kind: text, label: Web page, format: web}
      - {key: postcode, kind: text, label: Another postcode, format: postcode}
      - {key: hall, kind: lookup, label: "Which hall?", list: halls}
      - {key: you, kind: person, label: About you, required: true, reach: true, becomes: requester}
`

func toHelpers(t *testing.T, guests string, more ...string) *sdktest.Run {
	t.Helper()
	f := sdktest.Start(t, read(t, everything)).WantStep("event")
	f.Submit("event", "A wedding", "guests", guests, "begins", "2026-11-20", "ends", "2026-11-22").WantStep("needs")
	return f.Submit(append([]string{"insured", "no", "budget", "1,000", "deposit", "250.50"}, more...)...)
}

func TestEveryKindOfQuestionIsAskedAndBecomesOfTheCaseWhatItShall(t *testing.T) {
	f := toHelpers(t, "40", "needs", "kitchen", "needs", "bar", "licence", "4711").WantStep("helper")
	f.Submit("helper", "Ada", "hours", "2", "helper.another.x", "yes").WantStep("helper.2")
	f.Submit("helper.2", "Grace", "hours.2", "1.5", "helper.another.x.2", "no").WantStep("home").WantText("3.5")
	f.Submit("home.line1", "3 Mill Lane", "home.town", "Northmoor", "home.postcode", "nm1 1aa", "you.name", "Ada", "you.phone", "07700 900 482",
		"web", "https://ada.example", "hall", "old-hall").WantStep(stepReview).WantText("749.50").WantText("2 nights")
	raise := f.Submit().WantDone()
	want := map[string][]string{"nights": {"2"}, "extras": {"kitchen", "bar"}, "helpers": {"Ada", "Grace"}}
	if !reflect.DeepEqual(raise.Fields, want) || raise.Subject != "Hall for 40 guests, A wedding" || raise.Place.Address != "3 Mill Lane\nNorthmoor\nnm1 1aa" ||
		raise.Requester.Name != "Ada" || raise.Requester.Phone != "07700 900 482" || raise.OnBehalfOf != nil {
		t.Errorf("got %+v, %+v, %+v", raise, raise.Place, raise.Requester)
	}
}

func TestAPageIsShownOnlyWhenItsConditionHolds(t *testing.T) {
	toHelpers(t, "40").WantStep("helper")
	toHelpers(t, "101").WantStep("large").Submit().WantError("steward.name")
	toHelpers(t, "2", "needs", "stage").WantStep("large")
	toHelpers(t, "2", "needs", "stage").Submit("steward.name", "Sam").WantStep("helper").Back().WantStep("large")
}

func TestWhatAnAnswerBringsWithItIsAskedUnderIt(t *testing.T) {
	f := toHelpers(t, "40", "needs", "bar", "licence", "A1").WantMessage("licence", "Enter digits only")
	f.Submit("insured", "yes", "needs", "bar").WantError("licence", "insurer")
	f.Submit("insured", "yes", "insurer", "Mutual").WantStep("helper")
}

func TestWhatIsWorkedOutOfAPageIsWorkedOutAsItIsFilledIn(t *testing.T) {
	f := sdktest.Start(t, read(t, everything)).WantNoText("Nights")
	told := map[string]bool{}
	f.Last.View.Walk(func(n *view.Node) {
		if n.Type == view.Field {
			told[n.ID] = n.OnChange
		}
	})
	if want := map[string]bool{"event": false, "guests": false, "begins": true, "ends": true}; !reflect.DeepEqual(told, want) {
		t.Errorf("the host is told of changes of %v, not of %v", told, want)
	}
	f.Change("begins", "2026-11-20", "ends", "2026-11-22").WantStep("event").WantRow("Nights", "2 nights")
	f.Change("begins", "2026-11-20", "ends", "2026-11-25").WantRow("Nights", "5 nights")
	f.Change("begins", "2026-11-20", "ends", "--").WantNoText("Nights")
}

func TestBoundsShapesAndRulesHold(t *testing.T) {
	f := sdktest.Start(t, read(t, everything))
	f.Submit("event", "ab", "guests", "0", "begins", "2026-11-10", "ends", "2026-11-22").WantError("event", "guests", "begins")
	f.Submit("event", "A wedding", "guests", "2", "begins", "2026-11-22", "ends", "2026-11-20").WantMessage("ends", "The last day is before the first")
	f = toHelpers(t, "40")
	f.Submit("helper", "Ada", "hours", "2", "helper.another.x", "no").WantStep("home")
	f.Submit("home.line1", "3 Mill Lane", "home.town", "N", "home.postcode", "??", "web", "x", "postcode", "M1", "you.name", "Ada").
		WantError("home.postcode", "web", "postcode", "you.email")
}

func TestAPageCanBeShownWhateverItsConditionSays(t *testing.T) {
	d := formdesigns.Definition{Name: "x", Title: "x", Pages: []formdesigns.Page{
		{Key: "a", Fields: []formdesigns.Field{{Key: "a", Kind: formdesigns.YesNo, Label: "A?"}}},
		{Key: "b", When: formdesigns.Condition{All: []formdesigns.Test{{Field: "a", Op: "is", Value: "yes"}}}, Fields: []formdesigns.Field{{Key: "b", Kind: formdesigns.Text, Label: "B?"}}},
	}}
	sdktest.Start(t, given(t, &d, "")).Submit("a", "no").WantStep(stepReview)
	sdktest.Start(t, given(t, &d, "b")).Submit("a", "no").WantStep("b")
}

func TestWithoutADefinitionTheFormSaysWhatIsWrong(t *testing.T) {
	for config, want := range map[string]string{"": "no definition", `{"definition":[]}`: "cannot read", `{"definition":{"pages":7}}`: "cannot read"} {
		_, err := Designed.Handle(&abi.Request{Op: abi.OpEvent, Entry: "form", Config: abi.Raw(config), Event: &abi.Event{Type: abi.EventStart}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", config, err)
		}
	}
}

// FuzzDefinition gives the plugin definitions and answers that nobody checked:
// it may refuse them, and must not break.
func FuzzDefinition(f *testing.F) {
	var d formdesigns.Definition
	if _, findings := casetypes.ReadSheet(casetypes.File{Source: []byte(everything)}, casetypes.KindFormDesign, &d); len(findings) > 0 {
		f.Fatal(findings)
	}
	raw, err := json.Marshal(&d)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw), "2026-11-20", "needs")
	f.Add(`{"pages":[{"key":"a","fields":[{"key":"a","kind":"calculated","work":{"op":"sum","of":["a"]}}]}]}`, "1e308", "a")
	f.Add(`{"pages":[{"key":"a","repeat":9,"fields":[{"key":"a","kind":"choice","when":{"all":[{"field":"a","op":"is","value":"x"}]}}]}]}`, "x", "a")
	f.Fuzz(func(t *testing.T, definition, answer, step string) {
		if len(definition) > 20_000 || !json.Valid([]byte(definition)) {
			return
		}
		made, err := readDefinition(definition, step)
		if err != nil || len(made.Pages) > 50 {
			return
		}
		for i := range made.Pages {
			if made.Pages[i].Repeat > 20 {
				return
			}
		}
		form := made.form()
		fields := map[string][]string{}
		for i := range made.Pages {
			for _, field := range made.Pages[i].Fields {
				fields[field.Key] = []string{answer}
			}
		}
		var state abi.Raw
		for range 4 {
			r, err := form.Handle(&abi.Request{Op: abi.OpEvent, State: state, Event: &abi.Event{Type: abi.EventSubmit, Fields: fields}, Context: abi.Context{Today: "2026-11-09"}})
			if err != nil || r.Done {
				return
			}
			state = r.State
		}
	})
}
