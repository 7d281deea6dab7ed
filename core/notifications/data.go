package notifications

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/targets"
)

// data is what the template is given for one recipient: see [messages.Names].
// The requester is given public words only.
func (h *hearing) data(ctx context.Context, e core.Recorded, r recipient) (messages.Data, error) {
	if r.follows {
		return h.followerData(ctx, r)
	}
	if r.receives {
		return h.receiverData(ctx, e, r)
	}
	if err := h.readOrganisation(ctx); err != nil {
		return nil, err
	}
	o := h.organisation
	d := messages.Data{
		"organisation": map[string]any{"name": o.Name, "phone": o.Telephone, "hours": o.Hours, "email": o.Email, "link": o.Home},
		"requester":    map[string]any{"name": h.cs.Contact.Name, "email": h.cs.Contact.Email, "phone": h.cs.Contact.Phone},
		"recipient":    map[string]any{"name": r.name},
	}
	forRequester := r.audience == toRequester
	cs, err := h.caseData(ctx, r, forRequester)
	if err != nil {
		return nil, err
	}
	d["case"] = cs
	if err := h.people(ctx, e, d); err != nil {
		return nil, err
	}
	if err := h.words(ctx, e, d, forRequester); err != nil {
		return nil, err
	}
	if forRequester {
		return d, h.requesterData(ctx, e, d, cs)
	}
	d["reason"] = h.reason(e)
	task, err := h.toldTask(ctx, e)
	if err != nil {
		return nil, err
	}
	if task != nil {
		d["task"] = h.taskData(e, *task)
	}
	return d, h.staffData(ctx, e, d)
}

// caseData is the case in the reader's words.
func (h *hearing) caseData(ctx context.Context, r recipient, forRequester bool) (map[string]any, error) {
	cs, t := h.cs, h.t
	subtype, _ := t.Subtype(cs.Subtype)
	status, _ := t.Status(cs.Status)
	stage, _ := t.Stage(cs.Stage)
	out := map[string]any{
		"reference": string(cs.Ref), "subject": cs.Subject, "description": cs.Description, "type": t.Name.In(r.language),
		"subtype": subtype.Name.In(r.language), "raised": h.moment(cs.RaisedAt), "outcome": h.outcome(r.language),
		"fields": h.fields(r.language, forRequester),
	}
	if !forRequester {
		priority, _ := t.Priority(cs.Priority)
		out["link"] = h.o.BaseURL + "/cases/" + string(cs.Ref)
		out["status"], out["stage"], out["priority"], out["level"] = status.Name.String(), stage.Name.String(), priority.Name.String(), cs.Level
		return out, nil
	}
	out["status"] = status.PublicName(r.language)
	if !stage.Public.IsZero() {
		out["stage"] = stage.Public.In(r.language)
	}
	if !r.former {
		out["link"] = h.o.BaseURL + "/track/" + h.o.Cases.TrackingToken(cs.ID)
	}
	if err := h.continues(ctx, out); err != nil {
		return nil, err
	}
	until, err := h.reopenUntil(ctx)
	if err != nil {
		return nil, err
	}
	if !until.IsZero() {
		out["reopen_until"] = until.In(h.zone).Format("2 January 2006")
	}
	return out, nil
}

// continues names the closed case that the requester goes on with in this one.
func (h *hearing) continues(ctx context.Context, out map[string]any) error {
	if h.o.Links == nil {
		return nil
	}
	before, found, err := h.o.Links.Continues(ctx, h.cs)
	if err != nil || !found {
		return err
	}
	was, err := h.o.Cases.ByID(ctx, before.ID)
	if err != nil {
		return ignoreMissing(err)
	}
	if !was.ClosedAt.IsZero() {
		out["continues"], out["continues_closed"] = string(was.Ref), was.ClosedAt.In(h.zone).Format("2 January 2006")
	}
	return nil
}

// fields are the values of the type's fields in words; private ones are not
// for the requester.
func (h *hearing) fields(language string, forRequester bool) map[string]any {
	out := map[string]any{}
	for _, f := range h.t.Fields {
		if value, ok := h.cs.Fields[f.Key]; ok && !(forRequester && f.Private) {
			out[f.Key] = f.Words(value, language)
		}
	}
	return out
}

// outcome says why the case ended; "" while it has not.
func (h *hearing) outcome(language string) string {
	for _, list := range [][]core.Reason{h.t.Reasons.Close, h.t.Reasons.Cancel} {
		if reason, ok := core.FindReason(list, h.cs.Outcome); ok {
			return reason.Name.In(language)
		}
	}
	return ""
}

func (h *hearing) reopenUntil(ctx context.Context) (time.Time, error) {
	if h.cs.ClosedAt.IsZero() {
		return time.Time{}, nil
	}
	calendar, _, err := h.o.Cases.Types().Calendar(ctx, h.t.Calendar)
	if err != nil {
		return time.Time{}, err
	}
	return cases.ReopenUntil(h.cs, h.t, calendar), nil
}

// people names who holds the case, and who did what the letter is about.
func (h *hearing) people(ctx context.Context, e core.Recorded, d messages.Data) error {
	holder, err := h.user(ctx, h.cs.Assignee)
	if err != nil {
		return err
	}
	if holder != nil {
		d["assignee"] = map[string]any{"name": holder.Name}
	}
	group, err := h.findTeam(ctx, h.cs.Group)
	if err != nil {
		return err
	}
	if group != nil {
		d["group"] = map[string]any{"name": group.Name}
	}
	actor, err := h.user(ctx, e.Actor.StaffID())
	if err == nil && actor != nil {
		d["actor"] = map[string]any{"name": actor.Name}
	}
	return err
}

// words are those that an event names and does not hold: of a note, a question,
// an answer, what the requester added.
func (h *hearing) words(ctx context.Context, e core.Recorded, d messages.Data, forRequester bool) error {
	switch e.Kind {
	case core.NoteAdded, core.UpdateAdded:
		n, err := h.o.Notes.Find(ctx, h.cs.ID, number(e, "no"))
		if err != nil {
			return ignoreMissing(err)
		}
		kind := "note"
		if e.Kind == core.UpdateAdded {
			kind = "update"
		}
		d[kind] = map[string]any{"text": n.Body}
	case core.QuestionAsked, core.QuestionAnswered, core.QuestionUnanswered:
		q, err := h.o.Questions.Find(ctx, h.cs.ID, number(e, "no"))
		if err != nil {
			return ignoreMissing(err)
		}
		question := map[string]any{"text": q.Body, "due": h.day(q.DueAt), "answer": q.Answer}
		if forRequester {
			question["link"] = h.o.BaseURL + "/answer/" + h.o.Questions.Token(q)
		}
		d["question"] = question
	}
	return nil
}

// requesterData adds what only the requester is told: what they sent, and when
// to expect an answer.
func (h *hearing) requesterData(ctx context.Context, e core.Recorded, d messages.Data, cs map[string]any) error {
	views, err := h.targetViews(ctx)
	if err != nil {
		return err
	}
	cs["expected"] = h.expected(views)
	if err := h.satisfaction(ctx, d); err != nil {
		return err
	}
	if e.Kind != core.CaseRaised {
		return nil
	}
	sent, err := h.o.Cases.Submission(ctx, &cases.Seen{Case: h.cs, Type: h.t})
	if err != nil || sent == nil {
		return err
	}
	answers := make([]any, len(sent.Review))
	for i, row := range sent.Review {
		answers[i] = map[string]any{"question": row.Question, "answer": row.Answer}
	}
	d["answers"] = answers
	return nil
}

// expected is the day by which the requester can expect the end of the case;
// "" when that is not promised, stands still or has passed.
func (h *hearing) expected(views []targets.View) string {
	i := slices.IndexFunc(views, func(v targets.View) bool {
		return v.Standing() && v.State == core.StateDue && (v.Rule.Stops == core.MomentResolved || v.Rule.Stops == core.MomentClosed)
	})
	if i < 0 {
		return ""
	}
	return h.day(views[i].DueAt)
}

// staffData adds the target that the letter is about, or else the one that is
// due first.
func (h *hearing) staffData(ctx context.Context, e core.Recorded, d messages.Data) error {
	if key := fact(e, "target"); key != "" {
		rule, _ := h.t.Target(key)
		due, _ := time.Parse(time.RFC3339, fact(e, "due_at"))
		d["target"] = map[string]any{"name": rule.Name.String(), "due": h.moment(due)}
		return nil
	}
	views, err := h.targetViews(ctx)
	if err != nil {
		return err
	}
	var first *targets.View
	for i := range views {
		if v := &views[i]; v.Running() && (first == nil || v.DueAt.Before(first.DueAt)) {
			first = v
		}
	}
	if first != nil {
		d["target"] = map[string]any{"name": first.Name.String(), "due": h.moment(first.DueAt)}
	}
	return nil
}

// reason is the reason that somebody gave, in the words of the type's lists.
func (h *hearing) reason(e core.Recorded) string {
	lists := map[core.EventKind][]core.Reason{
		core.CaseReassigned: h.t.Reasons.Reassign, core.CaseEscalated: h.t.Reasons.Escalate,
		core.CaseClosed: h.t.Reasons.Close, core.CaseCancelled: h.t.Reasons.Cancel,
	}
	reason, _ := core.FindReason(lists[e.Kind], fact(e, "reason"))
	return reason.Name.String()
}

func (h *hearing) targetViews(ctx context.Context) ([]targets.View, error) {
	if h.targetsRead {
		return h.targets, nil
	}
	var err error
	h.targets, err = h.o.Targets.OfCase(ctx, h.cs.ID)
	h.targetsRead = err == nil
	return h.targets, err
}

// readOrganisation reads whose installation this is, and the zone in which it
// says times.
func (h *hearing) readOrganisation(ctx context.Context) error {
	if h.organisation != nil {
		return nil
	}
	o, err := h.o.Portals.Organisation(ctx)
	if err != nil {
		return err
	}
	if h.zone, err = time.LoadLocation(o.Zone); err != nil {
		return fmt.Errorf("the time zone of the organisation: %w", err)
	}
	h.organisation = &o
	return nil
}

// moment writes an instant out: "Friday 20 November 2026, 4:50pm".
func (h *hearing) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(h.zone).Format("Monday 2 January 2006, 3:04pm")
}

// day writes out the day that an instant belongs to; the midnight that ends a
// day is that day's.
func (h *hearing) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Add(-time.Nanosecond).In(h.zone).Format("Monday 2 January 2006")
}

// ignoreMissing lets a letter go out without words that were erased.
func ignoreMissing(err error) error {
	if core.KindOf(err) == core.ErrNotFound {
		return nil
	}
	return err
}
