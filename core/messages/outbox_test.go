package messages_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/mail"
	"github.com/casement-dev/casement/core/mail/mailtest"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

// clock stands still until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// installation is a service on a database of its own with a mail server.
type installation struct {
	*messages.Service
	pool   *pgxpool.Pool
	server *mailtest.Server
	clock  *clock
}

func install(t *testing.T) installation {
	t.Helper()
	t.Parallel()
	i := installation{pool: pgtest.New(t), server: mailtest.Start(t, mailtest.Options{}), clock: newClock()}
	i.Service = i.serviceOn(t, i.pool, nil)
	return i
}

// serviceOn makes another service for the same outbox, as a second server is.
func (i installation) serviceOn(t *testing.T, pool *pgxpool.Pool, wrap func(messages.Sender) messages.Sender) *messages.Service {
	t.Helper()
	var sender messages.Sender
	sender, err := mail.New(mail.Settings{
		Host: "127.0.0.1", Port: i.server.Port, Security: mail.Plain, From: "no-reply@northmoor.example", Timeout: 5 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	if wrap != nil {
		sender = wrap(sender)
	}
	return messages.New(postgres.NewDB(pool), i.clock, messages.Options{Sender: sender, Domain: "northmoor.example"})
}

// between is a sender with something happening between the commit of
// "sending" and DATA.
type between struct {
	messages.Sender
	do func(context.CancelFunc) error
}

func (b between) Send(ctx context.Context, m core.Message, begin func(context.Context) error) messages.Receipt {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return b.Sender.Send(ctx, m, func(ctx context.Context) error {
		if err := begin(ctx); err != nil {
			return err
		}
		return b.do(cancel)
	})
}

func outgoing(change ...func(*messages.Outgoing)) messages.Outgoing {
	o := messages.Outgoing{
		EventSeq: 7, Event: "case.raised", Audience: "requester", Template: "confirmation",
		To: "Zoe@Example.org", ToName: "Zoe Müller", Data: messages.Sample(),
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

func (i installation) post(t *testing.T, change ...func(*messages.Outgoing)) core.MessageID {
	t.Helper()
	id, err := i.Post(t.Context(), outgoing(change...))
	if err != nil || id.IsZero() {
		t.Fatalf("post: %v, %v", id, err)
	}
	return id
}

func (i installation) due(t *testing.T) messages.Tally {
	t.Helper()
	tally, err := i.DeliverDue(t.Context(), i.clock.Now(), 100)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

var administrator = core.StaffActor(core.NewID[core.StaffID](), "Ada", core.RoleAdministrator)

func (i installation) find(t *testing.T, id core.MessageID) messages.Entry {
	t.Helper()
	e, err := i.Find(t.Context(), administrator, id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (i installation) wantState(t *testing.T, id core.MessageID, want core.DeliveryState, mails int) messages.Entry {
	t.Helper()
	e := i.find(t, id)
	if e.State != want {
		t.Errorf("the message is %s (%s), want %s", e.State, e.Detail, want)
	}
	if got := len(i.server.Mails()); got != mails {
		t.Errorf("the server got %d mails, want %d", got, mails)
	}
	return e
}

func atLeastOnce(o *messages.Outgoing) { o.Template, o.Audience = "breached", "escalation" }

func TestAMessageIsSentOnceAndKeptAsItWasSent(t *testing.T) {
	i := install(t)
	id := i.post(t)
	if tally := i.due(t); tally != (messages.Tally{Sent: 1}) {
		t.Fatalf("delivered %+v", tally)
	}
	e := i.wantState(t, id, core.DeliverySent, 1)
	if !e.SentAt.Equal(i.clock.Now()) || e.To != "zoe@example.org" || e.Text == "" || e.HTML == "" || e.Attempts != 1 {
		t.Errorf("kept as %+v", e)
	}
	i.clock.Add(100 * time.Hour)
	if tally := i.due(t); tally.Handled() != 0 {
		t.Errorf("a second time: %+v", tally)
	}
	i.wantState(t, id, core.DeliverySent, 1)
}

func TestOneEventTellsOneRecipientOnce(t *testing.T) {
	i := install(t)
	i.post(t)
	again, err := i.Post(t.Context(), outgoing())
	if err != nil || !again.IsZero() {
		t.Errorf("posted again as %v, %v", again, err)
	}
	i.post(t, func(o *messages.Outgoing) { o.Audience = "assignee" })
	i.post(t, func(o *messages.Outgoing) { o.To = "max@example.org" })
	i.post(t, func(o *messages.Outgoing) { o.EventSeq = 8 })
	for range 2 { // nothing to compare a message without an event with
		i.post(t, func(o *messages.Outgoing) { o.EventSeq, o.Event, o.Template = 0, "sign_in", messages.SignIn })
	}
	if tally := i.due(t); tally.Sent != 6 {
		t.Errorf("delivered %+v", tally)
	}
}

func TestLettersArePartOfTheTransactionThatTellsThem(t *testing.T) {
	i := install(t)
	letter, err := i.Compose(t.Context(), outgoing())
	if err != nil {
		t.Fatal(err)
	}
	put := func(end func(pgx.Tx) error) int {
		t.Helper()
		tx, err := i.pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		kept, err := i.Put(t.Context(), tx, letter, letter)
		if err != nil {
			t.Fatal(err)
		}
		if err := end(tx); err != nil {
			t.Fatal(err)
		}
		return len(kept)
	}
	if n := put(func(tx pgx.Tx) error { return tx.Rollback(t.Context()) }); n != 1 {
		t.Errorf("kept %d of two equal letters", n)
	}
	if _, err := i.Find(t.Context(), administrator, letter.ID); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("after a rollback: %v", err)
	}
	put(func(tx pgx.Tx) error { return tx.Commit(t.Context()) })
	if n := put(func(tx pgx.Tx) error { return tx.Commit(t.Context()) }); n != 0 {
		t.Errorf("a repeated reaction kept %d more", n)
	}
	i.wantState(t, letter.ID, core.DeliveryQueued, 0)
}

func TestARefusalIsRememberedInTheServersWords(t *testing.T) {
	i := install(t)
	i.server.OnTo(func(string) error { return mailtest.Refuse(550, "No such user here") })
	id := i.post(t)
	if tally := i.due(t); tally.Refused != 1 {
		t.Errorf("delivered %+v", tally)
	}
	if e := i.wantState(t, id, core.DeliveryRefused, 0); e.Detail != "550 No such user here" {
		t.Errorf("the detail is %q", e.Detail)
	}
}

func TestATemporaryFailureIsTriedAgainLaterAndLaterAndGivenUpInTheEnd(t *testing.T) {
	i := install(t)
	i.server.OnTo(func(string) error { return mailtest.Refuse(451, "Busy") })
	id := i.post(t)
	begun := i.clock.Now()
	var last time.Duration
	for attempt := 1; ; attempt++ {
		tally := i.due(t)
		if tally.Refused == 1 {
			break
		}
		e := i.find(t, id)
		pause := e.NextAt.Sub(i.clock.Now())
		if tally.Again != 1 || e.State != core.DeliveryQueued || e.Attempts != attempt || pause < last || pause <= 0 {
			t.Fatalf("attempt %d: %+v, %+v", attempt, tally, e)
		}
		if early := i.due(t); early.Handled() != 0 {
			t.Fatalf("tried again without a pause: %+v", early)
		}
		last = pause
		i.clock.Add(pause)
	}
	i.wantState(t, id, core.DeliveryRefused, 0)
	if took := i.clock.Now().Sub(begun); took < 48*time.Hour || took > 96*time.Hour {
		t.Errorf("given up after %s", took)
	}
}

func TestATryThatSucceedsInTheEndSendsOnce(t *testing.T) {
	i := install(t)
	busy := true
	i.server.OnData(func(mailtest.Mail) error {
		if busy {
			busy = false
			return mailtest.Refuse(452, "Disk full")
		}
		return nil
	})
	id := i.post(t)
	i.due(t)
	i.clock.Add(time.Hour)
	i.due(t)
	i.wantState(t, id, core.DeliverySent, 1)
}

func TestAMessageWhoseAnswerWasLostIsUnknownAndNotSentAgain(t *testing.T) {
	i := install(t)
	i.server.OnData(func(mailtest.Mail) error { return mailtest.ErrCut })
	id := i.post(t)
	if tally := i.due(t); tally.Unknown != 1 {
		t.Errorf("delivered %+v", tally)
	}
	i.server.OnData(nil)
	i.clock.Add(100 * time.Hour)
	i.due(t)
	i.wantState(t, id, core.DeliveryUnknown, 1)
}

func TestAtLeastOnceRepeatsALostAnswerUnderTheSameMessageID(t *testing.T) {
	i := install(t)
	i.server.OnData(func(mailtest.Mail) error { return mailtest.ErrCut })
	id := i.post(t, atLeastOnce)
	if tally := i.due(t); tally.Again != 1 {
		t.Errorf("delivered %+v", tally)
	}
	i.server.OnData(nil)
	i.clock.Add(time.Hour)
	i.due(t)
	e := i.wantState(t, id, core.DeliverySent, 2)
	for _, m := range i.server.Mails() {
		if !containsLine(m.Data, "Message-ID: <"+e.MessageID+">") {
			t.Errorf("a mail went under another Message-ID:\n%s", m.Data)
		}
	}
}

func TestStoppingBetweenTheCommitAndTheTextSendsNothingAndTriesAgain(t *testing.T) {
	i := install(t)
	id := i.post(t)
	stopping := i.serviceOn(t, i.pool, func(s messages.Sender) messages.Sender {
		return between{s, func(cancel context.CancelFunc) error { cancel(); return nil }}
	})
	if tally, err := stopping.DeliverDue(t.Context(), i.clock.Now(), 10); err != nil || tally.Again != 1 {
		t.Fatalf("delivered %+v, %v", tally, err)
	}
	i.wantState(t, id, core.DeliveryQueued, 0)
	i.clock.Add(time.Hour)
	i.due(t)
	i.wantState(t, id, core.DeliverySent, 1)
}

// crash makes an attempt by a program that loses its database, as a killed
// one does, when at says so: what happened afterwards is written down nowhere.
func (i installation) crash(t *testing.T, afterText bool) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), pgtest.DSN(i.pool))
	if err != nil {
		t.Fatal(err)
	}
	dying := i.serviceOn(t, pool, func(s messages.Sender) messages.Sender {
		return between{s, func(cancel context.CancelFunc) error {
			if !afterText {
				pool.Close()
				cancel()
			}
			return nil
		}}
	})
	if afterText {
		i.server.OnData(func(mailtest.Mail) error { pool.Close(); return nil })
	}
	if _, err := dying.DeliverDue(t.Context(), i.clock.Now(), 10); err == nil {
		t.Fatal("the dying program wrote down what became of the message")
	}
	i.server.OnData(nil)
}

func TestAMessageBeingSentWhenTheProgramDiedIsUnknownAndNotSentAgain(t *testing.T) {
	for name, afterText := range map[string]bool{"before the text": false, "after the text": true} {
		t.Run(name, func(t *testing.T) {
			i := install(t)
			id := i.post(t)
			i.crash(t, afterText)
			sent := len(i.server.Mails())
			i.wantState(t, id, core.DeliverySending, sent)
			if tally := i.due(t); tally.Handled() != 0 {
				t.Errorf("taken up while it may still be going on: %+v", tally)
			}
			i.clock.Add(time.Hour)
			if tally := i.due(t); tally.Unknown != 1 {
				t.Errorf("an hour later: %+v", tally)
			}
			i.clock.Add(100 * time.Hour)
			i.due(t)
			i.wantState(t, id, core.DeliveryUnknown, sent)
		})
	}
}

func TestAtLeastOnceIsSentAgainWhenTheProgramDied(t *testing.T) {
	i := install(t)
	id := i.post(t, atLeastOnce)
	i.crash(t, true)
	i.clock.Add(time.Hour)
	i.due(t)
	i.wantState(t, id, core.DeliverySent, 2)
}

func TestAProgramThatDiedBeforeBeginningLosesNothing(t *testing.T) {
	i := install(t)
	id := i.post(t)
	pool, err := pgxpool.New(t.Context(), pgtest.DSN(i.pool))
	if err != nil {
		t.Fatal(err)
	}
	i.server.OnTo(func(string) error { pool.Close(); return nil })
	if _, err := i.serviceOn(t, pool, nil).DeliverDue(t.Context(), i.clock.Now(), 10); err == nil {
		t.Fatal("the dying program wrote down what became of the message")
	}
	i.server.OnTo(nil)
	i.wantState(t, id, core.DeliveryQueued, 0)
	i.clock.Add(time.Hour)
	i.due(t)
	i.wantState(t, id, core.DeliverySent, 1)
}

func TestManyProgramsSendEveryMessageOnce(t *testing.T) {
	i := install(t)
	const n = 40
	for k := range n {
		i.post(t, func(o *messages.Outgoing) { o.EventSeq = int64(100 + k) })
	}
	var wg sync.WaitGroup
	for range 4 {
		service := i.serviceOn(t, i.pool, nil)
		wg.Go(func() {
			for {
				tally, err := service.DeliverDue(t.Context(), i.clock.Now(), 7)
				if err != nil {
					t.Error(err)
				}
				if err != nil || tally.Handled() == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	ids := map[string]bool{}
	for _, m := range i.server.Mails() {
		ids[messageID(m.Data)] = true
	}
	if got := len(i.server.Mails()); got != n || len(ids) != n {
		t.Errorf("%d mails with %d Message-IDs, want %d", got, len(ids), n)
	}
}

func TestAClaimThatWasLostSendsNothing(t *testing.T) {
	i := install(t)
	id := i.post(t)
	// The first program dawdles for an hour between claim and beginning;
	// meanwhile a second one sends.
	slow := i.serviceOn(t, i.pool, func(s messages.Sender) messages.Sender {
		return dawdler{s, func() {
			i.clock.Add(time.Hour)
			i.due(t)
		}}
	})
	if tally, err := slow.DeliverDue(t.Context(), i.clock.Now(), 10); err != nil || tally.Handled() != 0 {
		t.Errorf("the slow program did %+v, %v", tally, err)
	}
	i.wantState(t, id, core.DeliverySent, 1)
}

// dawdler is a sender that lets something else happen first.
type dawdler struct {
	messages.Sender
	first func()
}

func (d dawdler) Send(ctx context.Context, m core.Message, begin func(context.Context) error) messages.Receipt {
	d.first()
	return d.Sender.Send(ctx, m, begin)
}

func TestDeliverSendsOneMessageNow(t *testing.T) {
	i := install(t)
	id := i.post(t)
	i.post(t, func(o *messages.Outgoing) { o.EventSeq = 8 })
	for range 2 {
		if state, err := i.Deliver(t.Context(), id); err != nil || state != core.DeliverySent {
			t.Errorf("delivered: %s, %v", state, err)
		}
	}
	i.wantState(t, id, core.DeliverySent, 1)
	if _, err := i.Deliver(t.Context(), core.NewID[core.MessageID]()); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a message that is not there: %v", err)
	}
}

func TestWithoutAMailServerMessagesAreHeldUntilSomebodySendsThem(t *testing.T) {
	i := install(t)
	without := messages.New(postgres.NewDB(i.pool), i.clock, messages.Options{})
	id, err := without.Post(t.Context(), outgoing())
	if err != nil {
		t.Fatal(err)
	}
	if tally, err := without.DeliverDue(t.Context(), i.clock.Now(), 10); err != nil || tally.Handled() != 0 {
		t.Errorf("delivered %+v, %v", tally, err)
	}
	if err := without.SendAgain(t.Context(), administrator, id); core.KindOf(err) != core.ErrConflict {
		t.Errorf("sent without a server: %v", err)
	}
	i.due(t)
	i.wantState(t, id, core.DeliveryHeld, 0)
	if err := i.SendAgain(t.Context(), core.StaffActor(core.NewID[core.StaffID](), "Max"), id); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("sent by anybody: %v", err)
	}
	if err := i.SendAgain(t.Context(), administrator, id); err != nil {
		t.Fatal(err)
	}
	i.due(t)
	i.wantState(t, id, core.DeliverySent, 1)
	if err := i.SendAgain(t.Context(), administrator, id); core.KindOf(err) != core.ErrConflict {
		t.Errorf("sent again after it was sent: %v", err)
	}
}

func TestTheWordsOfASignInMessageAreForAdministratorsOfATestInstallationOnly(t *testing.T) {
	i := install(t)
	id := i.post(t, func(o *messages.Outgoing) { o.EventSeq, o.Event, o.Template = 0, "sign_in", messages.SignIn })
	secret := "sign-in/Zm9vYmFyYmF6cXV4"
	check := func(shown bool) {
		t.Helper()
		e := i.find(t, id)
		if e.Withheld == shown || contains(e.Text, secret) != shown || contains(e.HTML, secret) != shown {
			t.Errorf("shown %v: %+v", shown, e)
		}
	}
	check(false)
	const put = `INSERT INTO installation (name, test, created_at) VALUES ('Northmoor', $1, $2)
		ON CONFLICT (one) DO UPDATE SET test = excluded.test`
	for _, test := range []bool{false, true} {
		if _, err := i.pool.Exec(t.Context(), put, test, i.clock.Now()); err != nil {
			t.Fatal(err)
		}
		check(test)
	}
	if _, err := i.Find(t.Context(), core.StaffActor(core.NewID[core.StaffID](), "Max"), id); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("found by anybody: %v", err)
	}
	if _, err := i.FindOfCase(t.Context(), core.CaseID{}, id); err == nil {
		if e, _ := i.FindOfCase(t.Context(), core.CaseID{}, id); !e.Withheld {
			t.Error("a case's page shows the secret")
		}
	}
	if err := i.SendAgain(t.Context(), administrator, id); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a sign-in link was sent again: %v", err)
	}
	if n, err := i.Sweep(t.Context(), i.clock.Now().AddDate(0, 0, 6)); err != nil || n != 0 {
		t.Errorf("swept %d, %v after six days", n, err)
	}
	if n, err := i.Sweep(t.Context(), i.clock.Now().AddDate(0, 0, 8)); err != nil || n != 1 {
		t.Errorf("swept %d, %v after eight days", n, err)
	}
}

func TestTheOutboxIsReadPageByPageNewestFirst(t *testing.T) {
	i := install(t)
	var want []core.MessageID
	for k := range 5 {
		i.clock.Add(time.Duration(k%2) * time.Minute) // some at the same moment
		want = append([]core.MessageID{i.post(t, func(o *messages.Outgoing) { o.EventSeq = int64(k + 1) })}, want...)
	}
	i.server.OnTo(func(to string) error { return mailtest.Refuse(550, "No") })
	if _, err := i.Deliver(t.Context(), want[2]); err != nil {
		t.Fatal(err)
	}
	var got []core.MessageID
	page := messages.Page{Limit: 2}
	for {
		entries, next, err := i.List(t.Context(), administrator, messages.Filter{}, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			got = append(got, e.ID)
			if e.Text != "" || e.HTML != "" || e.Subject == "" {
				t.Errorf("listed with its words: %+v", e)
			}
		}
		if page.After = next; next == "" {
			break
		}
	}
	if len(got) != len(want) {
		t.Fatalf("listed %d of %d", len(got), len(want))
	}
	seen := map[core.MessageID]bool{}
	for k := range got {
		seen[got[k]] = true
	}
	if len(seen) != len(want) {
		t.Error("a message was listed twice")
	}
	for filter, n := range map[messages.Filter]int{
		{State: core.DeliveryRefused}: 1, {State: core.DeliverySent}: 0, {Recipient: "ZOE@"}: 5, {Recipient: "%"}: 0, {Recipient: "z_e"}: 0,
	} {
		entries, _, err := i.List(t.Context(), administrator, filter, messages.Page{})
		if err != nil || len(entries) != n {
			t.Errorf("%+v lists %d, %v; want %d", filter, len(entries), err, n)
		}
	}
	for _, cursor := range []string{"x", "%", "MTIz", "AAAAAAAA"} {
		if _, _, err := i.List(t.Context(), administrator, messages.Filter{}, messages.Page{After: cursor}); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
	if _, _, err := i.List(t.Context(), core.AnonymousActor(), messages.Filter{}, messages.Page{}); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("listed for anybody: %v", err)
	}
}

func TestAMessageToNobodyOrFromNowhereIsRefused(t *testing.T) {
	i := install(t)
	for name, c := range map[string]struct {
		change func(*messages.Outgoing)
		kind   core.ErrorKind
	}{
		"no address":    {func(o *messages.Outgoing) { o.To = "" }, core.ErrInvalid},
		"two addresses": {func(o *messages.Outgoing) { o.To = "a@example.org,b@example.org" }, core.ErrInvalid},
		"no template":   {func(o *messages.Outgoing) { o.Template = "nonsense" }, core.ErrNotFound},
		"no event":      {func(o *messages.Outgoing) { o.Event = "" }, core.ErrInvalid},
	} {
		if _, err := i.Post(t.Context(), outgoing(c.change)); core.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPublishedTemplateReplacesTheShippedOneAndABrokenOneDoesNot(t *testing.T) {
	i := install(t)
	ours, version, err := i.Template(t.Context(), "confirmation")
	if err != nil || version != 0 {
		t.Fatalf("version %d, %v", version, err)
	}
	configurator := core.StaffActor(core.NewID[core.StaffID](), "Con", core.RoleConfigurator)
	ours.Languages = map[string]messages.Wording{"en": {Subject: "Ours", Text: "Our own words, {{ requester.name }}."}}
	if _, err := i.Publish(t.Context(), core.StaffActor(core.NewID[core.StaffID](), "Max"), ours, ""); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("published by anybody: %v", err)
	}
	for want := 1; want <= 2; want++ {
		if version, err := i.Publish(t.Context(), configurator, ours, "clearer"); err != nil || version != want {
			t.Fatalf("published version %d, %v", version, err)
		}
	}
	broken := ours
	broken.Languages = map[string]messages.Wording{"en": {Subject: "Ours", Text: "{{ requester.nam }}"}}
	if _, err := i.Publish(t.Context(), configurator, broken, ""); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("a broken template: %v", err)
	}
	if _, version, err := i.Template(t.Context(), "confirmation"); err != nil || version != 2 {
		t.Errorf("the newest is %d, %v", version, err)
	}
	if e := i.find(t, i.post(t)); e.Subject != "Ours" || !contains(e.Text, "Our own words, Zoe Müller.") {
		t.Errorf("sent %q: %s", e.Subject, e.Text)
	}
	all, err := i.Templates(t.Context())
	if err != nil || len(all) != len(messages.Shipped()) {
		t.Errorf("%d templates, %v", len(all), err)
	}
}
