package core

import (
	"slices"
	"strings"
)

// PluginEntry names an entry of a plugin as case types do:
// "plugin:casement.outcome/outcome".
type PluginEntry string

// Name is the plugin and its entry: "casement.outcome/outcome".
func (e PluginEntry) Name() string { return strings.TrimPrefix(string(e), PluginWorkflow) }

// Plugin is the plugin's id.
func (e PluginEntry) Plugin() string {
	plugin, _, _ := strings.Cut(e.Name(), "/")
	return plugin
}

// Entry is which of the plugin's entries it is; it stands in addresses.
func (e PluginEntry) Entry() string {
	_, entry, _ := strings.Cut(e.Name(), "/")
	return entry
}

// PortalRule says what requesters see of a case in the portal beside what
// everybody does.
type PortalRule struct {
	// Sections are entries of the type's details ("outcome"). A section stands in
	// the portal if its maker meant it for requesters too, an administrator allows
	// that, and it is named here.
	Sections []string `json:"sections,omitempty"`
}

// Publishes reports whether requesters see a section of the type's cases, as far
// as the type has a say.
func (t *CaseType) Publishes(e PluginEntry) bool {
	return slices.Contains(t.Portal.Sections, e.Entry())
}

// ActionRule is an action of a plugin that cases of a type have: run by itself
// after an event, or, without one, by staff who press its button.
type ActionRule struct {
	On   EventKind   `json:"on,omitempty"`
	Run  PluginEntry `json:"run"`
	Name Text        `json:"name,omitempty"` // on the button, and in the history; the entry's own title when empty
}

// ClosingRule is what must be true of a case before it may be closed.
type ClosingRule struct {
	Requires ClosingRequires `json:"requires,omitzero"`
}

// ClosingRequires names fields that must have a value before a case is closed.
type ClosingRequires struct {
	Fields []string `json:"fields,omitempty"`
}

// Section finds a section of the type by the entry in its address.
func (t *CaseType) Section(entry string) (PluginEntry, bool) {
	for _, e := range t.Details {
		if e.Entry() == entry {
			return e, true
		}
	}
	return "", false
}

// Missing lists, in words, the fields of a list that have no value on a case.
func (t *CaseType) Missing(cs *Case, fields []string, language string) []string {
	var out []string
	for _, key := range fields {
		if !isEmptyValue(cs.Fields[key]) {
			continue
		}
		words := key
		if f, ok := t.Field(key); ok {
			words = f.Label.In(language)
		}
		out = append(out, words)
	}
	return out
}

func isEmptyValue(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// The events of details sections and of routine actions.
const (
	DetailsSaved EventKind = "details.saved" // a section was filled in or changed
	ActionRan    EventKind = "action.ran"    // a routine action of a plugin
)
