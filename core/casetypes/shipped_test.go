package casetypes_test

import (
	"slices"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

// surroundings are what the shipped files need to find.
func surroundings() casetypes.References {
	return casetypes.References{
		Groups: casetypes.ShippedGroups(),
		Templates: []string{"assigned", "breached", "cancelled", "case-reopened", "case-withdrawn", "closed", "closed-not-upheld", "closed-upheld",
			"closed-withdrawn", "confirmation", "contact-changed", "escalated", "new-case", "public-note", "question",
			"question-answered", "question-reminder", "question-unanswered", "reassigned-group", "reminder", "reopened", "task-answered", "task-asked",
			"task-assigned", "task-handed-back", "task-returned", "task-due", "task-late", "extended", "task-time-requested",
			"resolved", "update-received", "withdrawn", "work-started", "follower-news"},
		Calendars: []string{"northmoor-offices"},
		Forms:     []string{"casement.complaint/complaint", "casement.report/report"},
		Details:   map[string][]core.Field{"casement.outcome/outcome": nil, "casement.location/location": nil, "casement.related/related": nil},
		Workflows: []string{"casement.investigate/investigate", "casement.respond/respond", "casement.collect/collect", "casement.acknowledge/acknowledge",
			"casement.validate/validate", "casement.approve/approve", "casement.feedback/feedback", "casement.multipurpose/checklist"},
		Prefixes: map[string]string{},
	}
}

// shipped decodes a shipped file, which must have no mistake.
func shipped(t testing.TB, name string) casetypes.Document {
	t.Helper()
	doc, findings := casetypes.Decode(shippedFile(t, name), casetypes.Sections())
	if err := findings.Err(); err != nil {
		t.Fatalf("%s:\n%v", name, findings)
	}
	return doc
}

func shippedFile(t testing.TB, name string) casetypes.File {
	t.Helper()
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f casetypes.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no shipped file %s", name)
	}
	return files[i]
}

func TestEveryShippedFileHasNoMistake(t *testing.T) {
	files, err := casetypes.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var groups []string
	for _, f := range files {
		doc := shipped(t, f.Name)
		if findings := doc.Check(casetypes.Sections(), surroundings()); len(findings) > 0 {
			t.Errorf("%s:\n%v", f.Name, findings)
		}
		if doc.CaseType != nil {
			groups = append(groups, casetypes.GroupsNamed(doc.CaseType)...)
		}
	}
	slices.Sort(groups)
	if groups = slices.Compact(groups); !slices.Equal(groups, casetypes.ShippedGroups()) {
		t.Errorf("the shipped files name the groups %q, listed are %q", groups, casetypes.ShippedGroups())
	}
}

func TestTheShippedComplaintPromisesWhatItSays(t *testing.T) {
	complaint := shipped(t, "complaint.yaml").CaseType
	respond, ok := complaint.Target("respond")
	if !ok || respond.Within.Span != (core.Span{Count: 10, Unit: core.WorkingDays}) || len(respond.Ladder) != 2 {
		t.Errorf("respond is %+v", respond)
	}
	if complaint.DefaultGroup() != "complaints-team" || !complaint.Groups.RaisableBy(core.AnonymousActor()) {
		t.Errorf("groups are %v", complaint.Groups)
	}
	if got := complaint.Form; got != (core.FormRule{Plugin: "casement.complaint", Entry: "complaint"}) {
		t.Errorf("the form is %+v", got)
	}
	if s, _ := complaint.Status("in-progress"); s.Name.String() != "In progress" || s.PublicName("cy") != "Rydym yn edrych i mewn i'r mater" {
		t.Errorf("the status is %+v", s)
	}
}

func TestAReportGoesToTheTeamOfItsKind(t *testing.T) {
	report := shipped(t, "report.yaml").CaseType
	kind, _ := report.Field("kind")
	if len(kind.Choices) != len(report.Subtypes) {
		t.Fatalf("the question offers %d kinds of %d", len(kind.Choices), len(report.Subtypes))
	}
	for key, group := range map[string]string{"pothole": "highways", "fly-tipping": "waste", "tree": "parks"} {
		if s, _ := report.Subtype(key); s.Group != group || !report.MayHold(group) {
			t.Errorf("%s goes to %q, want %q", key, s.Group, group)
		}
	}
}

func TestTheShippedCalendarIsClosedOnBankHolidays(t *testing.T) {
	spec := shipped(t, "northmoor-offices.yaml").Calendar
	calendar, err := core.NewCalendar(*spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	for date, open := range map[string]bool{
		"2026-12-24": true, "2026-12-25": false, "2026-12-26": false, "2026-12-28": false, "2026-12-29": true,
		"2027-01-01": false, "2027-03-26": false, "2027-05-03": false, "2022-09-19": false, "2026-11-28": false,
	} {
		d, err := core.ParseDate(date)
		if err != nil {
			t.Fatal(err)
		}
		if calendar.IsWorkingDay(d) != open {
			t.Errorf("%s: open is %v, want %v", date, !open, open)
		}
	}
}
