package main

import (
	"math"
	"strconv"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/targets"
)

// recipe says how cases of one type are invented.
type recipe struct {
	typeKey string
	share   int      // of a hundred cases
	target  string   // that is promised
	within  int      // days
	closed  []string // reasons, the frequent ones first
	outdoor int      // percent with a place
}

var recipes = []recipe{
	{typeKey: "report", share: 60, target: "fix", within: 14, closed: []string{"fixed", "nothing-found", "not-ours", "withdrawn"}, outdoor: 96},
	{typeKey: "complaint", share: 25, target: "respond", within: 14, closed: []string{"upheld", "not-upheld"}, outdoor: 35},
	{typeKey: "enquiry", share: 15, target: "answer", within: 7, closed: []string{"answered"}, outdoor: 5},
}

var loadChannels = []core.Channel{core.ChannelWeb, core.ChannelTelephone, core.ChannelEmail, core.ChannelCounter, core.ChannelAPI, core.ChannelLetter}

// begin is how the case of a number begins, and the dice for the rest of it.
func (l *load) begin(n int) (d dice, r recipe, ended bool, raised time.Time) {
	d = newDice(l.seed, 'c', uint64(n))
	r = d.recipe()
	ended = d.often(70)
	return d, r, ended, l.raisedAt(d, ended)
}

// past invents the case of a number: the same whenever asked, but for its
// identifier and reference.
func (l *load) past(n int) cases.Past {
	d, r, ended, raised := l.begin(n)
	t := l.types[r.typeKey]
	raise := l.raise(d, t, r, personsOf(n))
	group := raise.Group
	p := cases.Past{
		Case: core.NewID[core.CaseID](), Aliases: []core.Alias{{Source: loadSource, Value: strconv.Itoa(n)}},
		Steps: []cases.Step{{At: raised, Command: raise}},
	}
	at := raised
	then := func(after time.Duration, commands ...cases.Command) {
		if at = at.Add(after); at.After(l.today) {
			at = l.today
		}
		for _, command := range commands {
			p.Steps = append(p.Steps, cases.Step{At: at, Command: command})
		}
	}
	due := raised.AddDate(0, 0, r.within)
	if ended {
		end := raised.Add(d.while())
		if end.After(l.today) {
			end = l.today
		}
		outcome := targets.Met
		if !end.Before(due) {
			outcome = targets.Missed
		}
		then(0, &targets.Keep{Target: r.target, DueAt: due, Outcome: outcome, EndedAt: end})
		half := end.Sub(raised) / 2
		then(half, l.taken(d, group)...)
		if d.often(25) {
			then(0, &notes.Add{Body: d.numbered(d.one(noteWords))})
		}
		then(end.Sub(at), &cases.Close{Reason: reasonOf(t, d.one(r.closed))})
		return p
	}
	if d.often(75) { // due in the weeks to come, as somebody promised
		due = l.today.Add(time.Duration((1 + d.rank(60*24*60)) * int(time.Minute)))
	} else if !due.Before(l.today) {
		due = raised.Add(l.today.Sub(raised)/2 + time.Minute)
	}
	then(0, &targets.Keep{Target: r.target, DueAt: due})
	if d.often(60) {
		then(d.while()/2, l.taken(d, group)...)
		if d.often(20) {
			then(time.Hour, &notes.Add{Body: d.numbered(d.one(noteWords))})
		}
		if d.often(15) {
			then(time.Hour, &cases.ChangeStatus{To: "waiting"})
		}
	} else if d.often(40) {
		then(time.Hour, cases.Open{})
	}
	return p
}

func (d dice) recipe() recipe {
	n := d.IntN(100)
	for _, r := range recipes {
		if n -= r.share; n < 0 {
			return r
		}
	}
	return recipes[0]
}

// raisedAt is some time in the last three years, on a weekday and by day more
// often; of what is still open, the last months.
func (l *load) raisedAt(d dice, ended bool) time.Time {
	days := d.Float64() * loadYears * 365
	if !ended {
		days = math.Min(d.ExpFloat64()*45, loadYears*365)
	}
	at := l.today.Add(-time.Duration(days * 24 * float64(time.Hour))).Truncate(time.Second)
	if weekday := at.Weekday(); (weekday == time.Saturday || weekday == time.Sunday) && d.often(60) {
		at = at.AddDate(0, 0, -2)
	}
	if hour := at.Hour(); hour < 7 && d.often(90) {
		at = at.Add(-time.Duration(hour+4) * time.Hour)
	}
	return at
}

// while is how long something takes: days mostly, sometimes months.
func (d dice) while() time.Duration {
	return time.Duration(math.Exp(d.NormFloat64()*1.1+1.6)*24*float64(time.Hour)) + time.Minute
}

func (l *load) raise(d dice, t *core.CaseType, r recipe, persons int) *cases.Raise {
	s, address, at := l.town.address(d)
	raise := &cases.Raise{
		Type: t.Key, Subject: d.subject(s.name), Description: d.description(s.name), Address: address,
		Channel: loadChannels[d.rank(len(loadChannels))], Group: t.DefaultGroup(),
	}
	if d.often(r.outdoor) {
		raise.Place = &at
	}
	sub := t.Subtypes[d.rank(len(t.Subtypes))]
	if raise.Subtype = sub.Key; sub.Group != "" {
		raise.Group = sub.Group
	}
	if d.often(6) {
		raise.Group = d.any(heldBy(t))
	}
	switch d.IntN(20) {
	case 0:
		raise.Priority = "urgent"
	case 1, 2:
		raise.Priority = "high"
	case 3, 4:
		raise.Priority = "low"
	}
	if raise.Anonymous = d.often(15); !raise.Anonymous {
		raise.Requester, raise.Contact = l.person(d.rank(persons))
	}
	return raise
}

// heldBy lists the groups with invented staff that may have cases of a type.
func heldBy(t *core.CaseType) []string {
	var out []string
	for _, team := range loadTeams {
		if t.MayHold(team) {
			out = append(out, team)
		}
	}
	return out
}

// taken is what happens when somebody of the group takes a case on.
func (l *load) taken(d dice, group string) []cases.Command {
	out := []cases.Command{cases.Open{}}
	if team := l.teams[group]; len(team) > 0 {
		out = append(out, &cases.Assign{To: team[d.rank(len(team))]})
	}
	return append(out, &cases.ChangeStatus{To: "in-progress"})
}

// reasonOf is a reason to close, or the type's first.
func reasonOf(t *core.CaseType, key string) string {
	if _, known := core.FindReason(t.Reasons.Close, key); known || len(t.Reasons.Close) == 0 {
		return key
	}
	return t.Reasons.Close[0].Key
}
