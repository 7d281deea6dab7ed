package editing_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, editing.Source()) }

func TestAFindingLeadsToTheEntryItIsAbout(t *testing.T) {
	shown := &core.CaseType{
		Statuses: []core.Status{{Key: "new"}, {Key: "waiting"}},
		Reasons:  core.Reasons{Close: []core.Reason{{Key: "done"}}},
		Actions:  []core.ActionRule{{Run: "plugin:a/b"}},
	}
	for path, want := range map[string]string{
		"statuses[1].to[0]": "statuses/waiting", "reasons.close[0].message": "reasons.close/done", "actions[0].run": "actions/0",
		"statuses": "", "statuses[2]": "", "statuses[99999999999999999999]": "", "groups.manage[0]": "", "nothing[0]": "", "reasons.odd[0]": "", "": "",
	} {
		if got := editing.ItemOf(casetypes.Sections(), shown, path); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}

func TestWhatWasSentIsReadAsItWasMeant(t *testing.T) {
	e := &editing.Edit{Values: url.Values{
		"name.en": {" Waiting "}, "name.cy": {"Yn aros"}, "name.de": {"  "}, "name.<b>": {"x"}, "to": {"b", "", "a", "b"}, "days": {"7"}, "within": {"5 working days"}, "on": {"yes"},
		"text": {"a\r\nb"},
	}}
	if got := e.Words("name"); len(got) != 2 || got["en"] != "Waiting" || got["cy"] != "Yn aros" {
		t.Errorf("words are %v", got)
	}
	if got := e.Once("to"); !slices.Equal(got, []string{"b", "a"}) {
		t.Errorf("once is %v", got)
	}
	if got := e.Ticked("to", []string{"a", "z"}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("ticked is %v", got)
	}
	if n, err := e.Number("days", 10); n != 7 || err != nil {
		t.Errorf("the number is %d, %v", n, err)
	}
	if _, err := e.Number("days", 6); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("too many is %v", err)
	}
	if s, err := e.Span("within"); err != nil || s != (core.Span{Count: 5, Unit: core.WorkingDays}) {
		t.Errorf("the span is %v, %v", s, err)
	}
	if !e.On("on") || e.On("off") || e.Get("text") != "a\nb" || e.Words("none") != nil {
		t.Error("boxes and lines are read wrong")
	}
}

func TestWhatWasTypedIsShownAgainWithWhatIsWrongBesideIt(t *testing.T) {
	line := func(name string) editing.Input {
		return editing.Input{Field: layout.Field{Name: name, Value: "kept", Error: "of the draft"}}
	}
	p := editing.Panel{
		Lists:  []editing.List{{Key: "statuses", Add: []editing.Input{line("name")}}},
		Groups: []editing.Group{{Inputs: []editing.Input{line("within"), line("other")}}},
	}
	problems, _ := render.ProblemsOf(&core.Error{Kind: core.ErrInvalid, Message: "No.", Fields: map[string]string{"within": "Write a length of time.", "gone": "Elsewhere."}})
	rest := p.Again("save", "", url.Values{"within": {"soon"}}, problems)
	got := p.Groups[0].Inputs
	if got[0].Value != "soon" || got[0].Error != "Write a length of time." || got[1].Error != "" || !slices.Equal(rest, []string{"Elsewhere."}) {
		t.Errorf("the form shows %+v, and besides %q", got, rest)
	}
	if other := p.Lists[0].Add[0]; other.Value != "kept" {
		t.Errorf("another form changed: %+v", other)
	}
}
