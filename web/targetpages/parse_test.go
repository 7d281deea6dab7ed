package targetpages

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/routinepages"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, Source()) }

// sent is what a browser posts of the groups of a form as they stand.
func sent(groups []editing.Group) url.Values {
	out := url.Values{}
	for _, g := range groups {
		for _, in := range g.Inputs {
			switch {
			case in.Tick:
				if in.On {
					out.Add(in.Name, "yes")
				}
			case len(in.Ticks) > 0:
				for _, tick := range in.Ticks {
					if tick.On {
						out.Add(in.Name, tick.Value)
					}
				}
			case len(in.Several) > 0:
				for _, f := range in.Several {
					out.Add(f.Name, f.Value)
				}
			case len(in.Words) > 0:
				for _, f := range in.Words {
					out.Add(f.Name, f.Value)
				}
			default:
				out.Add(in.Name, in.Value)
			}
		}
	}
	return out
}

func span(n int, unit core.Unit) core.Span { return core.Span{Count: n, Unit: unit} }

func TestAFormThatIsSentAsItStandsChangesNothing(t *testing.T) {
	caseType := &core.CaseType{
		Name:       core.Text{"en": "Complaint", "cy": "Cwyn"},
		Priorities: []core.Choice{{Key: "normal"}, {Key: "high"}}, Subtypes: []core.Subtype{{Key: "waste"}},
		Stages: []core.Stage{{Key: "stage-2"}}, Statuses: []core.Status{{Key: "new"}}, Tasks: []core.TaskType{{Key: "look"}},
		Fields: []core.Field{{Key: "since", Kind: core.FieldDate}},
	}
	p := withConditions(t)
	for _, want := range []core.TargetRule{
		{Key: "plain", Name: core.Text{"en": "Plain"}, Starts: core.MomentReceived, Stops: core.MomentResolved, Within: core.Promise{Span: span(5, core.WorkingDays)}},
		{
			Key: "whole", Name: core.Text{"en": "Whole", "cy": "Cyfan"}, Starts: "field:since", Stops: "task:look",
			When:   core.Condition{Priorities: []string{"high"}, Subtypes: []string{"waste"}, Channels: []core.Channel{core.ChannelLetter}},
			Within: core.Promise{Span: span(28, core.Days), FirstDay: 1, EndOfDay: true, Roll: core.RollWithinMonth}, Restarts: []core.Moment{core.MomentQuestionAnswered, "stage:stage-2"},
			Pause: []core.PauseReason{core.PauseOpenQuestion, core.PauseWaiting}, Remind: []core.Reminder{{Before: span(2, core.WorkingDays)}, {}, {After: span(1, core.Hours)}},
			Ladder: []core.EscalationStep{{}, {After: span(5, core.WorkingDays)}},
			Extend: &core.ExtendRule{By: "staff", AtMost: span(10, core.WorkingDays), Reason: "required", TellRequester: "extended"}, Forbid: []core.HandChange{core.HandSet, core.HandClear},
		},
		{Key: "gone", Name: core.Text{"en": "Gone"}, Starts: "stage:gone", Stops: "status:gone", When: core.Condition{Priorities: []string{"gone"}}, Within: core.Promise{Span: span(1, core.Months)}},
	} {
		e := &editing.Edit{Type: caseType}
		e.Values = sent(p.inputs(e, want, casetypes.At("targets", 0), false))
		got := core.TargetRule{Key: want.Key}
		if _, err := p.take(e, &got); err != nil {
			t.Errorf("%s: %v", want.Key, err)
		} else if len(got.When.Priorities)+len(got.When.Subtypes) == 0 {
			got.When = want.When // nothing is nothing
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s came back as\n%+v, want\n%+v", want.Key, got, want)
		}
	}
}

// withConditions are pages that edit conditions as routines do.
func withConditions(t *testing.T) *Pages {
	t.Helper()
	s, err := routines.New(routines.Options{Types: casetypes.New(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Conditions: routinepages.New(routinepages.Options{Routines: s}).Conditions(conditions.OfTarget)})
}

func TestTheConditionOfATargetIsEditedAsRowsOrAsAnExpression(t *testing.T) {
	p := withConditions(t)
	rule := core.TargetRule{Key: "t", Name: core.Text{"en": "T"}, Starts: core.MomentReceived, Stops: core.MomentResolved, Within: core.Promise{Span: span(5, core.WorkingDays)}}
	e := &editing.Edit{Type: &core.CaseType{
		Name: core.Text{"en": "Complaint"}, Targets: []core.TargetRule{rule}, Fields: []core.Field{{Key: "harm", Kind: core.FieldYesNo, Label: core.Plain("Harm")}},
	}, Item: "targets/t"}
	press := func(do, what string, values ...string) {
		t.Helper()
		e.Values = nil
		e.Values = sent(p.inputs(e, e.Type.Targets[0], casetypes.At("targets", 0), false))
		e.Values.Set("if-sent", "1")
		for i := 0; i < len(values); i += 2 {
			e.Values.Set(values[i], values[i+1])
		}
		e.Do, e.What = do, what
		if err := p.change(e); err != nil {
			t.Fatal(do, err)
		}
	}
	press("row", "", "row-new", "fields.harm")
	if got := e.Type.Targets[0].If; got != "fields.harm" || e.Item != "targets/t" {
		t.Errorf("a row makes %q, and leads to %s", got, e.Item)
	}
	press("expression", "", "if-0-name", "fields.harm", "if-0-op", "no")
	if got := e.Type.Targets[0].If; got != "!fields.harm" || e.Item != "targets/t/expression" {
		t.Errorf("the row becomes %q, and leads to %s", got, e.Item)
	}
	press("rows", "", "if-text", "fields.harm")
	if got := e.Type.Targets[0].If; got != "fields.harm" || e.Item != "targets/t" {
		t.Errorf("the expression becomes %q, and leads to %s", got, e.Item)
	}
	if words := p.forWords(e, e.Type.Targets[0]); !strings.Contains(words, "harm is yes") {
		t.Errorf("it is for %q", words)
	}
	press("row-remove", "1", "if-0-name", "fields.harm", "if-0-op", "yes")
	if got := e.Type.Targets[0]; got.If != "" || got.Stops != core.MomentResolved || got.Within != rule.Within {
		t.Errorf("without rows: %+v", got)
	}
}

func TestTheDueTimeOfATaskThatIsSentAsItStandsStays(t *testing.T) {
	want := core.TaskType{
		Key: "look", Within: core.Promise{Span: span(5, core.WorkingDays), EndOfDay: true}, Pause: []core.PauseReason{core.PauseWaiting},
		Remind: []core.Reminder{{Before: span(1, core.WorkingDays)}}, Ladder: []core.EscalationStep{{}},
		Extend: &core.ExtendRule{By: "staff", Reason: "optional"}, Forbid: []core.HandChange{core.HandClear},
	}
	e := &editing.Edit{Type: &core.CaseType{Tasks: []core.TaskType{want}}}
	e.Values = sent(taskGroups(e, want.Target(""), casetypes.At("tasks", 0)))
	got := core.TaskType{Key: "look", Within: core.Promise{Span: want.Within.Span}}
	if err := takeTaskTarget(e, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("it came back as\n%+v, want\n%+v, %v", got, want, err)
	}
}

func TestACalendarThatIsSentAsItStandsChangesNothing(t *testing.T) {
	nine, half, one, five := core.TimeOfDay(540), core.TimeOfDay(750), core.TimeOfDay(780), core.TimeOfDay(1020)
	want := casetypes.CalendarFile{Name: core.Text{"en": "Offices"}, Zone: "Europe/London", Roll: core.RollNextWorkingDay}
	want.Hours[time.Monday] = []core.Opening{{From: nine, To: half}, {From: one, To: five}}
	want.Holidays.Region = []string{"england-and-wales", "scotland"}
	want.Holidays.From, want.Holidays.Until = 2024, 2030
	want.Holidays.Dates = []core.Holiday{
		{Date: core.Date{Year: 2026, Month: 12, Day: 24}, Name: "Christmas Eve", Hours: []core.Opening{{From: nine, To: half}}},
		{Date: core.Date{Year: 2026, Month: 6, Day: 1}, Name: "Closed for stock 2026"},
	}
	e := &editing.Edit{Calendar: &want}
	e.Values = sent(calendarGroups(e))
	got := casetypes.CalendarFile{}
	e.Calendar = &got
	if err := takeCalendar(e); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("it came back as\n%+v, want\n%+v", got, want)
	}
	year := yearView(e, 2026)
	if year.Wrong || len(year.Months) != 12 || !strings.Contains(strings.Join(year.Marks(), "; "), "Thu 24 December: Christmas Eve, 09:00–12:30") {
		t.Errorf("the year is %+v", year.Marks())
	}
	for _, month := range year.Months {
		for _, week := range month.Weeks {
			if len(week) != 7 {
				t.Errorf("a week of %s has %d days", month.Name, len(week))
			}
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	for _, wrong := range []string{"soon", "2 days", "2 days before after", "before", "0 days before"} {
		if _, err := parseReminders(wrong); err == nil {
			t.Errorf("%q is a reminder", wrong)
		}
	}
	for _, wrong := range []string{"never", "-1 days"} {
		if _, err := parseLadder(wrong); err == nil {
			t.Errorf("%q is a rung", wrong)
		}
	}
	for _, wrong := range []string{"24 December 2026", "2026-13-01 X", "2026-12-24", "2026-12-24 09:00-12:00"} {
		if _, err := parseDates(wrong); err == nil {
			t.Errorf("%q is a date", wrong)
		}
	}
	for _, wrong := range []string{"nine to five", "17:00-09:00"} {
		if _, err := parseHours(wrong); err == nil {
			t.Errorf("%q are hours", wrong)
		}
	}
}

func TestSampleMomentsShowWhatDiffers(t *testing.T) {
	spec := casetypes.CalendarFile{Name: core.Plain("Offices"), Zone: "Europe/London"}
	for day := time.Monday; day <= time.Friday; day++ {
		spec.Hours[day] = []core.Opening{{From: 540, To: 1020}}
	}
	spec.Holidays.Region = []string{"england-and-wales"}
	calendar, err := core.NewCalendar(spec.Spec("offices"), 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, at := range sampleMoments(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), calendar) {
		got = append(got, at.In(calendar.Location()).Format(dayWords))
	}
	if want := "Fri 27 Nov, 16:50|Mon 23 Nov, 09:05|Sat 28 Nov, 11:00|Thu 24 Dec, 15:00|Sun 31 Jan, 10:00"; strings.Join(got, "|") != want {
		t.Errorf("they are %v", got)
	}
}
