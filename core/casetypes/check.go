package casetypes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/conditions"
)

// References says what exists outside a case type, by key: what its sections
// may name. The caller knows; nothing is known that is not listed.
type References struct {
	Groups    []string
	Templates []string
	Calendars []string
	// CalendarNames are what people call the calendars, by key.
	CalendarNames map[string]string
	Forms         []string // "casement.complaint/complaint": plugin and entry
	Workflows     []string // of tasks: plugin and entry, like forms; the built-in one needs no name
	// Details are the sections of plugins: by plugin and entry, the fields that
	// each keeps on its cases.
	Details map[string][]core.Field
	Actions []string // of plugins, like forms
	// Designs are the forms without code: by key, the fields of the case that
	// their answers become.
	Designs  map[string][]core.Field
	Webhooks []string          // keys of outgoing webhooks
	Routines RoutineChecks     // nil: what only routines understand is not checked
	Prefixes map[string]string // reference prefix → the case type that has it
	Held     core.Held         // by open cases of the type
	// Conditions checks conditions; nil makes one for the occasion.
	Conditions *conditions.Compiler
}

// Check is one look at a case type. Sections use it to say what is wrong; each
// finding gets its line from the path.
type Check struct {
	Type  *core.CaseType
	Known References

	say func(at Path, message, meant string)
}

// Say reports something wrong at a path: whole sentences that tell what to do.
func (c *Check) Say(at Path, format string, args ...any) {
	c.say(at, fmt.Sprintf(format, args...), "")
}

// Exists reports whether a name is known, and says so if it is not, with the
// name it might have meant. What is "group", "status", "template" ….
func (c *Check) Exists(at Path, what, name string, known []string) bool {
	if slices.Contains(known, name) {
		return true
	}
	hint, meant := didYouMean(name, known)
	c.say(at, fmt.Sprintf("There is no %s “%s”.%s", what, shorten(name), hint), meant)
	return false
}

// Key checks what a key looks like.
func (c *Check) Key(at Path, key string) {
	if !keyPattern.MatchString(key) {
		c.Say(at, "“%s” is not a key. Keys have 1 to 60 small letters, digits and hyphens, such as in-progress.", shorten(key))
	}
}

// Once checks that no entry of a list stands twice. Empty names are left to
// others.
func (c *Check) Once(what string, list []string, at func(i int) Path) {
	first := map[string]bool{}
	for i, name := range list {
		if name != "" && first[name] {
			c.Say(at(i), "The %s “%s” is listed twice. Keep one.", what, shorten(name))
		}
		first[name] = true
	}
}

// Condition checks a condition of the type, and says what is wrong with it.
func (c *Check) Condition(at Path, scope conditions.Scope, text string) {
	if text == "" {
		return
	}
	if c.Known.Conditions == nil {
		c.Known.Conditions = conditions.New()
	}
	for _, problem := range c.Known.Conditions.Of(scope).Check(c.Type, text) {
		c.Say(at, "%s", problem.String())
	}
}

// maxName is how many letters a name or a label may have.
const maxName = 200

// Words checks words for people: not blank, and not longer than most.
func (c *Check) Words(at Path, t core.Text, most int) {
	if t.IsZero() {
		c.Say(at, "Words are missing here.")
	}
	for _, language := range languagesOf(t) {
		switch {
		case strings.TrimSpace(t[language]) == "":
			c.Say(at, "The words in “%s” are blank.", language)
		case utf8.RuneCountInString(t[language]) > most:
			c.Say(at, "The words in “%s” are too long: %d letters are the most.", language, most)
		}
	}
}

// Entries checks keys and names of a list whose entries have both.
func Entries[T any](c *Check, at Path, what string, list []T, of func(T) (key string, name core.Text)) {
	keys := make([]string, len(list))
	for i, entry := range list {
		key, name := of(entry)
		keys[i] = key
		c.Key(at.And(i, "key"), key)
		c.Words(at.And(i, "name"), name, maxName)
	}
	c.Once(what, keys, func(i int) Path { return at.And(i, "key") })
}

// Err reports an error of package core at the path of its field.
func (c *Check) Err(at Path, err error) {
	var said *core.Error
	if !errors.As(err, &said) {
		c.Say(at, "%s", err.Error())
		return
	}
	for field := range said.Fields {
		at = at.And(field)
		break
	}
	c.Say(at, "%s", said.Message)
}

// keys lists the keys of a list.
func keys[T any](list []T, key func(T) string) []string {
	out := make([]string, len(list))
	for i, entry := range list {
		out[i] = key(entry)
	}
	return out
}

func statusKeys(t *core.CaseType) []string {
	return keys(t.Statuses, func(s core.Status) string { return s.Key })
}

func stageKeys(t *core.CaseType) []string {
	return keys(t.Stages, func(s core.Stage) string { return s.Key })
}

func taskKeys(t *core.CaseType) []string {
	return keys(t.Tasks, func(k core.TaskType) string { return k.Key })
}

func fieldKeys(t *core.CaseType) []string {
	return keys(t.Fields, func(f core.Field) string { return f.Key })
}

func subtypeKeys(t *core.CaseType) []string {
	return keys(t.Subtypes, func(s core.Subtype) string { return s.Key })
}
