package casetypes

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
)

// flowWidth is how wide a mapping or list may be to stand on one line.
const flowWidth = 110

// plainText is text that every reader of YAML, of any version and in any
// place, takes for nothing but text: a letter first, or a number and a unit.
var plainText = regexp.MustCompile(`^(\pL([\pL\pN '’()./_-]|:[\pL\pN])*[\pL\pN.)]|\pL|[0-9]+ \pL[\pL ]*\pL)$`)

func str(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		n.Style = yaml.DoubleQuotedStyle
	}
	if !plainText.MatchString(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func number(i int64) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(i, 10)}
}

// put adds a member to a mapping.
func put(mapping *yaml.Node, name string, value *yaml.Node) {
	mapping.Content = append(mapping.Content, str(name), value)
}

// node encodes a value as decoder.value reads it.
func node(v reflect.Value) (*yaml.Node, error) {
	switch value := v.Interface().(type) {
	case core.Text:
		return textNode(value), nil
	case core.FormRule:
		return str(formName(value)), nil
	case core.Arguments:
		return argumentsNode(value), nil
	case json.Marshaler:
		return jsonNode(value)
	case encoding.TextMarshaler:
		return textMarshalerNode(value)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return node(v.Elem())
	case reflect.Struct:
		return structNode(v)
	case reflect.Slice:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			entry, err := node(v.Index(i))
			if err != nil {
				return nil, err
			}
			list.Content = append(list.Content, entry)
		}
		return list, nil
	case reflect.Map:
		return mapNode(v)
	case reflect.String:
		return str(v.String()), nil
	case reflect.Int, reflect.Int64:
		return number(v.Int()), nil
	case reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v.Bool())}, nil
	}
	return nil, fmt.Errorf("casetypes: no way to write a %s", v.Type())
}

func textNode(t core.Text) *yaml.Node {
	if plain, ok := t[core.DefaultLanguage]; ok && len(t) == 1 {
		return str(plain)
	}
	out := &yaml.Node{Kind: yaml.MappingNode}
	for _, language := range languagesOf(t) {
		put(out, language, str(t[language]))
	}
	return out
}

// jsonNode writes what a type writes by itself: JSON is YAML too.
func jsonNode(m json.Marshaler) (*yaml.Node, error) {
	raw, err := m.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(raw, &document); err != nil {
		return nil, err
	}
	plainStyle(document.Content[0])
	return document.Content[0], nil
}

func plainStyle(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plainStyle(c)
	}
}

func textMarshalerNode(m encoding.TextMarshaler) (*yaml.Node, error) {
	text, err := m.MarshalText()
	if err != nil {
		return nil, err
	}
	switch m := m.(type) {
	case core.Span:
		if m.IsZero() {
			return number(0), nil
		}
	case core.Date:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: string(text)}, nil
	}
	return str(string(text)), nil
}

func structNode(v reflect.Value) (*yaml.Node, error) {
	out := &yaml.Node{Kind: yaml.MappingNode}
	named := isNamed(v.Type())
	for _, m := range membersOf(v.Type()) {
		field := v.Field(m.index)
		if named && m.name == "name" && isNameFromKey(v) || m.optional && isEmpty(field) {
			continue
		}
		value, err := node(field)
		if err != nil {
			return nil, err
		}
		put(out, m.name, value)
	}
	if isBare(v.Type()) && len(out.Content) == 2 {
		return out.Content[1], nil
	}
	return out, nil
}

func isEmpty(v reflect.Value) bool {
	if k := v.Kind(); k == reflect.Slice || k == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

func mapNode(v reflect.Value) (*yaml.Node, error) {
	out := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range keysInOrder(v) {
		value, err := node(v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key())))
		if err != nil {
			return nil, err
		}
		put(out, name, value)
	}
	return out, nil
}

// keysInOrder sorts the names of a table: as their type lists them, else by
// letter.
func keysInOrder(v reflect.Value) []string {
	present := map[string]bool{}
	for _, k := range v.MapKeys() {
		present[k.String()] = true
	}
	out := make([]string, 0, len(present))
	for _, word := range allowed(v.Type().Key()) {
		if present[word] {
			out = append(out, word)
			delete(present, word)
		}
	}
	return append(out, slices.Sorted(maps.Keys(present))...)
}

// fold puts what is short on one line, and returns how wide it would be; a
// list of mappings is never short.
func fold(n *yaml.Node) int {
	const quotes, separator, brackets = 2, 2, 4
	if n.Kind == yaml.ScalarNode {
		return utf8.RuneCountInString(n.Value) + quotes
	}
	width, nested := brackets, false
	for _, c := range n.Content {
		width += fold(c) + separator
		nested = nested || n.Kind == yaml.SequenceNode && c.Kind == yaml.MappingNode && len(n.Content) > 2
	}
	if width > flowWidth || nested {
		return flowWidth + 1
	}
	n.Style |= yaml.FlowStyle
	return width
}

// render writes a document: short things on one line, a blank line between the
// members of the root.
func render(root *yaml.Node) ([]byte, error) {
	for _, c := range root.Content {
		fold(c)
	}
	var out bytes.Buffer
	for i := 0; i+1 < len(root.Content); i += 2 {
		member := &yaml.Node{Kind: yaml.MappingNode, Content: root.Content[i : i+2]}
		if i > 0 && (isBlock(root.Content[i+1]) || isBlock(root.Content[i-1])) {
			out.WriteByte('\n')
		}
		encoder := yaml.NewEncoder(&out)
		encoder.SetIndent(2)
		if err := encoder.Encode(member); err != nil {
			return nil, fmt.Errorf("write YAML: %w", err)
		}
		if err := encoder.Close(); err != nil {
			return nil, fmt.Errorf("write YAML: %w", err)
		}
	}
	return out.Bytes(), nil
}

func isBlock(n *yaml.Node) bool { return n.Kind != yaml.ScalarNode && n.Style&yaml.FlowStyle == 0 }
