package examples_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/examples"
)

// complaint is the shipped type with the shipped calendar, and examples.
func complaint(t *testing.T, list string) (*core.CaseType, *core.Calendar) {
	t.Helper()
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var calendar *core.Calendar
	var ct *core.CaseType
	for _, f := range files {
		source := string(f.Source)
		if list != "" && strings.Contains(source, "\nkey: complaint\n") {
			before, _, _ := strings.Cut(source, "\nexamples:")
			f.Source = []byte(before + "\nexamples:\n" + list + "\n")
		}
		doc, findings := casetypes.Decode(f, casetypes.Sections())
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		switch doc.Key {
		case "northmoor-offices":
			if calendar, err = core.NewCalendar(*doc.Calendar, 1); err != nil {
				t.Fatal(err)
			}
		case "complaint":
			ct = doc.CaseType
		}
	}
	return ct, calendar
}

func TestTheExamplesThatAreShippedHold(t *testing.T) {
	ct, calendar := complaint(t, "")
	results := examples.Run(ct, calendar)
	if len(results) < 8 {
		t.Errorf("%d examples are shipped", len(results))
	}
	for _, r := range results {
		if !r.Holds() || len(r.Came) == 0 {
			t.Errorf("%s: %v, %v", r.Name, r.Came, r.Problems)
		}
	}
}

func TestTheExamplesOfTheGuideHold(t *testing.T) {
	page, err := os.ReadFile("../../docs/case-types.md")
	if err != nil {
		t.Fatal(err)
	}
	var files []string // as the page builds them up, block by block
	for _, m := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		if strings.HasPrefix(m[1], "casement:") {
			files = append(files, "")
		}
		files[len(files)-1] += m[1]
	}
	var docs []casetypes.Document
	for _, source := range files {
		doc, findings := casetypes.Decode(casetypes.File{Source: []byte(source)}, casetypes.Sections())
		if len(findings) > 0 {
			t.Fatal(findings)
		}
		docs = append(docs, doc)
	}
	calendar, err := core.NewCalendar(*docs[0].Calendar, 1)
	if err != nil {
		t.Fatal(err)
	}
	results := examples.Run(docs[1].CaseType, calendar)
	if len(results) == 0 {
		t.Error("the guide has no examples")
	}
	for _, r := range results {
		if !r.Holds() {
			t.Errorf("%s: %v", r.Name, r.Problems)
		}
	}
}

func TestAnExampleThatDoesNotHoldSaysWhatCameInstead(t *testing.T) {
	for example, says := range map[string]string{
		`{ given: { raised: "Friday 16:50" }, expect: { due: { respond: "Tuesday 12:50" } } }`:                              "“respond” should be due Tuesday 12:50, but is due Friday 16:50, 2 weeks later.",
		`{ given: { raised: "Friday 16:50" }, expect: { due: { respond: none } } }`:                                         "“respond” should have no due time, but is due Friday 16:50, 2 weeks later.",
		`{ given: { raised: "2026-12-21 10:00" }, expect: { due: { respond: "2027-01-04 10:00" } } }`:                       "“respond” should be due 2027-01-04 10:00, but is due 2027-01-07 10:00.",
		`{ given: { raised: "Monday 09:00" }, expect: { due: { review: "Monday 09:00" } } }`:                                "“review” should be due Monday 09:00, but does not begin with such a case.",
		`{ given: { closed: upheld }, expect: { message: closed, to: requester } }`:                                         "At case.closed the message to requester should be “closed”, but is “closed-upheld”.",
		`{ given: { closed: upheld }, expect: { message: closed-upheld, to: assignee } }`:                                   "At case.closed the message to assignee should be “closed-upheld”, but is none.",
		`{ given: { event: note.added }, expect: { message: none, to: requester } }`:                                        "At note.added the message to requester should be “none”, but is “public-note”.",
		`{ given: { subtype: housing }, expect: { group: waste } }`:                                                         "The case should go to “waste”, but goes to “complaints-team”.",
		`{ given: { raised: "Fryday 16:50" }, expect: { due: { respond: "Tuesday 12:50" } } }`:                              "“Fryday 16:50” is no time.",
		`{ given: { raised: "Friday 25:00" }, expect: { due: { respond: "Tuesday 12:50" } } }`:                              "“Friday 25:00” is no time.",
		`{ given: { raised: "Friday 16:50" }, expect: { due: { respond: "Tuesday 12:50, two weeks later" } } }`:             "is no time. Write it like “Tuesday 12:50, 2 weeks later”.",
		`{ given: { raised: "Friday 16:50", received: "2026-11-02 10:00" }, expect: { due: { respond: "Friday 16:50" } } }`: "both with a date, or both with a weekday",
	} {
		ct, calendar := complaint(t, "  - "+example)
		r := examples.Run(ct, calendar)[0]
		if len(r.Problems) != 1 || !strings.Contains(r.Problems[0].Message, says) {
			t.Errorf("%s\n  says %v\n  want %s", example, r.Problems, says)
		}
	}
}

// The week of a weekday has no holiday on the way, whatever the calendar has.
func TestAWeekdayIsThatOfAnOrdinaryWeek(t *testing.T) {
	ct, _ := complaint(t, `  - { given: { raised: "Friday 16:50" }, expect: { due: { acknowledge: "Friday 16:50, 1 week later" } } }`)
	spec := core.CalendarSpec{Key: "odd", Zone: "Europe/London", Hours: core.WeekHours{}}
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if doc, _ := casetypes.Decode(f, casetypes.Sections()); doc.Calendar != nil {
			spec.Hours = doc.Calendar.Hours
		}
	}
	for week := range 20 { // the Tuesdays of the first weeks are closed
		spec.Holidays = append(spec.Holidays, core.Holiday{Date: core.Date{Year: 2026, Month: 1, Day: 6}.Add(7 * week), Name: "Closed"})
	}
	calendar, err := core.NewCalendar(spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	if r := examples.Run(ct, calendar)[0]; !r.Holds() {
		t.Error(r.Problems)
	}
}

func TestAnExampleWithoutANameIsCalledByItsParts(t *testing.T) {
	ct, calendar := complaint(t, `  - { given: { raised: "Friday 16:50", priority: high, closed: upheld }, expect: { message: closed-upheld, to: requester } }`)
	if r := examples.Run(ct, calendar)[0]; r.Name != "raised Friday 16:50, priority high, closed: upheld → closed-upheld to requester" {
		t.Errorf("it is called %q", r.Name)
	}
}

func TestAnExampleGivesFieldsThatTheConditionOfATargetAsks(t *testing.T) {
	ct, calendar := complaint(t, `  - { given: { raised: "Friday 16:50", fields: { harm: true } }, expect: { due: { respond: none } } }
  - { given: { raised: "Friday 16:50" }, expect: { due: { respond: "Friday 16:50, 2 weeks later" } } }`)
	for i := range ct.Targets {
		if ct.Targets[i].Key == "respond" {
			ct.Targets[i].If = "!fields.harm"
		}
	}
	for _, r := range examples.Run(ct, calendar) {
		if !r.Holds() {
			t.Error(r.Name, r.Problems)
		}
	}
}

func TestMidnightIsThatOfTheDayItEnds(t *testing.T) {
	ct, calendar := complaint(t, `  - { given: { raised: "Friday 16:50" }, expect: { due: { respond: "Monday 24:00" } } }`)
	for i := range ct.Targets {
		if ct.Targets[i].Key == "respond" {
			ct.Targets[i].Within = core.Promise{Span: core.Span{Count: 3, Unit: core.Days}, EndOfDay: true}
		}
	}
	if r := examples.Run(ct, calendar)[0]; !r.Holds() {
		t.Error(r.Problems)
	}
}
