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
}

// pictures are the main screens.
var pictures = []picture{
	{name: "mywork", path: "/mywork", who: "priya@northmoor.example"},
	{name: "worklist", path: "/mywork/map?lat=54.9735&lng=-2.1029", who: "ines@northmoor.example", wait: "[data-map][data-ready] .map-pin-mark"},
	{name: "queue", path: "/queues/complaint/complaints-team", who: "priya@northmoor.example"},
	{name: "case", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste", tab: "/history"},
	{name: "case-summary", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste"},
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
			p.Screenshot(filepath.Join(folder, shot.name+".png"), 1440, 1000, false)
			p.Screenshot(filepath.Join(folder, shot.name+"-dark.png"), 1440, 1000, true)
			p.Screenshot(filepath.Join(folder, shot.name+"-telephone.png"), 390, 844, false)
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
