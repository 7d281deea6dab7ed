package casetypes

import (
	"cmp"
	"reflect"
	"regexp"
	"strings"
	"unicode"

	"github.com/casement-dev/casement/core"
)

// A file has the shape of the types in package core: members are named by
// their json tags, in that order. What people may write shorter than the types
// say is told here, once, for reading, writing and the published schema alike:
//
//   - words for people: a string, or {language: string};
//   - an entry with a key and a name: the name may be left out when it is the
//     key in letters for people; of the types in bareTypes only the key may
//     stand;
//   - a form: "plugin:ID/ENTRY", "design:KEY" or "fields";
//   - lengths of time, promises, dates and hours: as their types write them.

var (
	textType     = reflect.TypeFor[core.Text]()
	formType     = reflect.TypeFor[core.FormRule]()
	spanType     = reflect.TypeFor[core.Span]()
	promiseType  = reflect.TypeFor[core.Promise]()
	dateType     = reflect.TypeFor[core.Date]()
	openingType  = reflect.TypeFor[core.Opening]()
	hoursType    = reflect.TypeFor[core.WeekHours]()
	namesType    = reflect.TypeFor[names]()
	dutyType     = reflect.TypeFor[core.Duty]()
	momentType   = reflect.TypeFor[core.Moment]()
	maxListItems = 2_000
)

// names is a list of names that may be written as one name.
type names []string

// isBare reports whether an entry of the type may be written as its key alone.
func isBare(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[core.Choice](), reflect.TypeFor[core.Subtype](),
		reflect.TypeFor[core.Reason](), reflect.TypeFor[core.Stage]():
		return true
	}
	return false
}

// allowed lists the words a type knows, nil when it takes any.
func allowed(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[core.StatusKind]():
		return words(core.StatusKinds())
	case reflect.TypeFor[core.FieldKind]():
		return words(core.FieldKinds())
	case dutyType:
		return words(core.Duties())
	case reflect.TypeFor[core.AfterSave]():
		return words([]core.AfterSave{core.AfterStay, core.AfterList, core.AfterNext})
	case reflect.TypeFor[core.ReopenClock]():
		return words([]core.ReopenClock{core.ReopenResume, core.ReopenRestart})
	case reflect.TypeFor[core.PauseReason]():
		return words([]core.PauseReason{core.PauseOpenQuestion, core.PauseWaiting})
	case reflect.TypeFor[core.HandChange]():
		return words(core.HandChanges())
	case reflect.TypeFor[core.Roll]():
		return words(core.Rolls())
	case reflect.TypeFor[core.Channel]():
		return words(core.Channels())
	case reflect.TypeFor[core.FieldUse]():
		return words([]core.FieldUse{core.UseSubject, core.UseDescription, core.UseSubtype, core.UsePlace,
			core.UseName, core.UseEmail, core.UsePhone})
	}
	return nil
}

func words[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// member is one member of a struct as files name it.
type member struct {
	name     string
	index    int
	optional bool
}

// membersOf lists what a struct consists of in files: what is tagged file:"-"
// is ours.
func membersOf(t reflect.Type) []member {
	out := make([]member, 0, t.NumField())
	keyed := isNamed(t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || name == "" || f.Tag.Get("file") == "-" {
			continue
		}
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		out = append(out, member{name, i, optional || keyed && name == "name"})
	}
	return out
}

// isNamed reports whether a struct has a key and a name for people.
func isNamed(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	key, hasKey := t.FieldByName("Key")
	name, hasName := t.FieldByName("Name")
	return hasKey && hasName && key.Type.Kind() == reflect.String && name.Type == textType
}

// keyOf and nameOf read an entry that isNamed.
func keyOf(v reflect.Value) string     { return v.FieldByName("Key").String() }
func nameOf(v reflect.Value) core.Text { return v.FieldByName("Name").Interface().(core.Text) }

// nameFromKey is the name an entry has unless it says otherwise: "wrong-team"
// is Wrong team.
func nameFromKey(key string) core.Text {
	words := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(key, "-", " "), "_", " "))
	r := []rune(cmp.Or(words, key))
	if len(r) == 0 {
		return nil
	}
	r[0] = unicode.ToUpper(r[0])
	return core.Plain(string(r))
}

// isNameFromKey reports whether an entry's name need not be written.
func isNameFromKey(v reflect.Value) bool {
	return reflect.DeepEqual(nameOf(v), nameFromKey(keyOf(v)))
}

// keyPattern is what every key looks like: it stands in addresses, in the
// database and in other files, and never changes.
var keyPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)

// languagePattern is a language tag: en, cy, en-GB.
var languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// formPattern takes plugin:casement.complaint/complaint apart.
var formPattern = regexp.MustCompile(`^plugin:([a-z0-9][a-z0-9.-]{0,99})/([a-z0-9][a-z0-9-]{0,59})$`)

// designPattern takes design:complaint apart.
var designPattern = regexp.MustCompile(`^design:([a-z0-9][a-z0-9-]{0,59})$`)

const (
	formOfFields = "fields"
	formPrefix   = "plugin:"
	designPrefix = "design:"
)

// formName writes a form rule as files do.
func formName(f core.FormRule) string {
	if f.Plugin == "" {
		return formOfFields
	}
	if f.Design != "" {
		return designPrefix + f.Design
	}
	return formPrefix + f.Plugin + "/" + f.Entry
}
