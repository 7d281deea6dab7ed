package notifications_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notifications"
)

// prefer says how somebody wants to be told.
func (o *office) prefer(t testing.TB, by core.Actor, p notifications.Preferences) {
	t.Helper()
	if err := o.SetPreferences(t.Context(), by, p); err != nil {
		t.Fatal(err)
	}
}

type hows = map[core.EventKind]notifications.How

func TestEachKindOfEventIsToldAsItsReaderWants(t *testing.T) {
	for how, want := range map[notifications.How]struct{ mailed, rung, digested bool }{
		notifications.AtOnce: {true, true, false}, notifications.InDigest: {false, true, true},
		notifications.InConsole: {false, true, false}, notifications.None: {},
	} {
		t.Run(string(how), func(t *testing.T) {
			o := open(t)
			o.prefer(t, o.Priya, notifications.Preferences{How: hows{core.CaseRaised: how}, Hour: 8})
			id := o.raise(t, "complaint")
			var mailed, others bool
			for _, l := range o.letters(t, id) {
				mailed = mailed || l.To == "priya@northmoor.example"
				others = others || l.To == "tomasz@northmoor.example"
			}
			var rung, digested bool
			if err := o.Pool.QueryRow(t.Context(), `SELECT count(*) > 0, coalesce(bool_or(in_digest), false) FROM notifications WHERE staff_id = $1`, o.Priya.ID).Scan(&rung, &digested); err != nil {
				t.Fatal(err)
			}
			if mailed != want.mailed || rung != want.rung || digested != want.digested || !others {
				t.Errorf("mailed %v, rung %v, for the digest %v; a colleague was mailed: %v", mailed, rung, digested, others)
			}
			// Another kind is told as usual.
			o.Do(t, o.Tomasz, id, &cases.Assign{To: o.Priya.StaffID()})
			wants(t, "assigned", o.letters(t, id), "case.assigned assignee assigned priya@northmoor.example")
		})
	}
}

func TestABreachAndAnEscalationCannotBeSilenced(t *testing.T) {
	o := open(t)
	for _, kind := range []core.EventKind{core.TargetBreached, core.CaseEscalated} {
		err := o.SetPreferences(t.Context(), o.Priya, notifications.Preferences{How: hows{kind: notifications.None}})
		if core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s was silenced: %v", kind, err)
		}
		// Even if a row says so, it is in the console.
		o.exec(t, `INSERT INTO notification_preferences (staff_id, kind, how) VALUES ($1, $2, 'none')`, o.Lead.ID, kind)
	}
	id := o.raise(t, "complaint")
	o.letters(t, id)
	o.Do(t, o.Priya, id, &cases.Escalate{Reason: "press"})
	for _, l := range o.letters(t, id) {
		if l.To == "yusuf@northmoor.example" {
			t.Error("a mail went although none was wanted")
		}
	}
	o.finds(t, "escalated", o.Lead, o.Priya.Name+" escalated this case")
}

func TestPreferencesAreCheckedAndKept(t *testing.T) {
	o := open(t)
	for what, p := range map[string]notifications.Preferences{
		"an hour that is none":   {Hour: 24},
		"a zone that is none":    {Zone: "Mars/Olympus"},
		"the zone of a server":   {Zone: "Local"},
		"an unknown event":       {How: hows{"case.sung": notifications.InConsole}},
		"an unknown way to tell": {How: hows{core.CaseRaised: "telepathy"}},
	} {
		if err := o.SetPreferences(t.Context(), o.Priya, p); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := o.SetPreferences(t.Context(), o.amara(), notifications.Preferences{}); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("a customer has preferences: %v", err)
	}
	own, err := o.Preferences(t.Context(), o.Priya)
	if err != nil || len(own.How) != 0 || own.Hour != 8 || own.Of(core.CaseRaised) != notifications.AtOnce {
		t.Errorf("at first: %+v, %v", own, err)
	}
	o.prefer(t, o.Priya, notifications.Preferences{How: hows{core.CaseRaised: notifications.InDigest, core.CaseAssigned: notifications.AtOnce}, Hour: 17, Zone: "Asia/Tokyo"})
	own, err = o.Preferences(t.Context(), o.Priya)
	if err != nil || len(own.How) != 1 || own.Of(core.CaseRaised) != notifications.InDigest || own.Hour != 17 || own.Zone != "Asia/Tokyo" {
		t.Errorf("then: %+v, %v", own, err)
	}
}

// digests sends what is due and returns the mails of that kind since.
func (o *office) digests(t testing.TB, want int) []letter {
	t.Helper()
	n, err := o.SendDigests(t.Context(), o.Clock.Now())
	if err != nil || n != want {
		t.Fatalf("%s: %d digests were sent, wanted %d, %v", o.Clock.Now(), n, want, err)
	}
	rows, err := o.Pool.Query(t.Context(), `SELECT event_kind, audience, template, recipient, recipient_name, subject, body_text FROM outbox WHERE event_kind = 'digest' ORDER BY no`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []letter
	for rows.Next() {
		var l letter
		if err := rows.Scan(&l.Event, &l.Audience, &l.Template, &l.To, &l.Name, &l.Subject, &l.Text); err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// In November the offices of London stand at UTC; 17 November 2026 is a Tuesday.
func TestADigestComesOnceAWorkingDayAtItsHour(t *testing.T) {
	o := open(t)
	o.Publish(t, "organisation", "organisation", `{"name": "Northmoor", "zone": "Europe/London"}`)
	o.prefer(t, o.Priya, notifications.Preferences{How: hows{core.CaseRaised: notifications.InDigest}, Hour: 8})
	at := func(day, hour, minute int) { o.Clock.Set(time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC)) }
	raise := func() core.CaseID {
		id := o.raise(t, "complaint")
		o.react(t, id)
		return id
	}
	at(17, 7, 0)
	first, read := raise(), raise()
	o.digests(t, 0) // before the hour
	at(17, 8, 5)
	late := raise() // after the hour, before the digest is looked for
	if err := o.CaseOpened(t.Context(), o.Priya, read); err != nil {
		t.Fatal(err)
	}
	sent := o.digests(t, 1)
	ref := func(id core.CaseID) string { return string(o.Case(t, id).Ref) }
	if len(sent) != 1 || sent[0].To != "priya@northmoor.example" || sent[0].Template != "digest" ||
		!strings.Contains(sent[0].Subject, "Tuesday 17 November 2026") || !strings.Contains(sent[0].Subject, "one thing") {
		t.Fatalf("sent was %+v", sent)
	}
	text := sent[0].Text
	if !strings.Contains(text, base+"/cases/"+ref(first)) || strings.Contains(text, ref(read)) || strings.Contains(text, ref(late)) {
		t.Errorf("the digest says\n%s", text)
	}
	o.digests(t, 0) // the same day again
	at(18, 8, 0)
	if sent = o.digests(t, 1); !strings.Contains(sent[1].Text, ref(late)) || strings.Contains(sent[1].Text, ref(first)) {
		t.Errorf("the next day it says\n%s", sent[1].Text)
	}
	at(19, 8, 0)
	o.digests(t, 0) // nothing happened
	at(20, 12, 0)
	raise()
	at(21, 9, 0) // a Saturday
	o.digests(t, 0)
	at(23, 8, 0)
	o.digests(t, 1)
	o.exec(t, `UPDATE outbox SET state = 'sent' WHERE event_kind = 'digest'`)
	if _, err := o.Sweep(t.Context(), o.Clock.Now().AddDate(0, 0, 88)); err != nil {
		t.Fatal(err)
	}
	if sent = o.digests(t, 0); len(sent) != 1 {
		t.Errorf("%d digests of the last 90 days are kept", len(sent))
	}
}

func TestADigestKeepsTheHourOfItsReadersZone(t *testing.T) {
	o := open(t)
	o.prefer(t, o.Priya, notifications.Preferences{How: hows{core.CaseRaised: notifications.InDigest}, Hour: 9, Zone: "America/New_York"})
	o.Clock.Set(time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC))
	o.react(t, o.raise(t, "complaint"))
	o.Clock.Set(time.Date(2026, 11, 17, 13, 59, 0, 0, time.UTC))
	o.digests(t, 0)
	o.Clock.Set(time.Date(2026, 11, 17, 14, 0, 0, 0, time.UTC))
	o.digests(t, 1)
}

func TestSeveralServersSendADigestOnce(t *testing.T) {
	o := open(t)
	o.prefer(t, o.Priya, notifications.Preferences{How: hows{core.CaseRaised: notifications.InDigest}, Hour: 6})
	o.Clock.Set(time.Date(2026, 11, 17, 5, 0, 0, 0, time.UTC))
	o.react(t, o.raise(t, "complaint"))
	o.Clock.Set(time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC))
	var mu sync.Mutex
	var group sync.WaitGroup
	total := 0
	for range 6 {
		group.Go(func() {
			n, err := o.SendDigests(t.Context(), o.Clock.Now())
			mu.Lock()
			defer mu.Unlock()
			if total += n; err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if sent := o.digests(t, 0); total != 1 || len(sent) != 1 {
		t.Errorf("%d say they sent one, %d were", total, len(sent))
	}
}

func TestADigestLeavesOutWhatItsReaderNoLongerSees(t *testing.T) {
	o := open(t)
	o.prefer(t, o.Priya, notifications.Preferences{How: hows{core.CaseRaised: notifications.InDigest}, Hour: 6})
	o.Clock.Set(time.Date(2026, 11, 17, 5, 0, 0, 0, time.UTC))
	id := o.raise(t, "complaint")
	o.react(t, id)
	o.restrict(t, id)
	o.Clock.Set(time.Date(2026, 11, 17, 9, 0, 0, 0, time.UTC))
	o.digests(t, 0)
}
