package main

import (
	"os"
	"path/filepath"
	"testing"
)

// picture is one screen of the product as docs/ shows it.
type picture struct {
	name, path string
	who        string // email of a staff user; "" for the public
}

// pictures are the main screens.
var pictures = []picture{
	{"mywork", "/mywork", "priya@northmoor.example"},
	{"queue", "/queues/complaint/complaints-team", "priya@northmoor.example"},
	{"tasks", "/tasks", "priya@northmoor.example"},
	{"new-case", "/cases/new", "priya@northmoor.example"},
	{"start", "/", ""},
	{"form", "/forms/complaint", ""},
	{"form-report", "/forms/report", ""},
	{"signin", "/staff/sign-in", ""},
	{"people", "/people?q=amara", "morag@northmoor.example"},
	{"configuration", "/configuration", "morag@northmoor.example"},
	{"case-type", "/configuration/types/complaint", "morag@northmoor.example"},
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
			p.Screenshot(filepath.Join(folder, shot.name+".png"), 1440, 1000, false)
			p.Screenshot(filepath.Join(folder, shot.name+"-dark.png"), 1440, 1000, true)
			p.Screenshot(filepath.Join(folder, shot.name+"-telephone.png"), 390, 844, false)
		})
	}
}
