package casetypes

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

func targetsSection() Section {
	return Section{
		Key: "targets", Name: "Targets and calendar",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "targets", Value: &t.Targets}} },
		Validate: validateTargets,
	}
}

func validateTargets(c *Check) {
	t, at := c.Type, At("targets")
	Entries(c, at, "target", t.Targets, func(r core.TargetRule) (string, core.Text) { return r.Key, r.Name })
	for i, rule := range t.Targets {
		validateTarget(c, at.And(i), rule)
	}
}

func validateTarget(c *Check, at Path, rule core.TargetRule) {
	if err := rule.Validate(); err != nil {
		c.Err(at, err)
		return
	}
	validateMoment(c, at.And("starts"), rule.Starts)
	validateMoment(c, at.And("stops"), rule.Stops)
	if rule.Starts == rule.Stops {
		c.Say(at.And("stops"), "The target starts and stops at the same moment, “%s”.", rule.Starts)
	}
	steps := make([]string, len(rule.Remind))
	for j, r := range rule.Remind {
		steps[j] = core.Step{Kind: core.StepReminder, Reminder: r}.Key()
	}
	c.Once("reminder", steps, func(j int) Path { return at.And("remind", j) })
	validateLadder(c, at.And("ladder"), rule.Ladder)
	if rule.Extend == nil {
		return
	}
	if by := rule.Extend.By; by != "" && by != "staff" {
		c.Say(at.And("extend", "by"), "Targets are extended by staff, not by “%s”.", shorten(by))
	}
	if template := rule.Extend.TellRequester; template != "" {
		c.Exists(at.And("extend", "tell_requester"), "template", template, c.Known.Templates)
	}
}

// validateMoment checks the key in moments such as "stage:stage-1".
func validateMoment(c *Check, at Path, m core.Moment) {
	switch kind, key := m.Split(); kind {
	case "stage":
		c.Exists(at, "stage", key, stageKeys(c.Type))
	case "status":
		c.Exists(at, "status", key, statusKeys(c.Type))
	case "task":
		c.Exists(at, "task", key, taskKeys(c.Type))
	case "field":
		if f, ok := c.Type.Field(key); !ok {
			c.Exists(at, "field", key, fieldKeys(c.Type))
		} else if f.Kind != core.FieldDate {
			c.Say(at, "Only a field of the kind date has a moment; “%s” is %s.", key, f.Kind)
		}
	}
}

func validateLadder(c *Check, at Path, ladder []core.EscalationStep) {
	levels := len(c.Type.Groups[core.DutyEscalation])
	for i := range ladder {
		if i >= levels {
			c.Say(at.And(i), "Nobody is told of level %d: groups.escalation names %s, one for each level.", i+1, plural(levels, "group"))
		}
	}
}

func tasksSection() Section {
	return Section{
		Key: "tasks", Name: "Tasks",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "tasks", Value: &t.Tasks}} },
		Validate: validateTasks,
	}
}

// Manager is the word that stands, where a task is assigned, for whoever holds
// the case.
const Manager = "manager"

// maxTasks is how many tasks of a kind a case may be allowed.
const maxTasks = 100

func validateTasks(c *Check) {
	at := At("tasks")
	Entries(c, at, "task", c.Type.Tasks, func(k core.TaskType) (string, core.Text) { return k.Key, k.Name })
	for i, task := range c.Type.Tasks {
		validateWorkflow(c, at.And(i, "workflow"), task)
		validateShows(c, at.And(i, "shows"), task.Shows)
		for j, group := range task.AssignTo {
			c.Exists(at.And(i, "assign_to", j), "group", group, append([]string{Manager}, c.Known.Groups...))
		}
		c.Once("group", task.AssignTo, func(j int) Path { return at.And(i, "assign_to", j) })
		switch limits := task.Limits; {
		case limits.Max > 0 && limits.Min > limits.Max:
			c.Say(at.And(i, "limits"), "At least %d but at most %d cannot be.", limits.Min, limits.Max)
		case max(limits.Min, limits.Max) > maxTasks:
			c.Say(at.And(i, "limits"), "A case may have %d tasks of a kind at most.", maxTasks)
		}
	}
}

// validateWorkflow holds a workflow against the plugins that are installed.
func validateWorkflow(c *Check, at Path, task core.TaskType) {
	if task.Workflow == "" || slices.Contains(c.Known.Workflows, task.Plugin()) {
		return
	}
	known := make([]string, len(c.Known.Workflows))
	for i, w := range c.Known.Workflows {
		known[i] = core.PluginWorkflow + w
	}
	c.Exists(at, "workflow", task.Workflow, known)
}

// validateShows checks what of the case a task's page shows.
func validateShows(c *Check, at Path, shows []string) {
	known := core.TaskShows()
	for _, key := range fieldKeys(c.Type) {
		known = append(known, core.ShowField+key)
	}
	for i, what := range shows {
		c.Exists(at.And(i), "part of a case", what, known)
	}
	c.Once("part of a case", shows, func(i int) Path { return at.And(i) })
}

func reasonsSection() Section {
	return Section{
		Key: "reasons", Name: "Reasons",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "reasons", Value: &t.Reasons}} },
		Validate: validateReasons,
	}
}

func validateReasons(c *Check) {
	r := c.Type.Reasons
	for _, list := range []struct {
		part    string
		reasons []core.Reason
	}{{"close", r.Close}, {"cancel", r.Cancel}, {"reassign", r.Reassign}, {"escalate", r.Escalate}} {
		at := At("reasons", list.part)
		Entries(c, at, "reason", list.reasons, func(r core.Reason) (string, core.Text) { return r.Key, r.Name })
		for i, reason := range list.reasons {
			if reason.Message != "" {
				c.Exists(at.And(i, "message"), "template", reason.Message, c.Known.Templates)
			}
		}
	}
}

func messagesSection() Section {
	return Section{
		Key: "messages", Name: "Messages",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "messages", Value: &t.Messages}} },
		Validate: validateMessages,
		Diff:     diffMessages,
	}
}

// ByReason stands for a template where a case closes: the requester gets the
// message of the closure reason.
const ByReason = "by_reason"

// Audiences lists who may be told of an event.
func Audiences() []string {
	return []string{"requester", "assignee", "manage", "escalation", "asker", "receiver", "follower"}
}

// MessageEvents lists the events that a case type may send messages for.
func MessageEvents() []core.EventKind {
	return []core.EventKind{
		core.CaseRaised, core.CaseClaimed, core.CaseReleased, core.CaseAssigned, core.CaseReassigned, core.WorkStarted,
		core.StatusChanged, core.StageChanged, core.CaseEscalated, core.CaseDeEscalated, core.CaseCancelled,
		core.CaseWithdrawn, core.CaseClosed, core.CaseReopened, core.NoteAdded, core.UpdateAdded, core.QuestionAsked,
		core.QuestionAnswered, core.QuestionUnanswered, core.TaskAdded, core.TaskCompleted,
		core.TaskAssigned, core.TaskAsked, core.TaskAnswered, core.TaskTimeRequested, core.TaskHandedBack, core.TaskReturned, core.AttachmentAdded,
		core.AttachmentPublished, core.TargetReminded, core.TargetBreached, core.TargetExtended, core.ContactChanged,
		core.CaseResolved,
	}
}

func validateMessages(c *Check) {
	for event, table := range c.Type.Messages {
		at := At("messages", event)
		c.Exists(at, "event", event, words(MessageEvents()))
		for audience, template := range table {
			if !c.Exists(at.And(audience), "audience", audience, Audiences()) {
				continue
			}
			if template == ByReason && event == string(core.CaseClosed) && audience == "requester" {
				continue
			}
			c.Exists(at.And(audience), "template", template, c.Known.Templates)
		}
	}
}

func diffMessages(d *Differ, before, after *core.CaseType) {
	for _, event := range words(MessageEvents()) {
		for _, audience := range Audiences() {
			was, is := before.Messages[event][audience], after.Messages[event][audience]
			switch {
			case was == is:
			case was == "":
				d.Add(Added, "At %s the message ‘%s’ now goes to: %s.", event, is, audience)
			case is == "":
				d.Add(Removed, "At %s nothing goes to: %s any more (it was ‘%s’).", event, audience, was)
			default:
				d.Add(Changed, "At %s the message to %s: ‘%s’ → ‘%s’.", event, audience, was, is)
			}
		}
	}
}
