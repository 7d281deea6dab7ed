package exports

import (
	"context"
	"net/url"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// column is one column of a file.
type column struct {
	title string
	width float64 // in a spreadsheet, in letters
}

// names turns keys into the words of the organisation.
type names struct {
	s      *Service
	zone   *time.Location
	groups map[string]string
	only   *core.CaseType // the one type that was looked for, whose fields are columns too
}

func (a *attempt) names(ctx context.Context) (*names, error) {
	n := &names{s: a.s, groups: map[string]string{}}
	var err error
	if n.zone, err = a.s.Zone(ctx); err != nil {
		return nil, err
	}
	groups, err := a.s.People.Groups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		n.groups[g.Key] = g.Name
	}
	if types := a.export.request.Filter.Types; len(types) == 1 {
		n.only, err = a.s.Cases.Types().Published(ctx, types[0])
		if core.KindOf(err) == core.ErrNotFound {
			n.only, err = nil, nil
		}
	}
	return n, err
}

func (n *names) columns() []column {
	all := []column{
		{"Reference", 16}, {"Type", 18}, {"Subtype", 20}, {"Subject", 48}, {"Status", 18}, {"Stage", 18}, {"Priority", 10}, {"Group", 20}, {"Assigned to", 20},
		{"Requester", 22}, {"On behalf of", 18}, {"Channel", 12}, {"Received", 17}, {"Due", 17}, {"Closed", 17}, {"Place", 32}, {"Latitude", 11}, {"Longitude", 11},
		{"Description", 60}, {"Link", 44},
	}
	if n.only != nil {
		for _, f := range n.only.Fields {
			all = append(all, column{f.Label.String(), 20})
		}
	}
	return all
}

// row are the cells of one case: text, numbers, times on the organisation's
// clocks, and nil where there is nothing.
func (n *names) row(ctx context.Context, r cases.Row) ([]any, error) {
	t, err := n.s.Cases.Types().Published(ctx, r.Type)
	if err != nil {
		return nil, err
	}
	subtype, _ := t.Subtype(r.Subtype)
	status, _ := t.Status(r.Status)
	stage, _ := t.Stage(r.Stage)
	priority, _ := t.Priority(r.Priority)
	group := n.groups[r.Group]
	if group == "" {
		group = r.Group
	}
	cells := []any{
		string(r.Ref), t.Name.String(), subtype.Name.String(), r.Subject, status.Name.String(), stage.Name.String(), priority.Name.String(), group, r.AssigneeName,
		r.Contact.Name, r.OnBehalfOf, string(r.Channel), n.time(r.RaisedAt), n.dueTime(r), n.time(r.ClosedAt), r.Address, nil, nil,
		r.Description, n.s.BaseURL + "/cases/" + url.PathEscape(string(r.Ref)),
	}
	if r.Place != nil {
		cells[16], cells[17] = r.Place.Lat, r.Place.Lng
	}
	if n.only != nil {
		for _, f := range n.only.Fields {
			cells = append(cells, fieldCell(f, r.Fields[f.Key]))
		}
	}
	return cells, nil
}

func (n *names) time(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return wall(t, n.zone)
}

// dueTime is empty for what has ended: nothing is due any more.
func (n *names) dueTime(r cases.Row) any {
	if !r.IsOpen() {
		return nil
	}
	return n.time(r.DueAt)
}

func fieldCell(f core.Field, value any) any {
	if number, ok := value.(float64); ok && f.Kind == core.FieldNumber {
		return number
	}
	return f.Words(value, core.DefaultLanguage)
}
