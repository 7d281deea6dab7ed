package reportpages_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/reportpages"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, reportpages.Source()) }

const streetType = `{"key":"street","name":"Street problem","reference":{"prefix":"STR"},"calendar":"offices",
	"groups":{"manage":["highways"],"raise":["everyone"]},"subtypes":[{"key":"pothole","name":"Pothole"}],
	"statuses":[{"key":"new","kind":"start","public":"Reported"},{"key":"done","kind":"final","public":"Mended"}],
	"reasons":{"close":[{"key":"fixed","name":"Fixed"}]},"reports":{"public":true}}`

// street is the pages on the small council.
type street struct {
	*testing.T
	*casestest.World
	app       *fiber.App
	by        core.Actor // who looks
	asked     []string   // links that were sent
	followers *followers.Service
	files     *attachments.Service
}

// routes registers on an application without a server around it.
type routes struct{ app *fiber.App }

func (r routes) Get(path string, h ...fiber.Handler)  { r.app.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.app.Post(path, h...) }

func open(t *testing.T) *street {
	t.Helper()
	t.Parallel()
	s := &street{T: t, World: casestest.New(t), by: core.AnonymousActor()}
	s.Publish(t, casetypes.KindCaseType, "street", streetType)
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	s.followers, s.files = followers.New(s.DB), attachments.New(s.DB, disk, s.Clock)
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Actor, o.Clock = func(*fiber.Ctx) core.Actor { return s.by }, s.Clock
	}, reportpages.Source())
	s.app = rendertest.App(engine)
	s.app.Use(func(c *fiber.Ctx) error {
		err := c.Next()
		if err == nil {
			return nil
		}
		problem, _ := server.Describe(err)
		return c.SendStatus(problem.Status)
	})
	reportpages.New(reportpages.Options{
		Cases: s.Cases, Attachments: s.files, Followers: s.followers, People: people.New(s.DB, people.Options{Clock: s.Clock, BaseURL: "http://x.example"}),
		Clock: s.Clock, Secret: casestest.Secret, Zone: time.UTC,
		Ask: func(_ context.Context, email string, _ *core.Case, _ *core.CaseType, link string) error {
			s.asked = append(s.asked, email+" "+link)
			return nil
		},
	}).RegisterPublic(routes{s.app})
	return s
}

func (s *street) pothole() *core.Case {
	s.Helper()
	id := core.NewID[core.CaseID]()
	s.Do(s.T, core.PersonActor(s.Amara, "Amara"), id, &cases.Raise{
		Type: "street", Subtype: "pothole", Subject: "My secret subject", Description: "My secret words", Channel: core.ChannelWeb, Requester: s.Amara,
		Contact: core.Contact{Name: "Amara Okonkwo", Email: "amara@example.org", Phone: "07700 900482"}, Address: "Mill Lane", Place: &core.Point{Lat: 54.9712, Lng: -2.1013},
	})
	return s.Case(s.T, id)
}

// ask returns an answer, and fails unless its status is as wanted.
func (s *street) ask(method, path string, form url.Values, want int) (*http.Response, *goquery.Document) {
	s.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := s.app.Test(request, -1)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	if answer.StatusCode != want {
		s.Fatalf("%s %s answers %d, want %d: %.600s", method, path, answer.StatusCode, want, body)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		s.Fatal(err)
	}
	return answer, page
}

func (s *street) report(cs *core.Case) string { return "/reports/" + string(cs.Ref) }

// link is where the last letter leads.
func (s *street) link() string {
	s.Helper()
	if len(s.asked) == 0 {
		s.Fatal("nobody was asked")
	}
	_, link, _ := strings.Cut(s.asked[len(s.asked)-1], " ")
	return link
}

func (s *street) count(cs *core.Case) int {
	s.Helper()
	n, err := s.followers.Count(s.Context(), cs.ID)
	if err != nil {
		s.Fatal(err)
	}
	return n
}

func TestAReportShowsWhatIsPublicAndNothingElse(t *testing.T) {
	s := open(t)
	cs := s.pothole()
	_, page := s.ask("GET", s.report(cs), nil, 200)
	if h := page.Find("h1").Text(); h != "Pothole" {
		t.Errorf("the heading is %q", h)
	}
	whole, err := page.Html()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"Reported", "Mill Lane", "54.9712", "Tuesday 17 November 2026"} {
		if !strings.Contains(whole, word) {
			t.Errorf("the page does not say %q", word)
		}
	}
	for _, word := range []string{"secret", "Amara", "amara@", "900482"} {
		if strings.Contains(whole, word) {
			t.Errorf("the page says %q to everybody", word)
		}
	}
	complaint := s.Case(t, s.Raise(t))
	s.ask("GET", s.report(complaint), nil, 404)
	s.ask("GET", "/reports/nonsense", nil, 404)
	if _, err := s.Pool.Exec(t.Context(), `UPDATE cases SET confidentiality = 'restricted' WHERE id = $1`, cs.ID); err != nil {
		t.Fatal(err)
	}
	s.ask("GET", s.report(cs), nil, 404)
}

func TestAStrangerFollowsByAnAddressThatIsTheirs(t *testing.T) {
	s := open(t)
	cs := s.pothole()
	var before int
	persons := func() (n int) {
		if err := s.Pool.QueryRow(t.Context(), `SELECT count(*) FROM persons`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before = persons()
	_, wrong := s.ask("POST", s.report(cs)+"/follow", url.Values{"email": {"nobody"}, "hears": {"end"}}, 422)
	if wrong.Find("#email-error").Length() != 1 || wrong.Find(`input[name=hears][value=end][checked]`).Length() != 1 {
		t.Error("what is wrong is not said beside the field, or what was chosen is lost")
	}
	s.ask("POST", s.report(cs)+"/follow", url.Values{"email": {"Nia@Example.org"}, "hears": {"end"}}, 200)
	if persons() != before || s.count(cs) != 0 {
		t.Error("something is kept of them before they said yes")
	}
	link := s.link()
	s.ask("GET", link, nil, 200) // as a mail scanner does
	if s.count(cs) != 0 {
		t.Error("a look at the link says yes")
	}
	s.ask("POST", link, url.Values{}, 200)
	s.ask("POST", link, url.Values{}, 200)
	all, err := s.followers.ToTell(t.Context(), cs.ID)
	if err != nil || len(all) != 1 || all[0].Hears != core.HearsEnd || persons() != before+1 {
		t.Fatalf("the followers are %+v, %v", all, err)
	}
	stop := "/reports/stop/" + casestest.Secret.StopToken(cs.ID, all[0].Person)
	s.ask("GET", stop, nil, 200)
	if s.count(cs) != 1 {
		t.Error("a look at the link ends it")
	}
	s.ask("POST", stop, url.Values{}, 200)
	if s.count(cs) != 0 {
		t.Error("it is still followed")
	}
}

func TestLinksThatWereNotMadeHereOrAreOldDoNothing(t *testing.T) {
	s := open(t)
	cs := s.pothole()
	s.ask("POST", s.report(cs)+"/follow", url.Values{"email": {"nia@example.org"}}, 200)
	link := s.link()
	token := strings.TrimPrefix(link, "/reports/follow/")
	for _, forged := range []string{token[:len(token)-2] + "AA", "AAAA", strings.Repeat("A", 2000), token + "A", "B" + token[1:]} {
		s.ask("GET", "/reports/follow/"+forged, nil, 404)
		s.ask("POST", "/reports/follow/"+forged, url.Values{}, 404)
		s.ask("POST", "/reports/stop/"+forged, url.Values{}, 404)
	}
	s.Clock.Advance(49 * time.Hour)
	s.ask("POST", link, url.Values{}, 404)
	if s.count(cs) != 0 {
		t.Error("somebody follows")
	}
}

func TestSomebodySignedInFollowsAtOnce(t *testing.T) {
	s := open(t)
	cs := s.pothole()
	s.by = core.PersonActor(s.Brendan, "Brendan")
	_, page := s.ask("GET", s.report(cs), nil, 200)
	if page.Find("#email").Length() != 0 {
		t.Error("somebody who is known is asked for an address")
	}
	s.ask("POST", s.report(cs)+"/follow", url.Values{"hears": {"all"}}, 303)
	if s.count(cs) != 1 || len(s.asked) != 0 {
		t.Errorf("%d follow, letters to %v", s.count(cs), s.asked)
	}
	_, page = s.ask("GET", s.report(cs), nil, 200)
	if page.Find(`form[action$="/follow"]`).Length() != 0 || !strings.Contains(page.Text(), "You follow this report") {
		t.Error("the page offers to follow once more")
	}
	s.by = core.PersonActor(s.Amara, "Amara")
	_, page = s.ask("GET", s.report(cs), nil, 200)
	if page.Find(`form[action$="/follow"]`).Length() != 0 {
		t.Error("the requester is offered to follow their own report")
	}
	s.ask("POST", s.report(cs)+"/follow", url.Values{}, 422)
	s.by = s.Ines
	_, page = s.ask("GET", s.report(cs), nil, 200)
	if page.Find(`a[href="/cases/`+string(cs.Ref)+`"]`).Length() != 1 {
		t.Error("staff are not led to the case")
	}
}

func TestPicturesAreSeenOnceStaffHaveShownThem(t *testing.T) {
	s := open(t)
	cs := s.pothole()
	const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xdc\xccY\xe7\x00\x00\x00\x00IEND\xaeB`\x82"
	file, err := s.files.Upload(t.Context(), core.PersonActor(s.Amara, "Amara"), attachments.Incoming{Name: "hole.png"}, strings.NewReader(png))
	if err != nil {
		t.Fatal(err)
	}
	s.Do(t, core.PersonActor(s.Amara, "Amara"), cs.ID, &attachments.Send{Add: attachments.Add{Files: []core.AttachmentID{file.ID}, Source: attachments.SourceUpdate}})
	s.ask("GET", s.report(cs)+"/pictures/1", nil, 404)
	s.Do(t, s.Ines, cs.ID, &attachments.Show{No: 1, Shown: true})
	_, page := s.ask("GET", s.report(cs), nil, 200)
	src, _ := page.Find(".report-pictures img").Attr("src")
	answer, _ := s.ask("GET", src, nil, 200)
	if answer.Header.Get("Content-Type") != "image/png" || answer.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the picture comes with %v", answer.Header)
	}
	s.Do(t, s.Ines, cs.ID, &attachments.Delete{No: 1})
	s.ask("GET", src, nil, 404)
}

func TestAClosedReportTakesNoFollowers(t *testing.T) {
	s := open(t)
	cs := s.pothole()
	s.Do(t, s.Ines, cs.ID, &cases.Close{Reason: "fixed"})
	_, page := s.ask("GET", s.report(cs), nil, 200)
	if page.Find(`form[action$="/follow"]`).Length() != 0 || !strings.Contains(page.Text(), "Mended") {
		t.Error("a report that has ended is offered to follow")
	}
}
