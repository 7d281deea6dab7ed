package main

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/casement-dev/casement/web/webtest"
)

// picture is one screen of the product as docs/ shows it.
type picture struct {
	name, path string
	who        string // email of a staff user; "" for the public
	link       string // words of a link there to follow first
	tab        string // added to the address after that: "/history"
	wait       string // what has to be there first
	top        string // what is scrolled to
}

// pictures are the main screens.
var pictures = []picture{
	{name: "mywork", path: "/mywork", who: "priya@northmoor.example"},
	{name: "worklist", path: "/mywork/map?lat=54.9735&lng=-2.1029", who: "ines@northmoor.example", wait: "[data-map][data-ready] .map-pin-mark"},
	{name: "queue", path: "/queues/complaint/complaints-team", who: "priya@northmoor.example"},
	{name: "case", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste", tab: "/history"},
	{name: "case-summary", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste"},
	{name: "case-details", path: "/search?q=booked+inspections", who: "priya@northmoor.example", link: "Housing officer", tab: "/details", wait: "#section-related .tree", top: "#section-outcome"},
	{name: "task", path: "/tasks", who: "ines@northmoor.example", link: "Repair", wait: "#task .tree"},
	{name: "tasks", path: "/tasks", who: "kofi@northmoor.example"},
	{name: "search", path: "/search?q=colection", who: "priya@northmoor.example"},
	{name: "search-cards", path: "/search?type=report&type=complaint&show=cards", who: "morag@northmoor.example"},
	{name: "search-map", path: "/search?kind=start&kind=open&kind=waiting&show=map", who: "priya@northmoor.example", wait: ".map-pin-mark"},
	{name: "mail", path: "/mail", who: "morag@northmoor.example"},
	{name: "portal-case", path: "/track"},
	{name: "start", path: "/"},
	{name: "form", path: "/forms/complaint"},
	{name: "signin", path: "/staff/sign-in"},
	{name: "designer", path: "/configuration/forms/complaint?page=for&field=for", who: "morag@northmoor.example", wait: "iframe"},
	{name: "case-type", path: "/configuration/types/complaint", who: "morag@northmoor.example"},
}

// The screenshots in docs/ are made by this test: "make screenshots".
func TestScreenshotsOfTheMainScreens(t *testing.T) {
	folder := os.Getenv("CASEMENT_SCREENSHOTS")
	if folder == "" {
		t.Skip("set CASEMENT_SCREENSHOTS to the folder for the pictures")
	}
	in := install(t, "--demo")
	for _, shot := range pictures {
		t.Run(shot.name, func(t *testing.T) {
			in := &installation{t: t, url: in.url, log: in.log}
			p := in.visitor(shot.who)
			path := shot.path
			if path == "/track" {
				path = in.trackingLink("Clinical-waste")
			}
			p.Go(in.url + path)
			if shot.link != "" {
				p.Go(webtest.Eval[string](p, `[...document.querySelectorAll("main a")].find(a => a.textContent.includes("`+shot.link+`")).href`) + shot.tab)
			}
			if shot.wait != "" {
				p.WaitFor(shot.wait)
			}
			take := func(kind string, width, height int, dark bool) {
				if p.Appear(width, height, dark); shot.top != "" {
					webtest.Eval[bool](p, `(scrollBy(0, document.querySelector("`+shot.top+`").getBoundingClientRect().top - 190), true)`) // below what stays at the top
				}
				p.Screenshot(filepath.Join(folder, shot.name+kind+".png"), width, height, dark)
			}
			take("", 1440, 1000, false)
			take("-dark", 1440, 1000, true)
			take("-telephone", 390, 844, false)
		})
	}
}

// trackingLink finds the private link of a case of the demonstration in the
// mail that told its requester of it, as the administrator reads it there.
func (in *installation) trackingLink(subject string) string {
	in.t.Helper()
	p := in.signIn("morag@northmoor.example")
	p.Go(in.url + "/mail?q=amara")
	for _, message := range webtest.Eval[[]string](p, `[...document.querySelectorAll('main a[href^="/mail/"]')].map(a => a.getAttribute("href"))`) {
		p.Go(in.url + message)
		link := webtest.Eval[string](p, `(document.querySelector("main").innerText.match(/https?:\/\/\S+\/track\/[\w-]+/) ?? [""])[0]`)
		if link == "" {
			continue
		}
		address, err := url.Parse(link)
		if err != nil {
			in.t.Fatal(err)
		}
		p.Go(in.url + address.Path)
		if webtest.Eval[bool](p, `document.body.innerText.includes("`+subject+`")`) {
			return address.Path
		}
	}
	in.t.Fatalf("no mail has the private link of %q", subject)
	return ""
}
