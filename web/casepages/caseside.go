package casepages

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// CaseSide is the column at the right of a case.
type CaseSide struct {
	URL       string
	Live      string
	Requester RequesterCard
	Targets   []TargetView
	Unset     []Action // targets of the type that have not begun
	Where     Where
	Followers Followers
	Actions   ActionsCard
	Facts     []layout.Fact // about the case itself
	Access    string        // who has seen it; "" where the reader may not know
}

// RequesterCard is whom the case is for, and how they are reached.
type RequesterCard struct {
	Name       string
	URL        string // of their own page; "" when there is none
	OnBehalfOf string
	Anonymous  bool
	Contact    core.Contact
	Others     string // "1 open, 3 closed"
	Edit       string // address of the form; "" when the reader may not
}

// Followers is who hears of the case besides.
type Followers struct {
	Words  string // "Tomasz Wiśniewski and 13 people outside"
	Follow *Action
	Stop   *Action
	Public string // address of the report's public page; "" when it has none
}

// Any reports whether there is anything to show.
func (f Followers) Any() bool {
	return f.Words != "" || f.Follow != nil || f.Stop != nil || f.Public != ""
}

func followersOf(o *opened, all []core.Follower) Followers {
	var out Followers
	var colleagues []string
	outside, mine := 0, false
	for _, f := range all {
		switch {
		case f.Staff.IsZero():
			outside++
		case f.Staff == o.by.StaffID():
			mine = true
		default:
			colleagues = append(colleagues, f.Name)
		}
	}
	if mine {
		colleagues = append([]string{"You"}, colleagues...)
	}
	if outside == 1 {
		colleagues = append(colleagues, "one person outside")
	} else if outside > 1 {
		colleagues = append(colleagues, strconv.Itoa(outside)+" people outside")
	}
	out.Words = strings.Join(colleagues, ", ")
	if o.Type.Reports.Public && o.Case.Confidentiality == core.Normal {
		out.Public = "/reports/" + string(o.Case.Ref)
	}
	if !o.MayDo(core.MayFollow) || !o.by.IsStaff() {
		return out
	}
	quick := func(name string) *Action {
		a := acts[name]
		return &Action{Name: name, Label: a.label, Icon: a.icon, URL: o.url("act", name), Quick: true, Version: o.Case.Version, Once: once()}
	}
	if mine {
		out.Stop = quick("unfollow")
	} else {
		out.Follow = quick("follow")
	}
	return out
}

func (p *Pages) caseSide(ctx context.Context, o *opened, f facts) (CaseSide, error) {
	cs := o.Case
	side := CaseSide{
		URL: o.url("side"), Live: "case:" + string(cs.Ref), Targets: runningFirst(f.targets), Facts: aboutCase(o), Followers: followersOf(o, f.followers),
		Where: whereOf(o),
	}
	if o.full && o.MayDo(core.MayWork) && !cs.IsFinal() {
		for _, rule := range o.Type.Targets {
			if indexOf(f.targets, rule.Key) >= 0 || !rule.Permits(core.HandSet) {
				continue
			}
			is, err := p.Targets.Applies(ctx, o.Type, rule, cs)
			if err != nil {
				return side, err
			}
			if is {
				side.Unset = append(side.Unset, Action{
					Name: "target-set", Label: "Set “" + rule.Name.String() + "”", URL: o.url("act", "target-set") + "?target=" + rule.Key,
				})
			}
		}
	}
	if mayAudit(o) {
		side.Access = o.url("access")
	}
	var err error
	if side.Actions, err = p.actionsCard(ctx, o); err != nil {
		return side, err
	}
	said, err := p.satisfied(ctx, o)
	if err != nil {
		return side, err
	}
	side.Facts = append(side.Facts, said...)
	side.Requester, err = p.requesterCard(ctx, o)
	return side, err
}

// runningFirst puts what is over last, and shows at once how the first due time
// came to be.
func runningFirst(all []TargetView) []TargetView {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b TargetView) int {
		switch {
		case a.Over == b.Over:
			return 0
		case b.Over:
			return -1
		}
		return 1
	})
	if len(out) > 0 && !out[0].Over {
		out[0].Open = true
	}
	return out
}

func (p *Pages) requesterCard(ctx context.Context, o *opened) (RequesterCard, error) {
	cs := o.Case
	card := RequesterCard{Name: o.requester(), OnBehalfOf: cs.OnBehalfOf, Anonymous: cs.Anonymous, Contact: cs.Contact}
	if o.MayDo(core.MayWork) && !cs.Anonymous {
		card.Edit = o.url("act", "contact")
	}
	if cs.Requester.IsZero() {
		return card, nil
	}
	person, err := p.People.FindPerson(ctx, o.by, cs.Requester)
	if core.KindOf(err) == core.ErrNotFound {
		return card, nil // erased since; what the case says of them stays
	}
	if err != nil {
		return card, err
	}
	card.URL = "/people/" + strconv.Itoa(person.No)
	reach, err := p.Cases.ReachOf(ctx, o.by, core.MayView)
	if err != nil {
		return card, err
	}
	others, err := p.Cases.OthersOfPerson(ctx, reach, cs.Requester, cs.ID)
	if err != nil {
		return card, err
	}
	if others.Open+others.Closed > 0 {
		card.Others = render.Count(others.Open) + " open, " + render.Count(others.Closed) + " closed"
	}
	return card, nil
}

// aboutCase lists what the head has no room for.
func aboutCase(o *opened) []layout.Fact {
	cs := o.Case
	facts := []layout.Fact{{Term: "Raised", Text: o.whenWords(cs.RaisedAt)}}
	if received, may := actionFor(o, "received"); may || !cs.ReceivedAt.Equal(cs.RaisedAt) {
		facts = append(facts, layout.Fact{Term: "Received", Text: o.whenWords(cs.ReceivedAt), URL: received.URL})
	}
	if !o.full {
		return facts
	}
	if name := o.person(cs.Creator.String()); name != "" {
		facts = append(facts, layout.Fact{Term: "Entered by", Text: name})
	}
	facts = append(facts, layout.Fact{Term: "Group", Text: o.team(cs.Group)})
	if cs.Reopened > 0 {
		facts = append(facts, layout.Fact{Term: "Reopened", Text: render.Plural(cs.Reopened, "time", "times")})
	}
	if !cs.ClosedAt.IsZero() {
		facts = append(facts, layout.Fact{Term: "Closed", Text: o.whenWords(cs.ClosedAt)})
		if words := outcomeWords(o, cs.Outcome); words != "" {
			facts = append(facts, layout.Fact{Term: "Outcome", Text: words})
		}
	}
	return facts
}

// outcomeWords names the reason for which a case ended.
func outcomeWords(o *opened, key string) string {
	for _, list := range [][]core.Reason{o.Type.Reasons.Close, o.Type.Reasons.Cancel} {
		if reason, ok := core.FindReason(list, key); ok {
			return reason.Name.String()
		}
	}
	if key == "withdrawn" {
		return "Withdrawn by the requester"
	}
	return key
}
