package pluginhost

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// TaskProvider serves the workflows of plugins to core/tasks.
func (h *Host) TaskProvider() tasks.Provider { return taskProvider{h} }

type taskProvider struct{ host *Host }

// Serve implements [tasks.Provider].
func (t taskProvider) Serve(ctx context.Context, call tasks.Call) (tasks.Reply, error) {
	id, entry, _ := strings.Cut(call.Workflow, "/")
	p, err := t.host.version(ctx, id, call.Pin)
	if err != nil {
		return tasks.Reply{}, err
	}
	if e := p.m.Entry(entry); e == nil || e.Kind != abi.KindTask {
		return tasks.Reply{}, core.Unavailable(nil, "What this task needs, “%s”, is not installed any more. Nothing of the task is lost.", call.Workflow)
	}
	e := errandOf(call, entry)
	c, err := t.host.contextOf(ctx, p, e)
	if err != nil {
		return tasks.Reply{}, err
	}
	c.Seed, c.Now = call.Seed, call.Now.UTC().Format(time.RFC3339)
	if call.Zone != nil {
		c.Zone, c.Today = call.Zone.String(), core.DateOf(call.Now.In(call.Zone)).String()
	}
	shownOnly(c.Case, call)
	if from, needed := p.migrates(call.Pin); needed {
		if call.State, err = t.migrate(ctx, p, call, c, entry, from); err != nil {
			return tasks.Reply{}, err
		}
	}
	response, err := t.host.serve(ctx, p, &abi.Request{
		Op: abi.OpEvent, Entry: entry, State: abi.Raw(call.State), Context: c,
		Event: &abi.Event{
			Type: string(call.Event.Kind), Action: call.Event.Target, Fields: call.Event.Answers, Files: call.Event.Files, Text: call.Event.Text,
		},
	}, e)
	if err != nil {
		return tasks.Reply{}, err
	}
	reply, err := taskReply(response, call, p.pin())
	if err != nil {
		return tasks.Reply{}, t.host.failedIn(ctx, p, entry, protocolFault(p.m, err))
	}
	reply.Granted, err = t.host.granted(ctx, p, response.Effects)
	return reply, err
}

// migrate brings a state that another version made into the form that this one
// reads.
func (t taskProvider) migrate(ctx context.Context, p *plugin, call tasks.Call, c abi.Context, entry string, from int) ([]byte, error) {
	request := &abi.Request{Op: abi.OpMigrate, Entry: entry, State: abi.Raw(call.State), StateVersion: from, Context: c}
	response, err := t.host.call(ctx, p, request, matter{cs: call.Seen.Case.ID})
	if err != nil {
		return nil, err
	}
	if len(response.State) == 0 {
		return nil, t.host.failedIn(ctx, p, entry, protocolFault(p.m, fmt.Errorf("it gave no state when asked to migrate from version %d", from)))
	}
	return response.State, nil
}

func errandOf(call tasks.Call, entry string) errand {
	t := call.Task
	return errand{
		by: call.By, seen: call.Seen, entry: entry, what: "task " + strconv.Itoa(t.No), reader: "staff",
		task: &abi.Task{
			No: t.No, Type: t.Type, Title: t.Title, Brief: t.Brief, Group: t.Group, Assignee: t.AssigneeName, DueAt: instant(t.DueAt),
			Mine: call.Mine, Manages: call.Manages,
		},
	}
}

// shownOnly takes out of a case what the type of the task does not show to those
// who have the task and nothing else to do with the case: a workflow speaks to
// its reader.
func shownOnly(c *abi.Case, call tasks.Call) {
	if c == nil || call.Seen.MayDo(core.MayEnquire) {
		return
	}
	kind, _ := call.Seen.Type.Task(call.Task.Type)
	shows := func(what string) bool { return slices.Contains(kind.Shows, what) }
	if !shows(core.ShowSubject) {
		c.Subject = ""
	}
	if !shows(core.ShowDescription) {
		c.Description = ""
	}
	if !shows(core.ShowRequester) {
		c.Requester = nil
	}
	if !shows(core.ShowPlace) {
		c.Place = nil
	}
	if !shows(core.ShowFiles) {
		c.Files = nil
	}
	for key := range c.Fields {
		if !shows(core.ShowField + key) {
			delete(c.Fields, key)
		}
	}
}

// taskReply makes the reply of a workflow from a response whose view is valid.
func taskReply(r *abi.Response, call tasks.Call, pin string) (tasks.Reply, error) {
	reply := tasks.Reply{
		Reply: dialogue.Reply{Pin: pin, State: []byte(r.State), View: r.View},
		Done:  r.Done, Outcome: r.Outcome, Status: r.Status,
	}
	for _, e := range r.Errors {
		reply.Errors = append(reply.Errors, view.FieldError{Field: e.Field, Message: e.Message})
	}
	if r.WakeAt != "" {
		at, err := time.Parse(time.RFC3339, r.WakeAt)
		if err != nil {
			return reply, fmt.Errorf("wake_at is %.40q, which is no RFC 3339 time", r.WakeAt)
		}
		reply.WakeAt = at.UTC()
	}
	looks := call.Event.Kind == dialogue.View || call.Event.Kind == dialogue.Goto
	switch {
	case r.Raise != nil:
		return reply, errors.New("it asks for a case, which forms alone do")
	case looks && len(r.Effects) > 0:
		return reply, errors.New("it asks for effects when it is only looked at")
	case len(r.Errors) > 0 && len(r.Effects) > 0:
		return reply, errors.New("it refuses the answers and asks for effects at once")
	}
	return reply, nil
}

// Workflows lists the workflows of tasks that there are: see [Host.Entries].
func (h *Host) Workflows() []string { return h.Entries(abi.KindTask) }
