package main

import (
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
}

// pictures are the main screens.
var pictures = []picture{
	{name: "mywork", path: "/mywork", who: "priya@northmoor.example"},
	{name: "queue", path: "/queues/complaint/complaints-team", who: "priya@northmoor.example"},
	{name: "case", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste", tab: "/history"},
	{name: "case-summary", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste"},
	{name: "case-details", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste", tab: "/details"},
	{name: "case-tasks", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste", tab: "/tasks"},
	{name: "case-emails", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste", tab: "/emails"},
	{name: "close", path: "/mywork", who: "priya@northmoor.example", link: "Clinical-waste", tab: "/act/close"},
	{name: "tasks", path: "/tasks", who: "priya@northmoor.example"},
	{name: "new-case", path: "/cases/new", who: "priya@northmoor.example"},
	{name: "start", path: "/"},
	{name: "form", path: "/forms/complaint"},
	{name: "form-report", path: "/forms/report"},
	{name: "signin", path: "/staff/sign-in"},
	{name: "people", path: "/people?q=amara", who: "morag@northmoor.example"},
	{name: "configuration", path: "/configuration", who: "morag@northmoor.example"},
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
			p.Go(in.url + shot.path)
			if shot.link != "" {
				p.Go(webtest.Eval[string](p, `[...document.querySelectorAll("main a")].find(a => a.textContent.includes("`+shot.link+`")).href`) + shot.tab)
			}
			p.Screenshot(filepath.Join(folder, shot.name+".png"), 1440, 1000, false)
			p.Screenshot(filepath.Join(folder, shot.name+"-dark.png"), 1440, 1000, true)
			p.Screenshot(filepath.Join(folder, shot.name+"-telephone.png"), 390, 844, false)
		})
	}
}
