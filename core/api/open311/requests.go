package open311

import (
	"context"
	"encoding/xml"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Bounds of a question about reports, from the specification.
const (
	maxRequests = 1000
	window      = 90 * 24 * time.Hour // when nobody says from when to when
	maxIDs      = 200
	pageSize    = 200
)

// request is a report as anybody may see it.
type request struct {
	ID          string  `json:"service_request_id" xml:"service_request_id"`
	Status      string  `json:"status" xml:"status"` // open or closed
	StatusNotes string  `json:"status_notes" xml:"status_notes"`
	ServiceName string  `json:"service_name" xml:"service_name"`
	ServiceCode string  `json:"service_code" xml:"service_code"`
	Description string  `json:"description" xml:"description"`
	Agency      string  `json:"agency_responsible" xml:"agency_responsible"`
	Notice      string  `json:"service_notice" xml:"service_notice"`
	Requested   instant `json:"requested_datetime" xml:"requested_datetime"`
	Updated     instant `json:"updated_datetime" xml:"updated_datetime"`
	Expected    instant `json:"expected_datetime" xml:"expected_datetime"`
	Address     string  `json:"address" xml:"address"`
	AddressID   string  `json:"address_id" xml:"address_id"`
	Zipcode     string  `json:"zipcode" xml:"zipcode"`
	Lat         *degree `json:"lat" xml:"lat"`
	Long        *degree `json:"long" xml:"long"`
	MediaURL    string  `json:"media_url" xml:"media_url"`
}

// degree is a coordinate; what is not known is null in JSON and empty in XML.
type degree float64

// instant is a time as both formats have it, empty when there is none.
type instant time.Time

// MarshalText writes the time, for XML and JSON alike.
func (i instant) MarshalText() ([]byte, error) {
	if time.Time(i).IsZero() {
		return nil, nil
	}
	return []byte(time.Time(i).UTC().Format(time.RFC3339)), nil
}

// MarshalJSON keeps the empty time a null.
func (i instant) MarshalJSON() ([]byte, error) {
	if time.Time(i).IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + time.Time(i).UTC().Format(time.RFC3339) + `"`), nil
}

// MarshalXML writes the time as the text of its element.
func (i instant) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	text, err := i.MarshalText()
	if err != nil {
		return err
	}
	return e.EncodeElement(string(text), start)
}

// published are the types whose cases are shown, with the reach they make.
func (a *API) published(ctx context.Context) (map[string]*core.CaseType, cases.Reach, error) {
	types, err := a.offered(ctx)
	if err != nil {
		return nil, cases.Reach{}, err
	}
	byKey, keys := map[string]*core.CaseType{}, []string{}
	for _, t := range types {
		if t.Open311.Publish {
			byKey[t.Key] = t
			keys = append(keys, t.Key)
		}
	}
	reach, err := a.Cases.ReachOfTypes(ctx, keys)
	return byKey, reach, err
}

// requests lists reports: those named, or those of a time.
func (a *API) requests(c *fiber.Ctx) (document, error) {
	ctx := c.UserContext()
	types, reach, err := a.published(ctx)
	if err != nil {
		return document{}, err
	}
	var rows []cases.Row
	if ids := c.Query("service_request_id"); ids != "" {
		rows, err = a.named(ctx, reach, strings.Split(ids, ","))
	} else {
		rows, err = a.during(c, reach, types)
	}
	if err != nil {
		return document{}, err
	}
	return a.show(ctx, types, rows)
}

// request shows one report. Whether a number was never given or belongs to a
// case that is not public cannot be told apart.
func (a *API) request(c *fiber.Ctx) (document, error) {
	ctx := c.UserContext()
	types, reach, err := a.published(ctx)
	if err != nil {
		return document{}, err
	}
	rows, err := a.named(ctx, reach, []string{named(c)})
	if err != nil {
		return document{}, err
	}
	if len(rows) == 0 {
		return document{}, core.NotFound("The service_request_id provided was not found.")
	}
	return a.show(ctx, types, rows)
}

// token answers for servers that give a token first. Ours gives the number at
// once, so that there is never one to be asked for.
func (a *API) token(*fiber.Ctx) (document, error) {
	return document{}, core.NotFound("The token provided was not found: reports have their service_request_id at once.")
}

func (a *API) named(ctx context.Context, reach cases.Reach, ids []string) ([]cases.Row, error) {
	if len(ids) > maxIDs {
		return nil, core.InvalidField("service_request_id", "At most %d at once.", maxIDs)
	}
	var refs []core.Reference
	for _, id := range ids {
		if ref, err := core.ParseReference(strings.TrimSpace(id)); err == nil {
			refs = append(refs, ref)
		}
	}
	if len(refs) == 0 {
		return nil, nil
	}
	return a.Cases.ByRefs(ctx, reach, refs)
}

// during lists the reports of a time, newest first.
func (a *API) during(c *fiber.Ctx, reach cases.Reach, types map[string]*core.CaseType) ([]cases.Row, error) {
	filter := cases.Filter{Only: cases.OnlyAll, Order: cases.ByNewest, Scopes: reach.Scopes}
	if err := a.period(c, &filter); err != nil {
		return nil, err
	}
	statuses, err := statusesAsked(c)
	if err != nil {
		return nil, err
	}
	if len(statuses) == 1 {
		filter.Only = statuses[0]
	}
	wanted, err := servicesAsked(c, types)
	if err != nil {
		return nil, err
	}
	var out []cases.Row
	for after := ""; len(out) < maxRequests; {
		page, err := a.Cases.List(c.UserContext(), reach, filter, after, pageSize)
		if err != nil {
			return nil, err
		}
		for _, row := range page.Rows {
			if wanted == nil || slices.Contains(wanted, codeOf(types[row.Type], row.Subtype)) {
				out = append(out, row)
			}
		}
		if after = page.Next; after == "" || c.UserContext().Err() != nil {
			break
		}
	}
	return out[:min(len(out), maxRequests)], c.UserContext().Err()
}

// period reads from when to when; the specification spans 90 days at most.
func (a *API) period(c *fiber.Ctx, filter *cases.Filter) error {
	now := a.Clock.Now()
	for name, into := range map[string]*time.Time{"start_date": &filter.RaisedFrom, "end_date": &filter.RaisedTo} {
		raw := c.Query(name)
		if raw == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, raw)
		if err != nil {
			return core.InvalidField(name, "This is not a time like 2026-11-22T09:00:00Z.")
		}
		*into = at.UTC()
	}
	if filter.RaisedTo.IsZero() {
		filter.RaisedTo = now.Add(time.Second)
		if !filter.RaisedFrom.IsZero() && filter.RaisedFrom.Add(window).Before(filter.RaisedTo) {
			filter.RaisedTo = filter.RaisedFrom.Add(window)
		}
	}
	if filter.RaisedFrom.IsZero() {
		filter.RaisedFrom = filter.RaisedTo.Add(-window)
	}
	switch span := filter.RaisedTo.Sub(filter.RaisedFrom); {
	case span <= 0:
		return core.InvalidField("end_date", "The end_date is not after the start_date.")
	case span > window:
		return core.InvalidField("end_date", "At most 90 days at once.")
	}
	return nil
}

// statusesAsked are the narrowings of a list that the statuses asked for mean.
func statusesAsked(c *fiber.Ctx) ([]cases.Only, error) {
	var out []cases.Only
	for status := range strings.SplitSeq(c.Query("status"), ",") {
		switch strings.TrimSpace(status) {
		case "":
		case "open":
			out = append(out, cases.OnlyOpen)
		case "closed":
			out = append(out, cases.OnlyClosed)
		default:
			return nil, core.InvalidField("status", "A report is open or closed.")
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// servicesAsked are the codes asked for; nil is all of them.
func servicesAsked(c *fiber.Ctx, types map[string]*core.CaseType) ([]string, error) {
	raw := c.Query("service_code")
	if raw == "" {
		return nil, nil
	}
	out := []string{}
	for code := range strings.SplitSeq(raw, ",") {
		code = strings.TrimSpace(code)
		key, _, _ := strings.Cut(code, ".")
		if types[key] == nil {
			return nil, core.NotFound("The service_code provided was not found.")
		}
		out = append(out, code)
	}
	return out, nil
}

// show writes reports as the public may see them.
func (a *API) show(ctx context.Context, types map[string]*core.CaseType, rows []cases.Row) (document, error) {
	ids := make([]core.CaseID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	updated, err := a.Cases.UpdatedAt(ctx, ids)
	if err != nil {
		return document{}, err
	}
	groups, err := a.Groups(ctx)
	if err != nil {
		return document{}, err
	}
	all := make([]request, len(rows))
	for i, row := range rows {
		all[i] = publicly(row, types[row.Type], groups, updated[row.ID])
	}
	return document{root: "service_requests", body: list[request]{"request", all}}, nil
}

// publicly is a case without anything that is nobody's business: no subject,
// which is staff's line, no contact, no assignee.
func publicly(row cases.Row, t *core.CaseType, groups map[string]string, updated time.Time) request {
	r := request{
		ID: string(row.Ref), Status: "open", ServiceName: t.Name.String(), ServiceCode: codeOf(t, row.Subtype), Agency: groups[row.Group],
		Requested: instant(row.RaisedAt), Updated: instant(updated), Address: row.Address,
	}
	if !row.IsOpen() {
		r.Status = "closed"
	} else {
		r.Expected = instant(row.DueAt)
	}
	if status, ok := t.Status(row.Status); ok {
		r.StatusNotes = status.PublicName(core.DefaultLanguage)
	}
	if sub, ok := t.Subtype(row.Subtype); ok {
		r.ServiceName = sub.Name.String()
	}
	if t.Open311.Words {
		r.Description = row.Description
	}
	if row.Place != nil {
		lat, long := degree(row.Place.Lat), degree(row.Place.Lng)
		r.Lat, r.Long = &lat, &long
	}
	return r
}
