package casetypes

import (
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
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
	for j, moment := range rule.Restarts {
		validateMoment(c, at.And("restarts", j), moment)
		if moment == rule.Stops {
			c.Say(at.And("restarts", j), "The target stops at “%s”, so it cannot begin anew then.", moment)
		}
	}
	c.Once("moment", words(rule.Restarts), func(j int) Path { return at.And("restarts", j) })
	validateCondition(c, at.And("when"), rule.When)
	c.Condition(at.And("if"), conditions.OfTarget, rule.If)
	validateTerms(c, at, rule)
}

// validateTerms checks what targets of cases and of tasks have in common.
func validateTerms(c *Check, at Path, rule core.TargetRule) {
	steps := make([]string, len(rule.Remind))
	for j, r := range rule.Remind {
		steps[j] = core.Step{Kind: core.StepReminder, Reminder: r}.Key()
	}
	c.Once("reminder", steps, func(j int) Path { return at.And("remind", j) })
	c.Once("reason to pause", words(rule.Pause), func(j int) Path { return at.And("pause", j) })
	c.Once("change", words(rule.Forbid), func(j int) Path { return at.And("forbid", j) })
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

// validateCondition checks that what a rule asks after can be.
func validateCondition(c *Check, at Path, when core.Condition) {
	t := c.Type
	priorities, subtypes := make([]string, len(t.Priorities)), make([]string, len(t.Subtypes))
	for i, p := range t.Priorities {
		priorities[i] = p.Key
	}
	for i, s := range t.Subtypes {
		subtypes[i] = s.Key
	}
	for i, key := range when.Priorities {
		c.Exists(at.And("priority", i), "priority", key, priorities)
	}
	for i, key := range when.Subtypes {
		c.Exists(at.And("subtype", i), "subtype", key, subtypes)
	}
	c.Once("priority", when.Priorities, func(i int) Path { return at.And("priority", i) })
	c.Once("subtype", when.Subtypes, func(i int) Path { return at.And("subtype", i) })
	c.Once("channel", words(when.Channels), func(i int) Path { return at.And("channel", i) })
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
	keys := make([]string, len(c.Type.Tasks))
	for i, task := range c.Type.Tasks {
		keys[i] = task.Key
	}
	Entries(c, at, "task", c.Type.Tasks, func(k core.TaskType) (string, core.Text) { return k.Key, k.Name })
	for i, task := range c.Type.Tasks {
		validateWorkflow(c, at.And(i, "workflow"), task)
		validateShows(c, at.And(i, "shows"), task.Shows)
		for j, group := range task.AssignTo {
			c.Exists(at.And(i, "assign_to", j), "group", group, append([]string{Manager}, c.Known.Groups...))
		}
		c.Once("group", task.AssignTo, func(j int) Path { return at.And(i, "assign_to", j) })
		for j, other := range task.NotBy {
			if other == task.Key {
				c.Say(at.And(i, "not_by", j), "Whoever has a task cannot be kept from it by having it. Name another.")
				continue
			}
			c.Exists(at.And(i, "not_by", j), "task", other, keys)
		}
		c.Once("task", task.NotBy, func(j int) Path { return at.And(i, "not_by", j) })
		if err := task.ValidateTarget(); err != nil {
			c.Err(at.And(i), err)
		} else {
			validateTerms(c, at.And(i), task.Target(""))
		}
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
