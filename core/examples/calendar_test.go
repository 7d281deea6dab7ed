package examples_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/examples"
)

func TestACalendarIsTriedOnTheExamplesOfTheTypesThatUseIt(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	body := strings.TrimSuffix(strings.TrimSpace(casestest.ComplaintType), "}") + `, "examples": [
		{"name": "Before December", "given": {"raised": "2026-11-17 10:00"}, "expect": {"due": {"acknowledge": "2026-11-24 10:00"}}}]}`
	w.Publish(t, casetypes.KindCaseType, "complaint", body)
	live, _, err := w.Types.Calendar(t.Context(), "offices")
	if err != nil {
		t.Fatal(err)
	}
	checker := examples.NewChecker(w.Types)
	check := func(key string, holidays ...core.Holiday) casetypes.Findings {
		t.Helper()
		spec := live.CalendarSpec
		spec.Key, spec.Holidays = key, holidays
		found, err := checker.Check(t.Context(), casetypes.Document{Kind: casetypes.KindCalendar, Key: key, Calendar: &spec})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	date, err := core.ParseDate("2026-11-19")
	if err != nil {
		t.Fatal(err)
	}
	if found := check("offices"); len(found) > 0 {
		t.Errorf("as it is: %v", found)
	}
	closed := core.Holiday{Date: date}
	if found := check("offices", closed); len(found) != 1 || !strings.Contains(found[0].Message, "“Before December” of the case type “Complaint” does not hold") {
		t.Errorf("with another holiday: %v", found)
	}
	if found := check("elsewhere", closed); len(found) > 0 {
		t.Errorf("a calendar that the type does not use: %v", found)
	}
}
