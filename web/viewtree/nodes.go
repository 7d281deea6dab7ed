package viewtree

import (
	"encoding/json"
	"html/template"
	"strconv"
	"time"

	"github.com/casement-dev/casement/sdk/view"
)

// buttons draws buttons that stand side by side.
func (d *drawing) buttons(nodes []view.Node) (template.HTML, error) {
	if d.closed {
		return "", nil
	}
	s := shown{Node: &nodes[0], Page: d.page}
	for i := range nodes {
		s.Actions = append(s.Actions, actionOf(&nodes[i]))
	}
	return d.execute("buttons", s)
}

// row is one row of figures, a timeline or progress.
type row struct {
	*view.Node
	Link    string // of its case
	When    string // in words
	Machine string // for the datetime attribute
	Icon    string
	Said    string // of its kind, for those who see no colour
}

// tones are the icon and the word of a kind.
var tones = map[string][2]string{
	view.KindInfo: {"info", "Note"}, view.KindGood: {"ok", "Good"}, view.KindWarn: {"warn", "Attention"}, view.KindBad: {"warn", "Bad"},
	view.KindDone: {"check", "done"}, view.KindNow: {"", "now"}, view.KindNext: {"", "to come"},
}

func (d *drawing) rows(s *shown) {
	s.DOM = d.name(s.Node)
	for i := range s.Items {
		n := &s.Items[i]
		r := row{Node: n, Link: d.page.caseURL(n.Ref), Icon: tones[n.Kind][0], Said: tones[n.Kind][1]}
		r.When, r.Machine = d.moment(n.At)
		s.Rows = append(s.Rows, r)
	}
}

// Count is the number of the row with an index.
func (s shown) Count(index int) int { return index + 1 }

// Measured is how far progress is, as it is said and as its bar takes it.
func (s shown) Measured() *measure {
	done, of, ok := s.Measure()
	if !ok {
		return nil
	}
	return &measure{Done: decimal(done), Of: decimal(of), Words: number(done) + " of " + number(of)}
}

type measure struct{ Done, Of, Words string }

// moment says a time or a date.
func (d *drawing) moment(at string) (words, machine string) {
	if at == "" {
		return "", ""
	}
	when, day, ok := view.Moment(at)
	if !ok {
		return at, ""
	}
	if day {
		return when.Format("2 January 2006"), at
	}
	zone := d.page.Zone
	if zone == nil {
		zone = time.UTC
	}
	return when.In(zone).Format("2 January 2006, 15:04"), when.UTC().Format(time.RFC3339)
}

func (d *drawing) day(at string) string {
	words, _ := d.moment(at)
	return words
}

// place is a pin, with its number on the map and in the list beside it.
type place struct {
	*view.Pin
	Number int
	Link   string
	Icon   string
	Said   string
	Point  string
}

// pinJSON is a pin as map.js takes it.
type pinJSON struct {
	Lat     float64 `json:"lat"`
	Lng     float64 `json:"lng"`
	Ref     string  `json:"ref"`
	Label   string  `json:"label"`
	Subject string  `json:"subject"`
	Kind    string  `json:"kind,omitempty"`
	Status  string  `json:"status,omitempty"`
	Named   bool    `json:"named"` // the ref is no words
}

func (d *drawing) places(s *shown) {
	s.DOM = d.name(s.Node)
	pins := make([]pinJSON, 0, len(s.Pins))
	for i := range s.Pins {
		p := &s.Pins[i]
		number := strconv.Itoa(i + 1)
		s.Places = append(s.Places, place{
			Pin: p, Number: i + 1, Link: d.page.caseURL(p.Ref), Icon: tones[p.Kind][0], Said: tones[p.Kind][1],
			Point: strconv.FormatFloat(p.Lat, 'f', 5, 64) + ", " + strconv.FormatFloat(p.Lng, 'f', 5, 64),
		})
		pins = append(pins, pinJSON{p.Lat, p.Lng, number, number, p.Label, p.Kind, tones[p.Kind][1], true})
	}
	b, err := json.Marshal(pins)
	if err == nil { // finite numbers and text always are JSON
		s.PinsJSON = string(b)
	}
}
