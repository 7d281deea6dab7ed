package main

import (
	"cmp"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/followers"
	"github.com/casement-dev/casement/core/jobs"
	"github.com/casement-dev/casement/core/links"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/pluginstore"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/routines"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/core/targets"
	"github.com/casement-dev/casement/core/tasks"
)

// commandEntry is one line of the table of commands.
type commandEntry struct {
	command cases.Command
	says    string // what it does, in one line
}

// commandTable lists every command there is. docs/commands.md is written from
// it, and the permission matrix walks it; the API, routines, plugins and bulk
// actions take their commands from here.
func commandTable() []commandEntry {
	return []commandEntry{
		{&cases.Raise{}, "Brings a case into being."},
		{cases.Open{}, "Notes that staff have looked at the case for the first time."},
		{cases.Claim{}, "Takes a case that nobody has."},
		{cases.Release{}, "Puts the case back for its group to claim."},
		{&cases.Assign{}, "Gives the case to a member of its group."},
		{&cases.Reassign{}, "Hands the case to another group, or a person there."},
		{cases.StartWork{}, "Claims the case and sets its first open status."},
		{&cases.ChangeStatus{}, "Moves the case between statuses that are not final."},
		{&cases.ChangeStage{}, "Moves the case along its type’s path, or back."},
		{&cases.ChangeSubtype{}, "Reclassifies the case within its type."},
		{&cases.ChangePriority{}, "Makes the case more or less urgent."},
		{&cases.SetField{}, "Changes one field of the case."},
		{&cases.ChangePlace{}, "Changes the place that the case is about."},
		{&cases.ChangeReceived{}, "Puts right when the case reached the organisation; targets follow."},
		{&cases.ChangeContact{}, "Changes how the requester is reached."},
		{&cases.ChangeMyContact{}, "Changes how the requester is reached, by the requester."},
		{&cases.Escalate{}, "Raises the escalation level and opens the case to that level’s group."},
		{&cases.DeEscalate{}, "Takes the case back to the ordinary."},
		{&cases.Cancel{}, "Ends a case raised in error or no longer needed."},
		{&cases.Withdraw{}, "Ends a case that its requester no longer wants."},
		{&cases.Close{}, "Ends the case with one of the type’s closure reasons."},
		{&cases.Reopen{}, "Takes a closed case up again."},
		{&cases.AskAgain{}, "Takes a closed case up again, by its requester, in time."},
		{&notes.Add{}, "Says something on the case, to the requester or among staff."},
		{&notes.AddUpdate{}, "Adds what the requester has to say."},
		{&questions.Ask{}, "Asks the requester something."},
		{&questions.Answer{}, "Answers a question, as the requester."},
		{&questions.Remind{}, "Notes that a question has stayed unanswered."},
		{&questions.RecordAnswer{}, "Records an answer that came by telephone, letter or at the counter."},
		{&tasks.Add{}, "Gives somebody a task on the case."},
		{&tasks.Complete{}, "Says that a task is done, and what came of it."},
		{&tasks.Cancel{}, "Takes a task back, and says why."},
		{&details.Save{}, "Saves a details section as its plugin left it, on its page."},
		{&routines.Done{}, "Notes that an action of a routine was done, with what it did."},
		{&routines.Stop{}, "Says that a routine was stopped, and by what chain it was set off."},
		{&actions.Run{}, "Records what an action of a plugin did, and does what it asked for."},
		{&pluginstore.Put{}, "Keeps a value for a plugin, with what else it asked for."},
		{&tasks.Act{}, "Takes one step of a task’s workflow, on the page of the task."},
		{&tasks.Return{}, "Takes a task that is done up again, and says what is to be corrected."},
		{&tasks.Claim{}, "Takes a task of one’s group that nobody has."},
		{&tasks.Release{}, "Puts a task back for its group to claim."},
		{&tasks.Assign{}, "Gives a task to a group, or to a person there."},
		{&tasks.HandBack{}, "Gives a task back to its group, or to the case manager, and says why."},
		{&tasks.ChangeDue{}, "Gives a task another due time, or none."},
		{&tasks.Ask{}, "Asks the case manager about a task, or answers as the case manager."},
		{&tasks.RequestTime{}, "Asks the case manager for more time for a task."},
		{&tasks.AddFile{}, "Puts an uploaded file beside a question of a task, and on the case."},
		{&tasks.RemoveFile{}, "Takes a file off a question of a task, and off the case."},
		{&correspondence.Send{}, "Writes a letter by mail to the requester, to others, or to both."},
		{&correspondence.SendAgain{}, "Sends a message again that did not arrive."},
		{&correspondence.Receive{}, "Files a mail to the case that it proves to be of."},
		{&correspondence.Attach{}, "Puts a mail that proves nothing on the case."},
		{&correspondence.Begin{}, "Files the mail that the case is raised from."},
		{&correspondence.Return{}, "Notes that a message of the case came back."},
		{&satisfaction.Give{}, "Says from 1 to 5 how satisfied the requester is, as the requester."},
		{&satisfaction.Record{}, "Records how satisfied the requester is, as they told staff."},
		{&attachments.Add{}, "Puts an uploaded file on the case."},
		{&attachments.Send{}, "Adds files, as the requester."},
		{&attachments.Enclose{}, "Puts the files of a form on the case that it raises."},
		{&attachments.Publish{}, "Shows a file to the requester, or hides it again."},
		{&attachments.Delete{}, "Takes a file off the case."},
		{&attachments.Show{}, "Shows a picture on the report’s public page, or takes it off."},
		{&followers.Add{}, "Lets whoever sends it hear of the case."},
		{&followers.Remove{}, "Ends a following."},
		{&followers.End{}, "Ends a person’s following by the link in a letter."},
		{&links.Add{}, "Links the case with another one, on both."},
		{&links.Remove{}, "Takes a link with another case away, on both."},
		{&links.Continue{}, "Says that the case goes on with one that has ended, as it is raised."},
		{&targets.Set{}, "Gives a target a due time by hand."},
		{&targets.Extend{}, "Allows a target more time, within its type’s limit."},
		{&targets.Pause{}, "Stops a target’s clock by hand."},
		{&targets.Resume{}, "Lets a target’s clock run on."},
		{&targets.Breach{}, "Records that a target fell due without being met."},
		{&targets.Clear{}, "Says that a target no longer matters."},
		{&targets.Keep{}, "Brings in a target as it was promised elsewhere, with its case."},
		{&targets.Recalculate{}, "Puts running targets on a newer version of their calendar, when somebody asks."},
		{targets.Step{}, "Settles whatever has fallen due on a case."},
	}
}

// wire connects the slices: what settles first, what stands in the way, what
// must be true together, and what follows. The order is the order in which
// hooks run.
func (p *parts) wire() {
	targets.Wire(p.cases)
	questions.Wire(p.cases)
	tasks.Wire(p.cases)
	targets.KeepTasks(p.cases, targets.Tasks{Find: tasks.Find, SetDue: tasks.SetDue})
	details.Wire(p.cases)
	notes.Wire(p.cases)
	links.Wire(p.cases)
	satisfaction.Wire(p.cases)
	correspondence.Wire(p.cases)
	correspondence.WireSending(p.cases, p.messages, p.mailIn.replies.To)
	p.tasks.KeepFiles(
		func(file core.AttachmentID) cases.Command {
			return &attachments.Add{Files: []core.AttachmentID{file}, Audience: core.Staff}
		},
		func(no int) cases.Command { return &attachments.Delete{No: no} },
	)
	p.cases.Listen(p.tasks.Heard(jobs.QueueWake))
	p.cases.Listen(p.actions.Heard)
	p.cases.Listen(p.routines.Heard)
	p.cases.Listen(p.notifications.Heard)
	p.cases.Listen(p.webhooks.Heard)
	p.cases.Reactions(jobs.QueueReact)
}

// writeCommands writes docs/commands.md.
func writeCommands(out io.Writer) {
	fmt.Fprint(out, "# Commands\n\n"+
		"Whatever changes a case is one of these commands, and goes through the same door: the console, the portal, the clock, a plugin.\n"+
		"“Needs” is what the actor must hold on the case; “touches” is what must not have changed since the actor looked.\n\n"+
		"This page is written from the table in `cmd/casement/commands.go` by `go test ./cmd/casement -update`.\n\n"+
		"| command | what it does | needs | touches | takes |\n| --- | --- | --- | --- | --- |\n")
	for _, e := range commandTable() {
		var touches []string
		for _, a := range e.command.Touches() {
			touches = append(touches, "`"+strings.TrimSuffix(string(a), ":")+"`")
		}
		fmt.Fprintf(out, "| `%s` | %s | `%s` | %s | %s |\n", e.command.Name(), e.says, e.command.Needs(),
			cmp.Or(strings.Join(touches, ", "), "–"), cmp.Or(strings.Join(taken(e.command), ", "), "–"))
	}
}

// taken lists the fields of a command by their names in JSON.
func taken(command cases.Command) []string {
	t := reflect.TypeOf(command)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			for j := range f.Type.NumField() {
				out = append(out, jsonName(f.Type.Field(j)))
			}
			continue
		}
		out = append(out, jsonName(f))
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" || name == "-" {
		return ""
	}
	return "`" + name + "`"
}

// commandNames lists the names in the table, sorted, once each.
func commandNames() []core.CommandName {
	var out []core.CommandName
	for _, e := range commandTable() {
		out = append(out, e.command.Name())
	}
	slices.Sort(out)
	return slices.Compact(out)
}
