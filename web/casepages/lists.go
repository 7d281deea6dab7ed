package casepages

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// registerLists hangs on the lists that staff work from.
func (p *Pages) registerLists(r render.Routes) {
	r.Get("/mywork", p.showMyWork)
	r.Get("/mywork/news", p.newsOfMyWork)
	r.Get("/mywork/map", p.showWorklist)
	r.Post("/mywork/next", p.takeNextOfMine)
	r.Get("/queues", p.showFirstQueue)
	r.Get("/queues/:type/:group", p.showQueue)
	r.Get("/queues/:type/:group/news", p.newsOfQueue)
	r.Post("/queues/:type/:group/next", p.takeNextOfQueue)
	r.Post("/cases/:ref/claim", p.claimFromList)
	r.Post("/tasks/:ref/:no<int>/complete", p.completeTask)
}

// Row is one case in a list.
type Row struct {
	Ref       string
	URL       string
	Subject   string
	Requester string
	Why       string // what stands below the subject in lists that have room for it
	Status    layout.Chip
	Stage     layout.Pips // the zero Pips when the type has no stages
	Due       layout.Due  // without words when nothing is due
	Assignee  string      // "" when nobody has the case
	Unread    bool        // nobody of staff has opened it
	Files     bool
	Asked     bool // a question to the requester is open
	Claimable bool
	Moved     string // where it has gone since the list was read; "" while it is here
	RaisedAt  time.Time
	Back      string // the list it stands in
}

// rows makes the rows of a list. The reader may work all of these cases.
func (p *Pages) rows(ctx context.Context, list []cases.Row, back string) ([]Row, error) {
	out, err := p.rowsOfLists(ctx, [][]cases.Row{list}, back)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// rowsOfLists makes the rows of the lists of one page: what is due is asked for
// all of them at once.
func (p *Pages) rowsOfLists(ctx context.Context, lists [][]cases.Row, back string) ([][]Row, error) {
	var ids []core.CaseID
	for _, list := range lists {
		for _, r := range list {
			ids = append(ids, r.ID)
		}
	}
	dues, err := p.Targets.OfCases(ctx, ids)
	if err != nil {
		return nil, err
	}
	types, err := p.typesByKey(ctx)
	if err != nil {
		return nil, err
	}
	out := make([][]Row, len(lists))
	for n, list := range lists {
		out[n] = make([]Row, len(list))
		for i, r := range list {
			out[n][i] = rowOf(r, types[r.Type], back)
			if due, ok := dues[r.ID]; ok {
				out[n][i].Due = layout.Due{
					Words: due.Due.Short, Exact: layout.ExactIn(due.DueAt, p.Zone), Tone: string(due.Due.Tone), Percent: due.Due.Percent,
				}
			}
		}
	}
	return out, nil
}

func (p *Pages) typesByKey(ctx context.Context) (map[string]*core.CaseType, error) {
	all, err := p.Cases.Types().All(ctx)
	if err != nil {
		return nil, err
	}
	byKey := make(map[string]*core.CaseType, len(all))
	for _, t := range all {
		byKey[t.Key] = t
	}
	return byKey, nil
}

// rowOf shows a case whose type may be gone: nil.
func rowOf(r cases.Row, t *core.CaseType, back string) Row {
	row := Row{
		Ref: string(r.Ref), URL: caseURL(r.Ref), Subject: r.Subject, Requester: requesterOf(r.Case), Status: statusOf(r.Case, t),
		Assignee: r.AssigneeName, Unread: r.OpenedAt.IsZero() && r.IsOpen(), Files: r.Files, Asked: r.Asked,
		Claimable: r.Assignee.IsZero() && !r.IsFinal(), RaisedAt: r.RaisedAt, Back: back,
	}
	if t != nil {
		if stage, i := t.Stage(r.Stage); i >= 0 {
			row.Stage = layout.StagePips(stage.Name.String(), i+1, len(t.Stages))
		}
	}
	return row
}

func caseURL(ref core.Reference) string { return "/cases/" + url.PathEscape(string(ref)) }

// requesterOf names whom a case is for, in the room of one cell.
func requesterOf(cs *core.Case) string {
	switch {
	case cs.Anonymous:
		return "Requester is anonymous"
	case cs.OnBehalfOf != "":
		return cs.OnBehalfOf
	case cs.Contact.Name != "":
		return cs.Contact.Name
	case cs.Contact.Email != "":
		return cs.Contact.Email
	case cs.Contact.Phone != "":
		return cs.Contact.Phone
	}
	return "No name given"
}

// statusOf is the chip of a case's status. One that has come back stands out
// until somebody moves it on.
func statusOf(cs *core.Case, t *core.CaseType) layout.Chip {
	name := cs.Status
	if t != nil {
		if s, ok := t.Status(cs.Status); ok {
			name = s.Name.String()
		}
		if isReopened(cs, t) {
			return layout.Chip{Label: name, Icon: "undo", Tone: "bad"}
		}
	}
	return layout.StatusChip(cs.StatusKind, name)
}

func isReopened(cs *core.Case, t *core.CaseType) bool {
	return cs.Reopened > 0 && t != nil && cs.Status == t.Reopen.To
}

// claimFromList gives a case to the reader, from a row or from its page. A
// script gets the row anew.
func (p *Pages) claimFromList(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), render.Actor(c)
	seen, err := p.seen(c, core.MayView)
	if err != nil {
		return err
	}
	if _, err := p.Cases.Do(ctx, by, cases.One(seen.Case.ID, 0, cases.Claim{})); err != nil {
		return err
	}
	back := listAddress(c.FormValue("back"), caseURL(seen.Case.Ref))
	render.Say(c, render.Toast{Text: string(seen.Case.Ref) + " is yours now", Link: render.Link{Label: "Open", URL: caseURL(seen.Case.Ref)}})
	reach, err := p.Cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return err
	}
	found, err := p.Cases.ByRefs(ctx, reach, []core.Reference{seen.Case.Ref})
	if err != nil {
		return err
	}
	rows, err := p.rows(ctx, found, back)
	if err != nil || len(rows) == 0 {
		return err
	}
	return render.Changed(c, back, "casepages/row", rows[0], "case-changed")
}

// seen finds the case of an address for the reader.
func (p *Pages) seen(c *fiber.Ctx, needs core.Permission) (*cases.Seen, error) {
	ref, err := core.ParseReference(c.Params("ref"))
	if err != nil {
		return nil, core.NotFound("There is no such case, or you may not see it.")
	}
	return p.Cases.Find(c.UserContext(), render.Actor(c), ref, needs)
}

// listAddress keeps the way back to the lists of this package.
func listAddress(back, otherwise string) string {
	u, err := url.Parse(back)
	if err != nil || len(back) > 2000 || u.Host != "" || u.Scheme != "" || u.User != nil || strings.ContainsAny(back, "\\\r\n\t") {
		return otherwise
	}
	for _, list := range []string{"/mywork", "/queues", "/tasks", "/search"} {
		if u.Path == list || strings.HasPrefix(u.Path, list+"/") {
			return u.String()
		}
	}
	return otherwise
}

// taken tells where the next case has led.
func taken(c *fiber.Ctx, ref core.Reference) error {
	return render.Done(c, caseURL(ref), render.Toast{Text: string(ref) + " is yours now"})
}

// nothingLeft tells that there was no next case to take.
func nothingLeft(c *fiber.Ctx, back string) error {
	return render.Done(c, back, render.Toast{Text: "Nothing is left to take here: every case has somebody."})
}

// groupNames are the names of groups by key.
func (p *Pages) groupNames(ctx context.Context) (map[string]string, error) {
	all, err := p.People.Groups(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(all))
	for _, g := range all {
		names[g.Key] = g.Name
	}
	return names, nil
}

// daysIn is the midnight that begins the day n days after today.
func (p *Pages) daysIn(n int) time.Time {
	now := p.Cases.Clock().Now().In(p.Zone)
	return time.Date(now.Year(), now.Month(), now.Day()+n, 0, 0, 0, 0, p.Zone)
}

// endOfWeek is the midnight that begins next Monday.
func (p *Pages) endOfWeek() time.Time {
	days := 8 - int(p.Cases.Clock().Now().In(p.Zone).Weekday())
	if days == 8 {
		days = 1 // on a Sunday
	}
	return p.daysIn(days)
}

// scopesOf are the scopes of several queues.
func scopesOf(queues []cases.Queue, wanted func(cases.Queue) bool) []int32 {
	out := []int32{}
	for _, q := range queues {
		if wanted(q) {
			out = append(out, q.Scopes...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
