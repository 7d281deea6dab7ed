package casepages_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/tasks"
)

// filled makes the values of an act's form as the page of the case shows it.
func (s *caseSite) filled(id core.CaseID, pairs ...string) url.Values {
	form := url2(pairs...)
	form.Set("seen", s.version(id))
	form.Set("once", fmt.Sprint(time.Now().UnixNano()))
	return form
}

func TestEveryActDoesWhatItSaysOnceAndRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	s.start(nil)
	working := []cases.Command{cases.StartWork{}}
	escalated := append(working, &cases.Escalate{Reason: "vulnerable"})
	for _, c := range []struct {
		act    string
		before []cases.Command
		query  string   // of the address of its form
		good   []string // what is typed
		bad    []string // what is typed wrongly; nil when nothing can be
		field  string   // the field that the message stands beside
		kind   core.EventKind
	}{
		{act: "claim", kind: core.CaseClaimed},
		{act: "start-work", kind: core.WorkStarted},
		{act: "release", before: working, kind: core.CaseReleased},
		{act: "assign", before: working, good: []string{"to", "2", "note", "for you"}, bad: []string{"to", "99"}, field: "to", kind: core.CaseAssigned},
		{act: "reassign", before: working, good: []string{"group", "highways", "to", "3", "reason", "specialist", "note", "yours"}, bad: []string{"group", "highways"}, field: "reason", kind: core.CaseReassigned},
		{act: "status", before: working, good: []string{"to", "waiting"}, bad: []string{"to", "closed"}, field: "to", kind: core.StatusChanged},
		{act: "resume-work", before: append(working, &cases.ChangeStatus{To: "waiting"}), good: []string{"to", "in-progress"}, kind: core.StatusChanged},
		{act: "resolve", before: working, good: []string{"to", "resolved", "public", "All done."}, kind: core.StatusChanged},
		{act: "stage", before: append(working, &tasks.Add{Type: "response"}, &tasks.Complete{No: 2}), query: "?to=stage-2", good: []string{"to", "stage-2"}, bad: []string{"to", ""}, field: "to", kind: core.StageChanged},
		{act: "subtype", before: working, good: []string{"to", "roads"}, bad: []string{"to", "nothing"}, field: "to", kind: core.SubtypeChanged},
		{act: "priority", before: working, good: []string{"to", "high"}, bad: []string{"to", "nothing"}, field: "to", kind: core.PriorityChanged},
		{act: "escalate", before: working, good: []string{"reason", "vulnerable", "note", "please look"}, bad: []string{"reason", ""}, field: "reason", kind: core.CaseEscalated},
		{act: "de-escalate", before: escalated, good: []string{"note", "settled"}, bad: []string{"note", ""}, field: "note", kind: core.CaseDeEscalated},
		{act: "close", before: append(working, &tasks.Add{Type: "response"}, &tasks.Complete{No: 2}), good: []string{"reason", "upheld"}, bad: []string{"reason", "nothing"}, field: "reason", kind: core.CaseClosed},
		{act: "cancel", before: working, kind: core.CaseCancelled},
		{act: "reopen", before: append(working, &cases.Cancel{}), good: []string{"note", "a mistake"}, kind: core.CaseReopened},
		{act: "received", before: working, good: []string{"received", "2026-11-13T09:30", "reason", "the postmark"}, bad: []string{"received", "2026-11-13T09:30", "reason", ""}, field: "reason", kind: core.ReceivedChanged},
		{act: "contact", before: working, good: []string{"name", "Amara O", "email", "new@example.org"}, bad: []string{"name", "Amara O", "email", "nonsense"}, field: "email", kind: core.ContactChanged},
		{act: "place", before: working, good: []string{"address", "Mill Lane", "lat", "54.978", "lng", "-1.617"}, bad: []string{"address", "Mill Lane", "lat", "154.978", "lng", "-1.617"}, field: "lat", kind: core.PlaceChanged},
		{act: "field", before: working, query: "?field=depth", good: []string{"field", "depth", "value", "12.5"}, bad: []string{"field", "depth", "value", "deep"}, field: "value", kind: core.FieldChanged},
		{act: "answer", before: append(working, &questions.Ask{Body: "Which day?"}), query: "?question=1", good: []string{"question", "1", "answer", "Friday", "channel", "telephone"}, bad: []string{"question", "1", "answer", "Friday", "channel", "web"}, field: "channel", kind: core.QuestionAnswered},
		{act: "task-add", before: working, good: []string{"title", "Ring the depot", "group", "highways", "due_at", "2026-11-30", "optional", "1"}, bad: []string{"title", "", "type", ""}, field: "title", kind: core.TaskAdded},
		{act: "task-complete", before: working, query: "?task=1", good: []string{"task", "1", "outcome", "Nothing found"}, kind: core.TaskCompleted},
		{act: "task-cancel", before: working, query: "?task=1", good: []string{"task", "1", "reason", "not needed"}, bad: []string{"task", "1", "reason", ""}, field: "reason", kind: core.TaskCancelledEvent},
		{act: "target-extend", before: working, query: "?target=respond", good: []string{"target", "respond", "by", "2 working days", "reason", "the depot"}, bad: []string{"target", "respond", "by", "soon", "reason", "x"}, field: "by", kind: core.TargetExtended},
		{act: "target-set", before: working, query: "?target=respond", good: []string{"target", "respond", "due_at", "2026-11-30T12:00", "reason", "agreed"}, bad: []string{"target", "respond", "due_at", "never", "reason", "agreed"}, field: "due_at", kind: core.TargetSet},
		{act: "target-pause", before: working, query: "?target=respond", good: []string{"target", "respond", "reason", "agreed"}, bad: []string{"target", "respond", "reason", ""}, field: "reason", kind: core.TargetPaused},
		{act: "target-clear", before: working, query: "?target=respond", good: []string{"target", "respond", "reason", "agreed"}, bad: []string{"target", "respond", "reason", ""}, field: "reason", kind: core.TargetCleared},
	} {
		t.Run(c.act, func(t *testing.T) {
			s := s.on(t)
			id, path := s.raised()
			if len(c.before) > 0 {
				s.Do(t, s.Priya, id, c.before...)
			}
			address := path + "/act/" + c.act
			whole := s.get("Priya", address+c.query, 200)
			says(t, whole, "<!doctype html>", `action="`+address+`"`, `name="seen" value="`+s.version(id)+`"`, `name="once"`)
			saysNot(t, s.get("Priya", address+c.query, 200, fragment...), "<!doctype html>")
			if c.bad != nil {
				before := s.version(id)
				_, body := s.post("Priya", address, s.filled(id, c.bad...), 422, fragment...)
				says(t, body, `id="`+c.field+`-error"`, "error-summary")
				_, body = s.post("Priya", address, s.filled(id, c.bad...), 422)
				says(t, body, "<!doctype html>", "Everything you typed is still here")
				if s.version(id) != before {
					t.Error("something wrong changed the case")
				}
			}
			form := s.filled(id, c.good...)
			res, _ := s.post("Priya", address, form, 303)
			if to := res.Header.Get("Location"); !strings.HasPrefix(to, path) {
				t.Errorf("it leads to %q", to)
			}
			s.Last(t, id, c.kind)
			once := s.version(id)
			res, _ = s.post("Priya", address, form, 200, fragment...)
			if heard := res.Header.Get("HX-Trigger"); !strings.Contains(heard, "case-changed") || s.version(id) != once {
				t.Errorf("a repeated post made version %s of %s, heard %s", s.version(id), once, heard)
			}
		})
	}
}

func TestAStaleFormIsRefusedWithWhatChangedAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	form := s.filled(id, "reason", "wrong-team", "group", "highways", "note", "Words that took a while")
	s.Clock.Advance(time.Minute)
	s.Do(t, s.Tomasz, id, cases.Claim{})
	for _, headers := range [][]string{nil, fragment} {
		_, body := s.post("Priya", path+"/act/reassign", form, 409, headers...)
		says(t, body, "Somebody changed the case manager", "Tomasz Wiśniewski", "claimed the case", "Words that took a while",
			`name="seen" value="`+s.version(id)+`"`, `<option value="wrong-team" selected>`)
	}
	if s.Case(t, id).Group != "complaints-team" {
		t.Fatal("it was reassigned all the same")
	}
	form.Set("seen", s.version(id))
	s.post("Priya", path+"/act/reassign", form, 303)
	if s.Case(t, id).Group != "highways" {
		t.Error("the form that has seen the change was refused")
	}
}

func TestWhatStandsInTheWayOfClosingIsNamedBeforeAndAfterwards(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	s.Do(t, s.Priya, id, cases.StartWork{}, &tasks.Add{Type: "response"}, &questions.Ask{Body: "Which day?"})
	says(t, s.get("Priya", path+"/act/close", 200), "1 question is still open.", "“Write the response”")
	saysNot(t, s.get("Priya", path+"/act/close", 200), `name="force"`)
	_, body := s.post("Priya", path+"/act/close", s.filled(id, "reason", "upheld"), 409, fragment...)
	says(t, body, "required task is open", `<option value="upheld" selected>`)
	s.post("Priya", path+"/act/close", s.filled(id, "reason", "upheld", "force", "I say so"), 403)

	s.Do(t, s.Priya, id, &cases.Escalate{Reason: "vulnerable"})
	says(t, s.get("Yusuf", path+"/act/close", 200), `name="force"`)
	s.post("Yusuf", path+"/act/close", s.filled(id, "reason", "upheld", "force", "The requester has died"), 303)
	says(t, s.get("Yusuf", path+"/history", 200), "against what stood in the way: “The requester has died”", "Upheld")
}

func TestOnlyWhatFitsTheCaseIsOffered(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	offers := func(who string, want ...string) {
		t.Helper()
		head := s.get(who, path+"/head", 200, fragment...)
		for _, name := range []string{"claim", "start-work", "release", "resolve", "resume-work", "close", "reopen", "cancel", "escalate", "de-escalate", "stage"} {
			is := strings.Contains(head, path+"/act/"+name+`"`) || strings.Contains(head, path+"/act/"+name+"?")
			should := false
			for _, w := range want {
				should = should || w == name
			}
			if is != should {
				t.Errorf("%s is offered to %s: %v, want %v", name, who, is, should)
			}
		}
	}
	offers("Priya", "claim", "start-work", "resolve", "close", "cancel", "escalate", "stage")
	s.Do(t, s.Priya, id, cases.StartWork{}, &cases.ChangeStatus{To: "waiting"})
	offers("Priya", "release", "resume-work", "close", "cancel", "escalate", "stage")
	s.Do(t, s.Priya, id, &cases.ChangeStatus{To: "in-progress"}, &cases.ChangeStatus{To: "resolved"})
	offers("Tomasz", "release", "reopen", "close", "cancel", "escalate", "stage")
	s.Do(t, s.Priya, id, &cases.Cancel{})
	offers("Priya", "reopen")
	s.get("Priya", path+"/act/close", 409)
	s.get("Priya", path+"/act/nothing", 404)
	s.post("Priya", path+"/act/close", url2("seen", "x"), 422)
}

func TestAfterASaveOneStaysOrGoesToTheListOrTheNextCase(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	other, next := s.raised()
	for _, cs := range []core.CaseID{id, other} {
		s.Do(t, s.Priya, cs, cases.StartWork{})
	}
	goes := func(where core.AfterSave, to, want string) {
		t.Helper()
		s.after = where
		res, _ := s.post("Priya", path+"/act/status", s.filled(id, "to", to), 303)
		if got := res.Header.Get("Location"); got != want {
			t.Errorf("%q leads to %q, want %q", where, got, want)
		}
	}
	goes("", "resolved", path)
	goes(core.AfterList, "in-progress", "/mywork")
	goes(core.AfterNext, "resolved", next)
	s.Do(t, s.Priya, other, &cases.Cancel{})
	goes(core.AfterNext, "reopened", "/mywork")
}

func TestTheHistoryTellsChangesAsSentences(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	s.Clock.Advance(time.Hour)
	s.Do(t, s.Priya, id, cases.StartWork{})
	s.Clock.Advance(time.Hour)
	s.Do(t, s.Priya, id, &cases.SetField{Field: "finding", Value: "upheld"})
	s.Clock.Advance(time.Hour)
	s.Do(t, s.Priya, id, &cases.Reassign{Group: "highways", To: s.Ines.StaffID(), Reason: "specialist"})
	body := s.get("Priya", path+"/history", 200)
	says(t, body, "Five weeks running.", "requester, online", "Casement did 3 things",
		"</strong> started work: status <em><bdi>New</bdi></em> to <em><bdi>In progress</bdi></em>",
		"changed “Finding” from <em><bdi>none</bdi></em> to <em><bdi>Upheld</bdi></em>",
		"<em><bdi>complaints-team</bdi></em> to <em><bdi>highways</bdi></em>, to <em><bdi>Ines Carvalho</bdi></em>: Specialist")
	system := s.get("Priya", path+"/history?show=system", 200)
	saysNot(t, system, "Five weeks running.")
	saysNot(t, s.get("Priya", path+"/history?show=conversation", 200), "started work")
}

func TestNewEntriesAreAppendedOrWhileSomebodyWritesCounted(t *testing.T) {
	t.Parallel()
	s := newCaseSite(t)
	id, path := s.raised()
	after := s.version(id)
	s.Do(t, s.Tomasz, id, &notes.Add{Body: "The depot knows"})
	ask := path + "/history/new?show=&after=" + after
	says(t, s.get("Priya", ask, 200, fragment...), "The depot knows", `name="after" value="`+s.version(id)+`"`, `hx-swap-oob="true"`)
	counted := s.get("Priya", ask+"&writing=1", 200, fragment...)
	says(t, counted, "1 new entry", `name="after" value="`+after+`"`)
	saysNot(t, counted, "The depot knows")
	s.get("Priya", ask+"&writing=1&counted=1", 204, fragment...)
	says(t, s.get("Priya", ask+"&writing=1&counted=1&open=1", 200, fragment...), "The depot knows")
	s.get("Priya", path+"/history/new?after=x", 422)
}
