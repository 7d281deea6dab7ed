package abi

import (
	"errors"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

// ManifestSection is the custom section of a module that holds its manifest.
const ManifestSection = "plugin.manifest"

// Manifest says what a plugin is, offers and needs. An administrator reads it
// and grants; the host holds the module to it.
type Manifest struct {
	ID        string   `json:"id"`      // reversed name of who made it: "org.example.complaint"
	Version   string   `json:"version"` // semantic: "1.0.0"
	ABI       int      `json:"abi"`
	Name      string   `json:"name"`
	Publisher string   `json:"publisher"`
	Summary   string   `json:"summary,omitempty"` // one sentence
	Entries   []Entry  `json:"entries"`
	Context   []string `json:"context,omitempty"` // what it wants to see: "user.contact", "case.fields:address"
	Needs     []string `json:"needs,omitempty"`   // effects it asks for: "case.set_field:complaint.*", "note.add"
	Config    Raw      `json:"config,omitempty"`  // JSON Schema of its configuration
	State     States   `json:"state,omitzero"`
	Limits    Limits   `json:"limits,omitzero"`
}

// States says which version of state the module writes and reads.
type States struct {
	Version      int   `json:"version,omitempty"`
	MigratesFrom []int `json:"migrates_from,omitempty"`
}

// Limits is a request; the host caps it. 0 means the host's default.
type Limits struct {
	MemoryMiB int   `json:"memory_mib,omitempty"`
	Fuel      int64 `json:"fuel,omitempty"` // loop turns and function calls of one call
	WallMS    int   `json:"wall_ms,omitempty"`
}

// Validate says whether a manifest is complete and well formed.
func (m *Manifest) Validate() error {
	switch {
	case !dotted(m.ID):
		return errors.New("id must be words of a-z, 0-9 and dash, parted by dots, at least two")
	case !semantic(m.Version):
		return errors.New("version must be three numbers, like 1.0.0")
	case m.Name == "" || len(m.Name) > 100:
		return errors.New("name must be 1 to 100 bytes")
	case m.Publisher == "" || len(m.Publisher) > 100:
		return errors.New("publisher must be 1 to 100 bytes")
	case len(m.Summary) > 500:
		return errors.New("summary must be at most 500 bytes")
	case len(m.Entries) == 0 || len(m.Entries) > 50:
		return errors.New("entries must be 1 to 50")
	case len(m.Needs) > 100 || len(m.Context) > 100:
		return errors.New("needs and context must be at most 100 each")
	case m.Limits.MemoryMiB < 0 || m.Limits.Fuel < 0 || m.Limits.WallMS < 0:
		return errors.New("limits must not be negative")
	}
	seen := map[string]bool{}
	for _, e := range m.Entries {
		switch {
		case !view.ValidID(e.ID):
			return errors.New("entry id must begin with a letter and hold letters, digits, dots, dashes, underscores")
		case seen[e.ID]:
			return errors.New("entry " + e.ID + " is listed twice")
		case e.Kind != KindForm && e.Kind != KindTask && e.Kind != KindDetails && e.Kind != KindAction:
			return errors.New("entry " + e.ID + ": kind must be form, task, details or action")
		case e.Title == "" || len(e.Title) > 200:
			return errors.New("entry " + e.ID + ": title must be 1 to 200 bytes")
		}
		seen[e.ID] = true
	}
	for _, list := range [][]string{m.Needs, m.Context} {
		for _, s := range list {
			if s == "" || len(s) > 200 || strings.ContainsAny(s, " \t\n") {
				return errors.New("needs and context must be names without spaces")
			}
		}
	}
	return nil
}

// Entry finds an entry by its id, or gives nil.
func (m *Manifest) Entry(id string) *Entry {
	for i := range m.Entries {
		if m.Entries[i].ID == id {
			return &m.Entries[i]
		}
	}
	return nil
}

func dotted(s string) bool {
	parts := strings.Split(s, ".")
	for _, p := range parts {
		if p == "" || p[0] == '-' || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(parts) > 1 && len(s) <= 100
}

func semantic(s string) bool {
	core, _, _ := strings.Cut(s, "-")
	parts := strings.Split(core, ".")
	for _, p := range parts {
		if p == "" || len(p) > 9 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return len(parts) == 3 && len(s) <= 50 && !strings.ContainsAny(s, " \t\n/")
}
