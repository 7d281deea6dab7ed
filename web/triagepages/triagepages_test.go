package triagepages_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/intake/mailbox"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/server"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/render/rendertest"
	"github.com/casement-dev/casement/web/triagepages"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, triagepages.Source()) }

// site is the tray on the small council, without guards.
type site struct {
	*casestest.World
	app  *fiber.App
	box  *mailbox.Service
	mail *correspondence.Service
	by   core.Actor
	ada  core.Actor // sorts mail and works complaints
}

// routes hangs pages on an application without guards.
type routes struct{ r fiber.Router }

func (r routes) Get(path string, h ...fiber.Handler)  { r.r.Get(path, h...) }
func (r routes) Post(path string, h ...fiber.Handler) { r.r.Post(path, h...) }

func open(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	s := &site{World: casestest.New(t)}
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	s.ada = s.Hire(t, "Ada Sorter", "ada@northmoor.example", "contact-centre", "complaints-team")
	s.by = s.ada
	persons := people.New(s.DB, people.Options{Clock: s.Clock})
	s.mail = correspondence.New(correspondence.Options{
		DB: s.DB, Cases: s.Cases, Messages: messages.New(s.DB, s.Clock, messages.Options{}), Clock: s.Clock, Sorters: []string{"contact-centre"},
		Replies: correspondence.Replies{Secret: casestest.Secret, Clock: s.Clock},
	})
	correspondence.Wire(s.Cases)
	s.box = mailbox.New(mailbox.Options{
		Mail: s.mail, Cases: s.Cases, People: persons, Questions: questions.New(s.DB, s.Cases, s.Clock, casestest.Secret),
		Attachments: attachments.New(s.DB, disk, s.Clock), Clock: s.Clock, Log: slog.New(slog.DiscardHandler), Parse: mail.Parse, ParseHead: mail.ParseHead,
	})
	engine := rendertest.Engine(t, func(o *render.Options) {
		o.Clock, o.Actor = s.Clock, func(*fiber.Ctx) core.Actor { return s.by }
	}, triagepages.Source())
	s.app = fiber.New(fiber.Config{Views: engine, Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		problem, internal := server.Describe(err)
		if internal {
			t.Error(err)
		}
		return render.Failed(c, render.Problem(problem))
	}})
	triagepages.New(triagepages.Options{Mail: s.mail, Intake: s.box, Cases: s.Cases, People: persons}).RegisterConsole(routes{s.app})
	return s
}

// comes takes a mail in that proves nothing, and returns the address of its page.
func (s *site) comes(t *testing.T, no int, subject string) string {
	t.Helper()
	raw := fmt.Appendf(nil, "From: Zoe <zoe@example.org>\r\nTo: cases@northmoor.example\r\nSubject: %s\r\nMessage-ID: <%d@example.org>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Hello <script>alert(1)</script>there</p>\r\n"+
		"--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=seen.txt\r\n\r\nOn Tuesday.\r\n--x--\r\n", subject, no)
	if _, err := s.box.Take(t.Context(), "cases", raw, int64(len(raw)), false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.box.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("/triage/%d", no)
}

func (s *site) ask(t *testing.T, method, address string, form url.Values) (status int, location, body string) {
	t.Helper()
	request := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := s.app.Test(request, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Location"), string(said)
}

func (s *site) state(t *testing.T, no int64) correspondence.Mail {
	t.Helper()
	m, err := s.mail.Find(t.Context(), s.ada, no)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMailIsPutOnACaseByWhoeverSortsItAndWorksTheCase(t *testing.T) {
	s := open(t)
	cs := s.Raise(t)
	ref := string(s.Case(t, cs).Ref)
	at := s.comes(t, 1, "About "+ref)
	if status, _, body := s.ask(t, http.MethodGet, "/triage", nil); status != http.StatusOK || !strings.Contains(body, "About "+ref) || !strings.Contains(body, "nothing proves") {
		t.Fatalf("the list: %d\n%s", status, body)
	}
	if status, _, body := s.ask(t, http.MethodGet, at, nil); status != http.StatusOK || !strings.Contains(body, "Hello there") || strings.Contains(body, "alert(1)") || !strings.Contains(body, "seen.txt") {
		t.Fatalf("the mail: %d\n%s", status, body)
	}
	for typed, why := range map[string]string{"": "Enter a reference", "CMP-0000-0000": "Enter a reference", string(core.NewReference("CMP")): "no case"} {
		if status, _, body := s.ask(t, http.MethodPost, at+"/attach", url.Values{"ref": {typed}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, why) {
			t.Errorf("%q: %d, without %q", typed, status, why)
		}
	}
	status, to, _ := s.ask(t, http.MethodPost, at+"/attach", url.Values{"ref": {strings.ToLower(ref)}})
	if status != http.StatusSeeOther || to != "/triage" {
		t.Fatalf("put on a case: %d to %s", status, to)
	}
	m := s.state(t, 1)
	if m.State != correspondence.StateFiled || m.Case != cs || m.Role != correspondence.RoleAttached || m.Files[0].Attachment.IsZero() {
		t.Errorf("it stands in %s of %v as %s with %+v", m.State, m.Case, m.Role, m.Files)
	}
	if e := s.Last(t, cs, core.MailReceived); e.Actor.ID != s.ada.ID {
		t.Errorf("it says that %+v did it", e.Actor)
	}
	if status, _, _ = s.ask(t, http.MethodPost, at+"/attach", url.Values{"ref": {ref}}); status != http.StatusConflict {
		t.Errorf("put there again: %d", status)
	}
	seen, err := s.Cases.Find(t.Context(), s.ada, core.Reference(ref), core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	thread, err := s.mail.Thread(t.Context(), seen)
	if err != nil || len(thread) != 1 || thread[0].In == nil || thread[0].In.No != 1 || thread[0].Out != nil {
		t.Errorf("the mail of the case: %+v, %v", thread, err)
	}
	s.Rewinds(t, cs)
}

func TestACaseIsRaisedFromMailOnce(t *testing.T) {
	s := open(t)
	at := s.comes(t, 1, "Bins")
	if status, _, body := s.ask(t, http.MethodPost, at+"/raise", url.Values{"type": {""}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Choose what") {
		t.Errorf("without a type: %d", status)
	}
	status, to, _ := s.ask(t, http.MethodPost, at+"/raise", url.Values{"type": {"complaint"}})
	if status != http.StatusSeeOther || !strings.HasPrefix(to, "/cases/CMP-") {
		t.Fatalf("raised: %d to %s", status, to)
	}
	m := s.state(t, 1)
	cs := s.Case(t, m.Case)
	if "/cases/"+string(cs.Ref) != to || cs.Subject != "Bins" || cs.Contact.Email != "zoe@example.org" || cs.Channel != core.ChannelEmail || cs.Creator != s.ada.StaffID() {
		t.Errorf("the case is %+v", cs)
	}
	if status, _, _ = s.ask(t, http.MethodPost, at+"/raise", url.Values{"type": {"complaint"}}); status != http.StatusConflict {
		t.Errorf("raised again: %d", status)
	}
}

func TestWhatIsNotWantedCanBePutBackAndBothAreRemembered(t *testing.T) {
	s := open(t)
	at := s.comes(t, 1, "You have won")
	if status, to, _ := s.ask(t, http.MethodPost, at+"/junk", nil); status != http.StatusSeeOther || to != "/triage" {
		t.Fatalf("not wanted: %d to %s", status, to)
	}
	if _, _, body := s.ask(t, http.MethodGet, "/triage", nil); !strings.Contains(body, "Everything is sorted") {
		t.Error("it is still among the mail to sort")
	}
	if _, _, body := s.ask(t, http.MethodGet, "/triage?state=junk", nil); !strings.Contains(body, "You have won") {
		t.Error("it is not among what is not wanted")
	}
	if status, _, _ := s.ask(t, http.MethodPost, at+"/junk", nil); status != http.StatusConflict {
		t.Errorf("not wanted again: %d", status)
	}
	if status, to, _ := s.ask(t, http.MethodPost, at+"/restore", nil); status != http.StatusSeeOther || to != at {
		t.Fatalf("put back: %d to %s", status, to)
	}
	_, _, body := s.ask(t, http.MethodGet, at, nil)
	for _, want := range []string{"Ada Sorter</bdi> said that it is not wanted", "Ada Sorter</bdi> put it back"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if err := s.mail.Junk(t.Context(), s.ada, 1); err != nil {
		t.Fatal(err)
	}
	for i, days := range []int{29, 31} {
		if n, err := s.mail.Sweep(t.Context(), casestest.Start.AddDate(0, 0, days)); err != nil || n != i {
			t.Errorf("after %d days %d were deleted, %v", days, n, err)
		}
	}
	if _, err := s.mail.Find(t.Context(), s.ada, 1); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("after a month it is still there: %v", err)
	}
}

func TestWhoDoesNotSortMailSeesNone(t *testing.T) {
	s := open(t)
	cs := s.Raise(t)
	at := s.comes(t, 1, "Bins")
	s.by = s.Priya // works complaints, and sorts no mail
	if status, _, body := s.ask(t, http.MethodGet, "/triage", nil); status != http.StatusOK || !strings.Contains(body, "Others sort the mail") || strings.Contains(body, "Bins") {
		t.Errorf("the list: %d\n%s", status, body)
	}
	for _, what := range []string{"", "/attach", "/raise", "/junk", "/restore"} {
		method := http.MethodPost
		if what == "" {
			method = http.MethodGet
		}
		if status, _, _ := s.ask(t, method, at+what, url.Values{"ref": {string(s.Case(t, cs).Ref)}, "type": {"complaint"}}); status != http.StatusNotFound {
			t.Errorf("%s %s: %d", method, what, status)
		}
	}
	if m := s.state(t, 1); m.State != correspondence.StateTriage {
		t.Errorf("it stands in %s", m.State)
	}
	// Whoever sorts mail and does not work the case cannot put mail there, nor
	// learn that there is one.
	s.by = s.Hire(t, "Sid", "sid@northmoor.example", "contact-centre")
	if status, _, body := s.ask(t, http.MethodPost, at+"/attach", url.Values{"ref": {string(s.Case(t, cs).Ref)}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "or you may not work on it") {
		t.Errorf("onto a case of others: %d", status)
	}
	s.by = core.StaffActor(s.Other.StaffID(), "Kofi", core.RoleAdministrator)
	if status, _, _ := s.ask(t, http.MethodGet, at, nil); status != http.StatusOK {
		t.Errorf("an administrator: %d", status)
	}
}

func TestAFileOfAMailThatWaitsIsOpenedByWhoeverSortsItAndDoesNothing(t *testing.T) {
	s := open(t)
	at := s.comes(t, 1, "Bins")
	if _, _, page := s.ask(t, "GET", at, nil); !strings.Contains(page, `href="`+at+`/files/1"`) {
		t.Errorf("the page has no way to the file: %s", page)
	}
	request := func(path string) *http.Response {
		response, err := s.app.Test(httptest.NewRequest("GET", path, nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
		return response
	}
	got := request(at + "/files/1")
	body, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != 200 || string(body) != "On Tuesday." {
		t.Fatalf("the file is %d %q, %v", got.StatusCode, body, err)
	}
	for header, want := range map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Content-Disposition": "inline; filename*=UTF-8''seen.txt", "Cache-Control": "no-store",
	} {
		if got.Header.Get(header) != want {
			t.Errorf("%s is %q, want %q", header, got.Header.Get(header), want)
		}
	}
	for path, status := range map[string]int{at + "/files/2": 404, at + "/files/0": 404, "/triage/9/files/1": 404} {
		if got := request(path); got.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, got.StatusCode, status)
		}
	}

	// What is not what its name says is not opened, as no case would take it.
	raw := []byte("From: Zoe <zoe@example.org>\r\nTo: cases@northmoor.example\r\nSubject: Look\r\nMessage-ID: <2@example.org>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSee.\r\n" +
		"--x\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=page.html\r\n\r\n<script>alert(1)</script>\r\n" +
		"--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=seen.png\r\n\r\n<script>alert(1)</script>\r\n--x--\r\n")
	if _, err := s.box.Take(t.Context(), "cases", raw, int64(len(raw)), false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.box.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/triage/2/files/1", "/triage/2/files/2"} {
		if got := request(path); got.StatusCode != 422 {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.Header.Get("Content-Type"))
		}
	}

	s.by = s.Priya // sorts no mail
	if got := request(at + "/files/1"); got.StatusCode != 404 {
		t.Errorf("somebody who sorts no mail gets the file: %d", got.StatusCode)
	}
}
