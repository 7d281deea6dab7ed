package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/web/webtest"
)

// next sends a page of a form.
const next = `form[data-tree] .button-row .button-main`

// sheet is one page of a form as a resident meets it.
type sheet struct {
	step  string // as its address ends
	wrong string // what refuses it empty; "" where it may be left empty
	fill  func(p *webtest.Page)
}

// filled is a form that comes with the program, filled in from its first page to
// its last.
type filled struct {
	typ, name string
	pages     []sheet
	back      string // a page from which the resident goes back, and comes again
	change    string // the page that is changed from where answers are checked
	anew      func(p *webtest.Page)
	review    []string // what is read there at last
	thanks    string   // and once it is sent
	staff     []string // and by staff, on the page of the case
}

// filledIn walks through a form as a resident does who forgets answers, goes back, and
// changes one at last; and through its case as staff do.
func (d *desk) filledIn(f filled, p, staff *webtest.Page) {
	t := d.t
	t.Helper()
	p.Go(d.url + "/forms/" + f.typ)
	d.seen(p, f.name+"-begin")
	p.Submit(`main form`)
	d.later(5 * time.Minute)
	for _, s := range f.pages {
		p.WaitURL("/forms/" + f.typ + "/" + s.step)
		if s.wrong != "" {
			p.Follow(next)
			p.WaitForText(`.error-summary`, s.wrong)
			d.seen(p, f.name+"-"+s.step+"-error")
		}
		s.fill(p)
		d.seen(p, f.name+"-"+s.step)
		if s.step == f.back {
			at := p.URL()
			p.Follow(`button[value="back"]`)
			if p.URL() == at {
				t.Errorf("there is no way back from %s", at)
			}
			p.Follow(next)
			p.WaitURL("/" + s.step)
		}
		p.Follow(next)
	}
	review := p.URL()
	p.Follow(`.summary-list a[href$="/` + f.change + `"]`)
	f.anew(p)
	p.Follow(next)
	if p.URL() != review {
		t.Errorf("a change of %s leads to %s", f.change, p.URL())
	}
	for _, words := range f.review {
		p.WaitForText(`main`, words)
	}
	d.seen(p, f.name+"-check")
	p.Follow(next)
	p.WaitURL("/done/")
	p.WaitForText(`main`, f.thanks)
	d.seen(p, f.name+"-done")
	staff.Go(d.url + "/cases/" + p.Text(`.panel-reference`) + "/details")
	for _, words := range f.staff {
		staff.WaitForText(`main`, words)
	}
	d.seen(staff, f.name+"-case")
}

var (
	nameLine      = regexp.MustCompile(`(?m)^name: .*$`)
	fieldsLine    = regexp.MustCompile(`(?m)^fields:.*\n`)
	referenceLine = regexp.MustCompile(`(?m)^reference: .*$`)
	aboutLine     = regexp.MustCompile(`(?m)^description:\n(  .*\n)+`)
)

// shippedAs publishes a case type of its own for a form: a shipped one with
// another key, name and form, and with further fields.
func (d *desk) shippedAs(key, prefix, name, from, form, fields string) {
	d.t.Helper()
	file, err := d.door.types.File(d.t.Context(), casetypes.KindCaseType, from, 1)
	if err != nil {
		d.t.Fatal(err)
	}
	source := strings.Replace(string(file.Source), "key: "+from+"\n", "key: "+key+"\n", 1)
	source = formLine.ReplaceAllString(source, "form: "+form+"\n")
	source = nameLine.ReplaceAllString(source, "name: "+name)
	source = aboutLine.ReplaceAllString(source, "description: A form of its own.\n")
	source = referenceLine.ReplaceAllString(source, "reference: { prefix: "+prefix+" }")
	source = fieldsLine.ReplaceAllString(source, "fields:\n"+fields)
	if _, err := d.door.publisher.Publish(d.t.Context(), d.admin, casetypes.Upload{
		File: casetypes.File{Name: key + ".yaml", Source: []byte(source)}, Note: "For a test",
	}); err != nil {
		d.t.Fatalf("publish %s: %v", key, err)
	}
}

// The fields of a case type that a request for information fills in.
const informationFields = `  - key: environmental
    kind: choice
    label: About the environment
    choices: [{ key: "yes", name: "Yes" }, { key: "no", name: "No" }, { key: unsure, name: Not sure }]
  - { key: period-from, kind: date, label: From }
  - { key: period-to, kind: date, label: To }
  - key: format
    kind: choice
    label: Format of the answer
    choices: [{ key: email, name: By email }, { key: paper, name: On paper }, { key: large-print, name: In large print }, { key: other, name: Another }]
  - { key: format-other, kind: text, label: Which format }
  - { key: organisation, kind: text, label: Organisation }
`

// otherFormsAreFilledIn raises a case with each form beside the complaint.
func (d *desk) otherFormsAreFilledIn() {
	t := d.t
	t.Helper()
	d.employ("Delyth Pryce", nil, "customer-services", "complaints-team", "contact-centre", "highways", "waste")
	d.shippedAs("question", "QUE", "Question", "enquiry", "plugin:casement.enquiry/enquiry", "")
	d.shippedAs("information", "FOI", "Freedom of information", "complaint", "plugin:casement.foi/foi", informationFields)
	choose := func(p *webtest.Page, name, value string) {
		p.Click(`input[name="f:` + name + `"][value="` + value + `"]`)
	}
	date := func(p *webtest.Page, name string, parts ...string) {
		for i, part := range []string{"day", "month", "year"} {
			p.Type(`[name="f:`+name+`:`+part+`"]`, parts[i])
		}
	}
	typing := func(p *webtest.Page, namesAndWords ...string) {
		for i := 0; i < len(namesAndWords); i += 2 {
			p.Type(`[name="f:`+namesAndWords[i]+`"]`, namesAndWords[i+1])
		}
	}
	attach := func(p *webtest.Page) {
		p.Upload(`input[type="file"]`, photograph(t))
		p.WaitFor(`button[value^="remove:"]`)
	}
	staff := d.signIn("delyth@northmoor.example")
	p := webtest.Open(t, d.url+"/")
	p.Expect("422")

	d.filledIn(filled{
		typ: "question", name: "enquiry", back: "for", change: "you",
		pages: []sheet{
			{"question", "Choose what it is about", func(p *webtest.Page) {
				choose(p, "topic", "bins")
				typing(p, "subject", "When is the bin of Weir View emptied?", "question", "We moved here on Monday, and nobody on the stairs knows.")
				attach(p)
			}},
			{"for", "Choose who you are asking for", func(p *webtest.Page) {
				choose(p, "for", "other")
				typing(p, "their_name", "Ngozi Okonkwo", "relationship", "daughter")
			}},
			{"you", "Enter your full name", func(p *webtest.Page) { typing(p, "name", "Amara Okonkwo", "email", "amara@example.org") }},
		},
		anew:   func(p *webtest.Page) { typing(p, "phone", "01632 960 001") },
		review: []string{"Bins and recycling", "bins.png", "Ngozi Okonkwo", "01632 960 001"},
		thanks: "We find out, and write to you with our answer.",
		staff:  []string{"When is the bin of Weir View emptied?", "nobody on the stairs knows", "bins.png", "daughter", "amara@example.org"},
	}, p, staff)

	d.filledIn(filled{
		typ: "information", name: "foi", back: "you", change: "how",
		pages: []sheet{
			{"what", "Say in a few words what it is about", func(p *webtest.Page) {
				typing(p, "subject", "Air in Mill Lane", "what", "All readings of the monitor in Mill Lane, by the hour.")
				choose(p, "environment", "yes")
			}},
			{"how", "Choose which period it should cover", func(p *webtest.Page) {
				choose(p, "period", "between")
				date(p, "from", "1", "4", "2025")
				date(p, "to", "31", "3", "2026")
				choose(p, "format", "email")
			}},
			{"you", "Enter your real name", func(p *webtest.Page) {
				typing(p, "name", "Ada Lovelace", "organisation", "Clean Air for Northmoor", "email", "ada@example.org")
			}},
		},
		anew: func(p *webtest.Page) {
			choose(p, "format", "other")
			typing(p, "other", "A spreadsheet")
		},
		review: []string{"1 April 2025", "31 March 2026", "A spreadsheet", "Clean Air for Northmoor"},
		thanks: "within 20 working days",
		staff:  []string{"All readings of the monitor", "Clean Air for Northmoor", "A spreadsheet", "ada@example.org"},
	}, p, staff)

	// A pothole is known where the next is reported.
	near := core.Point{Lat: 54.978, Lng: -1.617}
	if _, err := d.door.cases.Do(t.Context(), d.priya, cases.One(core.NewID[core.CaseID](), 0, &cases.Raise{
		Type: "report", Subject: "Pothole: Mill Lane", Subtype: "pothole", Channel: core.ChannelTelephone, Anonymous: true, Place: &near, Address: "Mill Lane",
		Description: "As wide as a door.", Fields: map[string]any{"dangerous": false},
	})); err != nil {
		t.Fatal(err)
	}
	located := webtest.Open(t, d.url+"/", webtest.Located(near.Lat, near.Lng))
	located.Expect("422")
	d.filledIn(filled{
		typ: "report", name: "report", back: "what", change: "where",
		pages: []sheet{
			{"where", "Say where it is", func(p *webtest.Page) {
				p.Click(`[data-map-locate]`)
				p.WaitForText(`.nearby`, "Pothole, a few metres away.")
				typing(p, "place", "Mill Lane, by the bus stop")
			}},
			{"what", "Choose how bad it is", func(p *webtest.Page) {
				choose(p, "kind", "street-light")
				choose(p, "bad", "danger")
				p.WaitForText(`main`, "ring 999")
				typing(p, "details", "The door of the lamp post is open, and wires hang out.")
				attach(p)
			}},
			{"you", "Choose whether you would like to hear what happens", func(p *webtest.Page) {
				choose(p, "hear", "yes")
				typing(p, "name", "Ada Lovelace", "email", "ada@example.org")
			}},
		},
		anew:   func(p *webtest.Page) { typing(p, "place", "Mill Lane, opposite the bus stop") },
		review: []string{"Street light", "opposite the bus stop", "bins.png", "Somebody could be hurt"},
		thanks: "tell you by email when it is done",
		staff:  []string{"Street light: Mill Lane, opposite the bus stop", "wires hang out", "bins.png", "ada@example.org"},
	}, located, staff)

	d.aFormIsMadeWithoutCode()
	d.filledIn(filled{
		typ: "enquiry", name: "designed", back: "you", change: "what",
		pages: []sheet{
			{"what", "Choose an answer to “Will the road be closed?”", func(p *webtest.Page) {
				p.Type(`textarea`, "A party for Mill Lane on the first of June.")
				choose(p, "will-the-road-be-closed", "yes")
				typing(p, "how-many-tables", "12", "paid-for-each-table", "2.50")
				p.Press("Tab")
				p.WaitForText(`main`, "£30.00") // worked out as it is typed
			}},
			{"you", "Enter the full name", func(p *webtest.Page) {
				p.Type(`input[autocomplete="name"]`, "Ada Lovelace")
				p.Type(`input[type="email"]`, "ada@example.org")
				typing(p, "how-many-neighbours-agree", "14")
			}},
		},
		anew:   func(p *webtest.Page) { typing(p, "how-many-tables", "14") },
		review: []string{"14", "£35.00"},
		thanks: "We have what you sent",
		staff:  []string{"A party for Mill Lane", "Paid in all", "£35.00", "How many neighbours agree?"},
	}, p, staff)
}

// aFormIsMadeWithoutCode makes one on screen, publishes it, and lets a case type
// name it.
func (d *desk) aFormIsMadeWithoutCode() {
	t := d.t
	t.Helper()
	const party = "/configuration/forms/street-party"
	p := d.signIn("morag@northmoor.example")
	p.Go(d.url + "/configuration/forms")
	p.Accessible()
	p.Type(`#name`, "Street party")
	p.Follow(`form[action="/configuration/forms"] .button-main`)
	p.WaitURL(party)
	p.Accessible()
	add := func(page, label, kind string, then func()) {
		p.Go(d.url + party + "?page=" + page)
		p.Type(`#new-label`, label)
		p.Choose(`#new-kind`, kind)
		p.Follow(`.design-new button`)
		p.WaitURL("field=")
		if then != nil {
			then()
			p.Follow(`.design-save button`)
		}
	}
	add("what", "Will the road be closed?", "yes_no", func() { p.Click(`#in-required`) })
	p.Accessible()
	add("what", "How many tables?", "number", nil)
	add("what", "Paid for each table", "money", nil)
	add("what", "Paid in all", "calculated", func() {
		p.Choose(`#in-work-op`, "product")
		p.Click(`input[name="work-of"][value="how-many-tables"]`)
		p.Click(`input[name="work-of"][value="paid-for-each-table"]`)
		p.Click(`#in-work-money`)
	})
	d.seen(p, "designer-calculated")
	add("you", "How many neighbours agree?", "number", func() {
		p.Choose(`select[name="when-test"]`, "will-the-road-be-closed")
		p.Type(`input[name="when-value"]`, "yes")
	})
	p.WaitFor(`select[name="when-value"]`)
	d.seen(p, "designer-condition")
	p.Click(`.design-publish summary`)
	p.Follow(`form[action$="/publish"] .button-main`)
	p.WaitForText(`.draft-bar`, "Version 1 is live")

	source := webtest.Eval[string](p, `fetch("/configuration/types/enquiry/file?version=1").then(r => r.text())`)
	file := filepath.Join(t.TempDir(), "enquiry.yaml")
	if err := os.WriteFile(file, []byte(formLine.ReplaceAllString(source, "form: design:street-party\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Go(d.url + "/configuration/upload")
	p.Upload(`#file`, file)
	p.Click(`main form .button-main`)
	p.Follow(`button[formaction="/configuration/publish"]`)
	p.WaitURL("/configuration/types/enquiry")
}
