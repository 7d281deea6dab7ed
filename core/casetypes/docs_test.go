package casetypes_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

// What docs/case-types.md shows is read here and held against the code: its
// files, its due times, and what it says that mistakes are answered with.

func guide(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/case-types.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// guideFiles puts the blocks of the page together: a file begins with the
// block that says its format.
func guideFiles(t *testing.T) (calendar, caseType casetypes.File) {
	t.Helper()
	var files []string
	for _, m := range yamlBlock.FindAllStringSubmatch(guide(t), -1) {
		if strings.HasPrefix(m[1], "casement:") {
			files = append(files, "")
		}
		files[len(files)-1] += m[1]
	}
	if len(files) != 2 {
		t.Fatalf("the page has %d files, want a calendar and a case type", len(files))
	}
	return casetypes.File{Name: "wardens.yaml", Source: []byte(files[0])}, casetypes.File{Name: "noise.yaml", Source: []byte(files[1])}
}

// guideSurroundings are the demonstration's, with the calendar of the page and
// open cases that wait for a diary.
func guideSurroundings() casetypes.References {
	known := surroundings()
	known.Calendars = append(known.Calendars, "wardens")
	known.Prefixes = map[string]string{"CMP": "complaint"}
	known.Held = core.Held{Statuses: map[string]int{"diary": 2}}
	return known
}

func findingsOf(f casetypes.File) casetypes.Findings {
	doc, findings := casetypes.Decode(f, casetypes.Sections())
	if len(findings) == 0 {
		findings = doc.Check(casetypes.Sections(), guideSurroundings())
	}
	return findings
}

// decoded reads a file of the page, which must have no mistake.
func decoded(t *testing.T, f casetypes.File) casetypes.Document {
	t.Helper()
	if findings := findingsOf(f); len(findings) > 0 {
		t.Fatalf("the page has mistakes:\n%v", findings)
	}
	doc, _ := casetypes.Decode(f, casetypes.Sections())
	return doc
}

func TestTheFilesOfTheGuideHaveNoMistakeAndShowEverySection(t *testing.T) {
	calendar, caseType := guideFiles(t)
	decoded(t, calendar)
	doc := decoded(t, caseType)
	for name, f := range map[string]casetypes.File{"calendar.schema.json": calendar, "case-type.schema.json": caseType} {
		if err := compile(t, name).Validate(plain(t, f.Source)); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	page := guide(t)
	for _, section := range casetypes.Sections() {
		for _, part := range section.Parts(doc.CaseType) {
			if !strings.Contains(page, "\n"+part.Key+":") && !strings.Contains(page, "`"+part.Key+":") {
				t.Errorf("the page does not show “%s”", part.Key)
			}
		}
	}
	for _, region := range casetypes.Regions() {
		if !strings.Contains(page, region) {
			t.Errorf("the page does not name the region %s", region)
		}
	}
	for _, kind := range core.FieldKinds() {
		if !regexp.MustCompile(`\b` + string(kind) + `\b`).MatchString(page) {
			t.Errorf("the page does not name the kind of field %s", kind)
		}
	}
}

const pageTime = "Mon 2 Jan 2006 15:04"

// rows are the lines of the page's table under a heading, cell by cell.
func rows(t *testing.T, heading string) [][]string {
	t.Helper()
	_, rest, found := strings.Cut(guide(t), "\n"+heading+"\n| --- |")
	if !found {
		t.Fatalf("there is no table under %q", heading)
	}
	var out [][]string
	for _, line := range strings.Split(rest, "\n")[1:] {
		if !strings.HasPrefix(line, "| ") {
			break
		}
		out = append(out, strings.Split(strings.Trim(line, "| "), " | "))
	}
	if len(out) < 3 {
		t.Fatalf("the table under %q has %d rows", heading, len(out))
	}
	return out
}

func guideCalendar(t *testing.T) *core.Calendar {
	t.Helper()
	file, _ := guideFiles(t)
	calendar, err := core.NewCalendar(*decoded(t, file).Calendar, 1)
	if err != nil {
		t.Fatal(err)
	}
	return calendar
}

func TestTheDueTimesOfTheGuideAreTheOnesComputed(t *testing.T) {
	calendar := guideCalendar(t)
	_, file := guideFiles(t)
	for _, row := range rows(t, "| within | from | due |") {
		promised := strings.Replace(string(file.Source), "within: 1 working day", "within: "+strings.Trim(row[0], "`"), 1)
		rule := decoded(t, casetypes.File{Name: file.Name, Source: []byte(promised)}).CaseType.Targets[0]
		due := rule.Within.DueFrom(pageInstant(t, calendar, row[1]), calendar)
		if got := due.In(calendar.Location()).Format(pageTime); got != row[2] {
			t.Errorf("%s from %s is due %s; the page says %s", row[0], row[1], got, row[2])
		}
	}
}

func TestTheStoryOfAPausedTargetIsAsTheGuideTellsIt(t *testing.T) {
	calendar := guideCalendar(t)
	_, file := guideFiles(t)
	rule, _ := decoded(t, file).CaseType.Target("decide")
	causes := map[string]core.Cause{
		"a question is asked":        {Kind: core.CausePaused, Reason: core.PauseOpenQuestion},
		"it is answered":             {Kind: core.CauseResumed, Reason: core.PauseOpenQuestion},
		"extended by 5 working days": {Kind: core.CauseExtended, Span: core.Span{Count: 5, Unit: core.WorkingDays}, Why: "The meter was broken."},
	}
	var target core.Target
	for i, row := range rows(t, "| when | what happens | due |") {
		at := pageInstant(t, calendar, row[0])
		if i == 0 {
			target = core.NewTarget(core.NewID[core.TargetID](), core.NewID[core.CaseID](), rule, calendar, at)
		} else {
			cause, known := causes[row[1]]
			if !known {
				t.Fatalf("nobody knows what “%s” does", row[1])
			}
			cause.At = at
			var err error
			if target, _, err = target.Apply(rule, calendar, cause); err != nil {
				t.Fatalf("%s: %v", row[1], err)
			}
		}
		got := "stands still"
		if target.State != core.StatePaused {
			got = target.DueAt.In(calendar.Location()).Format(pageTime)
		}
		if got != row[2] {
			t.Errorf("%s, %s: %s; the page says %s", row[0], row[1], got, row[2])
		}
	}
}

func pageInstant(t *testing.T, calendar *core.Calendar, words string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(pageTime, words, calendar.Location())
	if err != nil || at.Format(pageTime) != words {
		t.Fatalf("%q is no day of the calendar: %v", words, err)
	}
	return at
}

func TestMistakesAreAnsweredWithWhatTheGuideSays(t *testing.T) {
	_, file := guideFiles(t)
	for _, row := range rows(t, "| you write | it says |") {
		was, is, _ := strings.Cut(row[0], " → ")
		was, is = strings.Trim(was, "`"), strings.Trim(is, "`")
		if strings.Count(string(file.Source), was) != 1 {
			t.Errorf("%q does not stand once in the file", was)
			continue
		}
		wrong := casetypes.File{Name: file.Name, Source: []byte(strings.Replace(string(file.Source), was, is, 1))}
		findings := findingsOf(wrong)
		if !slices.ContainsFunc(findings, func(f casetypes.Finding) bool { return f.Message == row[1] }) {
			t.Errorf("%q is answered with\n%v\nand not with\n%s", is, findings, row[1])
		}
	}
}
