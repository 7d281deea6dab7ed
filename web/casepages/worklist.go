package casepages

import (
	"context"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// maxStops is how many cases of each kind a worklist has: more than anybody
// visits in a day.
const maxStops = 100

var worklistView = render.View{Template: "casepages/worklist", Title: "My work on a map", Nav: "mywork", Main: "main-worklist"}

// WorklistPage is a staff user's open cases as a round to go, on a map and in
// order. It is made for a telephone in one hand, and needs no script.
type WorklistPage struct {
	Words  string // "5 cases, 1 late"
	Stops  []Stop // with a place, in order
	Others []Stop // without a place
	Pins   string // for data-pins
	Start  string // where the round begins, for data-drawn-circle; "" when it is not known

	Orders  []QueueLink
	Free    QueueLink // shows what nobody has as well, or hides it again
	Keep    []Pair    // what the form with the position sends along
	Nothing layout.Empty
}

// Stop is one case to go to.
type Stop struct {
	Row
	No         int // in the order; 0 without a place
	Address    string
	Directions template.URL // opens what the telephone has for maps
	Web        string       // the same as a page of OpenStreetMap
	Far        string       // from the stop before, or from the start; "" for the first of an order by due time
}

// worklistAsk is what the address of a worklist says.
type worklistAsk struct {
	near *core.Point // order by way, from here; nil: by due time
	free bool        // what nobody has as well
}

func parseWorklist(c *fiber.Ctx) (worklistAsk, error) {
	ask := worklistAsk{free: c.Query("with") == "free"}
	if c.Query("lat") == "" && c.Query("lng") == "" {
		return ask, nil
	}
	at, err := core.ParsePoint(c.Query("lat"), c.Query("lng"))
	if err != nil {
		return ask, err
	}
	ask.near = &at
	return ask, nil
}

func (a worklistAsk) url() string {
	q := url.Values{}
	if a.free {
		q.Set("with", "free")
	}
	if a.near != nil {
		q.Set("lat", degrees(a.near.Lat))
		q.Set("lng", degrees(a.near.Lng))
	}
	if len(q) == 0 {
		return "/mywork/map"
	}
	return "/mywork/map?" + q.Encode()
}

func (p *Pages) showWorklist(c *fiber.Ctx) error {
	ask, err := parseWorklist(c)
	if err != nil {
		return err
	}
	page, err := p.worklist(c.UserContext(), render.Actor(c), ask)
	if err != nil {
		return err
	}
	return render.Page(c, worklistView, page)
}

// worklist fills the page.
func (p *Pages) worklist(ctx context.Context, by core.Actor, ask worklistAsk) (WorklistPage, error) {
	list, err := p.worklistCases(ctx, by, ask.free)
	if err != nil {
		return WorklistPage{}, err
	}
	rows, err := p.rows(ctx, list, ask.url())
	if err != nil {
		return WorklistPage{}, err
	}
	page := WorklistPage{Orders: ask.orders(), Free: ask.switchFree()}
	if ask.free {
		page.Keep = []Pair{{"with", "free"}}
	}
	var placed []int
	late := 0
	now := p.Cases.Clock().Now()
	for i, r := range list {
		if isLate(r.Case, now) {
			late++
		}
		if r.Place == nil {
			page.Others = append(page.Others, Stop{Row: rows[i], Address: oneLine(r.Address)})
		} else {
			placed = append(placed, i)
		}
	}
	page.Words = render.Plural(len(list), "case", "cases")
	if late > 0 {
		page.Words += ", " + strconv.Itoa(late) + " late"
	}
	var at *core.Point
	if ask.near != nil {
		placed = byWay(*ask.near, list, placed)
		at, page.Start = ask.near, degrees(ask.near.Lat)+","+degrees(ask.near.Lng)+",30"
	}
	pins := make([]mapPin, 0, len(placed))
	for n, i := range placed {
		r := list[i]
		stop := stopOf(rows[i], r, n+1)
		if at != nil {
			stop.Far = core.Distance(at.Metres(*r.Place)).Words()
			at = r.Place
		}
		page.Stops = append(page.Stops, stop)
		pins = append(pins, mapPin{
			Lat: r.Place.Lat, Lng: r.Place.Lng, Ref: stop.Ref, Subject: stop.Subject, URL: stop.URL, Kind: r.StatusKind,
			Status: stop.Status.Label, Late: isLate(r.Case, now), Label: strconv.Itoa(stop.No),
		})
	}
	page.Pins = pinsJSON(pins...)
	if len(list) == 0 {
		page.Nothing = layout.Empty{Icon: "ok", Title: "Nothing waits for you", Text: "No open case is yours."}
	}
	return page, nil
}

// worklistCases are the reader's own open cases, the most urgent first, and then
// those of their groups that nobody has.
func (p *Pages) worklistCases(ctx context.Context, by core.Actor, free bool) ([]cases.Row, error) {
	mine, err := p.Cases.AssignedTo(ctx, by.StaffID(), maxStops)
	if err != nil || !free {
		return mine, err
	}
	reach, err := p.Cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return nil, err
	}
	queues, err := p.Cases.Queues(ctx, reach)
	if err != nil {
		return nil, err
	}
	unclaimed, err := p.Cases.List(ctx, reach, cases.Filter{
		Scopes: scopesOf(queues, func(q cases.Queue) bool { return q.Mine }), Only: cases.OnlyUnclaimed,
	}, "", maxStops)
	return append(mine, unclaimed.Rows...), err
}

// byWay orders the cases of a list that have a place as a way from a point.
func byWay(from core.Point, list []cases.Row, placed []int) []int {
	points := make([]core.Point, len(placed))
	for i, at := range placed {
		points[i] = *list[at].Place
	}
	out := make([]int, len(placed))
	for i, at := range core.Route(from, points) {
		out[i] = placed[at]
	}
	return out
}

func stopOf(row Row, r cases.Row, no int) Stop {
	lat, lng := degrees(r.Place.Lat), degrees(r.Place.Lng)
	return Stop{
		Row: row, No: no, Address: oneLine(r.Address),
		Directions: template.URL("geo:" + lat + "," + lng + "?q=" + lat + "," + lng), // numbers alone
		Web:        "https://www.openstreetmap.org/directions?to=" + lat + "%2C" + lng,
	}
}

func (a worklistAsk) orders() []QueueLink {
	due := a
	due.near = nil
	out := []QueueLink{{Label: "Due first", URL: due.url(), Current: a.near == nil}}
	if a.near != nil {
		out = append(out, QueueLink{Label: "Nearest first", URL: a.url(), Current: true})
	}
	return out
}

func (a worklistAsk) switchFree() QueueLink {
	other := a
	other.free = !a.free
	return QueueLink{Label: "Also what nobody has", URL: other.url(), Current: a.free}
}

// isLate reports whether an open case should have been done by now.
func isLate(cs *core.Case, now time.Time) bool {
	return cs.IsOpen() && !cs.DueAt.IsZero() && cs.DueAt.Before(now)
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\n", ", ")), " ")
}

func worklistSamples() []render.Sample {
	row := func(ref, subject string, status layout.Chip, due layout.Due) Row {
		return Row{Ref: ref, URL: "/cases/" + ref, Subject: subject, Status: status, Due: due, Back: "/mywork/map"}
	}
	late := Stop{
		Row: row("REP-9SDM-0K2A", "Sinkhole at the junction of Mill Lane and the B6318", layout.StatusChip(core.StatusWaiting, "With contractor"), layout.Due{Words: "2 hours late", Tone: "bad", Percent: 100}),
		No:  1, Address: "Mill Lane, Millfield", Directions: "geo:54.978,-1.617?q=54.978,-1.617", Web: "https://www.openstreetmap.org/directions?to=54.978%2C-1.617", Far: "420 metres",
	}
	next := late
	next.Row, next.No, next.Address, next.Far = row("REP-3WRF-8B1C", "Fahrbahnoberflächenbeschädigungsmeldung", layout.StatusChip(core.StatusStart, "New"), layout.Due{}), 2, "", ""
	next.Claimable = true
	nowhere := Stop{Row: row("CMP-6TRW-9C3D", "شكوى بشأن إيقاف إعانة السكن", layout.StatusChip(core.StatusOpen, "In progress"), layout.Due{Words: "Tomorrow 12:00", Tone: "warn", Percent: 90})}
	pins := pinsJSON(mapPin{Lat: 54.978, Lng: -1.617, Ref: late.Ref, Subject: late.Subject, URL: late.URL, Kind: core.StatusWaiting, Late: true, Status: "With contractor", Label: "1"})
	ask := worklistAsk{near: &core.Point{Lat: 54.97, Lng: -1.6}, free: true}
	full := WorklistPage{
		Words: "3 cases, 1 late", Stops: []Stop{late, next}, Others: []Stop{nowhere}, Pins: pins, Start: "54.97,-1.6,30", Orders: ask.orders(), Free: ask.switchFree(),
		Keep: []Pair{{"with", "free"}},
	}
	none := WorklistPage{
		Words: "0 cases", Orders: worklistAsk{}.orders(), Free: worklistAsk{}.switchFree(),
		Nothing: layout.Empty{Icon: "ok", Title: "Nothing waits for you", Text: "No open case is yours."},
	}
	return []render.Sample{
		{Template: "casepages/worklist", Name: "a round", View: worklistView, Data: full},
		{Template: "casepages/worklist", Name: "nothing", View: worklistView, Data: none},
		{Template: "casepages/worklist-stop", Name: "late", Data: late},
		{Template: "casepages/worklist-stop", Name: "without a place", Data: nowhere},
	}
}
