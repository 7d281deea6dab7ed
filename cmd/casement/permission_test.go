package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginstore"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// verdict is what the door says to somebody who sends a command.
type verdict string

const (
	passes  verdict = "yes" // the permission step; a conflict or a mistake may follow
	refused verdict = "no"
	noCase  verdict = "·"
)

// council is an installation with the shipped case types and somebody in each
// position that a command may be sent from.
type council struct {
	*parts
	t     *testing.T
	clock *casestest.Clock

	amara, brendan core.Person // customers
	priya          core.StaffUser
	ines           core.StaffUser // highways, which may be handed complaints
	beside         core.Reference // of a case beside the subjects; "" until one is wanted
}

// column is one sender, and the case that the command is for.
type column struct {
	name  string
	by    func(*subject) core.Actor
	bring func(*subject) // what has happened to the case before; nil for nothing
}

// subject is the case that commands of one column are sent for.
type subject struct {
	c    *council
	id   core.CaseID
	file core.AttachmentID // uploaded and on no case yet
}

func newCouncil(t *testing.T, demonstration bool) *council {
	t.Helper()
	clock := &casestest.Clock{}
	clock.Set(casestest.Start)
	c := &council{parts: furnished(t, demonstration, clock), t: t, clock: clock}
	if _, err := c.people.CreateGroup(t.Context(), core.SystemActor(), core.Group{Key: "museum", Name: "Museum"}); err != nil {
		t.Fatal(err)
	}
	c.amara, c.brendan = c.customer("Amara Okonkwo-Lindqvist", "amara@example.org"), c.customer("Brendan Walsh", "brendan@example.org")
	c.priya = c.hire(t, "Priya Raghunathan", nil, "complaints-team")
	c.ines = c.hire(t, "Ines Carvalho", nil, "highways")
	return c
}

func (c *council) customer(name, email string) core.Person {
	c.t.Helper()
	person, err := c.people.FindOrCreate(c.t.Context(), core.SystemActor(), people.Details{Name: name, Email: email})
	if err != nil {
		c.t.Fatal(err)
	}
	return person
}

// senders are the columns of the table. Add one when there is a new way to
// come by a right.
func (c *council) senders() []column {
	is := func(a core.Actor) func(*subject) core.Actor { return func(*subject) core.Actor { return a } }
	staff := func(name string, roles []core.Role, groups ...string) core.StaffUser {
		return c.hire(c.t, name, roles, groups...)
	}
	lead := staff("Yusuf Abdirahman", nil, "complaints-leads").Actor()
	left := staff("Tomasz Gone", nil, "complaints-team", "complaints-leads")
	if err := c.people.Deactivate(c.t.Context(), core.SystemActor(), left.ID); err != nil {
		c.t.Fatal(err)
	}
	officer := staff("Tara Task", nil, "museum")
	other := c.subject(nil)
	return []column{
		{"administrator without groups", is(staff("Morag Sinclair", []core.Role{core.RoleAdministrator}).Actor()), nil},
		{"configurator", is(staff("Colin Figg", []core.Role{core.RoleConfigurator}).Actor()), nil},
		{"case manager", is(c.priya.Actor()), nil},
		{"other team, has the case", is(c.ines.Actor()), (*subject).handToHighways},
		{"other team, does not have it", is(c.ines.Actor()), nil},
		{"lead, not escalated", is(lead), nil},
		{"lead, escalated", is(lead), (*subject).escalate},
		{"enquiry group", is(staff("Siân Llewellyn", nil, "contact-centre").Actor()), nil},
		{"stranger on the staff", is(staff("Meg Curator", nil, "museum").Actor()), nil},
		{"stranger who has its task", is(officer.Actor()), func(s *subject) { s.do(c.priya.Actor(), &tasks.Assign{No: 1, Assignee: officer.ID}) }},
		{"case manager, restricted case", is(c.priya.Actor()), (*subject).restrict},
		{"named on the restricted case", is(staff("Nadia Named", nil, "museum").Actor()), func(s *subject) { s.restrict(); s.name("nadia.named@staff.example") }},
		{"deactivated, was manager and lead", is(left.Actor()), (*subject).escalate},
		{"requester", is(core.PersonActor(c.amara.ID, c.amara.Name)), nil},
		{"another customer", is(core.PersonActor(c.brendan.ID, c.brendan.Name)), nil},
		{"holder of its link", func(s *subject) core.Actor { return s.link() }, nil},
		{"holder of another link", is(other.link()), nil},
		{"nobody known", is(core.AnonymousActor()), nil},
		{"the clock", is(core.SystemActor()), nil},
	}
}

// subject makes a case in the middle of its life: opened, with a question, a
// task and a file, so that most commands have something to work on.
func (c *council) subject(bring func(*subject)) *subject {
	c.t.Helper()
	s := &subject{c: c, id: core.NewID[core.CaseID]()}
	requester := core.PersonActor(c.amara.ID, c.amara.Name)
	s.do(requester, sample(&cases.Raise{}, s).(cases.Command))
	s.do(c.priya.Actor(), cases.Open{}, &questions.Ask{Body: "When was that?"}, &tasks.Add{Title: "Investigate", Brief: "Ask the depot."})
	s.do(c.priya.Actor(), &attachments.Add{Files: []core.AttachmentID{s.upload()}})
	if bring != nil {
		bring(s)
	}
	s.file = s.upload()
	return s
}

func (s *subject) do(by core.Actor, commands ...cases.Command) {
	s.c.t.Helper()
	if _, err := s.c.cases.Do(s.c.t.Context(), by, cases.One(s.id, 0, commands...)); err != nil {
		s.c.t.Fatalf("prepare a case with %s: %v", commands[0].Name(), err)
	}
}

func (s *subject) exec(sql string, args ...any) {
	s.c.t.Helper()
	if _, err := s.c.db.Pool().Exec(s.c.t.Context(), sql, args...); err != nil {
		s.c.t.Fatal(err)
	}
}

func (s *subject) upload() core.AttachmentID {
	s.c.t.Helper()
	file, err := s.c.attachments.Upload(s.c.t.Context(), s.c.priya.Actor(), attachments.Incoming{Name: "receipt.txt"}, strings.NewReader("Paid on the 2nd."))
	if err != nil {
		s.c.t.Fatal(err)
	}
	return file.ID
}

// sibling is another case of the same council, to be linked with.
func (s *subject) sibling() core.Reference {
	s.c.t.Helper()
	if s.c.beside == "" {
		id := core.NewID[core.CaseID]()
		result, err := s.c.cases.Do(s.c.t.Context(), core.PersonActor(s.c.amara.ID, s.c.amara.Name), cases.One(id, 0, sample(&cases.Raise{}, s).(cases.Command)))
		if err != nil {
			s.c.t.Fatal(err)
		}
		s.c.beside = result.Outcomes[0].Ref
	}
	return s.c.beside
}

func (s *subject) link() core.Actor { return core.LinkActor(s.id, s.c.amara.ID) }

func (s *subject) handToHighways() {
	s.do(s.c.priya.Actor(), &cases.Reassign{Group: "highways", Reason: "wrong-team"})
}

func (s *subject) escalate() { s.do(core.SystemActor(), &cases.Escalate{}) }

// restrict makes the case one for named people only. No command does that yet.
func (s *subject) restrict() {
	s.exec(`INSERT INTO scopes (type_key, group_key, confidentiality) SELECT type_key, group_key, 'restricted' FROM cases WHERE id = $1
		ON CONFLICT DO NOTHING`, s.id)
	s.exec(`UPDATE cases c SET confidentiality = 'restricted', scope_id = s.id FROM scopes s
		WHERE c.id = $1 AND s.type_key = c.type_key AND s.group_key = c.group_key AND s.confidentiality = 'restricted'`, s.id)
}

func (s *subject) name(email string) {
	s.exec(`INSERT INTO case_access (actor_kind, actor_id, case_id, why, at) SELECT 'staff', id::text, $1, 'named', $3 FROM staff_users WHERE email = $2`,
		s.id, email, casestest.Start)
}

// sample fills in a command so that it could do something to a subject. Every
// command of the table has a line here.
func sample(command cases.Command, s *subject) any {
	span := core.Span{Count: 1, Unit: core.WorkingDays}
	switch command.(type) {
	case *cases.Raise:
		return &cases.Raise{
			Type: "complaint", Subject: "Collections missed", Description: "Five weeks running.", Subtype: "missed-collection",
			Channel: core.ChannelWeb, Requester: s.c.amara.ID, Contact: core.Contact{Name: s.c.amara.Name, Email: s.c.amara.Email},
		}
	case cases.Open, cases.Claim, cases.Release, cases.StartWork, targets.Step:
		return command
	case *cases.Assign:
		return &cases.Assign{To: s.c.priya.ID}
	case *cases.Reassign:
		return &cases.Reassign{Group: "waste", Reason: "wrong-team"}
	case *cases.ChangeStatus:
		return &cases.ChangeStatus{To: "in-progress"}
	case *cases.ChangeStage:
		return &cases.ChangeStage{To: "stage-2"}
	case *cases.ChangeSubtype:
		return &cases.ChangeSubtype{To: "housing"}
	case *cases.ChangePriority:
		return &cases.ChangePriority{To: "high"}
	case *cases.SetField:
		return &cases.SetField{Field: "lessons", Value: "Ring first."}
	case *cases.ChangePlace:
		return &cases.ChangePlace{Place: &core.Point{Lat: 54.978, Lng: -1.617}, Address: "Mill Lane"}
	case *cases.ChangeReceived:
		return &cases.ChangeReceived{Received: casestest.Start.Add(-30 * time.Hour), Reason: "It lay in the post room."}
	case *targets.Recalculate:
		return &targets.Recalculate{Calendar: "northmoor-offices", Version: 1, AskedBy: "Colin Figg"}
	case *cases.ChangeContact:
		return &cases.ChangeContact{Contact: core.Contact{Name: "Amara", Phone: "07700 900482"}}
	case *cases.ChangeMyContact:
		return &cases.ChangeMyContact{ChangeContact: cases.ChangeContact{Contact: core.Contact{Name: "Amara", Phone: "07700 900482"}}}
	case *cases.Escalate:
		return &cases.Escalate{Reason: "vulnerable"}
	case *cases.DeEscalate:
		return &cases.DeEscalate{Note: "Calm again"}
	case *cases.Cancel:
		return &cases.Cancel{Reason: "duplicate"}
	case *cases.Withdraw:
		return &cases.Withdraw{}
	case *cases.Close:
		return &cases.Close{Reason: "upheld"}
	case *cases.Reopen:
		return &cases.Reopen{}
	case *cases.AskAgain:
		return &cases.AskAgain{}
	case *notes.Add:
		return &notes.Add{Body: "Rang the depot."}
	case *notes.AddUpdate:
		return &notes.AddUpdate{Body: "It happened again."}
	case *questions.Ask:
		return &questions.Ask{Body: "Which door?"}
	case *questions.Answer:
		return &questions.Answer{No: 1, Answer: "The blue one."}
	case *questions.Remind:
		return &questions.Remind{No: 1}
	case *questions.RecordAnswer:
		return &questions.RecordAnswer{No: 1, Answer: "The blue one.", Channel: core.ChannelTelephone}
	case *tasks.Add:
		return &tasks.Add{Title: "Look", Brief: "Ask the depot."}
	case *details.Save:
		return &details.Save{Section: "casement.outcome/outcome"}
	case *routines.Done:
		return &routines.Done{Routine: "urgent", Occasion: "event 1"}
	case *routines.Stop:
		return &routines.Stop{Routine: "urgent", Occasion: "event 1"}
	case *actions.Run:
		return &actions.Run{Action: "casement.webhook/webhook"}
	case *pluginstore.Put:
		return &pluginstore.Put{Plugin: "casement.outcome", Key: "seen", Value: []byte(`true`)}
	case *tasks.Complete:
		return &tasks.Complete{No: 1, Outcome: "Done."}
	case *tasks.Cancel:
		return &tasks.Cancel{No: 1, Reason: "Not needed."}
	case *tasks.Act:
		return &tasks.Act{No: 1}
	case *tasks.Return:
		return &tasks.Return{No: 1, Reason: "Two dates are missing."}
	case *tasks.Claim:
		return &tasks.Claim{No: 1}
	case *tasks.Release:
		return &tasks.Release{No: 1}
	case *tasks.Assign:
		return &tasks.Assign{No: 1, Group: "highways"}
	case *tasks.HandBack:
		return &tasks.HandBack{No: 1, Reason: "Not ours."}
	case *tasks.ChangeDue:
		return &tasks.ChangeDue{No: 1, DueAt: casestest.Start.Add(30 * 24 * time.Hour)}
	case *tasks.Ask:
		return &tasks.Ask{No: 1, Body: "Which depot?"}
	case *tasks.RequestTime:
		return &tasks.RequestTime{No: 1, Until: casestest.Start.Add(60 * 24 * time.Hour), Reason: "The depot is shut."}
	case *tasks.AddFile:
		return &tasks.AddFile{No: 1, Field: "evidence", File: s.file}
	case *tasks.RemoveFile:
		return &tasks.RemoveFile{No: 1, Field: "evidence", File: s.file}
	case *correspondence.Send:
		return &correspondence.Send{Requester: true, Subject: "About your complaint", Body: "We are on it."}
	case *correspondence.Receive:
		return &correspondence.Receive{Mail: core.NewID[core.MailID]()}
	case *correspondence.Attach:
		return &correspondence.Attach{Receive: correspondence.Receive{Mail: core.NewID[core.MailID]()}, Role: correspondence.RoleAttached}
	case *correspondence.Begin:
		return &correspondence.Begin{Receive: correspondence.Receive{Mail: core.NewID[core.MailID]()}}
	case *correspondence.Return:
		return &correspondence.Return{Mail: core.NewID[core.MailID](), Message: core.NewID[core.MessageID]()}
	case *correspondence.SendAgain:
		return &correspondence.SendAgain{Message: 1}
	case *satisfaction.Give:
		return &satisfaction.Give{Score: 4}
	case *satisfaction.Record:
		return &satisfaction.Record{Score: 4, Channel: core.ChannelTelephone}
	case *attachments.Add:
		return &attachments.Add{Files: []core.AttachmentID{s.file}}
	case *attachments.Send:
		return &attachments.Send{Add: attachments.Add{Files: []core.AttachmentID{s.file}}}
	case *attachments.Enclose:
		return &attachments.Enclose{Add: attachments.Add{Files: []core.AttachmentID{s.file}}}
	case *attachments.Publish:
		return &attachments.Publish{No: 1, Audience: core.Public}
	case *attachments.Show:
		return &attachments.Show{No: 1}
	case *followers.Add:
		return &followers.Add{}
	case *followers.Remove:
		return &followers.Remove{}
	case *followers.End:
		return &followers.End{Person: s.c.amara.ID}
	case *links.Add:
		return &links.Add{To: s.sibling()}
	case *links.Remove:
		return &links.Remove{To: s.sibling(), Kind: "related"}
	case *links.Continue:
		return &links.Continue{Of: s.sibling()}
	case *attachments.Delete:
		return &attachments.Delete{No: 1}
	case *targets.Set:
		return &targets.Set{Target: "respond", DueAt: casestest.Start.Add(30 * 24 * time.Hour), Reason: "Agreed by telephone."}
	case *targets.Extend:
		return &targets.Extend{Target: "respond", By: span, Reason: "Agreed by telephone."}
	case *targets.Pause:
		return &targets.Pause{Target: "respond", Reason: "Waiting for the depot."}
	case *targets.Resume:
		return &targets.Resume{Target: "respond"}
	case *targets.Breach:
		return &targets.Breach{Target: "respond"}
	case *targets.Clear:
		return &targets.Clear{Target: "respond", Reason: "Not needed."}
	case *targets.Keep:
		return &targets.Keep{Target: "respond", DueAt: casestest.Start.Add(30 * 24 * time.Hour)}
	}
	return nil
}

// try sends one command as one sender. used tells that it changed the case.
func (s *subject) try(by core.Actor, command cases.Command) (v verdict, used bool, err error) {
	id := s.id
	if command.Name() == "case.raise" {
		id = core.NewID[core.CaseID]()
	}
	_, err = s.c.cases.Do(s.c.t.Context(), by, cases.One(id, 0, command))
	var said *core.Error
	switch {
	case err == nil:
		return passes, true, nil
	case !errors.As(err, &said):
		return "", false, err
	case said.Kind == core.ErrForbidden:
		return refused, false, nil
	case said.Kind == core.ErrNotFound && strings.HasPrefix(said.Message, "There is no such case"):
		return noCase, false, nil
	case said.Kind == core.ErrConflict || said.Kind == core.ErrInvalid || said.Kind == core.ErrNotFound:
		return passes, false, nil
	}
	return "", false, err
}

func TestEveryCommandIsAllowedToThoseItIsForAndNobodyElse(t *testing.T) {
	t.Parallel()
	c := newCouncil(t, false)
	columns := c.senders()
	var table strings.Builder
	table.WriteString("| command | needs |")
	for _, col := range columns {
		fmt.Fprintf(&table, " %s |", col.name)
	}
	table.WriteString("\n| --- | --- |" + strings.Repeat(" :-: |", len(columns)) + "\n")
	ready := make([]*subject, len(columns))
	for _, e := range commandTable() {
		if sample(e.command, c.subject0()) == nil {
			t.Errorf("%T has no line in sample: say how it looks when it could do something, so that its permissions can be tried", e.command)
			continue
		}
		fmt.Fprintf(&table, "| `%s` | `%s` |", e.command.Name(), e.command.Needs())
		for i, col := range columns {
			if ready[i] == nil {
				ready[i] = c.subject(col.bring)
			}
			v, used, err := ready[i].try(col.by(ready[i]), sample(e.command, ready[i]).(cases.Command))
			if err != nil {
				t.Errorf("%s as %s: %v", e.command.Name(), col.name, err)
			}
			if used {
				ready[i] = nil // the next command wants a case that nothing has happened to
			}
			fmt.Fprintf(&table, " %s |", v)
			c.checkSense(e.command, col.name, v)
		}
		table.WriteString("\n")
	}
	openDocument(t, "permissions.md").Holds("commands", table.String())
}

// subject0 stands for any case where none is needed.
func (c *council) subject0() *subject { return &subject{c: c} }

// checkSense fails for what no table may ever say, whoever approves it.
func (c *council) checkSense(command cases.Command, who string, v verdict) {
	c.t.Helper()
	raises := command.Needs() == core.MayRaise
	switch who {
	case "another customer", "holder of another link", "nobody known", "stranger on the staff", "case manager, restricted case",
		"administrator without groups", "configurator":
		if v != noCase && !raises {
			c.t.Errorf("%s as %s: %s, but for them there is no such case", command.Name(), who, v)
		}
	case "deactivated, was manager and lead":
		if v == passes {
			c.t.Errorf("%s passes for a staff user who was deactivated", command.Name())
		}
	case "lead, not escalated":
		if v == passes && !raises {
			c.t.Errorf("%s passes for the lead before the case was escalated", command.Name())
		}
	case "requester", "holder of its link":
		if v == passes && command.Needs() != core.MayRequest && !raises {
			c.t.Errorf("%s passes for the %s", command.Name(), who)
		}
	case "case manager":
		if v != passes && command.Needs() == core.MayWork {
			c.t.Errorf("%s is refused to the case manager", command.Name())
		}
	}
}
