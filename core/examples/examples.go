// Package examples tries the tests that a case type carries: "raised Friday
// 16:50, priority high → due Tuesday 12:50", "closed as upheld → message X to
// the requester". It asks the functions that act: the due time is that of
// [core.NewTarget], the template that of [notifications.TemplateOf], the group
// that of [core.CaseType.GroupOf]. It needs no database.
//
// They are tried before a version is published, and block it when they fail.
//
//	examples.go  a case made of what is given, and what comes of it
//	moments.go   "Friday 16:50" and "Tuesday 12:50, 2 weeks later"
package examples

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/conditions"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/targets"
)

// Result is what came of one example.
type Result struct {
	Name     string   // what it shows; made of its parts when its author gave none
	Came     []string // what came of it, in sentences: what was expected first
	Problems []Problem
}

// Holds reports whether everything came as expected.
func (r Result) Holds() bool { return len(r.Problems) == 0 }

// Problem is one thing that did not come as expected.
type Problem struct {
	At      casetypes.Path // within the example: "expect", "due", "respond"
	Message string         // what was expected and what came instead, in a sentence
}

// Run tries the examples of a case type on a calendar: one result for each.
func Run(t *core.CaseType, calendar *core.Calendar) []Result {
	return runAll(context.Background(), t, calendar, conditions.New())
}

func runAll(ctx context.Context, t *core.CaseType, calendar *core.Calendar, language *conditions.Compiler) []Result {
	out := make([]Result, len(t.Examples))
	for i, e := range t.Examples {
		x := &trial{ctx: ctx, t: t, calendar: calendar, language: language}
		out[i] = x.run(e)
	}
	return out
}

// trial is one example while it is tried.
type trial struct {
	ctx      context.Context // of this one call
	language *conditions.Compiler
	t        *core.CaseType
	calendar *core.Calendar
	cs       core.Case
	result   Result
}

func (x *trial) run(e core.Example) Result {
	x.result.Name = cmp.Or(e.Name, Words(e))
	x.cs = newCase(x.t, e.Given)
	if len(e.Expect.Due) > 0 {
		x.due(e)
	}
	if e.Expect.Message != "" {
		x.message(e)
	}
	if e.Expect.Group != "" {
		x.group(e)
	}
	return x.result
}

// newCase is the case that is given, as it is when it has been raised.
func newCase(t *core.CaseType, g core.ExampleGiven) core.Case {
	status, _ := t.FirstStatus(core.StatusStart)
	cs := core.Case{
		Type: t.Key, Subtype: g.Subtype, Priority: t.PriorityOr(g.Priority), Channel: cmp.Or(g.Channel, core.ChannelWeb),
		Fields: g.Fields, Group: t.GroupOf(g.Subtype), Status: status.Key, StatusKind: status.Kind,
	}
	if len(t.Stages) > 0 {
		cs.Stage = t.Stages[0].Key
	}
	return cs
}

func (x *trial) came(format string, args ...any) {
	x.result.Came = append(x.result.Came, fmt.Sprintf(format, args...))
}

func (x *trial) fails(at casetypes.Path, format string, args ...any) {
	x.result.Problems = append(x.result.Problems, Problem{at, fmt.Sprintf(format, args...)})
}

// due compares the due times of the targets that begin with the case.
func (x *trial) due(e core.Example) {
	start, err := parseStart(e.Given)
	if err != nil {
		x.fails(casetypes.At("given"), "%s", err.Error())
		return
	}
	x.set(start, slices.Collect(maps.Keys(e.Expect.Due)))
	for _, key := range slices.Sorted(maps.Keys(e.Expect.Due)) {
		at := casetypes.At("expect", "due", key)
		wanted, err := parseExpected(e.Expect.Due[key])
		if err != nil {
			x.fails(at, "%s", err.Error())
			continue
		}
		from, due, begins := x.dueOf(key)
		came := None
		if begins {
			came = wanted.say(from, due, x.calendar.Location())
		}
		x.came("“%s” is due: %s.", key, came)
		switch {
		case wanted.none && begins:
			x.fails(at, "“%s” should have no due time, but is due %s.", key, came)
		case !wanted.none && !begins:
			x.fails(at, "“%s” should be due %s, but does not begin with such a case.", key, e.Expect.Due[key])
		case begins && !wanted.at(from, x.calendar.Location()).Equal(due):
			x.fails(at, "“%s” should be due %s, but is due %s.", key, e.Expect.Due[key], came)
		}
	}
}

// None stands for nothing: see [casetypes.None].
const None = casetypes.None

// dueOf is when a target falls due that begins with the case, and from when it
// counts.
func (x *trial) dueOf(key string) (from, due time.Time, begins bool) {
	rule, _ := x.t.Target(key)
	switch rule.Starts {
	case core.MomentRaised:
		from = x.cs.RaisedAt
	case core.MomentReceived:
		from = x.cs.ReceivedAt
	default:
		return from, due, false
	}
	is, err := targets.IsFor(x.ctx, x.language.Of(conditions.OfTarget), x.t, rule, &x.cs, from)
	if err != nil || !is {
		return from, due, false
	}
	target := core.NewTarget(core.TargetID{}, core.CaseID{}, rule, x.calendar, from)
	return from, target.DueAt, true
}

// set puts the case where it begins. A day that is only named is that of an
// ordinary week: the first from which nothing out of the ordinary lies on the
// way to what falls due.
func (x *trial) set(s start, targets []string) {
	const weeks = 160 // of a calendar whose every week is special the first is taken
	first := s.onDate()
	for week := range weeks {
		x.cs.RaisedAt, x.cs.ReceivedAt = s.on(first.Add(7*week), x.calendar.Location())
		latest := x.cs.RaisedAt
		for _, key := range targets {
			if _, due, begins := x.dueOf(key); begins && due.After(latest) {
				latest = due
			}
		}
		if s.dated || x.ordinary(x.cs.ReceivedAt, latest) {
			return
		}
	}
	x.cs.RaisedAt, x.cs.ReceivedAt = s.on(first, x.calendar.Location())
}

// ordinary reports whether no holiday, no day of its own and no change of the
// clock lies between two instants.
func (x *trial) ordinary(from, until time.Time) bool {
	zone := x.calendar.Location()
	_, before := from.In(zone).Zone()
	_, after := until.In(zone).Zone()
	if before != after {
		return false
	}
	for day := x.calendar.Date(from); !x.calendar.Date(until).Before(day); day = day.Add(1) {
		if _, special := x.calendar.Holiday(day); special {
			return false
		}
	}
	return true
}

// message compares the template that an audience is told with.
func (x *trial) message(e core.Example) {
	event := x.event(e.Given)
	template := cmp.Or(notifications.TemplateOf(x.t, event, e.Expect.To), None)
	happened := string(event.Kind)
	if e.Given.Resolved {
		happened = string(core.CaseResolved)
	}
	x.came("At %s the message to %s is: %s.", happened, e.Expect.To, template)
	if template != e.Expect.Message {
		x.fails(casetypes.At("expect", "message"), "At %s the message to %s should be “%s”, but is %s.", happened, e.Expect.To, e.Expect.Message, quoted(template))
	}
}

func quoted(template string) string {
	if template == None {
		return "none"
	}
	return "“" + template + "”"
}

// event is what happens in an example.
func (x *trial) event(g core.ExampleGiven) core.Recorded {
	e := core.Recorded{Kind: cmp.Or(g.Event, core.CaseRaised), Origin: core.OriginLive}
	switch {
	case g.Closed != "":
		e.Kind, e.About = core.CaseClosed, core.About{"reason": g.Closed}
	case g.Resolved, g.Event == core.CaseResolved:
		status, _ := x.t.FirstStatus(core.StatusResolved)
		e.Kind = core.StatusChanged
		e.Changes = map[core.Aspect]core.Changed{core.AspectStatus: {nil, status.Key}}
	}
	return e
}

func (x *trial) group(e core.Example) {
	group := x.t.GroupOf(e.Given.Subtype)
	x.came("The case goes to: %s.", group)
	if group != e.Expect.Group {
		x.fails(casetypes.At("expect", "group"), "The case should go to “%s”, but goes to “%s”.", e.Expect.Group, group)
	}
}

// Checker finds calendars.
type Checker struct{ types *casetypes.Service }

// NewChecker makes a checker that tries examples on the published calendars.
func NewChecker(types *casetypes.Service) Checker { return Checker{types} }

// Results tries the examples of a case type; nil when its calendar does not
// exist.
func (c Checker) Results(ctx context.Context, t *core.CaseType) ([]Result, error) {
	if len(t.Examples) == 0 {
		return nil, nil
	}
	calendar, _, err := c.types.Calendar(ctx, t.Calendar)
	if core.KindOf(err) == core.ErrNotFound {
		return nil, nil // the setup says so
	}
	if err != nil {
		return nil, err
	}
	return runAll(ctx, t, calendar, c.types.Conditions()), nil
}

// Check implements [casetypes.Checker]: a case type whose examples do not hold
// is not published, nor is a calendar on which those of a case type that uses it
// do not.
func (c Checker) Check(ctx context.Context, doc casetypes.Document) (casetypes.Findings, error) {
	if doc.Calendar != nil {
		return c.checkCalendar(ctx, doc)
	}
	if doc.CaseType == nil {
		return nil, nil
	}
	results, err := c.Results(ctx, doc.CaseType)
	var out casetypes.Findings
	for i, r := range results {
		for _, p := range r.Problems {
			out = append(out, casetypes.Finding{
				Path: casetypes.At("examples", i).And(p.At...).String(), Message: fmt.Sprintf("The example “%s” does not hold. %s", r.Name, p.Message),
			})
		}
	}
	return out, err
}

// checkCalendar tries the examples of the published case types that use a
// calendar as it is to be.
func (c Checker) checkCalendar(ctx context.Context, doc casetypes.Document) (casetypes.Findings, error) {
	calendar, err := core.NewCalendar(*doc.Calendar, 0)
	if err != nil {
		return nil, nil // what is wrong with it is found elsewhere
	}
	types, err := c.types.All(ctx)
	if err != nil {
		return nil, err
	}
	var out casetypes.Findings
	for _, t := range types {
		if t.Calendar != doc.Key {
			continue
		}
		for _, r := range runAll(ctx, t, calendar, c.types.Conditions()) {
			for _, p := range r.Problems {
				out = append(out, casetypes.Finding{Message: fmt.Sprintf("With this calendar the example “%s” of the case type “%s” does not hold. %s", r.Name, t.Name, p.Message)})
			}
		}
	}
	return out, nil
}
