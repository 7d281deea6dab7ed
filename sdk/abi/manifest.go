package abi

import (
	"errors"
	"slices"
	"strconv"
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
	Needs     []string `json:"needs,omitempty"`   // effects and asks: "case.set_field:complaint.*", "note.add", "case.search", "http.request:roads.example.org"
	// Why it wants each, in a sentence for the administrator, by the words of
	// Context and Needs.
	Reasons map[string]string `json:"reasons,omitempty"`
	// Names of secrets that the administrator enters. They reach HTTP requests
	// in place of {{secret:name}}, and never the plugin.
	Secrets []Secret `json:"secrets,omitempty"`
	Config  Raw      `json:"config,omitempty"` // JSON Schema of its configuration
	State   States   `json:"state,omitzero"`
	Limits  Limits   `json:"limits,omitzero"`
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
	OutputKiB int   `json:"output_kib,omitempty"` // of one response
	StateKiB  int   `json:"state_kib,omitempty"`
}

// Secret is something the administrator enters for the plugin's HTTP requests.
type Secret struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
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
	case m.Limits.MemoryMiB < 0 || m.Limits.Fuel < 0 || m.Limits.WallMS < 0 || m.Limits.OutputKiB < 0 || m.Limits.StateKiB < 0:
		return errors.New("limits must not be negative")
	}
	for _, list := range [][]string{m.Needs, m.Context} {
		for _, s := range list {
			if s == "" || len(s) > 200 || strings.ContainsAny(s, " \t\n") {
				return errors.New("needs and context must be names without spaces")
			}
		}
	}
	for _, check := range []func() error{m.checkEntries, m.checkReasons, m.checkSecrets, m.checkStates} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (m *Manifest) checkEntries() error {
	seen := map[string]bool{}
	for i := range m.Entries {
		e := &m.Entries[i]
		if !view.ValidID(e.ID) {
			return errors.New("entry id must begin with a letter and hold letters, digits, dots, dashes, underscores")
		}
		if seen[e.ID] {
			return errors.New("entry " + e.ID + " is listed twice")
		}
		seen[e.ID] = true
		if err := e.check(); err != nil {
			return errors.New("entry " + e.ID + ": " + err.Error())
		}
	}
	return nil
}

func (e *Entry) check() error {
	switch {
	case e.Kind != KindForm && e.Kind != KindTask && e.Kind != KindDetails && e.Kind != KindAction:
		return errors.New("kind must be form, task, details or action")
	case e.Title == "" || len(e.Title) > 200:
		return errors.New("title must be 1 to 200 bytes")
	case len(e.Summary) > 500:
		return errors.New("summary must be at most 500 bytes")
	case e.Readers != "" && e.Kind != KindDetails:
		return errors.New("only details have readers")
	case e.Readers != "" && e.Readers != ReadersStaff && e.Readers != ReadersEveryone:
		return errors.New("readers must be staff or everyone")
	case len(e.On) > 0 && e.Kind != KindAction:
		return errors.New("only an action says which events it is on")
	case len(e.On) > 50:
		return errors.New("on must be at most 50 kinds of events")
	case len(e.Fields) > 0 && e.Kind != KindDetails:
		return errors.New("only details have fields")
	case len(e.Fields) > 50:
		return errors.New("fields must be at most 50")
	}
	for _, kind := range e.On {
		if len(kind) > 100 || !strings.Contains(kind, ".") || strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz_.") != "" {
			return errors.New("on must be kinds of events, like case.closed")
		}
	}
	seen := map[string]bool{}
	for i := range e.Fields {
		f := &e.Fields[i]
		if !keyed(f.Key, "-") {
			return errors.New("a field's key must begin with a letter and hold at most 60 of a-z, 0-9, dash")
		}
		if seen[f.Key] {
			return errors.New("field " + f.Key + " is listed twice")
		}
		seen[f.Key] = true
		if err := f.check(); err != nil {
			return errors.New("field " + f.Key + ": " + err.Error())
		}
	}
	return nil
}

func (f *Field) check() error {
	switch f.Kind {
	case FieldText, FieldLongText, FieldDate, FieldNumber, FieldMoney, FieldYesNo:
		if len(f.Options) > 0 {
			return errors.New("only a choice has options")
		}
	case FieldChoice:
		if len(f.Options) == 0 || len(f.Options) > 100 {
			return errors.New("a choice needs 1 to 100 options")
		}
	default:
		return errors.New("kind must be text, long_text, choice, date, number, money or yes_no")
	}
	switch {
	case f.Label == "" || len(f.Label) > 200:
		return errors.New("label must be 1 to 200 bytes")
	case f.MaxLength < 0 || f.MaxLength > 20_000:
		return errors.New("max_length must be 0 to 20000")
	case f.MaxLength > 0 && f.Kind != FieldText && f.Kind != FieldLongText:
		return errors.New("only text has max_length")
	}
	seen := map[string]bool{}
	for _, o := range f.Options {
		if o.Value == "" || len(o.Value) > 200 || o.Label == "" || len(o.Label) > 200 || seen[o.Value] {
			return errors.New("each option needs a value of its own and a label, of at most 200 bytes")
		}
		seen[o.Value] = true
	}
	return nil
}

// checkReasons keeps a reason from standing beside nothing: the administrator
// would never read it, and its author believe it was read.
func (m *Manifest) checkReasons() error {
	for asked, why := range m.Reasons {
		if !slices.Contains(m.Needs, asked) && !slices.Contains(m.Context, asked) {
			return errors.New("reasons: " + strconv.Quote(asked) + " stands neither in needs nor in context")
		}
		if why == "" || len(why) > 500 {
			return errors.New("reasons: each must be 1 to 500 bytes")
		}
	}
	return nil
}

func (m *Manifest) checkSecrets() error {
	if len(m.Secrets) > 20 {
		return errors.New("secrets must be at most 20")
	}
	seen := map[string]bool{}
	for _, s := range m.Secrets {
		switch {
		case !keyed(s.Name, "-_"):
			return errors.New("a secret's name must begin with a letter and hold at most 60 of a-z, 0-9, dash, underscore")
		case seen[s.Name]:
			return errors.New("secret " + s.Name + " is listed twice")
		case len(s.Label) > 200:
			return errors.New("secret " + s.Name + ": label must be at most 200 bytes")
		}
		seen[s.Name] = true
	}
	return nil
}

func (m *Manifest) checkStates() error {
	if m.State.Version < 0 || len(m.State.MigratesFrom) > 100 {
		return errors.New("state version must not be negative, and migrates_from at most 100 versions")
	}
	for _, from := range m.State.MigratesFrom {
		if from < 0 || from >= m.State.Version {
			return errors.New("migrates_from must be versions before the state's own")
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

// keyed says whether s can name a field or a secret: what case types allow as
// keys, and a letter first.
func keyed(s, marks string) bool {
	return s != "" && len(s) <= 60 && s[0] >= 'a' && s[0] <= 'z' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789"+marks) == ""
}
