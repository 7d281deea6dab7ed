package cases

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// Bounds of what a case says about itself.
const (
	MaxSubject     = 200    // letters
	MaxDescription = 20_000 // letters
	maxWords       = 500    // letters of a name, an address
)

// Raise brings a case into being: case.raise. It is the first command of a
// change with a new id and Seen 0.
type Raise struct {
	Type        string           `json:"type"`
	Subject     string           `json:"subject"`
	Description string           `json:"description,omitempty"`
	Subtype     string           `json:"subtype,omitempty"`
	Priority    string           `json:"priority,omitempty"`
	Channel     core.Channel     `json:"channel"`
	Requester   core.PersonID    `json:"requester,omitzero"`
	Contact     core.Contact     `json:"contact,omitzero"`
	Anonymous   bool             `json:"anonymous,omitempty"`
	OnBehalfOf  string           `json:"on_behalf_of,omitempty"`
	Place       *core.Point      `json:"place,omitempty"`
	Address     string           `json:"address,omitempty"`
	Fields      map[string]any   `json:"fields,omitempty"`
	Group       string           `json:"group,omitempty"`   // wins over the subtype's, if the type lets it
	Assign      bool             `json:"assign,omitempty"`  // to the staff user who raises it
	Received    time.Time        `json:"received,omitzero"` // when it reached us, if earlier than now
	Submission  *core.Submission `json:"submission,omitempty"`

	granted   Granted
	continues core.CaseID
}

// Then lets commands that a form asked for, and may have, follow from the raise:
// see [Work.Then]. They are no part of what can be sent from outside.
func (r *Raise) Then(g Granted) { r.granted = g }

// Continue says which case that has ended this one goes on with, for whoever is
// told that it was raised. It is no part of what can be sent from outside; what
// links the two comes beside the raise.
func (r *Raise) Continue(was core.CaseID) { r.continues = was }

// Name implements [Command].
func (*Raise) Name() core.CommandName { return "case.raise" }

// Needs implements [Command].
func (*Raise) Needs() core.Permission { return core.MayRaise }

// Touches implements [Command].
func (*Raise) Touches() []core.Aspect { return nil }

// Apply implements [Command].
func (r *Raise) Apply(_ context.Context, w *Work) error {
	if !w.isNew || w.Case.Ref != "" {
		return core.Invalid("A case is raised once, as the first command of its change.")
	}
	if err := r.check(w); err != nil {
		return err
	}
	start, ok := w.Type.FirstStatus(core.StatusStart)
	if !ok {
		return core.Conflict("The case type “%s” has no status to begin with.", w.Type.Name)
	}
	cs := w.Case
	cs.Ref = core.NewReference(w.Type.Reference.Prefix)
	cs.Type, cs.TypeVersion, cs.Confidentiality = w.Type.Key, w.Type.Version, core.Normal
	cs.Subject, _ = core.CleanLine(r.Subject, MaxSubject) // both were checked
	cs.Description, _ = core.CleanLines(r.Description, MaxDescription)
	cs.Subtype, cs.Priority, cs.Channel = r.Subtype, r.priority(w.Type), r.Channel
	cs.Place, cs.Address, cs.Fields = r.Place, r.Address, maps.Clone(r.Fields)
	cs.Group = r.group(w.Type)
	if w.By.IsStaff() {
		cs.Creator = w.By.StaffID()
		if r.Assign && w.Type.MayHold(cs.Group) && slices.Contains(w.Groups, cs.Group) {
			cs.Assignee = cs.Creator
		}
	}
	cs.Anonymous, cs.OnBehalfOf = r.Anonymous, strings.TrimSpace(r.OnBehalfOf)
	if !r.Anonymous {
		cs.Requester, cs.Contact = r.Requester, r.contact()
	}
	cs.RaisedAt, cs.ReceivedAt = w.Now, w.Now
	if !r.Received.IsZero() {
		cs.ReceivedAt = r.Received.UTC()
	}
	w.SetStatus(start)
	if len(w.Type.Stages) > 0 {
		cs.Stage = w.Type.Stages[0].Key
	}
	w.tracking = w.door.secret.TrackingToken(cs.ID)
	if r.Submission != nil {
		if err := r.submit(w); err != nil {
			return err
		}
	}
	about := core.About{"channel": cs.Channel, "type_version": cs.TypeVersion}
	if !cs.ReceivedAt.Equal(cs.RaisedAt) {
		about["received_at"] = cs.ReceivedAt
	}
	if !r.continues.IsZero() {
		about["continues"] = r.continues.String()
	}
	w.Record(core.CaseRaised, about)
	w.Then(r.granted)
	return nil
}

func (r *Raise) check(w *Work) error {
	fields := map[string]string{}
	switch subject, wrong := core.CleanLine(r.Subject, MaxSubject); {
	case wrong != "":
		fields["subject"] = wrong
	case subject == "":
		fields["subject"] = "Enter a subject."
	}
	if _, wrong := core.CleanLines(r.Description, MaxDescription); wrong != "" {
		fields["description"] = wrong
	}
	if r.Subtype != "" {
		if _, ok := w.Type.Subtype(r.Subtype); !ok {
			fields["subtype"] = "Choose one of the listed subtypes."
		}
	}
	if r.Priority != "" {
		if _, ok := w.Type.Priority(r.Priority); !ok {
			fields["priority"] = "Choose one of the listed priorities."
		}
	}
	if !slices.Contains(core.Channels(), r.Channel) {
		fields["channel"] = "Choose how the case reached us."
	}
	if r.Group != "" && !w.Type.MayHold(r.Group) {
		fields["group"] = "Cases of this type cannot be with this group."
	}
	if r.Place != nil && !r.Place.Valid() {
		fields["place"] = "Choose a place on the map."
	}
	if r.Received.After(w.Now) {
		fields["received"] = "The date received must not be in the future."
	}
	for name, words := range map[string]string{"on_behalf_of": r.OnBehalfOf, "address": r.Address,
		"name": r.Contact.Name, "email": r.Contact.Email, "phone": r.Contact.Phone, "contact_address": r.Contact.Address} {
		if _, wrong := core.CleanLines(words, maxWords); wrong != "" {
			fields[name] = wrong
		}
	}
	for key, value := range r.Fields {
		field, ok := w.Type.Field(key)
		if !ok {
			fields[key] = "This case type has no such field."
			continue
		}
		if wrong := field.Check(value); wrong != "" {
			fields[key] = wrong
		}
	}
	if len(fields) > 0 {
		return &core.Error{Kind: core.ErrInvalid, Message: "The case cannot be raised as it is.", Fields: fields}
	}
	return nil
}

// contact is how the requester is reached, in lines: what ends up in the header
// of a mail must not begin another.
func (r *Raise) contact() core.Contact {
	line := func(s string) string {
		s, _ = core.CleanLine(s, maxWords) // it was checked
		return s
	}
	address, _ := core.CleanLines(r.Contact.Address, maxWords)
	return core.Contact{Name: line(r.Contact.Name), Email: line(r.Contact.Email), Phone: line(r.Contact.Phone), Address: address}
}

// priority is the one asked for, or the type's "normal", or its first.
func (r *Raise) priority(t *core.CaseType) string {
	return t.PriorityOr(r.Priority)
}

// group is never nobody: the one asked for, the subtype's, or the default.
func (r *Raise) group(t *core.CaseType) string {
	if r.Group != "" {
		return r.Group
	}
	return t.GroupOf(r.Subtype)
}

const insertSubmission = `INSERT INTO submissions (id, case_id, form, answers, review, submitted_at)
VALUES ($1, $2, $3, $4, $5, $6)`

func (r *Raise) submit(w *Work) error {
	review := r.Submission.Review
	if review == nil {
		review = []core.ReviewRow{}
	}
	w.Write(insertSubmission, core.NewID[core.SubmissionID](), w.Case.ID, r.Submission.Form,
		jsonObject(r.Submission.Answers), review, w.Now)
	return nil
}
