package core

// The events of configuration. Their stream is the document's kind and key,
// such as "case_type/complaint".
const (
	ConfigurationPublished EventKind = "configuration.published"
)

// Held counts the open cases of one type by what they hold: status, stage,
// subtype and group, each by key. A new version must not drop what is held
// without saying what takes its place.
type Held struct {
	Statuses map[string]int
	Stages   map[string]int
	Subtypes map[string]int
	Groups   map[string]int
}

// Replacements say what stands in for statuses, stages, subtypes and groups
// that a case type no longer has, for the cases that still hold them: old key →
// new key. [CaseType.Status], Stage and Subtype follow them.
type Replacements struct {
	Statuses map[string]string `json:"statuses,omitempty"`
	Stages   map[string]string `json:"stages,omitempty"`
	Subtypes map[string]string `json:"subtypes,omitempty"`
	Groups   map[string]string `json:"groups,omitempty"`
}

// IsZero reports whether nothing was replaced.
func (r Replacements) IsZero() bool {
	return len(r.Statuses)+len(r.Stages)+len(r.Subtypes)+len(r.Groups) == 0
}
