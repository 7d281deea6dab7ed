package attachments

import (
	"context"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// maxAtOnce bounds the files of one command.
const maxAtOnce = 100

// The sources of attachments.
const (
	SourceForm     = "form"     // with the form that raised the case
	SourceStaff    = "staff"    // by staff
	SourceQuestion = "question" // by staff, with a question
	SourceAnswer   = "answer"   // by the requester, with an answer
	SourceUpdate   = "update"   // by the requester, of their own accord
)

// Add puts uploaded files on a case: attachment.add. The files are pending and
// were uploaded by the same actor, or stand on the draft named.
type Add struct {
	Files    []core.AttachmentID `json:"files"`
	Audience core.Audience       `json:"audience,omitempty"` // as the type says when empty
	Source   string              `json:"source,omitempty"`   // "staff" when empty
	Draft    core.DraftID        `json:"draft,omitzero"`     // whoever sends it holds the draft

	pending map[core.AttachmentID]pending
}

// Name implements [cases.Command].
func (*Add) Name() core.CommandName { return "attachment.add" }

// Needs implements [cases.Command].
func (*Add) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Add) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (a *Add) Load(r *cases.Reads) {
	loadCount(r)
	if len(a.Files) <= maxAtOnce {
		loadPending(r, a.Files, &a.pending)
	}
}

// Apply implements [cases.Command].
func (a *Add) Apply(_ context.Context, w *cases.Work) error {
	if a.Source == "" {
		a.Source = SourceStaff
	}
	if a.Source != SourceStaff && a.Source != SourceQuestion {
		return core.InvalidField("source", "Staff add files as their own, or with a question.")
	}
	audience := a.Audience
	if audience == "" {
		audience = core.Staff
		if w.Type.Attachments.Share || a.Source == SourceQuestion {
			audience = core.Public
		}
	}
	if err := checkAudience(w, audience); err != nil {
		return err
	}
	return a.adopt(w, audience)
}

// Send puts the requester's files on their case: attachment.add as the portal
// sends it, beside an update or an answer. The requester may read them.
type Send struct {
	Add
}

// Needs implements [cases.Command].
func (*Send) Needs() core.Permission { return core.MayRequest }

// Apply implements [cases.Command].
func (s *Send) Apply(_ context.Context, w *cases.Work) error {
	if s.Source == "" {
		s.Source = SourceUpdate
	}
	if s.Source != SourceUpdate && s.Source != SourceAnswer {
		return core.InvalidField("source", "Files are sent with an update or an answer.")
	}
	if w.Case.IsFinal() {
		return core.Conflict("This case is closed. Ask for it to be reopened, or raise a new one and mention %s.", w.Case.Ref)
	}
	return s.adopt(w, core.Public)
}

// Enclose puts the files of a form on the case that it raises: attachment.add
// in the change that begins with case.raise.
type Enclose struct {
	Add
}

// Needs implements [cases.Command].
func (*Enclose) Needs() core.Permission { return core.MayRaise }

// Apply implements [cases.Command].
func (e *Enclose) Apply(_ context.Context, w *cases.Work) error {
	if !w.IsNew() {
		return core.Forbidden("Files of a form go with the case that it raises.")
	}
	e.Source = SourceForm
	return e.adopt(w, core.Public)
}

// adopt takes the pending files over, in the order in which they are named.
func (a *Add) adopt(w *cases.Work, audience core.Audience) error {
	if len(a.Files) == 0 || len(a.Files) > maxAtOnce {
		return core.InvalidField("files", "Choose 1 to %d files.", maxAtOnce)
	}
	limit := limitOf(w.Type.Attachments)
	count := countedSlot.Of(w)
	for _, id := range a.Files {
		p, ok := a.pending[id]
		if !ok || !a.mine(w.By, p) || !count.use(id) {
			return core.Conflict("A file is not there any more. Please send it again.")
		}
		if err := fits(p, limit); err != nil {
			return err
		}
		if count.Files >= limit.Files {
			return tooMany(limit.Files)
		}
		count.Last++
		count.Files++
		w.Write(adopt, id, w.Case.ID, count.Last, audience, a.Source, w.By.Kind, w.By.ID)
		w.Record(core.AttachmentAdded, core.About{
			"attachment": id, "no": count.Last, "audience": audience, "source": a.Source,
		})
		w.Made("attachment", strconv.Itoa(count.Last))
	}
	return nil
}

// mine reports whether the actor may use a pending file: it stands on the
// draft in their hands, or they uploaded it themselves.
func (a *Add) mine(by core.Actor, p pending) bool {
	if !p.DraftID.IsZero() {
		return p.DraftID == a.Draft
	}
	return p.ActorKind == by.Kind && p.ActorID == by.ID
}

// fits checks a file against the case type as it is published now: the form it
// came with may have been of an earlier version.
func fits(p pending, l core.AttachmentLimit) error {
	k, ok := claimedKind(p.Name)
	if !ok || k.media != p.Kind || !k.allowedBy(l) {
		return notAllowed(p.Name, l)
	}
	if p.Size > l.Bytes {
		return tooLarge(p.Name, l.Bytes)
	}
	return nil
}

// checkAudience refuses an audience that does not exist or that the actor
// could not read themselves.
func checkAudience(w *cases.Work, audience core.Audience) error {
	switch audience {
	case core.Public, core.Staff:
		return nil
	case core.Private:
		if !w.Holds(core.MaySeePrivate) {
			return core.Forbidden("You may not mark a file private on this case.")
		}
		return nil
	}
	return core.InvalidField("audience", "Choose who may see the file.")
}
