package casepages_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

func TestTheComposerWritesNotesAndQuestionsAndKeepsDrafts(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	_, kept := s.post("Priya", path+"/draft", url2("mode", "staff", "body", "Half a thou"), 200, fragment...)
	says(t, kept, "Draft kept")
	saysNot(t, s.get("Tomasz", path+"/history", 200), "Half a thou")
	s.post("Priya", path+"/draft", url2("mode", "question", "body", "Half a thought"), 303)
	says(t, s.get("Priya", path+"/history", 200), ">Half a thought</textarea>", `value="question" id="mode-question" checked`)

	_, again := s.post("Priya", path+"/compose", url2("mode", "staff", "body", " "), 422, fragment...)
	says(t, again, "Write the note first.", "data-composer")
	saysNot(t, again, "case-main")
	_, again = s.post("Priya", path+"/compose", url2("mode", "public", "body", strings.Repeat("é", core.MaxNote+1)), 422)
	says(t, again, "<!doctype html>", "must be 20,000 letters or fewer")

	form := url2("mode", "staff", "body", "The depot knows", "once", "k1")
	for range 2 {
		res, body := s.post("Priya", path+"/compose", form, 200, fragment...)
		says(t, res.Header.Get("HX-Trigger"), "case-changed", "toast")
		saysNot(t, body, "The depot knows")
	}
	s.post("Priya", path+"/compose", url2("mode", "public", "body", "We are on it"), 303)
	s.post("Priya", path+"/compose", url2("mode", "question", "body", "Which day?"), 303)
	s.post("Priya", path+"/compose", url2("mode", "email", "body", "x"), 422)
	body := s.get("Priya", path+"/history", 200)
	for _, once := range []string{"The depot knows", "We are on it", "Which day?"} {
		if n := strings.Count(body, once); n != 1 {
			t.Errorf("%q stands there %d times", once, n)
		}
	}
	saysNot(t, body, "Half a thought")
	says(t, body, "Amara</bdi> sees this in the portal, and is emailed", "Only staff see this")

	s.Do(t, s.Priya, id, &cases.Cancel{})
	body = s.get("Priya", path+"/history", 200)
	saysNot(t, body, `id="mode-question"`)
	_, again = s.post("Priya", path+"/compose", url2("mode", "question", "body", "Too late"), 409, fragment...)
	says(t, again, "This case is closed", "Too late")
}

const pdf = "%PDF-1.4\n%%EOF\n"

func TestFilesComeWithWordsOrAloneAndAreServedSafely(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	s.send("Priya", path+"/compose", map[string]string{"mode": "question", "body": "Is this your letter?"}, "letter.pdf", pdf, 303)
	s.send("Priya", path+"/attachments", map[string]string{}, "plan.txt", "a plan", 303)
	_, body := s.send("Priya", path+"/attachments", nil, "page.html", "<script>", 422)
	says(t, body, "is of a kind that cannot be sent here")
	_, body = s.send("Priya", path+"/attachments", nil, "fake.png", "no picture", 422)
	says(t, body, "is not what its name says", "letter.pdf")
	s.post("Priya", path+"/attachments", url2(), 422)

	tab := s.get("Priya", path+"/attachments", 200)
	says(t, tab, "letter.pdf", "Priya Raghunathan, with a question", "plan.txt", "Staff only", path+"/act/file-publish", path+"/act/file-withdraw")
	says(t, s.get("Priya", path+"/history", 200), "Is this your letter?", path+"/attachments/1")

	res, contents := s.do("Priya", "GET", path+"/attachments/2/file", "", "", 200)
	if contents != "a plan" || res.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment;") ||
		res.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("served %q with %v", contents, res.Header)
	}
	res, _ = s.do("Priya", "GET", path+"/attachments/2/view", "", "", 200)
	if res.Header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") || res.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("shown with %v", res.Header)
	}
	says(t, s.get("Priya", path+"/attachments/2", 200), "<iframe", " sandbox>")
	s.get("Priya", path+"/attachments/9", 404)

	s.post("Priya", path+"/act/file-publish", s.filled(id, "file", "2"), 303)
	s.post("Priya", path+"/act/file-withdraw", s.filled(id, "file", "1"), 200, fragment...)
	says(t, s.get("Priya", path+"/act/file-delete?file=1", 200), "letter.pdf")
	s.post("Priya", path+"/act/file-delete", s.filled(id, "file", "1"), 303)
	s.post("Priya", path+"/act/file-delete", s.filled(id, "file", "1"), 404)
	saysNot(t, s.get("Priya", path+"/attachments", 200), "letter.pdf")
	s.get("Priya", path+"/attachments/1/file", 404)
	says(t, s.get("Priya", path+"/history", 200), "deleted attachment 1", "published attachment 2")
}

func TestOneSeesWhoElseHasTheCaseOpen(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	_, path := s.raised()
	_, body := s.post("Tomasz", path+"/presence", url2("doing", "question"), 200, fragment...)
	saysNot(t, body, "Tomasz")
	_, body = s.post("Priya", path+"/presence", url2("doing", "nonsense"), 200, fragment...)
	says(t, body, "Tomasz is writing a question")
	says(t, s.get("Tomasz", path+"/head", 200), "Priya is reading")
	s.Clock.Advance(2 * 60e9)
	saysNot(t, s.get("Tomasz", path+"/head", 200), "Priya is reading")
	s.post("Rosa", path+"/presence", url2(), 403)
}

func TestAMessageIsShownWithItsAddressMaskedUntilItIsOpened(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	if _, err := s.Pool.Exec(t.Context(), `INSERT INTO outbox (id, case_id, event_kind, audience, template, recipient, subject, body_text, message_id, state, detail, created_at, attempts)
		VALUES ($1, $2, 'case.raised', 'requester', 'confirmation', 'amara@example.org', 'We have your complaint', 'Dear Amara,', 'm1', 'refused', '550 no such user', $3, 1)`,
		core.NewID[core.MessageID](), id, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	body := s.get("Priya", path+"/emails", 200)
	summary, rest, _ := strings.Cut(body[strings.Index(body, "email-head"):], "</summary>")
	says(t, summary, "a•••@example.org", "Refused")
	saysNot(t, summary, "amara@example.org")
	says(t, rest, "amara@example.org", "Dear Amara,", "550 no such user")
	says(t, s.get("Priya", path+"/history?show=emails", 200), "We have your complaint", "refused by the mail server")
}
