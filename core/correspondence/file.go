package correspondence

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
)

// Receive files a mail to the case that it has proven to be of: mail.file, as the
// requester's doing. What the mail says is done by further commands of the same
// change. A mail is filed once.
type Receive struct {
	Mail  core.MailID `json:"mail"`
	Files []File      `json:"files,omitempty"` // what became of each

	head []headRow
}

var (
	_ cases.Inner  = (*Receive)(nil)
	_ cases.Loader = (*Receive)(nil)
)

// Name implements [cases.Command].
func (*Receive) Name() core.CommandName { return "mail.file" }

// Needs implements [cases.Command].
func (*Receive) Needs() core.Permission { return core.MayRequest }

// Touches implements [cases.Command].
func (*Receive) Touches() []core.Aspect { return nil }

// Inner implements [cases.Inner]: no program may say what a mail proves.
func (*Receive) Inner() {}

// Load implements [cases.Loader]. Whoever decides on the mail at the same moment
// waits for this change to end.
func (r *Receive) Load(reads *cases.Reads) {
	cases.ReadAll(reads, selectHead, []any{r.Mail}, func(found []headRow) { r.head = found })
}

// Apply implements [cases.Command].
func (r *Receive) Apply(_ context.Context, w *cases.Work) error {
	return r.file(w, RoleRequester, "It proves to be the requester’s answer.", StateNew)
}

// Attach puts a mail on a case because a person, or what the installation says,
// knows that it belongs there: mail.file as staff send it.
type Attach struct {
	Receive
	Role Role   `json:"role"`
	Why  string `json:"why,omitempty"`
}

// Needs implements [cases.Command].
func (*Attach) Needs() core.Permission { return core.MayWork }

// Apply implements [cases.Command].
func (a *Attach) Apply(_ context.Context, w *cases.Work) error {
	from := StateTriage
	if !w.By.IsStaff() {
		from = StateNew
	}
	return a.file(w, a.Role, a.Why, from)
}

// Begin files the mail that a case is raised from: mail.file in the change that
// begins with case.raise.
type Begin struct {
	Receive
}

// Needs implements [cases.Command].
func (*Begin) Needs() core.Permission { return core.MayRaise }

// Apply implements [cases.Command].
func (b *Begin) Apply(_ context.Context, w *cases.Work) error {
	if !w.IsNew() {
		return core.Forbidden("A mail begins a case that is raised from it.")
	}
	from := StateTriage
	if !w.By.IsStaff() {
		from = StateNew
	}
	return b.file(w, RoleRaised, "The case was raised from it.", from)
}

func (r *Receive) file(w *cases.Work, role Role, why string, from State) error {
	switch {
	case len(r.head) == 0:
		return noMail()
	case r.head[0].State != from:
		return core.Conflict("This mail has been dealt with meanwhile.")
	case !slices.Contains([]Role{RoleRequester, RoleParticipant, RoleAttached, RoleRaised}, role):
		return core.InvalidField("role", "Say what the mail is to the case.")
	}
	files := r.Files
	if files == nil {
		files = []File{}
	}
	w.Write(updateFiled, r.Mail, w.Case.ID, role, why, files, w.Now)
	w.Record(core.MailReceived, core.About{"mail": r.Mail, "no": r.head[0].No, "role": string(role)})
	return nil
}

// reopen is the consequence of a requester's mail to a case that was thought
// resolved: it is taken up again, with all that its type says of reopening.
func reopen(w *cases.Work, e core.Event) []cases.Command {
	if _, ok := w.Type.Status(w.Type.Reopen.To); !ok || w.Case.StatusKind != core.StatusResolved || e.About["role"] != string(RoleRequester) {
		return nil
	}
	return []cases.Command{&cases.Reopen{}}
}

// Return notes that a message of the case came back: message.bounce, by the mail
// that says so.
type Return struct {
	Mail    core.MailID    `json:"mail"`
	Message core.MessageID `json:"message"`
	Status  string         `json:"status,omitempty"` // such as "5.1.1"
	Detail  string         `json:"detail,omitempty"` // the mail server's words

	messages *messages.Service
	head     []headRow
}

var _ cases.Inner = (*Return)(nil)

// Name implements [cases.Command].
func (*Return) Name() core.CommandName { return "message.bounce" }

// Needs implements [cases.Command].
func (*Return) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (*Return) Touches() []core.Aspect { return nil }

// Inner implements [cases.Inner].
func (*Return) Inner() {}

// Load implements [cases.Loader].
func (r *Return) Load(reads *cases.Reads) {
	cases.ReadAll(reads, selectHead, []any{r.Mail}, func(found []headRow) { r.head = found })
}

// Apply implements [cases.Command].
func (r *Return) Apply(_ context.Context, w *cases.Work) error {
	switch {
	case len(r.head) == 0:
		return noMail()
	case r.head[0].State != StateNew:
		return core.Conflict("This mail has been dealt with meanwhile.")
	case r.messages == nil:
		return core.Invalid("A message comes back by a mail that says so.")
	}
	r.messages.Bounced(w.Write, r.Message, r.Detail)
	w.Write(updateSettled, r.Mail, StateIgnored, bounced, w.Case.ID, nil, w.Now)
	w.Record(core.MessageBounced, core.About{"message": r.Message, "mail": r.Mail, "status": r.Status})
	return nil
}

const bounced = "A mail server reports that a message of ours could not be delivered. It is marked so in the outbox."

// Bounced notes that a message came back, on its case if it has one.
func (s *Service) Bounced(ctx context.Context, mail core.MailID, told messages.Told, b Bounce) error {
	if !told.CaseID.IsZero() {
		_, err := s.o.Cases.Do(ctx, core.SystemActor(), cases.One(told.CaseID, 0, &Return{
			Mail: mail, Message: told.ID, Status: b.Status, Detail: b.Detail, messages: s.o.Messages,
		}))
		return err
	}
	return s.settleBounce(ctx, mail, told.ID, b.Detail)
}

func noMail() error { return core.NotFound("There is no such mail, or you may not see it.") }
