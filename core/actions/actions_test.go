package actions_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
)

const action = "test.pliant/act"

// automatic has the action run on an event.
func automatic(on core.EventKind) func(*core.CaseType) {
	return func(ct *core.CaseType) {
		ct.Tasks = nil
		ct.Actions = append(ct.Actions, core.ActionRule{On: on, Run: "plugin:" + action, Name: core.Plain("Tell the contractor")})
	}
}

// work runs the jobs that were queued, as the queue does, and forgets them.
func work(t *testing.T, w *hosttest.World) (failed []error) {
	t.Helper()
	queued := w.Queued
	w.Queued = nil
	for _, q := range queued {
		if err := w.Actions.Work(t.Context(), q.Case, q.Event, q.Action); err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

func of(t *testing.T, w *hosttest.World, id core.CaseID) []actions.Done {
	t.Helper()
	done, err := w.Actions.Of(t.Context(), w.See(t, w.Priya, id))
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestStaffRunAnActionByItsButton(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, map[string]string{"run": `{"v":1,"outcome":"Told the contractor","effects":[{"t":"note.add","args":{"body":"Told them."}}]}`})
	if got := w.Actions.Buttons(seen); len(got) != 1 || got[0].Key != "act" || got[0].Name != "Do it" {
		t.Fatalf("the buttons are %+v", got)
	}
	outcome, err := w.Actions.Press(t.Context(), w.Priya, seen, "act", "once")
	if err != nil || outcome != "Told the contractor" {
		t.Fatalf("%q, %v", outcome, err)
	}
	ran, note := w.Last(t, seen.Case.ID, core.ActionRan), w.Last(t, seen.Case.ID, core.NoteAdded)
	if ran.Actor.ID != w.Priya.ID || ran.Actor.Through != hosttest.Through || ran.About["outcome"] != "Told the contractor" || ran.About["name"] != "Do it" {
		t.Errorf("recorded is %+v by %+v", ran.About, ran.Actor)
	}
	if note.Actor.ID != w.Priya.ID || note.Actor.Through != hosttest.Through {
		t.Errorf("the note is by %+v", note.Actor)
	}
}

func TestWhoMayRunAnAction(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	seen := w.Script(t, nil)
	amara, enquirer := core.PersonActor(w.Amara, "Amara"), w.Hire(t, "Sam", "sam@northmoor.example", "contact-centre")
	enquires, err := w.Cases.Find(t.Context(), enquirer, seen.Case.Ref, core.MayEnquire)
	if err != nil {
		t.Fatal(err)
	}
	for who, tt := range map[string]struct {
		by   core.Actor
		seen *cases.Seen
	}{"the requester": {amara, w.See(t, amara, seen.Case.ID)}, "an enquirer": {enquirer, enquires}} {
		if got := w.Actions.Buttons(tt.seen); len(got) != 0 {
			t.Errorf("%s has the buttons %v", who, got)
		}
		if _, err := w.Actions.Press(t.Context(), tt.by, tt.seen, "act", ""); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s runs it: %v", who, err)
		}
		if done, err := w.Actions.Of(t.Context(), tt.seen); err != nil || done != nil {
			t.Errorf("%s is told of %v, %v", who, done, err)
		}
	}
	w.Refuses(t, core.ErrInvalid, w.Priya, seen.Case.ID, &actions.Run{Action: action})
}

func TestAnEventRunsAnActionOnceBehindTheReaction(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, automatic(core.PriorityChanged))
	seen := w.Script(t, map[string]string{"run": `{"v":1,"outcome":"Told","effects":[{"t":"note.add","args":{"body":"$REQUEST"}}]}`})
	id := seen.Case.ID
	w.React(t, id)
	if len(w.Queued) != 0 {
		t.Fatalf("being raised queues %v", w.Queued)
	}
	w.Do(t, w.Priya, id, &cases.ChangePriority{To: "high"})
	if slices.Contains(w.Kinds(t, id), core.ActionRan) {
		t.Error("it ran in the door")
	}
	w.React(t, id)
	if len(w.Queued) != 1 {
		t.Fatalf("queued are %v", w.Queued)
	}
	if done := of(t, w, id); len(done) != 1 || done[0].State != actions.Waiting || done[0].Name != "Tell the contractor" {
		t.Errorf("the case shows %+v", done)
	}
	again := w.Queued
	if failed := work(t, w); failed != nil {
		t.Fatalf("%v\n%s", failed, w.Log())
	}
	w.Queued = again
	if failed := work(t, w); failed != nil { // the queue may run a job twice
		t.Fatal(failed)
	}
	n := 0
	for _, kind := range w.Kinds(t, id) {
		if kind == core.ActionRan {
			n++
		}
	}
	ran := w.Last(t, id, core.ActionRan)
	if n != 1 || ran.Actor.Kind != core.ActorSystem || ran.Actor.Through != hosttest.Through {
		t.Errorf("it ran %d times, by %+v", n, ran.Actor)
	}
	done := of(t, w, id)
	if len(done) != 1 || done[0].State != actions.Ran || done[0].Outcome != "Told" || done[0].Through != hosttest.Through || done[0].FinishedAt.IsZero() {
		t.Errorf("the case shows %+v", done)
	}
	var body string
	if err := w.Pool.QueryRow(t.Context(), `SELECT body FROM notes WHERE case_id = $1`, id).Scan(&body); err != nil {
		t.Fatal(err)
	}
	// It was told of the event, and not of what changed: the priority was not granted.
	if !strings.Contains(body, `"kind":"case.priority_changed"`) || !strings.Contains(body, `"by":"staff"`) || strings.Contains(body, `"priority"`) {
		t.Errorf("it was told %s", body)
	}
}

func TestAnActionSetsOffNoActionOfItsOwnPlugin(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, automatic(core.NoteAdded))
	seen := w.Script(t, map[string]string{"run": `{"v":1,"outcome":"Noted","effects":[{"t":"note.add","args":{"body":"And again."}}]}`})
	id := seen.Case.ID
	if _, err := w.Actions.Press(t.Context(), w.Priya, seen, "act", ""); err != nil {
		t.Fatal(err)
	}
	w.React(t, id)
	if len(w.Queued) != 0 {
		t.Errorf("queued are %v", w.Queued)
	}
}

// others sets off what another plugin's effect would: the actor of the event is
// through that plugin.
func TestActionsThatSetOffEachOtherEnd(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, automatic(core.NoteAdded))
	ct, err := w.Types.Published(t.Context(), "complaint")
	if err != nil {
		t.Fatal(err)
	}
	id := w.Raise(t)
	heard := func(depth int, through string) int {
		w.Queued = nil
		by := core.SystemActor()
		by.Through = through
		ran := core.Recorded{Kind: core.ActionRan, Version: 8, Actor: by, Origin: core.OriginLive, About: core.About{"depth": float64(depth)}, RecordedAt: casestest.Start}
		note := core.Recorded{Kind: core.NoteAdded, Version: 9, Actor: by, Origin: core.OriginLive, RecordedAt: casestest.Start}
		all := []core.Recorded{ran, note}
		if depth < 0 {
			all = all[1:]
		}
		if err := w.Actions.Heard(t.Context(), &pgx.Batch{}, w.Case(t, id), ct, all); err != nil {
			t.Fatal(err)
		}
		return len(w.Queued)
	}
	for depth, want := range []int{1, 1, 1, 0, 0} {
		if got := heard(depth, "org.other 1.0.0"); got != want {
			t.Errorf("at depth %d: %d queued, want %d", depth, got, want)
		}
	}
	if got := heard(-1, "org.other 1.0.0"); got != 0 {
		t.Errorf("of what nobody knows how deep it is, %d are queued", got)
	}
	if got := heard(0, hosttest.Through); got != 0 {
		t.Errorf("of its own, %d are queued", got)
	}
}

func TestAnActionThatFailsIsTriedAgainAndThenGivenUp(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, automatic(core.PriorityChanged))
	seen := w.Script(t, map[string]string{"run": `{"v":1,"errors":[{"field":"","msg":"The contractor does not answer."}]}`})
	id := seen.Case.ID
	w.Do(t, w.Priya, id, &cases.ChangePriority{To: "high"})
	w.React(t, id)
	queued := w.Queued
	for try := 1; try <= 20; try++ {
		w.Queued = queued
		failed := work(t, w)
		done := of(t, w, id)[0]
		if done.Tries != try || done.Problem != "The contractor does not answer." {
			t.Fatalf("after %d tries: %+v", try, done)
		}
		if gaveUp := done.State == actions.Failed; gaveUp != (try == 20) || (len(failed) == 0) != gaveUp {
			t.Fatalf("after %d tries: %+v, %v", try, done, failed)
		}
	}
	if slices.Contains(w.Kinds(t, id), core.ActionRan) {
		t.Error("it is recorded as run")
	}
	if _, err := w.Actions.Press(t.Context(), w.Priya, w.See(t, w.Priya, id), "act", ""); core.KindOf(err) != core.ErrUnavailable || !strings.Contains(err.Error(), "The contractor does not answer.") {
		t.Errorf("by hand: %v", err)
	}
}

func TestAnActionThatCrashesIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, automatic(core.PriorityChanged))
	seen := w.Script(t, map[string]string{"run": `"trap"`})
	w.Do(t, w.Priya, seen.Case.ID, &cases.ChangePriority{To: "high"})
	w.React(t, seen.Case.ID)
	if failed := work(t, w); len(failed) != 1 {
		t.Errorf("%v", failed)
	}
	if done := of(t, w, seen.Case.ID); done[0].State != actions.Waiting || done[0].Tries != 1 || done[0].Problem != "The plugin of this action has a problem just now." {
		t.Errorf("%+v", done)
	}
}

func TestAnActionWhoseRuleIsGoneIsForgotten(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	w.Change(t, automatic(core.PriorityChanged))
	seen := w.Script(t, nil)
	w.Do(t, w.Priya, seen.Case.ID, &cases.ChangePriority{To: "high"})
	w.React(t, seen.Case.ID)
	w.Change(t, func(ct *core.CaseType) { ct.Actions = nil })
	if failed := work(t, w); failed != nil {
		t.Error(failed)
	}
	if done := of(t, w, seen.Case.ID); len(done) != 0 {
		t.Errorf("%+v", done)
	}
}

// A webhook, end to end: an event, a job, a request over the network with a
// secret, and what came of it on the case.
func TestAnActionTellsAnotherSystem(t *testing.T) {
	t.Parallel()
	var got atomic.Pointer[string]
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all := r.Header.Get("Authorization") + " " + string(body)
		got.Store(&all)
		rw.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	clock := &casestest.Clock{}
	out := pluginhost.NewOutside(pluginhost.OutsideOptions{
		Clock: clock, Log: slog.New(slog.DiscardHandler), Loopback: true,
		Resolve: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		},
	})
	t.Cleanup(out.Close)
	w := hosttest.New(t, hosttest.Options{HTTP: out, Secrets: map[string]string{"key": "s3cr3t"}, Grant: pluginhost.Grant{
		"context:case.description", "context:case.ref", "note.add", "http.request:http://roads.example.org:" + u.Port(),
	}})
	w.Change(t, automatic(core.PriorityChanged))
	ask := fmt.Sprintf(`{"method":"POST","url":"http://roads.example.org:%s/hooks","headers":{"Authorization":"Bearer {{secret:key}}"},"body":"hello"}`, u.Port())
	seen := w.Script(t, map[string]string{
		"run":     `{"v":1,"asks":[{"id":"sent","t":"http.request","args":` + ask + `}]}`,
		"answer1": `{"v":1,"outcome":"Sent to the contractor","effects":[{"t":"note.add","args":{"body":"Answered: $ANSWERS"}}]}`,
	})
	w.Do(t, w.Priya, seen.Case.ID, &cases.ChangePriority{To: "high"})
	w.React(t, seen.Case.ID)
	if failed := work(t, w); failed != nil {
		t.Fatalf("%v\n%s", failed, w.Log())
	}
	if got.Load() == nil || *got.Load() != "Bearer s3cr3t hello" {
		t.Errorf("the contractor was sent %v", got.Load())
	}
	if done := of(t, w, seen.Case.ID); done[0].Outcome != "Sent to the contractor" {
		t.Errorf("%+v", done)
	}
	var body string
	if err := w.Pool.QueryRow(t.Context(), `SELECT body FROM notes WHERE case_id = $1`, seen.Case.ID).Scan(&body); err != nil || !strings.Contains(body, `"status":202`) {
		t.Errorf("the note says %q, %v", body, err)
	}
}
