package casepages

import (
	"context"
	"slices"
	"strconv"

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
	Facts     []layout.Fact // about the case itself
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

// Where is the place a case is about.
type Where struct {
	Address string
	Point   string // "54.97780, -1.61290"
}

// Any reports whether a place is known.
func (w Where) Any() bool { return w.Address != "" || w.Point != "" }

func (p *Pages) caseSide(ctx context.Context, o *opened, f facts) (CaseSide, error) {
	cs := o.Case
	side := CaseSide{
		URL: o.url("side"), Live: "case:" + string(cs.Ref), Targets: runningFirst(f.targets), Facts: aboutCase(o),
		Where: Where{Address: cs.Address},
	}
	if cs.Place != nil {
		side.Where.Point = strconv.FormatFloat(cs.Place.Lat, 'f', 5, 64) + ", " + strconv.FormatFloat(cs.Place.Lng, 'f', 5, 64)
	}
	if o.full && o.MayDo(core.MayWork) && !cs.IsFinal() {
		for _, rule := range o.Type.Targets {
			if indexOf(f.targets, rule.Key) < 0 {
				side.Unset = append(side.Unset, Action{
					Name: "target-set", Label: "Set “" + rule.Name.String() + "”", URL: o.url("act", "target-set") + "?target=" + rule.Key,
				})
			}
		}
	}
	var err error
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
	all, err := p.Cases.OfPerson(ctx, reach, cs.Requester)
	if err != nil {
		return card, err
	}
	open, closed := 0, 0
	for _, other := range all {
		switch {
		case other.ID == cs.ID:
		case other.IsOpen():
			open++
		default:
			closed++
		}
	}
	if open+closed > 0 {
		card.Others = strconv.Itoa(open) + " open, " + strconv.Itoa(closed) + " closed"
	}
	return card, nil
}

// aboutCase lists what the head has no room for.
func aboutCase(o *opened) []layout.Fact {
	cs := o.Case
	facts := []layout.Fact{{Term: "Raised", Text: o.whenWords(cs.RaisedAt)}}
	if !cs.ReceivedAt.Equal(cs.RaisedAt) {
		facts = append(facts, layout.Fact{Term: "Received", Text: o.whenWords(cs.ReceivedAt)})
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
