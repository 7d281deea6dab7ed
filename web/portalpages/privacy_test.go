package portalpages_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// planted is what no customer may read. Each word stands in one place.
type planted struct{ words []string }

// word makes a word that stands nowhere else, for a place.
func (p *planted) word(place string) string {
	w := fmt.Sprintf("Zq%sx%02d", strings.ReplaceAll(place, " ", ""), len(p.words))
	p.words = append(p.words, w)
	return w
}

// plant fills a case with private words, by everything that staff can do.
func (s *site) plant(t *testing.T, id core.CaseID, p *planted) {
	t.Helper()
	do := func(by core.Actor, commands ...cases.Command) { t.Helper(); s.Do(t, by, id, commands...) }
	secretive := s.Hire(t, "Anna "+p.word("staff name"), "anna@northmoor.example", "complaints-team", "highways")
	file := func(audience core.Audience) {
		t.Helper()
		name := p.word("file " + string(audience))
		a, err := s.attachments.Upload(t.Context(), secretive, attachments.Incoming{Name: name + ".txt"}, strings.NewReader(p.word("file content")))
		if err != nil {
			t.Fatal(err)
		}
		do(secretive, &attachments.Add{Files: []core.AttachmentID{a.ID}, Audience: audience})
	}
	file(core.Staff)
	do(secretive, &notes.Add{Body: p.word("staff note")})
	s.exec(t, `INSERT INTO notes (id, case_id, no, audience, body, actor_kind, actor_id, created_at) VALUES ($1, $2, 99, 'private', $3, 'staff', $4, $5)`,
		core.NewID[core.NoteID](), id, p.word("private note"), secretive.ID, casestest.Start)
	do(secretive, &tasks.Add{Type: "response", Title: p.word("task title"), Brief: p.word("task brief")})
	do(secretive, &tasks.Complete{No: s.lastTask(t, id), Outcome: p.word("task outcome")})
	do(secretive, &cases.SetField{Field: "finding", Value: "upheld"})
	do(secretive, &cases.ChangePriority{To: "high"})
	do(secretive, &cases.ChangeStage{To: "stage-2"})
	do(secretive, &cases.Escalate{Reason: "vulnerable"})
	do(secretive, &cases.Reassign{Group: "highways", Reason: "wrong-team"})
	do(secretive, &cases.Reassign{Group: "complaints-team", Reason: "wrong-team"})
	do(secretive, &targets.Extend{Target: "respond", By: core.Span{Count: 2, Unit: core.WorkingDays}, Reason: p.word("extension reason")})
	do(secretive, &targets.Pause{Target: "respond", Reason: p.word("pause reason")})
	do(secretive, &targets.Resume{Target: "respond"})
}

func (s *site) lastTask(t *testing.T, id core.CaseID) int {
	t.Helper()
	return s.count(t, `SELECT max(no) FROM tasks WHERE case_id = $1`, id)
}

// privateType is the small council's complaint with a private word wherever its
// configuration is not for the public.
func privateType(p *planted) string {
	replace := func(body, old, fresh string) string {
		if !strings.Contains(body, old) {
			panic("the type has no " + old)
		}
		return strings.ReplaceAll(body, old, fresh)
	}
	body := casestest.ComplaintType
	body = replace(body, `"name": "In progress"`, fmt.Sprintf(`"name": %q, "public": "We are looking into it"`, p.word("status name")))
	body = replace(body, `"name": "New"`, fmt.Sprintf(`"name": %q`, p.word("status name")))
	body = replace(body, `"name": "Stage 1"`, fmt.Sprintf(`"name": %q`, p.word("stage name")))
	body = replace(body, `{"key": "stage-2", "name": "Stage 2"`, fmt.Sprintf(`{"key": "stage-2", "name": %q, "public": "Somebody else looks at it"`, p.word("stage name")))
	body = replace(body, `"name": "Ombudsman"`, fmt.Sprintf(`"name": %q`, p.word("stage name")))
	body = replace(body, `"label": "Finding"`, fmt.Sprintf(`"label": %q`, p.word("field label")))
	body = replace(body, `{"key": "upheld", "name": "Upheld"}, {"key": "not-upheld", "name": "Not upheld"}]}`,
		fmt.Sprintf(`{"key": "upheld", "name": %q}, {"key": "not-upheld", "name": "Not upheld"}]}`, p.word("field value")))
	body = replace(body, `"name": "Write the response"`, fmt.Sprintf(`"name": %q`, p.word("task type")))
	body = replace(body, `"name": "High"`, fmt.Sprintf(`"name": %q`, p.word("priority")))
	body = replace(body, `"name": "Full response"`, fmt.Sprintf(`"name": %q`, p.word("target name")))
	body = replace(body, `"name": "Wrong team"`, fmt.Sprintf(`"name": %q`, p.word("reassign reason")))
	body = replace(body, `"name": "Vulnerable person"`, fmt.Sprintf(`"name": %q`, p.word("escalate reason")))
	return body
}

func TestNothingPrivateStandsOnAnyPageOfThePortal(t *testing.T) {
	s := open(t)
	p := &planted{}
	s.Publish(t, casetypes.KindCaseType, "complaint", privateType(p))
	for _, group := range []string{"complaints-team", "highways", "complaints-leads"} {
		s.exec(t, `UPDATE groups SET name = $2, email = $3 WHERE key = $1`, group, p.word("group name"), strings.ToLower(p.word("mailbox"))+"@x.example")
	}
	// Somebody else's case, and one of the same link holder's, who must not find one by the other.
	other := s.raise(t, func(r *cases.Raise) {
		r.Requester, r.Subject, r.Description = s.Brendan, p.word("other subject"), p.word("other description")
		r.Contact = core.Contact{Name: p.word("other name"), Email: "brendan@example.org"}
	})
	id := s.raise(t, nil)
	s.plant(t, id, p)
	s.Do(t, s.Priya, id, &questions.Ask{Body: "Which day was it?"}, &questions.Ask{Body: "Which bin was it?"}, &notes.Add{Body: "We have begun.", Audience: core.Public})
	amara := core.PersonActor(s.Amara, "")
	s.Do(t, amara, id, &questions.Answer{No: 1, Answer: "A Tuesday."})
	mine, err := s.attachments.Upload(t.Context(), amara, attachments.Incoming{Name: "mine.txt"}, bytes.NewReader([]byte("mine")))
	if err != nil {
		t.Fatal(err)
	}
	s.Do(t, amara, id, &attachments.Send{Add: attachments.Add{Files: []core.AttachmentID{mine.ID}}})
	all, err := s.questions.OfCase(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}

	signedIn, holder := s.browser(t, "amara"), s.browser(t, "")
	look := func(b *browser, path string, statuses ...int) {
		t.Helper()
		res, body := b.do("GET", path, "", nil)
		found := len(statuses) == 0 && res.StatusCode == 200
		for _, status := range statuses {
			found = found || res.StatusCode == status
		}
		if !found {
			t.Errorf("GET %s: %d", path, res.StatusCode)
		}
		heads := fmt.Sprint(res.Header)
		for _, word := range p.words {
			if strings.Contains(strings.ToLower(body+heads), strings.ToLower(word)) {
				t.Errorf("%s shows %s", path, word)
			}
		}
		if strings.Contains(body, id.String()) || strings.Contains(body, s.Amara.String()) || strings.Contains(body, s.Priya.ID) {
			t.Errorf("%s shows an identifier", path)
		}
	}
	walk := func() {
		t.Helper()
		look(signedIn, "/portal")
		for _, state := range []string{"needs", "open", "closed", "x"} {
			look(signedIn, "/portal?state="+state)
		}
		for _, query := range append(p.words, "stage", "priya", "Collections", string(s.Case(t, other).Ref), string(s.Case(t, id).Ref)) {
			res, body := signedIn.do("GET", "/portal?q="+url.QueryEscape(query), "", nil)
			if secret := strings.HasPrefix(query, "Zq"); res.StatusCode != 200 || secret && strings.Contains(body, "Collections missed") {
				t.Errorf("a search for %s tells the requester something: %d", query, res.StatusCode)
			}
		}
		for _, at := range []string{s.portal(t, id), s.track(id)} {
			b := signedIn
			if strings.HasPrefix(at, "/track") {
				b = holder
			}
			for _, page := range []string{"", "/add", "/contact", "/withdraw", "/reopen"} {
				look(b, at+page, 200, 303)
			}
			for no := range 6 {
				look(b, fmt.Sprintf("%s/files/%d", at, no), 200, 404)
			}
		}
		for _, q := range all {
			look(holder, "/answer/"+s.questions.Token(q))
		}
		look(signedIn, s.portal(t, other), 404)
		for _, path := range []string{"/palette", "/palette?q=Zq", "/frame/counts", "/live", "/cases/" + string(s.Case(t, id).Ref), "/mail", "/search?q=Zq"} {
			look(signedIn, path, 303, 404, 401)
			look(holder, path, 303, 404, 401)
		}
	}
	walk()
	signedIn.get(s.portal(t, id), 200)
	wants(t, signedIn.says(), "We have begun.", "A Tuesday.", "mine.txt", "Which bin was it?", "Somebody else looks at it") // the walk is not blind
	if signedIn.page.Find(".files li").Length() != 1 {
		t.Errorf("the files are %s", signedIn.page.Find(".files").Text())
	}

	// Through the rest of its life: work, resolved, closed, reopened.
	s.exec(t, `UPDATE tasks SET state = 'cancelled' WHERE case_id = $1 AND state = 'open'`, id)
	for _, commands := range [][]cases.Command{
		{&questions.RecordAnswer{No: 2, Answer: "The brown one.", Channel: core.ChannelTelephone}},
		{cases.StartWork{}},
		{&cases.ChangeStatus{To: "resolved"}},
		{&cases.Close{Reason: "upheld"}},
		{&cases.Reopen{}},
		{&cases.Cancel{Reason: s.cancelReason(t)}},
	} {
		s.Clock.Advance(time.Hour)
		s.Do(t, s.Priya, id, commands...)
		walk()
	}
}
