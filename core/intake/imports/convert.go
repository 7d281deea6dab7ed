package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/notes"
)

// maxWords bounds names and addresses, in letters, as the door does.
const maxWords = 500

// Draft is what a row says: a case with its past, or what is wrong with it.
type Draft struct {
	Line      int64
	Reference string // the case had; "" when the row cannot be read
	Past      cases.Past
	Problems  []Problem // it is refused
	Warnings  []Problem // it is brought in without something
}

// typeOf finds a case type as it is published.
type typeOf func(ctx context.Context, key string) (*core.CaseType, error)

// conversion makes a draft of one row and gathers what is wrong with it.
type conversion struct {
	m    *Mapping
	row  Row
	t    *core.CaseType
	out  Draft
	step []cases.Step // after the raising
}

// convert makes a draft of a row. Its error is one of the database; what is
// wrong with the row stands in the draft.
func convert(ctx context.Context, m *Mapping, row Row, types typeOf) (Draft, error) {
	c := &conversion{m: m, row: row, out: Draft{Line: row.Line}}
	c.out.Reference = c.line(m.Alias, core.MaxAlias)
	if c.out.Reference == "" && len(c.out.Problems) == 0 {
		c.refuse("alias", "there is no reference here, so the case could not be told from others")
	}
	key := c.line(m.Type, maxWords)
	t, err := types(ctx, key)
	switch {
	case core.KindOf(err) == core.ErrNotFound, err == nil && t == nil:
		if len(c.out.Problems) == 0 {
			c.refuse("type", fmt.Sprintf("there is no case type “%s”", short(key)))
		}
		return c.out, nil
	case err != nil:
		return c.out, err
	}
	c.t = t
	c.past()
	return c.out, nil
}

func (c *conversion) refuse(field, reason string) {
	c.out.Problems = append(c.out.Problems, Problem{field, sentence(reason)})
}

func (c *conversion) warn(field, reason string) {
	c.out.Warnings = append(c.out.Warnings, Problem{field, sentence(reason)})
}

// text makes a value of at most so many letters; what is too long is refused
// or cut, as the mapping wants.
func (c *conversion) text(v *Value, most int) string {
	s, err := v.of(c.row)
	var left dropped
	switch {
	case errors.As(err, &left):
		c.warn(v.path, left.reason)
		return ""
	case err != nil:
		c.refuse(v.path, err.Error())
		return ""
	}
	s = shown(s)
	if len(s) <= most {
		return s // bytes are no fewer than letters
	}
	letters := []rune(s)
	if len(letters) <= most {
		return s
	}
	if !v.Cut {
		c.refuse(v.path, fmt.Sprintf("it has %d letters; %d are the most (cut: true in the mapping shortens it)", len(letters), most))
		return ""
	}
	c.warn(v.path, fmt.Sprintf("it had %d letters and was cut to %d", len(letters), most))
	return strings.TrimSpace(string(letters[:most-1])) + "…"
}

// line is text in one line.
func (c *conversion) line(v *Value, most int) string {
	s := c.text(v, most)
	if strings.ContainsAny(s, "\n\t") {
		s = strings.Join(strings.Fields(s), " ")
	}
	return s
}

// shown takes out what no screen shows.
func shown(s string) string {
	if !strings.ContainsFunc(s, unshown) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unshown(r) {
			return -1
		}
		return r
	}, s)
}

func unshown(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// instant makes an instant of a value; zero is none.
func (c *conversion) instant(v *Value) time.Time {
	if v == nil {
		return time.Time{}
	}
	s := c.line(v, maxWords)
	if s == "" {
		return time.Time{}
	}
	at, err := parseDate(s, v.Dates, v.Zone)
	if err != nil {
		c.refuse(v.path, err.Error())
	}
	return at
}

func (c *conversion) past() {
	raised := c.instant(c.m.Raised)
	if raised.IsZero() && len(c.out.Problems) == 0 {
		c.refuse("raised", "there is no date here, but it is needed")
	}
	raise := c.raise(raised)
	c.ending(raised)
	if len(c.out.Problems) > 0 {
		return
	}
	for _, step := range c.step {
		if step.At.Before(raised) {
			c.refuse("", fmt.Sprintf("something happened on %s, before it was raised on %s", c.day(step.At), c.day(raised)))
			return
		}
	}
	slices.SortStableFunc(c.step, func(a, b cases.Step) int { return a.At.Compare(b.At) })
	c.out.Past = cases.Past{
		Case:    core.NewID[core.CaseID](),
		Aliases: []core.Alias{{Source: c.m.Source, Value: c.out.Reference}},
		Steps:   append([]cases.Step{{At: raised, Command: raise}}, c.step...),
	}
}

func (c *conversion) day(at time.Time) string {
	return at.In(c.m.Zone).Format(time.DateTime)
}

func (c *conversion) raise(raised time.Time) *cases.Raise {
	m := c.m
	raise := &cases.Raise{
		Type: c.t.Key, Subject: c.line(m.Subject, cases.MaxSubject), Description: c.text(m.Description, cases.MaxDescription),
		Subtype: c.line(m.Subtype, maxWords), Priority: c.line(m.Priority, maxWords), Channel: core.Channel(c.line(m.Channel, maxWords)),
		Group: c.line(m.Group, maxWords), Address: c.line(m.Address, maxWords), OnBehalfOf: c.line(m.OnBehalfOf, maxWords),
		Contact: core.Contact{Name: c.line(m.Requester, maxWords), Phone: c.line(m.Phone, maxWords), Address: c.text(m.HomeAddress, maxWords)},
		Place:   c.place(), Fields: c.fields(),
	}
	if email := c.line(m.Email, maxWords); email != "" {
		address, err := core.ParseEmail(email)
		if err != nil {
			c.warn(m.Email.path, fmt.Sprintf("“%s” is not an email address and was left out", short(email)))
		}
		raise.Contact.Email = address
	}
	raise.Anonymous = raise.Contact == core.Contact{}
	if at := c.instant(m.Received); !at.IsZero() && !at.Equal(raised) {
		raise.Received = at
	}
	return raise
}

// place is nil for what stands for nowhere.
func (c *conversion) place() *core.Point {
	p := c.m.Place
	if p == nil {
		return nil
	}
	lat, lng := c.line(p.Lat, maxWords), c.line(p.Lng, maxWords)
	if lat == "" && lng == "" {
		return nil
	}
	var point core.Point
	var okLat, okLng bool
	point.Lat, okLat = parseNumber(lat, cmp.Or(p.Lat.Decimal, "."))
	point.Lng, okLng = parseNumber(lng, cmp.Or(p.Lng.Decimal, "."))
	switch {
	case !okLat || !okLng || !point.Valid():
		c.warn("place", fmt.Sprintf("“%s, %s” is no place on the earth and was left out", short(lat), short(lng)))
	case point == core.Point{}:
		c.warn("place", "0, 0 is in the sea off Africa, where coordinates that are missing end up; it was left out")
	case slices.Contains(p.Not, point):
		c.warn("place", fmt.Sprintf("%s, %s stands for an unknown place and was left out", lat, lng))
	case p.Box != nil && !p.Box.Contains(point):
		c.warn("place", fmt.Sprintf("%s, %s is outside of the box and was left out", lat, lng))
	default:
		return &point
	}
	return nil
}

func (c *conversion) fields() map[string]any {
	if len(c.m.Fields) == 0 {
		return nil
	}
	out := map[string]any{}
	for _, f := range c.m.Fields {
		field, ok := c.t.Field(f.Key)
		if !ok {
			c.refuse(f.Value.path, fmt.Sprintf("the case type “%s” has no such field", c.t.Key))
			continue
		}
		s := c.text(f.Value, field.Limit())
		if s == "" {
			continue
		}
		value, ok := c.fieldValue(field, f.Value, s)
		if !ok {
			c.refuse(f.Value.path, fmt.Sprintf("“%s” is not a value of this field (%s)", short(s), field.Kind))
			continue
		}
		if wrong := field.Check(value); wrong != "" {
			c.refuse(f.Value.path, fmt.Sprintf("“%s”: %s", short(s), wrong))
			continue
		}
		out[f.Key] = value
	}
	return out
}

func (c *conversion) fieldValue(field core.Field, v *Value, s string) (any, bool) {
	switch field.Kind {
	case core.FieldNumber:
		return parsed(parseNumber(s, cmp.Or(v.Decimal, ".")))
	case core.FieldDate:
		at, err := parseDate(s, v.Dates, v.Zone)
		return at.In(v.Zone).Format(time.DateOnly), err == nil
	case core.FieldChoices:
		parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return forms.Value(field, parts)
	case core.FieldLocation, core.FieldFiles:
		return nil, false // a case has one place; files are brought in otherwise
	}
	return forms.Value(field, []string{s})
}

func parsed(n float64, ok bool) (any, bool) { return n, ok }

// ending gathers what happened after the raising: the status the case has, how
// it closed, what was noted, how promises were kept.
func (c *conversion) ending(raised time.Time) {
	closed := c.instant(c.m.Closed)
	status, statusAt := c.line(c.m.Status, maxWords), c.instant(c.m.StatusAt)
	outcome := c.line(c.m.Outcome, maxWords)
	last := closed
	if last.IsZero() {
		last = raised
	}
	if statusAt.IsZero() {
		statusAt = raised
	}
	c.promises(raised, closed)
	c.notes(last)
	var to core.Status
	if status != "" {
		var ok bool
		if to, ok = c.t.Status(status); !ok {
			c.refuse("status", fmt.Sprintf("the case type “%s” has no status “%s”", c.t.Key, short(status)))
			return
		}
	}
	start, _ := c.t.FirstStatus(core.StatusStart)
	switch {
	case to.Kind == core.StatusFinal && closed.IsZero():
		c.refuse("closed", fmt.Sprintf("the status “%s” ends the case, but there is no date of it", status))
	case !closed.IsZero() && to.Key != "" && to.Kind != core.StatusFinal:
		c.refuse("status", fmt.Sprintf("the case was closed on %s, but its status is “%s”", c.day(closed), status))
	case !closed.IsZero():
		c.add(closed, c.close(to.Key, outcome))
	case to.Key != "" && to.Key != start.Key:
		c.add(statusAt, &cases.ChangeStatus{To: to.Key})
	}
}

// close ends the case as it ended: with a reason for closing, or one for
// cancelling.
func (c *conversion) close(status, outcome string) cases.Command {
	_, closes := core.FindReason(c.t.Reasons.Close, outcome)
	if _, cancels := core.FindReason(c.t.Reasons.Cancel, outcome); cancels && !closes {
		return &cases.Cancel{Status: status, Reason: outcome}
	}
	return &cases.Close{Status: status, Reason: outcome}
}

func (c *conversion) add(at time.Time, command cases.Command) {
	c.step = append(c.step, cases.Step{At: at, Command: command})
}

func (c *conversion) notes(last time.Time) {
	for _, n := range c.m.Notes {
		words := c.text(n.Text, core.MaxNote)
		at := c.instant(n.At)
		if words == "" {
			continue
		}
		if at.IsZero() {
			at = last
		}
		c.add(at, &notes.Add{Body: words, Audience: n.Audience})
	}
}

// sentence makes one of words that may begin small and have no end.
func sentence(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	r[0] = unicode.ToUpper(r[0])
	if last := r[len(r)-1]; last != '.' && last != '!' && last != '?' {
		r = append(r, '.')
	}
	return string(r)
}
