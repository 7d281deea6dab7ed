package core

import "slices"

// CaseType is the recipe of a case as it was published: its form, statuses,
// stages, groups, targets, tasks, reasons and messages. Published versions
// never change. Keys are stable and short; words for people are [Text].
type CaseType struct {
	Key         string           `json:"key"`
	Version     int              `json:"version"` // 1, 2 … as published; 0 while a draft
	Name        Text             `json:"name"`
	Description Text             `json:"description,omitempty"` // public: what it is for, on the page that lists forms
	Reference   ReferenceRule    `json:"reference"`
	Form        FormRule         `json:"form"`
	Calendar    string           `json:"calendar"`
	Groups      DutyTable        `json:"groups"`
	Subtypes    []Subtype        `json:"subtypes,omitempty"`
	Priorities  []Choice         `json:"priorities,omitempty"` // lowest first; the type's first "normal" is the default
	Statuses    []Status         `json:"statuses"`
	Stages      []Stage          `json:"stages,omitempty"`
	Reopen      ReopenRule       `json:"reopen,omitzero"`
	Targets     []TargetRule     `json:"targets,omitempty"`
	Tasks       []TaskType       `json:"tasks,omitempty"`
	Fields      []Field          `json:"fields,omitempty"` // what a case of the type carries beside its columns
	Reasons     Reasons          `json:"reasons,omitzero"`
	Messages    MessageTable     `json:"messages,omitempty"`
	Replies     []SavedReply     `json:"replies,omitempty"`
	Questions   QuestionRule     `json:"questions,omitzero"`
	Satisfied   SatisfactionRule `json:"satisfaction,omitzero"`
	Mail        MailRule         `json:"mail,omitzero"` // which messages are switched off
	Attachments AttachmentLimit  `json:"attachments,omitzero"`
	Reports     ReportsRule      `json:"reports,omitzero"`
	Open311     Open311Rule      `json:"open311,omitzero"`
	Nearby      NearbyRule       `json:"nearby,omitzero"`
	Details     []PluginEntry    `json:"details,omitempty"` // sections of plugins, in the order of the page
	Portal      PortalRule       `json:"portal,omitzero"`
	Actions     []ActionRule     `json:"actions,omitempty"`
	Closing     ClosingRule      `json:"closing,omitzero"`
	Routines    []Routine        `json:"routines,omitempty"`   // in the order in which they come
	Examples    []Example        `json:"examples,omitempty"`   // tried before a version is published
	ReplacedBy  Replacements     `json:"replaced_by,omitzero"` // for cases that hold what the type no longer has
	Retired     bool             `json:"retired,omitempty"`    // no case is raised any more; those there are go on
	// EscalateTo is kept in Groups[DutyEscalation]: the n-th group is told of level n.
}

// ReferenceRule says how references of the type begin.
type ReferenceRule struct {
	Prefix string `json:"prefix"`
}

// FormRule says which form raises a case of the type: a plugin's, or, when
// Plugin is empty, the one-page form drawn from the type's fields.
type FormRule struct {
	Plugin string `json:"plugin,omitempty"` // plugin id, e.g. "casement.complaint"
	Entry  string `json:"entry,omitempty"`  // which of the plugin's forms
	// Design is the key of the form without code that the plugin asks. Plugin and
	// Entry are then [DesignPlugin] and [DesignEntry].
	Design string `json:"design,omitempty"`
}

// The plugin that asks forms without code, and its entry.
const (
	DesignPlugin = "casement.designed"
	DesignEntry  = "form"
)

// DesignedForm is the rule of a case type whose form was made in the designer.
func DesignedForm(key string) FormRule {
	return FormRule{Plugin: DesignPlugin, Entry: DesignEntry, Design: key}
}

// Choice is one entry of a list people choose from.
type Choice struct {
	Key  string `json:"key"`
	Name Text   `json:"name"`
}

// Subtype is a flat sub-classification; it may send the case to a group.
type Subtype struct {
	Key   string `json:"key"`
	Name  Text   `json:"name"`
	Group string `json:"group,omitempty"`
}

// Reason is one entry of a list of reasons. For closing it names the message
// the requester gets.
type Reason struct {
	Key     string `json:"key"`
	Name    Text   `json:"name"`
	Message string `json:"message,omitempty"` // template key
}

// Reasons are the type's lists of reasons. No closure reasons means that
// closing by hand is off.
type Reasons struct {
	Close    []Reason `json:"close,omitempty"`
	Cancel   []Reason `json:"cancel,omitempty"`
	Reassign []Reason `json:"reassign,omitempty"`
	Escalate []Reason `json:"escalate,omitempty"`
}

// ReopenRule says what happens when a case is reopened, and until when the
// requester may.
type ReopenRule struct {
	To            string      `json:"to"`               // status key
	Within        Span        `json:"within,omitempty"` // counted from closing; zero: the requester may not
	ClearAssignee bool        `json:"clear_assignee,omitempty"`
	Targets       ReopenClock `json:"targets,omitempty"`
	// Afterwards is the key of the type of the case that the requester begins
	// who writes after that time; "" is the same type.
	Afterwards string `json:"afterwards,omitempty"`
}

// ReopenClock says whether targets go on or begin anew on reopening.
type ReopenClock string

// The choices of [ReopenClock]; the zero value is ReopenResume.
const (
	ReopenResume  ReopenClock = "resume"
	ReopenRestart ReopenClock = "restart"
)

// MessageTable says which template is sent: event → audience → template key.
// Audiences are "requester", "assignee", "manage", "escalation", "asker".
type MessageTable map[string]map[string]string

// SavedReply is a letter that staff begin with when they write to somebody.
type SavedReply struct {
	Key     string   `json:"key"`
	Name    Text     `json:"name"`
	Subject string   `json:"subject"`          // with merge fields, like templates
	Text    string   `json:"text"`             // likewise
	Groups  []string `json:"groups,omitempty"` // for their members alone; empty: for everybody
}

// QuestionRule says how long the requester has to answer before both sides are
// reminded; five working days when it says nothing.
type QuestionRule struct {
	Within Span `json:"within,omitempty"`
}

// SatisfactionRule says whether requesters are asked, once their case is
// resolved, how satisfied they are from 1 to 5, and what their answer leads to.
type SatisfactionRule struct {
	Ask bool `json:"ask,omitempty"`
	// Levels names the status that a score ("1" to "5") leads to: the one of
	// reopening, or one that closes the case. A score that it leaves out leads
	// nowhere.
	Levels map[string]string `json:"levels,omitempty"`
	// Reason is why a case was closed that a score closes.
	Reason string `json:"reason,omitempty"`
}

// ReportsRule says whether each case of a type has a page that everybody may
// see: its kind, its place, its public status, the pictures that staff have
// looked at, and no name and no word of whoever reported it. Whoever sees it
// may follow it.
type ReportsRule struct {
	Public bool `json:"public,omitempty"`
}

// Open311Rule says what other programs see of a type through Open311. Nothing
// is, unless it is said.
type Open311Rule struct {
	Offered bool     `json:"offered,omitempty"` // reports of this type can be sent in; each subtype is a service
	Publish bool     `json:"publish,omitempty"` // whoever asks sees kind, place, public status and dates of its cases
	Words   bool     `json:"words,omitempty"`   // and the description as the reporter typed it
	Tags    []string `json:"tags,omitempty"`    // keywords of its services
}

// NearbyRule says whether somebody who is about to report something is shown,
// in public words alone, what is open around the place they chose.
type NearbyRule struct {
	Within Distance `json:"within,omitempty"`
	Days   int      `json:"days,omitempty"` // how long ago it may have been raised
}

// Shown reports whether anything is shown.
func (r NearbyRule) Shown() bool { return r.Within > 0 && r.Days > 0 }

// AttachmentLimit bounds the files of one case.
type AttachmentLimit struct {
	Files int      `json:"files,omitempty"`     // how many in all; 0 means 20
	Bytes int64    `json:"bytes,omitempty"`     // each; 0 means 20 MB
	Kinds []string `json:"kinds,omitempty"`     // media types; empty means the safe list of the attachments slice
	Share bool     `json:"published,omitempty"` // whether staff files are published unless said otherwise
}

// Status finds a status by key, or the one that has replaced it.
func (t *CaseType) Status(key string) (Status, bool) {
	i := slices.IndexFunc(t.Statuses, func(s Status) bool { return s.Key == key })
	if i < 0 {
		i = slices.IndexFunc(t.Statuses, func(s Status) bool { return s.Key == t.ReplacedBy.Statuses[key] })
	}
	if i < 0 {
		return Status{}, false
	}
	return t.Statuses[i], true
}

// FirstStatus finds the first status of a kind.
func (t *CaseType) FirstStatus(kind StatusKind) (Status, bool) {
	i := slices.IndexFunc(t.Statuses, func(s Status) bool { return s.Kind == kind })
	if i < 0 {
		return Status{}, false
	}
	return t.Statuses[i], true
}

// FinalStatuses lists the statuses that end a case.
func (t *CaseType) FinalStatuses() []Status {
	var out []Status
	for _, s := range t.Statuses {
		if s.Kind == StatusFinal {
			out = append(out, s)
		}
	}
	return out
}

// Stage finds a stage, or the one that has replaced it, and its place in the
// order, -1 when there is none.
func (t *CaseType) Stage(key string) (Stage, int) {
	i := slices.IndexFunc(t.Stages, func(s Stage) bool { return s.Key == key })
	if i < 0 {
		i = slices.IndexFunc(t.Stages, func(s Stage) bool { return s.Key == t.ReplacedBy.Stages[key] })
	}
	if i < 0 {
		return Stage{}, -1
	}
	return t.Stages[i], i
}

// Subtype finds a subtype by key, or the one that has replaced it.
func (t *CaseType) Subtype(key string) (Subtype, bool) {
	i := slices.IndexFunc(t.Subtypes, func(s Subtype) bool { return s.Key == key })
	if i < 0 {
		i = slices.IndexFunc(t.Subtypes, func(s Subtype) bool { return s.Key == t.ReplacedBy.Subtypes[key] })
	}
	if i < 0 {
		return Subtype{}, false
	}
	return t.Subtypes[i], true
}

// Priority finds a priority by key.
func (t *CaseType) Priority(key string) (Choice, bool) {
	i := slices.IndexFunc(t.Priorities, func(c Choice) bool { return c.Key == key })
	if i < 0 {
		return Choice{}, false
	}
	return t.Priorities[i], true
}

// Field finds a field by key.
func (t *CaseType) Field(key string) (Field, bool) {
	i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return t.Fields[i], true
}

// Task finds a task type by key.
func (t *CaseType) Task(key string) (TaskType, bool) {
	i := slices.IndexFunc(t.Tasks, func(k TaskType) bool { return k.Key == key })
	if i < 0 {
		return TaskType{}, false
	}
	return t.Tasks[i], true
}

// Target finds a target rule by key.
func (t *CaseType) Target(key string) (TargetRule, bool) {
	i := slices.IndexFunc(t.Targets, func(r TargetRule) bool { return r.Key == key })
	if i < 0 {
		return TargetRule{}, false
	}
	return t.Targets[i], true
}

// FindReason finds a reason in one of the type's lists.
func FindReason(list []Reason, key string) (Reason, bool) {
	i := slices.IndexFunc(list, func(r Reason) bool { return r.Key == key })
	if i < 0 {
		return Reason{}, false
	}
	return list[i], true
}

// DefaultGroup is the group a new case goes to unless its subtype names
// another: the first that manages the type.
func (t *CaseType) DefaultGroup() string {
	if groups := t.Groups[DutyManage]; len(groups) > 0 {
		return groups[0]
	}
	return ""
}

// GroupOf is the group that a new case of a subtype goes to: never nobody.
func (t *CaseType) GroupOf(subtype string) string {
	if sub, ok := t.Subtype(subtype); ok && sub.Group != "" && t.MayHold(sub.Group) {
		return sub.Group
	}
	return t.DefaultGroup()
}

// PriorityOr is the priority asked for, or that of a new case: "normal", or the
// type's first.
func (t *CaseType) PriorityOr(asked string) string {
	if asked != "" || len(t.Priorities) == 0 {
		return asked
	}
	if normal, ok := t.Priority("normal"); ok {
		return normal.Key
	}
	return t.Priorities[0].Key
}

// MayHold reports whether cases of the type may be with the group.
func (t *CaseType) MayHold(group string) bool {
	return slices.Contains(t.Groups[DutyManage], group) || slices.Contains(t.Groups[DutyReassignTo], group)
}

// Holders lists the groups that cases of the type may be with, once each.
func (t *CaseType) Holders() []string {
	out := slices.Clone(t.Groups[DutyManage])
	for _, g := range t.Groups[DutyReassignTo] {
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}
