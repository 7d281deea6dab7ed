package casepages

import (
	"context"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
)

// CaseHead is what stays in sight of a case.
type CaseHead struct {
	Ref      string
	URL      string
	Live     string
	Subject  string
	Status   layout.Chip
	Flags    []layout.Chip // priority, escalation
	Words    []string      // type, subtype
	Received time.Time
	Channel  string
	Aliases  []string // what others call the case

	Presence Presence
	Main     []Action // the two or three that fit how the case stands; the last is what comes next
	More     []ActionGroup
	Stages   []StageStep
	Targets  []TargetView // the two most urgent
	Manager  string       // "" when nobody has it
	Group    string
	ShowWho  bool
}

// StageStep is one stage of the bar.
type StageStep struct {
	Label         string
	Done, Current bool
	URL           string // leads to moving there; "" where the reader may not
}

// Action is something that may be done to a case now: a form to open, or, when
// it is quick, a button that does it.
type Action struct {
	Name, Label, Icon string
	URL               string
	Key               string // keyboard
	Quick             bool
	Version           core.Version // of quick ones: what the reader saw
	Once              string       // of quick ones: makes a repeated post do nothing
	Hidden            []Hidden     // of quick ones
	Main, Danger      bool
	Composer          string // the mode of the composer it opens instead
	Page              bool   // it is done on a page of its own
}

// ActionGroup is a part of the menu.
type ActionGroup struct{ Actions []Action }

// headTargets is how many promises fit beside the stages.
const headTargets = 2

func (p *Pages) caseHead(ctx context.Context, o *opened, f facts) (CaseHead, error) {
	cs := o.Case
	h := CaseHead{
		Ref: string(cs.Ref), URL: o.url(), Live: "case:" + string(cs.Ref), Subject: cs.Subject, Status: o.statusChip(),
		Words: []string{o.Type.Name.String()}, Received: cs.ReceivedAt, Channel: channelWords[cs.Channel],
	}
	if sub, ok := o.Type.Subtype(cs.Subtype); ok {
		h.Words = append(h.Words, sub.Name.String())
	}
	if !o.full {
		return h, nil
	}
	aliases, err := p.Cases.Aliases(ctx, cs.ID)
	if err != nil {
		return h, err
	}
	for _, alias := range aliases {
		h.Aliases = append(h.Aliases, alias.String())
	}
	h.Flags = flagsOf(o)
	h.Stages = stageSteps(o)
	h.Targets = mostUrgent(f.targets)
	h.ShowWho, h.Manager, h.Group = true, o.person(cs.Assignee.String()), o.team(cs.Group)
	h.Main, h.More = actionsOf(o)
	h.Presence, err = p.presenceOf(ctx, o)
	return h, err
}

// flagsOf shows what is out of the ordinary.
func flagsOf(o *opened) []layout.Chip {
	var out []layout.Chip
	cs := o.Case
	if priority, ok := o.Type.Priority(cs.Priority); ok && cs.Priority != "normal" {
		chip := layout.Chip{Label: priority.Name.String(), Icon: "flag", Tone: "outline"}
		normal := slices.IndexFunc(o.Type.Priorities, func(c core.Choice) bool { return c.Key == "normal" })
		if at := slices.IndexFunc(o.Type.Priorities, func(c core.Choice) bool { return c.Key == cs.Priority }); at > normal {
			chip.Tone = "bad"
		}
		out = append(out, chip)
	}
	if cs.Level > 0 {
		out = append(out, layout.Chip{Label: "Escalated to level " + itoa(cs.Level), Icon: "flag", Tone: "warn"})
	}
	if cs.Reopened > 0 && cs.IsOpen() {
		out = append(out, layout.Chip{Label: "Reopened", Icon: "play", Tone: "outline"})
	}
	return out
}

func stageSteps(o *opened) []StageStep {
	_, current := o.Type.Stage(o.Case.Stage)
	may := o.MayDo(core.MayWork) && !o.Case.IsFinal()
	var out []StageStep
	for i, stage := range o.Type.Stages {
		step := StageStep{Label: stage.Name.String(), Done: i < current, Current: i == current}
		if may && !step.Current {
			step.URL = o.url("act", "stage") + "?to=" + stage.Key
		}
		out = append(out, step)
	}
	return out
}

// mostUrgent picks the promises for the head: late ones and those that run
// first, what is over last.
func mostUrgent(all []TargetView) []TargetView {
	out := slices.Clone(all)
	rank := func(v TargetView) int {
		switch {
		case v.State == core.StateCleared:
			return 3
		case v.Over:
			return 2
		case v.State == core.StatePaused:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b TargetView) int { return rank(a) - rank(b) })
	if len(out) > headTargets {
		out = out[:headTargets]
	}
	// What is shown keeps the order of the type: the acknowledgement before the answer.
	slices.SortStableFunc(out, func(a, b TargetView) int { return indexOf(all, a.Key) - indexOf(all, b.Key) })
	return out
}

func indexOf(all []TargetView, key string) int {
	return slices.IndexFunc(all, func(v TargetView) bool { return v.Key == key })
}

// actionsOf picks from all acts those that may be done now: the few that fit
// how the case stands, and the rest for the menu.
func actionsOf(o *opened) (main []Action, more []ActionGroup) {
	if !o.MayDo(core.MayWork) {
		return nil, nil
	}
	for _, name := range mainActs(o) {
		if a, ok := actionFor(o, name); ok {
			main = append(main, a)
		}
	}
	if len(main) > 0 {
		main[len(main)-1].Main = true
	}
	for _, names := range menuActs {
		var group ActionGroup
		for _, name := range names {
			if slices.ContainsFunc(main, func(a Action) bool { return a.Name == name }) {
				continue
			}
			if a, ok := actionFor(o, name); ok {
				group.Actions = append(group.Actions, a)
			}
		}
		if len(group.Actions) > 0 {
			more = append(more, group)
		}
	}
	return main, more
}

// mainActs names the acts that fit how a case stands, what comes next last.
func mainActs(o *opened) []string {
	cs := o.Case
	unclaimed := cs.Assignee.IsZero()
	switch {
	case cs.IsFinal():
		return []string{"reopen"}
	case cs.StatusKind == core.StatusResolved:
		return []string{"reopen", "close"}
	case cs.StatusKind == core.StatusStart && (unclaimed || o.mine()):
		return []string{"claim", "ask", "start-work"}
	case unclaimed:
		return []string{"ask", "claim"}
	case cs.StatusKind == core.StatusWaiting:
		return []string{"ask", "resume-work"}
	}
	if _, ok := resolvedStatus(o); !ok {
		return []string{"ask", "close"}
	}
	return []string{"ask", "resolve"}
}

// menuActs are the groups of the menu.
var menuActs = [][]string{
	{"claim", "start-work", "release", "assign", "reassign"},
	{"status", "stage", "subtype", "priority"},
	{"task-add", "link", "escalate", "de-escalate"},
	{"resolve", "close", "satisfaction", "reopen", "cancel"},
}

// Presence is who else has the case open.
type Presence struct {
	URL    string // where the page says that it is still there
	People []cases.Present
	Words  string // "Ines is writing a note, Tomasz is reading"
}

func (p *Pages) presenceOf(ctx context.Context, o *opened) (Presence, error) {
	found, err := p.Cases.PresentOn(ctx, o.by, o.Seen)
	return Presence{URL: o.url("presence"), People: found, Words: presenceWords(found)}, err
}
