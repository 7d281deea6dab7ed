package notifications_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/tasks"
)

// ringsAsItWrites compares all that staff were ever written with all they were
// told in the console: without wishes of anybody's, the one is the other.
func (o *office) ringsAsItWrites(t *testing.T) {
	t.Helper()
	list := func(sql string) []string {
		rows, err := o.Pool.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	written := list(`SELECT concat_ws(' ', event_seq, event_kind, audience, recipient) FROM outbox o JOIN staff_users u ON u.email = o.recipient ORDER BY 1`)
	rung := list(`SELECT concat_ws(' ', event_seq, kind, audience, email) FROM notifications n JOIN staff_users u ON u.id = n.staff_id ORDER BY 1`)
	if len(written) == 0 || !slices.Equal(written, rung) {
		t.Errorf("written to staff were\n  %s\ntold in the console\n  %s", strings.Join(written, "\n  "), strings.Join(rung, "\n  "))
	}
}

// notices are what somebody finds in the console: "words (case)".
func (o *office) notices(t testing.TB, by core.Actor, unreadOnly bool) []notifications.Notice {
	t.Helper()
	reach, err := o.Cases.ReachOf(t.Context(), by, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	found, err := o.Notices(t.Context(), reach, unreadOnly, 0)
	if err != nil {
		t.Fatal(err)
	}
	unread, err := o.Unread(t.Context(), reach)
	if err != nil {
		t.Fatal(err)
	}
	if unreadOnly && unread != len(found.List) {
		t.Errorf("the bell says %d, the page lists %d", unread, len(found.List))
	}
	return found.List
}

// finds compares the sentences that somebody finds, the newest first.
func (o *office) finds(t testing.TB, what string, by core.Actor, want ...string) []notifications.Notice {
	t.Helper()
	list := o.notices(t, by, true)
	var got []string
	for _, n := range list {
		got = append(got, n.Words)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: %s finds %q, wanted %q", what, by.Name, got, want)
	}
	return list
}

func TestWhatStaffAreToldIsSaidInWordsAndLeadsToItsPage(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.react(t, id)
	ref := string(o.Case(t, id).Ref)
	list := o.finds(t, "raised", o.Priya, "The requester raised this case")
	if n := list[0]; n.URL != "/cases/"+ref || n.Subject != "Collections missed" || n.Type != "Complaint" || !n.At.Equal(o.Clock.Now()) || !n.IsUnread() {
		t.Errorf("told is %+v", n)
	}
	o.Do(t, o.Tomasz, id, &cases.Assign{To: o.Priya.StaffID()})
	o.Do(t, o.amara(), id, &notes.AddUpdate{Body: "Still nothing"})
	o.Do(t, o.Priya, id, &questions.Ask{Body: "Which day?"})
	o.Do(t, o.amara(), id, &questions.Answer{No: 1, Answer: "Tuesday"})
	o.react(t, id)
	o.finds(t, "worked on", o.Priya, "The requester answered a question", "The requester added to this case", o.Tomasz.Name+" gave you this case", "The requester raised this case")
	o.Do(t, o.Priya, id, &tasks.Add{Title: "Visit the site", Group: "highways"})
	o.react(t, id)
	n := o.finds(t, "a task", o.Ines, o.Priya.Name+" gave you or your group a task: Visit the site")[0]
	if n.URL != "/cases/"+ref+"/tasks/1" {
		t.Errorf("the task's notice leads to %s", n.URL)
	}
	if n.Subject != "" {
		t.Errorf("whoever has a task alone reads %q", n.Subject)
	}
}

func TestAnEventThatIsHeardTwiceRingsOnce(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.react(t, id)
	o.exec(t, `UPDATE cases SET reacted_to = 0 WHERE id = $1`, id)
	o.react(t, id)
	o.finds(t, "heard again", o.Priya, "The requester raised this case")
}

func TestACaseThatOneNoLongerSeesIsNotListedNorCounted(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.react(t, id)
	o.finds(t, "raised", o.Priya, "The requester raised this case")
	o.restrict(t, id)
	o.finds(t, "restricted", o.Priya)
	o.exec(t, `INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ('staff', $1, $2, 'named', $3)`, o.Priya.ID, id, casestest.Start)
	o.finds(t, "named on it", o.Priya, "The requester raised this case")
	o.exec(t, `UPDATE case_access SET why = 'brief' WHERE case_id = $1`, id)
	o.finds(t, "with no more than a task there", o.Priya)

	other := o.raise(t, "complaint")
	o.react(t, other)
	o.exec(t, `DELETE FROM memberships WHERE staff_id = $1`, o.Priya.ID)
	o.finds(t, "out of the group", o.Priya)
}

func TestWhatIsPrivateIsNotForThoseWhoSeeTheCaseAlone(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.react(t, id)
	o.exec(t, `UPDATE notifications SET needs = 'case.see_private'`)
	o.finds(t, "private words", o.Priya)
	o.exec(t, `INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) VALUES ('group', 'complaints-team', $1, 'escalated', $2)`, id, casestest.Start)
	o.finds(t, "the case was escalated to them", o.Priya, "The requester raised this case")
}

func TestNotificationsAreReadOneByOneAllAtOnceOrByLookingAtTheCase(t *testing.T) {
	o := open(t)
	var ids []core.CaseID
	for range 4 {
		id := o.raise(t, "complaint")
		o.react(t, id)
		ids = append(ids, id)
	}
	list := o.notices(t, o.Priya, true)
	if len(list) != 4 {
		t.Fatalf("%d are unread", len(list))
	}
	left := func(what string, want int) {
		t.Helper()
		if got := len(o.notices(t, o.Priya, true)); got != want {
			t.Errorf("%s: %d are unread, wanted %d", what, got, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(o.MarkRead(t.Context(), o.Tomasz, list[0].ID))
	left("somebody else reads it", 4)
	must(o.MarkRead(t.Context(), o.Priya, list[0].ID))
	left("one read", 3)
	must(o.CaseOpened(t.Context(), o.Priya, ids[0]))
	left("its case opened", 2)
	newest := o.notices(t, o.Priya, true)[0].ID
	late := o.raise(t, "complaint")
	o.react(t, late)
	must(o.MarkAllRead(t.Context(), o.Priya, newest))
	left("all read that were there", 1)
	if all := o.notices(t, o.Priya, false); len(all) != 5 {
		t.Errorf("%d are kept", len(all))
	}
	must(o.MarkRead(t.Context(), o.amara(), newest)) // not staff: nothing to do
	if got := len(o.notices(t, o.Tomasz, true)); got != 5 {
		t.Errorf("a colleague has %d unread", got)
	}
}

func TestThePagesOfWhoWasToldAreToldToLookAgain(t *testing.T) {
	o := open(t)
	conn, err := o.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), `LISTEN casement_topics`); err != nil {
		t.Fatal(err)
	}
	id := o.raise(t, "complaint")
	o.react(t, id)
	if err := o.Announce(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 2 {
		n, err := conn.Conn().WaitForNotification(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n.Payload)
	}
	want := []string{notifications.Topic(o.Priya.StaffID()), notifications.Topic(o.Tomasz.StaffID())}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("told were %q, wanted %q", got, want)
	}
}

func TestAGroupWithASharedMailboxIsToldInTheConsoleOneByOne(t *testing.T) {
	o := open(t)
	o.exec(t, `UPDATE groups SET email = 'complaints@northmoor.example' WHERE key = 'complaints-team'`)
	id := o.raiseBy(t, o.Priya, &cases.Raise{Type: "complaint", Subject: "By telephone", Channel: core.ChannelTelephone, Requester: o.Amara})
	wants(t, "raised", o.letters(t, id), "case.raised manage new-case complaints@northmoor.example")
	o.finds(t, "raised", o.Tomasz, o.Priya.Name+" raised this case")
	o.finds(t, "her own doing", o.Priya)
}

func TestNotificationsAreKeptForNinetyDays(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.react(t, id)
	now := o.Clock.Now()
	if n, err := o.Sweep(t.Context(), now.AddDate(0, 0, 90)); err != nil || n != 0 {
		t.Errorf("%d were deleted after 90 days, %v", n, err)
	}
	if n, err := o.Sweep(t.Context(), now.AddDate(0, 0, 90).Add(time.Second)); err != nil || n != 2 {
		t.Errorf("%d were deleted later, %v", n, err)
	}
}

func TestAListOfManyIsReadPageByPage(t *testing.T) {
	o := open(t)
	id := o.raise(t, "complaint")
	o.react(t, id)
	o.exec(t, `INSERT INTO notifications (staff_id, case_id, event_seq, kind, audience, needs, made_at)
		SELECT $1, $2, -n, 'note.added', 'assignee', 'case.view', $3 FROM generate_series(1, 129) n`, o.Priya.ID, id, casestest.Start)
	reach, err := o.Cases.ReachOf(t.Context(), o.Priya, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	seen, before := map[string]bool{}, int64(0)
	for pages := 1; ; pages++ {
		found, err := o.Notices(t.Context(), reach, true, before)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range found.List {
			seen[fmt.Sprint(n.ID)] = true
		}
		if before = found.Next; before == 0 {
			if pages != 3 || len(seen) != 130 {
				t.Errorf("%d pages with %d", pages, len(seen))
			}
			break
		}
	}
	if unread, err := o.Unread(t.Context(), reach); err != nil || unread != notifications.MaxUnread {
		t.Errorf("the bell says %d, %v", unread, err)
	}
}
