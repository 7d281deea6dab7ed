package casetypes

import (
	"github.com/casement-dev/casement/core"
)

// Section is one part of a case type: one entry of the list on its screens,
// and one or more top-level members of its file. What a section's parts are is
// told once; reading, writing, comparing and the published schema follow from
// their types.
type Section struct {
	Key  string // in addresses: "statuses"
	Name string // on screens: "Statuses"

	// Parts points into a case type: where each member of the file is kept.
	Parts func(t *core.CaseType) []Part

	// Validate says what is wrong with the section's parts, references
	// included. Nil: nothing can be.
	Validate func(c *Check)

	// Diff says in sentences what changed. Nil: entry by entry, value by value.
	Diff func(d *Differ, before, after *core.CaseType)
}

// Part is one top-level member of a file and where its value is kept.
type Part struct {
	Key      string // "statuses"
	Value    any    // a pointer, such as &t.Statuses
	Required bool
}

// Sections lists the sections of a case type in the order of files and
// screens. Slices that contribute one append theirs where the program is put
// together.
func Sections() []Section {
	return []Section{
		setupSection(), groupsSection(), formSection(), subtypesSection(), statusesSection(), stagesSection(),
		targetsSection(), tasksSection(), reasonsSection(), messagesSection(), repliesSection(), satisfactionSection(), attachmentsSection(), reportsSection(), open311Section(), nearbySection(),
		detailsSection(), actionsSection(), routinesSection(), closingSection(), examplesSection(), replacedSection(),
	}
}

// SectionOf finds the section that a path of the file belongs to; "" when
// none does.
func SectionOf(sections []Section, part string) string {
	for _, s := range sections {
		for _, p := range s.Parts(new(core.CaseType)) {
			if p.Key == part {
				return s.Key
			}
		}
	}
	return ""
}
