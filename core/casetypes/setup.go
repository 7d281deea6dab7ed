package casetypes

import (
	"slices"

	"github.com/casement-dev/casement/core"
)

// maxDescription is how many letters the description of a type may have.
const maxDescription = 2_000

func setupSection() Section {
	return Section{
		Key: "setup", Name: "Setup and naming",
		Parts: func(t *core.CaseType) []Part {
			return []Part{
				{Key: "name", Value: &t.Name, Required: true},
				{Key: "description", Value: &t.Description},
				{Key: "reference", Value: &t.Reference, Required: true},
				{Key: "calendar", Value: &t.Calendar, Required: true},
				{Key: "retired", Value: &t.Retired},
			}
		},
		Validate: validateSetup,
	}
}

func validateSetup(c *Check) {
	t := c.Type
	c.Words(At("name"), t.Name, maxName)
	if !t.Description.IsZero() {
		c.Words(At("description"), t.Description, maxDescription)
	}
	at, prefix := At("reference", "prefix"), t.Reference.Prefix
	if !core.ValidReferencePrefix(prefix) {
		c.Say(at, "“%s” cannot begin references. Use two to five capital letters, such as CMP.", shorten(prefix))
	} else if other := c.Known.Prefixes[prefix]; other != "" && other != t.Key {
		c.Say(at, "References of “%s” begin with %s already. Choose other letters.", other, prefix)
	}
	c.Exists(At("calendar"), "calendar", t.Calendar, c.Known.Calendars)
}

func groupsSection() Section {
	return Section{
		Key: "groups", Name: "Groups",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "groups", Value: &t.Groups, Required: true}} },
		Validate: validateGroups,
		Diff:     diffGroups,
	}
}

func validateGroups(c *Check) {
	table := c.Type.Groups
	for _, duty := range core.Duties() {
		known := c.Known.Groups
		if duty == core.DutyRaise {
			known = append([]string{core.Everyone, core.SignedIn}, known...)
		}
		at := At("groups", string(duty))
		for i, group := range table[duty] {
			c.Exists(at.And(i), "group", group, known)
		}
		c.Once("group", table[duty], func(i int) Path { return at.And(i) })
	}
	switch raise := len(table[core.DutyRaise]); {
	case c.Type.Retired && raise > 0:
		c.Say(At("groups", "raise"), "The case type is retired, so nobody raises such a case. Leave the groups under raise out, or let it be raised again.")
	case !c.Type.Retired && raise == 0:
		c.Say(At("groups", "raise"), "Nobody may raise such a case. Say who may: groups, signed-in customers, or everyone.")
	}
	if len(table[core.DutyManage]) == 0 {
		c.Say(At("groups", "manage"), "Nobody manages such cases. Choose one group or more that do; new cases go to the first.")
	}
}

// dutyWords says what a group with the duty may do.
func dutyWords(d core.Duty) string {
	switch d {
	case core.DutyRaise:
		return "may raise cases"
	case core.DutyManage:
		return "manages cases"
	case core.DutyReassignTo:
		return "may be handed cases"
	case core.DutyEscalation:
		return "is told of escalations"
	case core.DutyEnquiry:
		return "may enquire"
	case core.DutyAppointments:
		return "takes appointments"
	case core.DutyAutoAssign:
		return "is given cases automatically"
	case core.DutyExport:
		return "may export"
	}
	return string(d)
}

func diffGroups(d *Differ, before, after *core.CaseType) {
	for _, duty := range core.Duties() {
		was, is := before.Groups[duty], after.Groups[duty]
		for _, g := range is {
			if !slices.Contains(was, g) {
				d.Add(Added, "Group ‘%s’ now %s.", g, dutyWords(duty))
			}
		}
		for _, g := range was {
			if !slices.Contains(is, g) {
				d.Add(Removed, "Group ‘%s’ no longer %s.", g, dutyWords(duty))
			}
		}
		d.order("Groups: the order under "+string(duty), was, is)
	}
}

func attachmentsSection() Section {
	return Section{
		Key: "attachments", Name: "Attachments",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "attachments", Value: &t.Attachments}} },
		Validate: validateAttachments,
	}
}

const (
	maxFiles     = 1_000
	maxFileBytes = 1 << 30
)

func validateAttachments(c *Check) {
	a := c.Type.Attachments
	if a.Files > maxFiles {
		c.Say(At("attachments", "files"), "A case may have %d files at most.", maxFiles)
	}
	if a.Bytes > maxFileBytes {
		c.Say(At("attachments", "bytes"), "A file may have %d bytes at most.", maxFileBytes)
	}
	for i, kind := range a.Kinds {
		if !mediaType.MatchString(kind) {
			c.Say(At("attachments", "kinds", i), "“%s” is not a media type. Write it like image/jpeg.", shorten(kind))
		}
	}
	c.Once("kind", a.Kinds, func(i int) Path { return At("attachments", "kinds", i) })
}
