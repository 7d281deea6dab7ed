package searchpages

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/web/layout"
)

// Result is one case.
type Result struct {
	Ref       string
	RefMarks  []search.Segment
	URL       string
	Subject   []search.Segment
	Status    layout.Chip
	Type      string
	Due       layout.Due // without words when nothing is due
	Requester string
	Assignee  string
	RaisedAt  time.Time
	Where     string // the place in words
	Placed    bool   // it is on the map
	Found     []Place
}

// Place is where in a case something was found.
type Place struct {
	What     string // "Note by Tomasz Wiśniewski"
	Segments []search.Segment
}

// results shows what was found.
func (a *asked) results(ctx context.Context, found search.Results) ([]Result, error) {
	ids := make([]core.CaseID, len(found.Results))
	for i, r := range found.Results {
		ids[i] = r.ID
	}
	dues, err := a.pages.Targets.OfCases(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Result, len(found.Results))
	for i, r := range found.Results {
		out[i] = Result{
			Ref: string(r.Row.Ref), RefMarks: r.Ref, URL: caseURL(r.Row.Ref), Subject: r.Subject, Status: statusChip(a.types[r.Type], r.Row),
			Assignee: r.AssigneeName, Requester: r.Contact.Name, RaisedAt: r.RaisedAt, Where: r.Address, Placed: r.Place != nil,
		}
		if r.Anonymous {
			out[i].Requester = ""
		}
		if t := a.types[r.Type]; t != nil {
			out[i].Type = t.Name.String()
		}
		if due, ok := dues[r.ID]; ok && r.IsOpen() {
			out[i].Due = layout.Due{Words: due.Due.Short, Exact: layout.ExactIn(due.DueAt, a.pages.Zone), Tone: string(due.Due.Tone), Percent: due.Due.Percent}
		}
		for _, s := range r.Snippets {
			place := Place{placeName(s), s.Segments}
			if slices.ContainsFunc(out[i].Found, func(other Place) bool { return reflect.DeepEqual(other, place) }) {
				continue // the requester lives where it happened
			}
			out[i].Found = append(out[i].Found, place)
			if s.Kind == search.PartPlace {
				out[i].Where = "" // it is shown already
			}
		}
	}
	return out, nil
}

// statusName is what a case's status is called in its type, which may be gone.
func statusName(t *core.CaseType, r cases.Row) string {
	if t != nil {
		if s, ok := t.Status(r.Status); ok {
			return s.Name.String()
		}
	}
	return r.Status
}

func statusChip(t *core.CaseType, r cases.Row) layout.Chip {
	if t != nil && r.Reopened > 0 && r.Status == t.Reopen.To {
		return layout.Chip{Label: statusName(t, r), Icon: "undo", Tone: "bad"}
	}
	return layout.StatusChip(r.StatusKind, statusName(t, r))
}

// placeName says where something was found: "Note by Tomasz Wiśniewski".
func placeName(s search.Snippet) string {
	switch s.Kind {
	case search.PartRequester:
		return "Requester"
	case search.PartPhone:
		return "Telephone"
	case search.PartPlace:
		return "Address"
	case search.PartNote:
		if s.About != "" {
			return "Note by " + s.About
		}
		return "From the requester"
	case search.PartQuestion:
		return "Question"
	case search.PartReply:
		return "Answer"
	case search.PartFile:
		return "File"
	case search.PartMail:
		return "Email"
	case search.PartField, search.PartAnswer:
		return s.About
	}
	return ""
}
