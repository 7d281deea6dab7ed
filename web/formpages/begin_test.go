package formpages_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/intake/intaketest"
)

func TestTheFirstPageListsWhatWillBeAskedAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.Change(t, intaketest.Report, func(ct *core.CaseType) {
		ct.Form = core.FormRule{}
		ct.Fields = []core.Field{
			{Key: "what", Kind: core.FieldText, Label: core.Plain("What is wrong?")},
			{Key: "crew", Kind: core.FieldText, Label: core.Plain("Crew of the day"), Private: true},
			{Key: "remedy", Kind: core.FieldText, Label: core.Plain("Remedy of the section"), Of: "plugin:test.pliant/section"},
		}
	})
	page := s.browser(t).get("/forms/report", 200).body
	if !strings.Contains(page, "What is wrong") {
		t.Errorf("what is asked is not listed:\n%s", page)
	}
	if strings.Contains(page, "Crew of the day") || strings.Contains(page, "Remedy of the section") {
		t.Errorf("what staff keep is listed:\n%s", page)
	}
}
