package portalpages_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/webtest"
)

// serve lets browsers in; /enter signs Amara in.
func serve(t *testing.T) (*site, string) {
	t.Helper()
	webtest.Built(t)
	ln, url := webtest.Listen(t)
	s := newSite(t, url, map[string]server.Rate{})
	s.app.Public().Get("/enter", func(c *fiber.Ctx) error {
		s.app.SignIn(c, "amara", time.Now().Add(time.Hour))
		return c.Redirect("/portal", fiber.StatusSeeOther)
	})
	s.app.Public().Get("/", func(c *fiber.Ctx) error { return c.Redirect("/find", fiber.StatusSeeOther) })
	webtest.Serve(t, s.app, ln)
	return s, url
}

// story is a case in the middle of its life, with others beside it.
func (s *site) story(t *testing.T) core.CaseID {
	t.Helper()
	amara := core.PersonActor(s.Amara, "")
	lamp := s.raise(t, func(r *cases.Raise) { r.Subject = "Street light 2207 flickering" })
	s.Do(t, amara, lamp, &cases.Withdraw{})
	s.raise(t, func(r *cases.Raise) { r.Subject = "Pothole outside Eastgate Primary School" })
	id := s.raise(t, func(r *cases.Raise) {
		r.Subject, r.OnBehalfOf, r.Address = "Missed clinical-waste collections", "Ngozi Okonkwo", "14 Larkspur Court, Chapel Rise"
	})
	s.Do(t, s.Priya, id, cases.StartWork{})
	s.Do(t, s.Priya, id, &questions.Ask{Body: "Could the crew leave empty containers inside the inner door, and who can let them in on a Thursday morning?"})
	s.Clock.Advance(28 * time.Hour)
	s.Do(t, amara, id, &questions.Answer{No: 1, Answer: "Yes to the inner door. Mrs Ferreira at number 12 is in every Thursday before 11.\n\nThe new code is with you already."})
	s.Do(t, s.Priya, id, &notes.Add{Body: "The depot tells me the crew came at 8:40 this morning with the new gate code.", Audience: core.Public})
	s.Do(t, s.Priya, id, &questions.Ask{Body: "Did the crew come this morning, and did they take everything?"})
	return id
}

func TestACustomerAnswersInABrowser(t *testing.T) {
	for name, options := range map[string][]webtest.Option{"with JavaScript": nil, "without JavaScript": {webtest.WithoutScript}} {
		t.Run(name, func(t *testing.T) {
			s, url := serve(t)
			id := s.story(t)
			photo := filepath.Join(t.TempDir(), "hall way.txt")
			if err := os.WriteFile(photo, []byte("a photograph"), 0o600); err != nil {
				t.Fatal(err)
			}
			p := webtest.Open(t, url+"/enter", options...)
			p.Follow(".case-item h3 a")
			p.Expect("422")
			p.Submit(".todo form")
			p.WaitFor(".error-summary")
			p.Click(`.error-summary a[href="#answer-2"]`)
			p.WaitFor("#answer-2:target")
			p.Type("#answer-2", "They took everything")
			if options != nil { // nothing but the browser itself carries the file
				p.Upload("#file-2", photo)
			}
			p.Submit(".todo form")
			p.WaitForText(".notice", "We have your answer")
			p.WaitForText(".message-mine", "They took everything")
			if options != nil {
				p.WaitForText(".files", "hall way.txt")
			}
			p.Go(url + s.track(id))
			p.Follow(`a[href$="/add"]`)
			p.Type("#body", "One more thing")
			p.Submit("main form")
			p.WaitForText(".message-mine", "One more thing")
			p.Follow(`a[href$="/withdraw"]`)
			p.Submit("main form")
			p.WaitForText("h1", "You withdrew your complaint")
		})
	}
}

func TestThePortalHasNoBarriersAndLooksAsDrawn(t *testing.T) {
	s, url := serve(t)
	id := s.story(t)
	all, err := s.questions.OpenOfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ref := "/portal/cases/" + string(s.Case(t, id).Ref)
	pages := map[string]string{
		"portal-home": "/portal", "portal-case": ref, "track": s.track(id), "answer": "/answer/" + s.questions.Token(all[0]), "add": ref + "/add", "contact": ref + "/contact",
		"withdraw": ref + "/withdraw", "find": "/find", "accessibility": "/accessibility", "privacy": "/privacy",
	}
	p := webtest.Open(t, url+"/enter")
	pictures := os.Getenv("CASEMENT_PICTURES")
	for name, path := range pages {
		p.Go(url + path)
		p.Accessible()
		if wide := webtest.Eval[bool](p, `document.documentElement.scrollWidth > document.documentElement.clientWidth`); wide {
			t.Errorf("%s is wider than the window", path)
		}
		if pictures != "" {
			p.Screenshot(filepath.Join(pictures, name+".png"), 1440, 1000, false)
			p.Screenshot(filepath.Join(pictures, name+"-dark.png"), 1440, 1000, true)
			p.Screenshot(filepath.Join(pictures, name+"-telephone.png"), 390, 844, false)
			p.Screenshot(filepath.Join(pictures, name+"-whole.png"), 1280, 2400, false)
		}
	}
	p.Go(url + ref)
	if size := webtest.Eval[int](p, `fetch(location.href).then(r => r.text()).then(t => t.length)`); size > 100_000 {
		t.Errorf("the page of a case has %d letters", size)
	}
}
