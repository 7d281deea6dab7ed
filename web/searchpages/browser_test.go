package searchpages_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/web/mappages"
	"github.com/casement-dev/casement/web/webtest"
)

// matter is one case of the town that does not exist.
type matter struct {
	subject, place string
	lat, lng       float64
	requester      string
}

// matters happen around a town at 54.97, -2.10.
var matters = []matter{
	{"Sinkhole at the junction of Mill Lane and the B6318", "Mill Lane, at the B6318", 54.9802, -2.0888, "Mehmet Yıldırım"},
	{"Pothole outside Eastgate Primary School", "Eastgate, by the school gate", 54.9735, -2.0829, "Amara Okonkwo-Lindqvist"},
	{"Burst main flooded the allotments; no call back", "Mill Lane allotments", 54.9741, -2.0850, "Dai Prosser"},
	{"Street light out, corner of Milll Lane", "Corner of Milll Lane", 54.9718, -2.0991, ""},
	{"Fahrbahnoberflächenbeschädigungsmeldung, Mill Lane bis zur Brücke", "Mill Lane, bridge", 54.9689, -2.1101, "Jean-Baptiste de la Tour"},
	{"Dropped kerb refused without a reason", "88 Mill Lane, Eastgate", 54.9750, -2.0840, "Agnieszka Dąbrowska"},
	{"Pothole, cycle lane by the weir", "Weir View, two streets from Mill Lane", 54.9790, -2.1123, "Fatemeh Hosseini"},
	{"شكوى بشأن إيقاف إعانة السكن", "", 0, 0, "يوسف الحدّاد"},
	{"Mattresses and a fridge behind the garages on Mill Lane", "Chapel Rise garages, Mill Lane", 54.9655, -2.0971, "Amara Okonkwo-Lindqvist"},
	{"Gate on the Mill Lane footpath padlocked", "Mill Lane footpath, Hartley Moor", 54.9832, -2.0741, "Nguyễn Thị Hạnh"},
}

// town raises forty cases and more, of which some wait, some are worked on and
// some have no place.
func (s *site) town() {
	s.t.Helper()
	kinds := []string{"Missed collection", "Pothole", "Broken bench", "Overgrown hedge", "Noise at night", "Graffiti on the underpass", "Street light out"}
	all := matters
	for i := range 36 {
		ring, turn := float64(i%6), float64(i)
		all = append(all, matter{
			fmt.Sprintf("%s, %d Mill Lane", kinds[i%len(kinds)], 12+3*i), fmt.Sprintf("%d Mill Lane, Quarry Bank", 12+3*i),
			54.9640 + 0.0031*ring + 0.00021*turn, -2.1180 + 0.0053*float64((i*5)%9) + 0.0002*turn, "Margaret Ashworth",
		})
	}
	for i, m := range all {
		id := s.raise(m.subject, func(r *cases.Raise) {
			r.Address, r.Subtype = m.place, []string{"waste", "roads"}[i%2]
			r.Contact.Name, r.Contact.Address = m.requester, m.place
			if m.lat != 0 {
				r.Place = &core.Point{Lat: m.lat, Lng: m.lng}
			}
			if i%5 == 0 {
				r.Priority = "high"
			}
		})
		by := s.Tomasz
		if i%2 == 1 {
			by = s.Ines
		}
		switch i % 4 {
		case 0:
			s.Do(s.t, by, id, cases.Open{}, cases.StartWork{}, &notes.Add{Body: "Cars swerve into the other lane of Mill Lane: the water came down there twice in October, says the neighbour."})
		case 1:
			s.Do(s.t, by, id, cases.Open{}, cases.StartWork{})
		case 2:
			if i%3 == 0 {
				s.Do(s.t, by, id, cases.StartWork{}, &cases.ChangeStatus{To: "waiting"})
			}
		}
		s.Clock.Advance(9 * time.Hour)
	}
	s.indexed()
}

// serve starts the site on a port of its own, with scripts and styles.
func (s *site) serve() {
	s.t.Helper()
	assets := webtest.Built(s.t)
	ln, address := webtest.Listen(s.t)
	s.url = address
	s.start(assets)
	maps, err := mappages.New(mappages.Options{Asset: assets.URL})
	if err != nil {
		s.t.Fatal(err)
	}
	maps.RegisterPublic(s.app.Public())
	webtest.Serve(s.t, s.app, ln)
}

func TestTheSearchInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("browser tests are not short")
	}
	s := newSite(t)
	s.town()
	s.serve()
	p := webtest.Open(t, s.url+"/enter/Priya")
	dropped(p)
	p.WaitFor("#search-q:focus")
	p.Accessible()
	p.Type("#search-q", "mill la")
	p.WaitForText("h1", "43 results for “mill la”")
	p.WaitForText("#search-status", "43 results")
	p.WaitURL("/search?q=mill+la")
	if !p.Focused("#search-q") {
		t.Error("typing loses its field")
	}
	p.Accessible()
	// A group that somebody closed stays closed when the counts change.
	p.Click("#facet-received summary")
	p.WaitFor("#facet-received:not([open])")
	p.Click(`#facets input[name="kind"][value="start"]`)
	p.WaitURL("kind=start")
	p.WaitForText(".chip-filter", "New")
	p.WaitFor(`#facets input[name="kind"][value="start"]:checked`)
	if p.Count("#facet-received[open]") > 0 {
		t.Error("a group that was closed is open again")
	}
	p.Accessible()
	title := p.Text("h1")
	p.Reload()
	p.WaitForText("h1", title)
	p.Press("j", "j")
	p.WaitFor(".result:nth-child(2).is-cursor")
	p.Press("Enter")
	p.WaitURL("/cases/")
	webtest.Eval[bool](p, `(history.back(), true)`)
	p.WaitForText("h1", title)
	p.WaitURL("/search?kind=start")
}

func TestEachPresentationInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("browser tests are not short")
	}
	s := newSite(t)
	s.town()
	s.serve()
	p := webtest.Open(t, s.url+"/enter/Priya")
	dropped(p)
	p.Go(s.url + "/search?q=mill+lane&show=cards&priority=high")
	p.Accessible()
	p.Go(s.url + "/search?q=mill+lane&show=cards")
	p.WaitForText("h1", "43 results")
	p.Press("j", "j")
	p.WaitFor(".card:nth-child(2).is-cursor")

	p.Go(s.url + "/search?q=mill+lane&show=map&priority=high")
	p.WaitFor(pins)
	s.accessibleMap(p)
	p.Go(s.url + "/search?q=mill+lane&show=map")
	p.WaitFor(pins)
	if n := p.Count(".spot"); n != 43 {
		t.Errorf("%d results stand beside the map", n)
	}
	// The result that is pointed at is lit on the map, and the other way round.
	p.Press("j")
	p.WaitFor(".spot:first-child.is-cursor")
	p.WaitFor("#search-map .map-pin-mark.is-lit")
	p.Click("#search-map .map-pin-mark:not(.is-lit)")
	p.WaitFor("#search-map .map-card")
	// Typing narrows the map that is there: it is not made anew.
	webtest.Eval[bool](p, `(document.querySelector("#search-map .map-stage").dataset.same = "yes") === "yes"`)
	p.Type("#search-q", "mill lane hedge")
	p.WaitForText("h1", "5 results")
	p.WaitUntil("the map to show five", `document.querySelectorAll("#search-map .map-pin-mark").length === 5`)
	if p.Count(`#search-map .map-stage[data-same]`) != 1 {
		t.Error("the map was made anew")
	}

	// A box that is drawn is a filter, in the address and as a chip.
	p.Go(s.url + "/search?q=mill+lane&show=map")
	p.WaitFor(pins)
	for range 2 {
		p.Click("#search-map .map-zoom .map-button")
		p.WaitUntil("the map to stand still", `!document.querySelector("#search-map .leaflet-zoom-anim")`)
	}
	p.WaitUntil("fewer to be in view", `(n => n > 0 && n < 43)(document.querySelectorAll("#search-map .map-pin-mark").length)`)
	p.Click("#search-map .map-buttons > [aria-pressed]") // "Draw a box"
	p.Press("Enter")                                     // takes what is in view
	p.WaitForText(".chip-filter", "Inside the drawn box")
	p.WaitURL("within=54.9")
	inside := p.Count(".spot")
	if inside == 0 || inside == 43 {
		t.Errorf("%d results are inside the box", inside)
	}
	p.WaitUntil("the map to show what is inside", fmt.Sprintf(`document.querySelectorAll("#search-map .map-pin-mark").length === %d`, inside))
	p.Click("#search-map .map-buttons > [aria-pressed] + [aria-pressed]") // "Around here"
	p.Press("Enter")                                                      // takes the middle
	p.WaitForText(".chip-filter", "Within 250 m of the chosen place")
	p.WaitGone(`.chip-filter a[aria-label="Remove filter Inside the drawn box"]`)

	// Without a script the list stands alone and says so.
	plain := webtest.Open(t, s.url+"/enter/Tomasz", webtest.WithoutScript)
	plain.Type("#search-q", "sinkhole")
	plain.Submit("#search-form button")
	plain.WaitForText("h1", "1 result for “sinkhole”")
	plain.Go(s.url + "/search?type=complaint&show=map")
	plain.WaitForText(".map-none", "The map needs JavaScript")
	plain.WaitForText(".spots-head", "Without a place")

	if dir := os.Getenv("CASEMENT_PICTURES"); dir != "" {
		s.pictures(p, dir)
	}
}

// dropped says that it is no fault when a request is dropped because somebody
// typed on: htmx tells the console.
func dropped(p *webtest.Page) {
	p.Expect("htmx:sendAbort")
	p.Expect("htmx:afterRequest")
}

// pins is anything that lies on the map.
const pins = "#search-map .map-pin-mark, #search-map .map-cluster-mark"

// accessibleMap looks for barriers. Pins lie where the cases are, close to each
// other or not: their distance is essential, and each is in the list as well.
func (s *site) accessibleMap(p *webtest.Page) {
	s.t.Helper()
	for _, v := range p.Axe() {
		if v.ID == "target-size" {
			v.Nodes = slices.DeleteFunc(v.Nodes, func(n struct {
				HTML           string `json:"html"`
				FailureSummary string `json:"failureSummary"`
			}) bool {
				return strings.Contains(n.HTML, "leaflet-marker-icon")
			})
		}
		if len(v.Nodes) > 0 {
			s.t.Error(v)
		}
	}
}

func (s *site) pictures(p *webtest.Page, dir string) {
	for name, query := range map[string]string{
		"search": "q=mill+lane&kind=start&kind=open", "search-cards": "q=mill+lane&show=cards", "search-map": "q=mill+lane&show=map&received=12-weeks&type=complaint",
		"search-nothing": "q=mill+lane&priority=low&kind=final", "search-begin": "",
	} {
		p.Go(s.url + "/search?" + query)
		for _, look := range []struct {
			suffix        string
			width, height int
			dark          bool
		}{{"", 1440, 1000, false}, {"-dark", 1440, 1000, true}, {"-telephone", 390, 844, false}} {
			p.Screenshot(filepath.Join(dir, name+look.suffix+".png"), look.width, look.height, look.dark)
			if strings.Contains(query, "show=map") {
				p.WaitFor(pins)
				p.WaitUntil("the map to stand still", `!document.querySelector("#search-map .leaflet-zoom-anim, #search-map[aria-busy]")`)
				p.Screenshot(filepath.Join(dir, name+look.suffix+".png"), look.width, look.height, look.dark)
			}
		}
	}
	shoot := func(name string) {
		p.Screenshot(filepath.Join(dir, name+".png"), 1440, 1000, false)
		p.Screenshot(filepath.Join(dir, name+"-dark.png"), 1440, 1000, true)
		p.Screenshot(filepath.Join(dir, name+"-telephone.png"), 390, 844, false)
	}
	for _, name := range []string{"Late potholes of the east", "Waiting for requesters"} {
		p.Go(s.url + "/search?q=mill+lane&kind=waiting&due=overdue")
		p.Click("details.drop:has(.save-menu) > summary")
		p.Type("#save-name", name)
		p.Submit(".save-menu .button-main")
		p.WaitForText(".toast", "Saved as")
	}
	p.Click("details.drop:has(.save-menu) > summary")
	p.WaitFor(".save-menu")
	shoot("search-save")
	p.Accessible()
	p.Go(s.url + "/search/saved")
	shoot("search-saved")
	p.Accessible()
	p.Go(s.url + "/search/saved/1")
	shoot("search-saved-edit")
	p.Accessible()
	p.Go(s.url + "/search?q=mill+lane")
	p.Click(`details.drop:has([action="/search/exports"]) > summary`)
	p.Submit(`[action="/search/exports"] .button-main`)
	p.WaitForText(".export-state", "Ready")
	shoot("search-export")
	p.Accessible()
	p.Screenshot(filepath.Join(dir, "search-filters-telephone.png"), 390, 844, false)
	p.Go(s.url + "/search?q=mill+lane")
	p.Click(".facets-open")
	p.WaitFor("#facets:popover-open")
	p.Screenshot(filepath.Join(dir, "search-filters-telephone.png"), 390, 844, false)
}
