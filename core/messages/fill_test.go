package messages_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

func TestMergeFieldsAreFilledAndThoseThatStandForNothingStay(t *testing.T) {
	t.Parallel()
	data := messages.Data{
		"case":      map[string]any{"reference": "CMP-1", "subject": "Bins {{ requester.email }} {% if x %}", "outcome": "", "fields": map[string]any{"depth": "12"}},
		"requester": map[string]any{"name": "zoe müller"},
	}
	for source, want := range map[string]struct {
		text    string
		missing []string
	}{
		"plain":                       {"plain", nil},
		"":                            {"", nil},
		"{{ case.reference }}":        {"CMP-1", nil},
		"{{requester.name | upcase}}": {"ZOE MÜLLER", nil},
		"{{ case.fields.depth }} cm":  {"12 cm", nil},
		"{{ case.fields.width }} cm":  {"{{ case.fields.width }} cm", []string{"case.fields.width"}},
		"{{ case.outcome }}!":         {"{{ case.outcome }}!", []string{"case.outcome"}},
		`{{ case.outcome | default: "nothing yet" }}`:                 {"nothing yet", nil},
		"{% if case.outcome %}It is {{ case.outcome }}.{% endif %}ok": {"ok", nil},
		"{{ target.due }} {{ case.outcome }} {{ target.due }}":        {"{{ target.due }} {{ case.outcome }} {{ target.due }}", []string{"target.due", "case.outcome"}},
		"{{ case.subject }}": {"Bins { { requester.email } } { % if x % }", nil},
	} {
		got, err := messages.Fill(source, data)
		if err != nil || got.Text != want.text || !slices.Equal(got.Missing, want.missing) {
			t.Errorf("%q became %q, missing %v, %v", source, got.Text, got.Missing, err)
		}
	}
	for _, broken := range []string{"{{ case.reference", "{{ case.nothing }}", "{% include 'x' %}", "{% for i in (1..9) %}x{% endfor %}", strings.Repeat("x", 30_000), "\xff"} {
		if _, err := messages.Fill(broken, data); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%.40q gave %v", broken, err)
		}
		if messages.CheckText(broken) == "" {
			t.Errorf("%.40q may be published", broken)
		}
	}
}

func TestTheMailOfAnEndOffersALinkForEachScore(t *testing.T) {
	t.Parallel()
	for _, template := range messages.Shipped() {
		if !slices.Contains([]string{"resolved", "closed", "closed-upheld", "closed-not-upheld"}, template.Key) {
			continue
		}
		data := messages.Sample()
		shown, err := messages.Preview(template, "en", data)
		if err != nil || strings.Count(shown.HTML, `href="https://northmoor.example/satisfaction/`) != 2 || !strings.Contains(shown.Text, "- 5, Very good: https://") {
			t.Errorf("%s: %v\n%s", template.Key, err, shown.Text)
		}
		delete(data, "satisfaction")
		if shown, err = messages.Preview(template, "en", data); err != nil || strings.Contains(shown.Text, "satisf") && !strings.Contains(shown.Text, "not satisfied") {
			t.Errorf("%s without the question: %v\n%s", template.Key, err, shown.Text)
		}
	}
}
