package casepages

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
)

// nearHere is how far around a case "near here" looks, in metres.
const nearHere = 250

// Where is the place a case is about.
type Where struct {
	Address string
	Point   string // "54.97780, -1.61290"
	ID      string // of the map: another when anything on it changes, so that a refreshed page keeps the rest
	Pins    string // for data-pins
	Near    string // the search for what is around it
	Edit    string // address of the form; "" when the reader may not
}

// Any reports whether a place is known.
func (w Where) Any() bool { return w.Address != "" || w.Point != "" }

func whereOf(o *opened) Where {
	cs := o.Case
	w := Where{Address: cs.Address}
	if o.MayDo(core.MayWork) {
		w.Edit = o.url("act", "place")
	}
	if cs.Place == nil {
		return w
	}
	lat, lng := degrees(cs.Place.Lat), degrees(cs.Place.Lng)
	w.Point = lat + ", " + lng
	w.Near = "/search?" + url.Values{"show": {"map"}, "near": {lat + "," + lng + "," + strconv.Itoa(nearHere)}}.Encode()
	status, _ := o.Type.Status(cs.Status)
	late := isLate(cs, o.now)
	// Only letters that a selector takes as they are.
	w.ID = "map-" + strings.NewReplacer(".", "_", "-", "_").Replace(lat+"_"+lng) + "-" + cs.Status + "-" + strconv.FormatBool(late)
	w.Pins = pinsJSON(mapPin{
		Lat: cs.Place.Lat, Lng: cs.Place.Lng, Ref: string(cs.Ref), Subject: cs.Subject, Kind: cs.StatusKind, Status: status.Name.String(), Late: late,
	})
	return w
}

// mapPin is a pin as map.js draws it.
type mapPin struct {
	Lat     float64         `json:"lat"`
	Lng     float64         `json:"lng"`
	Ref     string          `json:"ref"`
	Subject string          `json:"subject"`
	URL     string          `json:"url,omitempty"`
	Kind    core.StatusKind `json:"kind"`
	Status  string          `json:"status"`
	Late    bool            `json:"late,omitempty"`
	Label   string          `json:"label,omitempty"` // a number inside the pin
}

// degrees writes an angle to about a metre.
func degrees(angle float64) string { return strconv.FormatFloat(angle, 'f', 5, 64) }

// placeChanged says from where to where a case was moved.
func (o *opened) placeChanged(e core.Recorded, s sentence) sentence {
	before, after := placeWords(e.Changes[core.AspectPlace][0]), placeWords(e.Changes[core.AspectPlace][1])
	switch {
	case after == "":
		return s.say(" removed the place ").value(before)
	case before == "":
		return s.say(" set the place to ").value(after)
	}
	return s.say(" changed the place from ").fromTo(before, after)
}

// placeWords writes a recorded place in one line.
func placeWords(value any) string {
	place, _ := value.(map[string]any)
	var out []string
	if address := word(place["address"]); address != "" {
		out = append(out, strings.ReplaceAll(address, "\n", ", "))
	}
	if point, ok := place["point"].(map[string]any); ok {
		lat, _ := point["lat"].(float64)
		lng, _ := point["lng"].(float64)
		out = append(out, degrees(lat)+", "+degrees(lng))
	}
	return strings.Join(out, " at ")
}

// PlaceField asks for a place: on a map, in figures, and in words.
type PlaceField struct {
	Address, Lat, Lng layout.Field
}

func placeForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	address, lat, lng := o.Case.Address, "", ""
	if at := o.Case.Place; at != nil {
		lat, lng = degrees(at.Lat), degrees(at.Lng)
	}
	if in("address") != nil {
		address, lat, lng = in.text("address"), in.text("lat"), in.text("lng")
	}
	return ActForm{
		Place: &PlaceField{
			Address: layout.Field{Name: "address", Label: "Address", Hint: "Or words that find it", Value: address, MaxLength: 500, Autocomplete: "off", Optional: true},
			Lat:     layout.Field{Name: "lat", Label: "Latitude", Value: lat, MaxLength: 20, Autocomplete: "off", Optional: true},
			Lng:     layout.Field{Name: "lng", Label: "Longitude", Value: lng, MaxLength: 20, Autocomplete: "off", Optional: true},
		},
	}, nil
}

func placeCommands(_ context.Context, _ *Pages, o *opened, in input) ([]cases.Command, error) {
	command := &cases.ChangePlace{Address: in.text("address")}
	lat, lng := strings.TrimSpace(in.text("lat")), strings.TrimSpace(in.text("lng"))
	if lat == "" && lng == "" {
		return []cases.Command{command}, nil
	}
	at, err := core.ParsePoint(lat, lng)
	if err != nil {
		return nil, err
	}
	// Figures that were only shown do not move the case by a fraction of a metre.
	if was := o.Case.Place; was != nil && degrees(was.Lat) == degrees(at.Lat) && degrees(was.Lng) == degrees(at.Lng) {
		at = *was
	}
	command.Place = &at
	return []cases.Command{command}, nil
}

// pinsJSON is what data-pins holds.
func pinsJSON(pins ...mapPin) string {
	raw, err := json.Marshal(pins)
	if err != nil {
		raw = []byte("[]") // no pin is a number that JSON lacks: points are checked
	}
	return string(raw)
}

func samplePlace() PlaceField {
	return PlaceField{
		Address: layout.Field{Name: "address", Label: "Address", Value: "Mill Lane, outside 14"},
		Lat:     layout.Field{Name: "lat", Label: "Latitude", Value: "54.97780"}, Lng: layout.Field{Name: "lng", Label: "Longitude", Value: "-1.61290"},
	}
}
