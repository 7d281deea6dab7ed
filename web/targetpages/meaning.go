package targetpages

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/editing"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// meaning says beside the editor what the targets of the draft come to for
// sample cases.
func (p *Pages) meaning(e *editing.Edit) ([]editing.Note, error) {
	whatIf := editing.Note{
		Title: "Open cases", Sentences: []string{"Which of them would be late under this draft, and which would be saved?"},
		Link: render.Link{Label: "What if it were so?", URL: "/configuration/types/" + url.PathEscape(e.Key) + "/what-if"},
	}
	calendar, _, err := p.o.Types.Calendar(e.Ctx, e.Type.Calendar)
	if core.KindOf(err) == core.ErrNotFound {
		return []editing.Note{{Title: "What this means", Sentences: []string{fmt.Sprintf("The calendar “%s” is not published, so no due time can be shown.", e.Type.Calendar)}}, whatIf}, nil
	} else if err != nil {
		return nil, err
	}
	rules := e.Type.Targets
	if i := slices.IndexFunc(rules, func(r core.TargetRule) bool { return "targets/"+r.Key == strings.TrimSuffix(e.Item, asExpression) }); i >= 0 {
		rules = rules[i : i+1]
	}
	var out []editing.Note
	for _, rule := range rules {
		if rule.Validate() != nil {
			continue // the finding beside the input says what is wrong
		}
		out = append(out, p.sampleNote(e, rule, calendar, len(rules) == 1))
	}
	if len(out) > 0 {
		out[0].Sentences = append([]string{"Times are said by the clocks of “" + calendar.Name.String() + "”."}, out[0].Sentences...)
	}
	if e.Live != nil {
		out = append(out, whatIf)
	}
	return out, nil
}

// sampleNote says when a target would fall due, from some moments that show
// how it counts.
func (p *Pages) sampleNote(e *editing.Edit, rule core.TargetRule, calendar *core.Calendar, whole bool) editing.Note {
	note := editing.Note{Title: rule.Name.String()}
	moments := sampleMoments(e.Now, calendar)
	if !whole {
		moments = moments[:1]
	}
	verb := "Begins "
	switch rule.Starts {
	case core.MomentRaised:
		verb = "Raised "
	case core.MomentReceived:
		verb = "Received "
	}
	for i, at := range moments {
		due := rule.Within.DueFrom(at, calendar)
		note.Facts = append(note.Facts, layout.Fact{Term: verb + say(at, calendar.Location()), Text: "due " + say(due, calendar.Location())})
		if i == 0 && whole {
			note.Facts = append(note.Facts, stepFacts(rule, due, calendar)...)
		}
	}
	if !rule.When.IsZero() || rule.If != "" {
		note.Sentences = append(note.Sentences, "For "+lowerFirst(p.forWords(e, rule))+" only.")
	}
	if whole && len(rule.Pause)+len(rule.Restarts) > 0 {
		note.Sentences = append(note.Sentences, pauseSentence(rule))
	}
	return note
}

func pauseSentence(rule core.TargetRule) string {
	var out []string
	if len(rule.Pause) > 0 {
		words := make([]string, len(rule.Pause))
		for i, r := range rule.Pause {
			words[i] = map[core.PauseReason]string{core.PauseOpenQuestion: "a question is open", core.PauseWaiting: "the case waits"}[r]
		}
		out = append(out, "While "+strings.Join(words, " or ")+" it stands still, and the due time moves on by as much.")
	}
	if len(rule.Restarts) > 0 {
		out = append(out, "What restarts it gives the whole time again.")
	}
	return strings.Join(out, " ")
}

// stepFacts says what a due time brings along.
func stepFacts(rule core.TargetRule, due time.Time, calendar *core.Calendar) []layout.Fact {
	var out []layout.Fact
	for _, r := range rule.Remind {
		at := r.After.After(due, calendar)
		if !r.Before.IsZero() {
			at = r.Before.Before(due, calendar)
		}
		out = append(out, layout.Fact{Term: "Reminder, " + reminderWords(r), Text: say(at, calendar.Location())})
	}
	for i, step := range rule.Ladder {
		out = append(out, layout.Fact{Term: fmt.Sprintf("Escalation to level %d, if late", i+1), Text: say(step.After.After(due, calendar), calendar.Location())})
	}
	return out
}

// sampleMoments are moments from which due times differ most: late on a Friday,
// early on a Monday, on a Saturday, the day before the next holiday, and at the
// end of January.
func sampleMoments(now time.Time, calendar *core.Calendar) []time.Time {
	zone := calendar.Location()
	local := now.In(zone)
	next := func(day time.Weekday, hour, minute int) time.Time {
		days := (int(day) - int(local.Weekday()) + 7) % 7
		return time.Date(local.Year(), local.Month(), local.Day()+days, hour, minute, 0, 0, zone)
	}
	out := []time.Time{next(time.Friday, 16, 50), next(time.Monday, 9, 5), next(time.Saturday, 11, 0)}
	today := core.DateOf(local)
	for _, h := range calendar.Holidays {
		if before := h.Date.Add(-1); !before.Before(today) && len(h.Hours) == 0 && calendar.IsWorkingDay(before) {
			out = append(out, time.Date(before.Year, before.Month, before.Day, 15, 0, 0, 0, zone))
			break
		}
	}
	january := time.Date(local.Year(), time.January, 31, 10, 0, 0, 0, zone)
	if january.Before(local) {
		january = january.AddDate(1, 0, 0)
	}
	return append(out, january)
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// WhatIf is the hook of the page that publishes a case type: a first look at
// the open cases, and a link to all of them.
func (p *Pages) WhatIf(ctx context.Context, before, after *core.CaseType) ([]editing.Note, error) {
	if before == nil || slices.EqualFunc(before.Targets, after.Targets, sameTarget) && before.Calendar == after.Calendar {
		return nil, nil
	}
	sum, err := p.suppose(ctx, core.Actor{}, draftOf(after), core.CaseID{}, 0)
	if err != nil {
		return nil, err
	}
	note := editing.Note{Title: "Open cases, if it had been so from the beginning", Facts: figures(sum), Link: render.Link{
		Label: "See which they are", URL: "/configuration/types/" + url.PathEscape(after.Key) + "/what-if",
	}}
	note.Sentences = []string{"Targets that run keep the promise they were made under: publishing moves none of them."}
	if !sum.Done {
		note.Sentences = append(note.Sentences, fmt.Sprintf("Of the first %s open cases.", render.Number(sum.Cases)))
	}
	return []editing.Note{note}, nil
}
