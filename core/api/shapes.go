package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// Keyed is something with a key that never changes and words for people.
type Keyed struct {
	Key  string `json:"key" doc:"Stable; compare this." example:"in-progress"`
	Name string `json:"name" doc:"For people; may be changed by a new version of the case type." example:"In progress"`
}

// Who is somebody, or something, that did something.
type Who struct {
	Kind string `json:"kind" enum:"staff,person,client,routine,plugin,system,anonymous" doc:"What sort of somebody."`
	ID   string `json:"id,omitempty" doc:"Identifier of the staff user, person or client."`
	Name string `json:"name,omitempty" doc:"By name, when there is one." example:"Priya Raghunathan"`
}

// Status is where a case stands, for staff and for its requester.
type Status struct {
	Keyed
	Public string `json:"public" doc:"What the requester reads." example:"We are working on it"`
	Kind   string `json:"kind" enum:"start,open,waiting,resolved,final" doc:"What the status means, whatever it is called."`
}

// Case is one matter somebody is answerable for.
type Case struct {
	Ref         string         `json:"ref" doc:"Its reference." example:"CMP-7K2M-4QX9"`
	Version     int64          `json:"version" doc:"Counts the events of the case. It is the ETag, too." example:"12"`
	Type        Keyed          `json:"type"`
	Subject     string         `json:"subject" example:"Collections missed five weeks running"`
	Description string         `json:"description,omitempty"`
	Status      Status         `json:"status"`
	Stage       *Keyed         `json:"stage,omitempty"`
	Subtype     *Keyed         `json:"subtype,omitempty"`
	Priority    *Keyed         `json:"priority,omitempty"`
	Channel     string         `json:"channel" doc:"How it reached the organisation." example:"web"`
	Group       string         `json:"group" doc:"Key of the group it is with." example:"complaints-team"`
	Assignee    *Who           `json:"assignee,omitempty" doc:"The case manager; nobody yet when left out."`
	Level       int            `json:"level" doc:"Escalation level; 0 when it is not escalated."`
	Requester   string         `json:"requester,omitempty" format:"uuid" doc:"Identifier of the person who raised it; left out for anonymous cases."`
	Anonymous   bool           `json:"anonymous"`
	OnBehalfOf  string         `json:"on_behalf_of,omitempty" doc:"Whom it is for, when the requester is not that person."`
	Contact     *core.Contact  `json:"contact,omitempty" doc:"How the requester is reached. Needs case.view."`
	Place       *core.Point    `json:"place,omitempty"`
	Address     string         `json:"address,omitempty" doc:"Of the place, in words."`
	Fields      map[string]any `json:"fields" doc:"The fields of its type that have a value, by key."`
	RaisedAt    time.Time      `json:"raised_at"`
	ReceivedAt  time.Time      `json:"received_at"`
	OpenedAt    *time.Time     `json:"opened_at,omitempty" doc:"When staff first opened it."`
	RespondedAt *time.Time     `json:"first_response_at,omitempty"`
	ResolvedAt  *time.Time     `json:"resolved_at,omitempty"`
	ClosedAt    *time.Time     `json:"closed_at,omitempty"`
	DueAt       *time.Time     `json:"due_at,omitempty" doc:"When the next of its targets falls due."`
	Outcome     *Keyed         `json:"outcome,omitempty" doc:"Closure or cancellation reason."`
	Reopened    int            `json:"reopened" doc:"How often it was reopened."`
	Targets     []Target       `json:"targets,omitempty" doc:"Its promises. Not in lists. Needs case.view."`
	May         []string       `json:"may,omitempty" doc:"What this program may do with it. Not in lists."`
	URL         string         `json:"url" format:"uri" doc:"Its page in the console."`
}

// Target is one promise of a case.
type Target struct {
	Key    string     `json:"key" doc:"Of the rule; commands name the target by it." example:"respond"`
	Name   string     `json:"name" example:"Full response"`
	State  string     `json:"state" doc:"running, paused, met, breached, cleared …" example:"running"`
	DueAt  *time.Time `json:"due_at,omitempty" doc:"Left out while it is paused."`
	Words  string     `json:"words" doc:"How it stands now, in words. They change with the clock alone, without a new version." example:"Due tomorrow 12:00, 6 working hours left"`
	Used   int        `json:"used_percent" minimum:"0" maximum:"100" doc:"How much of the promise is used."`
	Ledger []Line     `json:"ledger,omitempty" doc:"What counted and what did not, in words."`
}

// Line is one line of the reckoning of a target.
type Line struct {
	Words   string `json:"words" example:"Weekend"`
	Amount  string `json:"amount" example:"not counted"`
	Counted bool   `json:"counted"`
}

// nameOf finds words for a key; the key itself when the type has none any more.
func keyed(key string, name core.Text, ok bool) *Keyed {
	if key == "" {
		return nil
	}
	if !ok || name.IsZero() {
		return &Keyed{key, key}
	}
	return &Keyed{key, name.String()}
}

func statusOfCase(cs *core.Case, t *core.CaseType) Status {
	status, ok := t.Status(cs.Status)
	out := Status{Keyed: *keyed(cs.Status, status.Name, ok), Kind: string(cs.StatusKind)}
	if out.Public = out.Name; ok {
		out.Public = status.PublicName(core.DefaultLanguage)
	}
	return out
}

// shape writes a case for somebody who holds the permissions. Whoever may only
// enquire sees neither contact details nor fields for staff.
func (a *API) shape(cs *core.Case, t *core.CaseType, views bool, assignee string) Case {
	out := Case{
		Ref: string(cs.Ref), Version: int64(cs.Version), Type: Keyed{cs.Type, t.Name.String()}, Subject: cs.Subject,
		Status: statusOfCase(cs, t), Channel: string(cs.Channel), Group: cs.Group, Level: cs.Level, Requester: cs.Requester.String(),
		Anonymous: cs.Anonymous, Place: cs.Place, Address: cs.Address, Fields: map[string]any{},
		RaisedAt: cs.RaisedAt, ReceivedAt: cs.ReceivedAt, OpenedAt: orNever(cs.OpenedAt), RespondedAt: orNever(cs.FirstResponseAt),
		ResolvedAt: orNever(cs.ResolvedAt), ClosedAt: orNever(cs.ClosedAt), DueAt: orNever(cs.DueAt), Reopened: cs.Reopened,
		URL: a.options.BaseURL + "/cases/" + string(cs.Ref),
	}
	stage, at := t.Stage(cs.Stage)
	out.Stage = keyed(cs.Stage, stage.Name, at >= 0)
	subtype, ok := t.Subtype(cs.Subtype)
	out.Subtype = keyed(cs.Subtype, subtype.Name, ok)
	priority, ok := t.Priority(cs.Priority)
	out.Priority = keyed(cs.Priority, priority.Name, ok)
	reason, ok := core.FindReason(slices.Concat(t.Reasons.Close, t.Reasons.Cancel), cs.Outcome)
	out.Outcome = keyed(cs.Outcome, reason.Name, ok)
	if !cs.Assignee.IsZero() {
		out.Assignee = &Who{Kind: string(core.ActorStaff), ID: cs.Assignee.String(), Name: assignee}
	}
	for key, value := range cs.Fields {
		if field, ok := t.Field(key); views || ok && !field.Private {
			out.Fields[key] = value
		}
	}
	if views {
		contact := cs.Contact
		out.Contact, out.Description, out.OnBehalfOf = &contact, cs.Description, cs.OnBehalfOf
	}
	return out
}

// seenCase writes a case that was found, as whole as it was asked for.
func (a *API) seenCase(ctx context.Context, seen *cases.Seen, wants choice) (Case, error) {
	views := seen.MayDo(core.MayView)
	var assignee string
	if !seen.Case.Assignee.IsZero() && wants.has("assignee") {
		names, err := a.options.People.NamesOf(ctx, seen.Case.Assignee.String())
		if err != nil {
			return Case{}, err
		}
		assignee = names[seen.Case.Assignee.String()]
	}
	out := a.shape(seen.Case, seen.Type, views, assignee)
	for _, p := range seen.May {
		out.May = append(out.May, string(p))
	}
	if views && wants.has("targets") {
		found, err := a.options.Targets.OfCase(ctx, seen.Case.ID)
		if err != nil {
			return out, err
		}
		for _, view := range found {
			out.Targets = append(out.Targets, shapeTarget(view, false))
		}
	}
	return out, nil
}

func shapeTarget(v targets.View, ledger bool) Target {
	out := Target{
		Key: v.Rule.Key, Name: v.Name.String(), State: string(v.State), DueAt: orNever(v.DueAt), Words: v.Due.Words, Used: v.Due.Percent,
	}
	if out.Key == "" {
		out.Key = v.Target.Rule
	}
	if ledger {
		for _, line := range v.Lines {
			out.Ledger = append(out.Ledger, Line{line.Words, line.Amount, line.Counted})
		}
	}
	return out
}

// Note is something that was said on a case.
type Note struct {
	No       int       `json:"no" doc:"1, 2 … under its case."`
	Audience string    `json:"audience" enum:"public,staff,private" doc:"Who reads it: the requester too, staff, or few."`
	Body     string    `json:"body"`
	By       Who       `json:"by"`
	At       time.Time `json:"at"`
}

// Question is asked of the requester.
type Question struct {
	No          int        `json:"no" doc:"1, 2 … under its case."`
	Body        string     `json:"body"`
	AskedBy     Who        `json:"asked_by"`
	AskedAt     time.Time  `json:"asked_at"`
	DueAt       *time.Time `json:"due_at,omitempty" doc:"When the requester is reminded."`
	Pauses      bool       `json:"pauses" doc:"Whether targets pause until it is answered."`
	Open        bool       `json:"open"`
	Answer      string     `json:"answer,omitempty"`
	AnsweredBy  *Who       `json:"answered_by,omitempty"`
	AnsweredAt  *time.Time `json:"answered_at,omitempty"`
	Channel     string     `json:"channel,omitempty" doc:"How the answer came."`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" doc:"When the case ended without an answer."`
}

// Task is a piece of work on a case.
type Task struct {
	No        int        `json:"no" doc:"1, 2 … under its case."`
	Type      string     `json:"type,omitempty" doc:"Key of the task type; left out for one made by hand."`
	Title     string     `json:"title"`
	Brief     string     `json:"brief"`
	State     string     `json:"state" enum:"open,done,cancelled"`
	Group     string     `json:"group"`
	Assignee  *Who       `json:"assignee,omitempty"`
	Required  bool       `json:"required" doc:"The case does not close while it is open."`
	DueAt     *time.Time `json:"due_at,omitempty"`
	Outcome   string     `json:"outcome,omitempty"`
	Reason    string     `json:"reason,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	EndedBy   string     `json:"ended_by,omitempty"`
}

func shapeTask(i tasks.Item) Task {
	out := Task{
		No: i.No, Type: i.Type, Title: i.Title, Brief: i.Brief, State: string(i.State), Group: i.Group, Required: i.Required,
		DueAt: orNever(i.DueAt), Outcome: i.Outcome, Reason: i.Reason, CreatedAt: i.CreatedAt, EndedAt: orNever(i.EndedAt), EndedBy: i.EndedBy,
	}
	if !i.Assignee.IsZero() {
		out.Assignee = &Who{string(core.ActorStaff), i.Assignee.String(), i.AssigneeName}
	}
	return out
}

// Attachment is a file of a case.
type Attachment struct {
	No       int       `json:"no" doc:"1, 2 … under its case."`
	Name     string    `json:"name" example:"photo.jpg"`
	Kind     string    `json:"kind" doc:"Media type, checked against the contents." example:"image/jpeg"`
	Size     int64     `json:"size" doc:"Bytes."`
	SHA256   string    `json:"sha256" doc:"Of the contents, in hexadecimal."`
	Audience string    `json:"audience" enum:"public,staff,private"`
	Source   string    `json:"source" doc:"form, staff, question, answer or update."`
	By       Who       `json:"by"`
	At       time.Time `json:"at"`
	URL      string    `json:"url" format:"uri" doc:"Where its contents are, for this program."`
}

// Event is one thing that was recorded of a case.
type Event struct {
	Ref        string               `json:"ref" doc:"The case." example:"CMP-7K2M-4QX9"`
	Version    int64                `json:"version" doc:"Of the case after the event."`
	Kind       string               `json:"kind" doc:"What happened, in the past tense. New kinds come with new versions: pass over those you do not know." example:"case.status_changed"`
	By         Who                  `json:"by"`
	Origin     string               `json:"origin" enum:"live,import,restore,migration" doc:"Only live events happened to people."`
	HappenedAt time.Time            `json:"happened_at" doc:"When it became true: a breach at its due time, an imported event long ago."`
	RecordedAt time.Time            `json:"recorded_at"`
	Changes    map[string]ChangedTo `json:"changes" doc:"What changed, by aspect: status, assignee, field:depth …"`
	About      map[string]any       `json:"about" doc:"What else it concerns: numbers, keys, reasons."`
}

// ChangedTo is the value of an aspect before and after.
type ChangedTo struct {
	From any `json:"from" doc:"Null when there was none."`
	To   any `json:"to" doc:"Null when it was cleared."`
}

// names finds the names of those who acted.
func (a *API) names(ctx context.Context, actors ...core.Actor) (map[string]string, error) {
	ids := map[string]bool{}
	for _, by := range actors {
		if by.ID != "" {
			ids[by.ID] = true
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return a.options.People.NamesOf(ctx, slices.Collect(maps.Keys(ids))...)
}

// namesOn is names for what stands on a case. Whoever may only enquire learns
// no customer's name.
func (a *API) namesOn(ctx context.Context, seen *cases.Seen, actors ...core.Actor) (map[string]string, error) {
	if !seen.MayDo(core.MayView) {
		actors = slices.DeleteFunc(actors, func(by core.Actor) bool { return by.Kind == core.ActorPerson })
	}
	return a.names(ctx, actors...)
}

func who(by core.Actor, names map[string]string) Who {
	return Who{Kind: string(by.Kind), ID: by.ID, Name: names[by.ID]}
}

func shapeEvent(ref core.Reference, r core.Recorded, names map[string]string) Event {
	out := Event{
		Ref: string(ref), Version: int64(r.Version), Kind: string(r.Kind), By: who(r.Actor, names), Origin: string(r.Origin),
		HappenedAt: r.HappenedAt, RecordedAt: r.RecordedAt, Changes: map[string]ChangedTo{}, About: map[string]any{},
	}
	for aspect, change := range r.Changes {
		out.Changes[string(aspect)] = ChangedTo{change[0], change[1]}
	}
	maps.Copy(out.About, r.About)
	return out
}
