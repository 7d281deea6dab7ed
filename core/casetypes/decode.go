package casetypes

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
)

// decoder turns nodes into values of package core, saying everything that
// does not fit, each with its place, instead of stopping at the first.
type decoder struct {
	file     string
	findings Findings
}

func (d *decoder) say(n *yaml.Node, at Path, format string, args ...any) {
	d.sayMeant(n, at, "", format, args...)
}

func (d *decoder) sayMeant(n *yaml.Node, at Path, meant, format string, args ...any) {
	if len(d.findings) <= maxFindings {
		d.findings = append(d.findings, Finding{File: d.file, Line: n.Line, Column: n.Column,
			Path: at.String(), Message: fmt.Sprintf(format, args...), Meant: meant})
	}
}

// value decodes a node into v, which is settable.
func (d *decoder) value(n *yaml.Node, at Path, v reflect.Value) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		d.say(n, at, "There is no value here. Give one, or leave the line out.")
		return
	}
	switch v.Type() {
	case textType:
		d.text(n, at, v)
		return
	case formType:
		d.form(n, at, v)
		return
	case argumentsType:
		d.arguments(n, at, v)
		return
	case namesType:
		if n.Kind == yaml.ScalarNode {
			v.Set(reflect.ValueOf(names{n.Value}))
			return
		}
	}
	if handled := d.foreign(n, at, v); handled {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, at, v.Elem())
	case reflect.Struct:
		d.object(n, at, v)
	case reflect.Slice:
		d.list(n, at, v)
	case reflect.Map:
		d.table(n, at, v)
	default:
		d.scalar(n, at, v)
	}
}

// foreign decodes what a type of package core reads by itself.
func (d *decoder) foreign(n *yaml.Node, at Path, v reflect.Value) bool {
	var err error
	switch into := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		var plain any
		if plain, err = d.plain(n); err == nil {
			var raw []byte
			if raw, err = json.Marshal(plain); err == nil {
				err = into.UnmarshalJSON(raw)
			}
		}
	case encoding.TextUnmarshaler:
		if n.Kind != yaml.ScalarNode {
			d.say(n, at, "A %s stands here, not a %s.", "single value", kindOf(n))
			return true
		}
		err = into.UnmarshalText([]byte(n.Value))
	default:
		return false
	}
	var said *core.Error
	switch {
	case errors.As(err, &said):
		d.say(n, at, "%s", said.Message)
	case err != nil:
		d.say(n, at, "This cannot be read: %s.", shorten(err.Error()))
	}
	return true
}

// plain turns a node into what json.Marshal writes.
func (d *decoder) plain(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for _, entry := range n.Content {
			value, err := d.plain(entry)
			if err != nil {
				return nil, err
			}
			out = append(out, value)
		}
		return out, nil
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			value, err := d.plain(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			out[n.Content[i].Value] = value
		}
		return out, nil
	}
	switch n.Tag {
	case "!!int":
		i, err := strconv.ParseInt(n.Value, 10, 64)
		if err != nil {
			return nil, core.Invalid("“%s” is not a whole number.", shorten(n.Value))
		}
		return i, nil
	case "!!bool":
		return isTrue(n), nil
	case "!!float":
		return nil, core.Invalid("“%s” is not a whole number.", shorten(n.Value))
	}
	return n.Value, nil
}

func (d *decoder) object(n *yaml.Node, at Path, v reflect.Value) {
	if n.Kind == yaml.ScalarNode && isBare(v.Type()) {
		d.scalar(n, at, v.FieldByName("Key"))
	} else if !d.is(n, at, yaml.MappingNode) {
		return
	} else {
		d.members(n, at, v)
	}
	if isNamed(v.Type()) && nameOf(v).IsZero() && child(n, "name") == nil {
		v.FieldByName("Name").Set(reflect.ValueOf(nameFromKey(keyOf(v))))
	}
}

func (d *decoder) members(n *yaml.Node, at Path, v reflect.Value) {
	members := membersOf(v.Type())
	known := make([]string, len(members))
	for i, m := range members {
		known[i] = m.name
		if value := child(n, m.name); value != nil {
			d.value(value, at.And(m.name), v.Field(m.index))
		} else if !m.optional {
			d.say(n, at, "“%s” is missing.", m.name)
		}
	}
	d.strangers(n, at, known)
}

// strangers says which members of a mapping nobody knows.
func (d *decoder) strangers(n *yaml.Node, at Path, known []string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		if !slices.Contains(known, name.Value) {
			hint, meant := didYouMean(name.Value, known)
			d.sayMeant(name, at, meant, "“%s” is not known here.%s", shorten(name.Value), hint)
		}
	}
}

func (d *decoder) list(n *yaml.Node, at Path, v reflect.Value) {
	if !d.is(n, at, yaml.SequenceNode) {
		return
	}
	if len(n.Content) > maxListItems {
		d.say(n, at, "This list has %d entries; %d are the most.", len(n.Content), maxListItems)
		return
	}
	if len(n.Content) == 0 {
		return // the same as leaving it out
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, entry := range n.Content {
		d.value(entry, at.And(i), out.Index(i))
	}
	v.Set(out)
}

// table decodes a mapping whose names are data: duties, events, languages.
func (d *decoder) table(n *yaml.Node, at Path, v reflect.Value) {
	if !d.is(n, at, yaml.MappingNode) {
		return
	}
	out := reflect.MakeMap(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, here := n.Content[i], at.And(n.Content[i].Value)
		if !d.word(name, here, v.Type().Key(), name.Value) {
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], here, value)
		if k := value.Kind(); (k == reflect.Slice || k == reflect.Map) && value.Len() == 0 {
			continue
		}
		out.SetMapIndex(reflect.ValueOf(name.Value).Convert(v.Type().Key()), value)
	}
	if out.Len() > 0 {
		v.Set(out)
	}
}

func (d *decoder) scalar(n *yaml.Node, at Path, v reflect.Value) {
	if !d.is(n, at, yaml.ScalarNode) {
		return
	}
	switch v.Kind() {
	case reflect.String:
		if n.Tag != "!!str" {
			d.say(n, at, "“%s” is read as a %s. Put it in quotes if it is text.", shorten(n.Value), tagWord(n.Tag))
		} else if d.word(n, at, v.Type(), n.Value) {
			v.SetString(n.Value)
		}
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(n.Value, 10, v.Type().Bits())
		if n.Tag != "!!int" || err != nil || i < 0 {
			d.say(n, at, "A whole number from 0 stands here, not “%s”.", shorten(n.Value))
			return
		}
		v.SetInt(i)
	case reflect.Bool:
		if n.Tag != "!!bool" {
			d.say(n, at, "true or false stands here, not “%s”.", shorten(n.Value))
			return
		}
		v.SetBool(isTrue(n))
	default:
		panic("casetypes: no way to read a " + v.Type().String())
	}
}

// isTrue reads a node with the tag !!bool: true, True or TRUE.
func isTrue(n *yaml.Node) bool { return strings.EqualFold(n.Value, "true") }

// word checks a name against the words its type knows.
func (d *decoder) word(n *yaml.Node, at Path, t reflect.Type, word string) bool {
	known := allowed(t)
	if known == nil || slices.Contains(known, word) {
		return true
	}
	hint, meant := didYouMean(word, known)
	d.sayMeant(n, at, meant, "“%s” is not known here.%s", shorten(word), hint)
	return false
}

func (d *decoder) text(n *yaml.Node, at Path, v reflect.Value) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str":
		v.Set(reflect.ValueOf(core.Plain(n.Value)))
	case n.Kind == yaml.ScalarNode:
		d.say(n, at, "“%s” is read as a %s. Put it in quotes if it is text.", shorten(n.Value), tagWord(n.Tag))
	case d.is(n, at, yaml.MappingNode):
		byLanguage := map[string]string{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			language, words := n.Content[i], n.Content[i+1]
			here := at.And(language.Value)
			if !languagePattern.MatchString(language.Value) {
				d.say(language, here, "“%s” is not a language. Write it like en, cy or en-GB.", shorten(language.Value))
			} else if words.Kind != yaml.ScalarNode || words.Tag != "!!str" {
				d.say(words, here, "Text stands here. Put it in quotes if it looks like something else.")
			} else {
				byLanguage[language.Value] = words.Value
			}
		}
		v.Set(reflect.ValueOf(core.Text(byLanguage)))
	}
}

func (d *decoder) form(n *yaml.Node, at Path, v reflect.Value) {
	if !d.is(n, at, yaml.ScalarNode) || n.Value == formOfFields {
		return
	}
	if m := designPattern.FindStringSubmatch(n.Value); m != nil {
		v.Set(reflect.ValueOf(core.DesignedForm(m[1])))
		return
	}
	m := formPattern.FindStringSubmatch(n.Value)
	if m == nil {
		d.say(n, at, "“%s” is not a form. Write plugin:ID/ENTRY, such as plugin:casement.complaint/complaint, design:KEY for a form without code, or fields for one page with the type's fields.", shorten(n.Value))
		return
	}
	v.Set(reflect.ValueOf(core.FormRule{Plugin: m[1], Entry: m[2]}))
}

// is says when a node is of another kind than expected.
func (d *decoder) is(n *yaml.Node, at Path, want yaml.Kind) bool {
	if n.Kind == want {
		return true
	}
	d.say(n, at, "A %s stands here, not a %s.", kindWord(want), kindOf(n))
	return false
}

func kindOf(n *yaml.Node) string { return kindWord(n.Kind) }

func kindWord(k yaml.Kind) string {
	switch k {
	case yaml.MappingNode:
		return "mapping (name: value)"
	case yaml.SequenceNode:
		return "list"
	}
	return "single value"
}

func tagWord(tag string) string {
	word, ok := map[string]string{"!!int": "number", "!!float": "number", "!!bool": "yes or no", "!!timestamp": "date", "!!null": "missing value"}[tag]
	if !ok {
		return "value of another kind"
	}
	return word
}

// languagesOf lists the languages of words, the default one first.
func languagesOf(t core.Text) []string {
	rest := slices.Sorted(maps.Keys(t))
	i := slices.Index(rest, core.DefaultLanguage)
	if i > 0 {
		rest = slices.Insert(slices.Delete(rest, i, i+1), 0, core.DefaultLanguage)
	}
	return rest
}
