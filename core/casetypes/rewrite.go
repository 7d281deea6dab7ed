package casetypes

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
)

// This file changes parts of a file and leaves the rest as somebody wrote it,
// comments included: what is made on screen and what lives in a repository are
// one text.

// span is one top-level member in the text of a file.
type span struct {
	key      string
	from, to int // lines, counted from 0; to is behind the last
}

// membersIn finds the top-level members of a file, each with the comments above
// it. It is false when the text does not give each its own lines.
func (s source) membersIn(lines []string) ([]span, bool) {
	if s.root == nil || s.root.Style&yaml.FlowStyle != 0 {
		return nil, false
	}
	var out []span
	for i := 0; i+1 < len(s.root.Content); i += 2 {
		name := s.root.Content[i]
		from := name.Line - 1
		if name.Column != 1 || from >= len(lines) || len(out) > 0 && from < out[len(out)-1].from+1 {
			return nil, false
		}
		for from > 0 && strings.HasPrefix(lines[from-1], "#") && (len(out) == 0 || from-1 > out[len(out)-1].from) {
			from--
		}
		if len(out) > 0 {
			out[len(out)-1].to = from
		}
		out = append(out, span{key: name.Value, from: from, to: len(lines)})
	}
	for i := range out {
		for out[i].to > out[i].from+1 && strings.TrimSpace(lines[out[i].to-1]) == "" {
			out[i].to-- // empty lines behind a member stand between it and the next
		}
	}
	return out, true
}

// linesOf splits a text; the last line need not end.
func linesOf(text []byte) []string {
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func textOf(lines []string) []byte { return []byte(strings.Join(lines, "\n") + "\n") }

// splice puts new text in the place of top-level members: of those named, at
// the place of the first there is, else behind the last of the members that
// should stand before them. Blank text takes them away. It returns the line,
// from 0, at which the new text begins.
func (s source) splice(text []byte, members, before []string, put string) ([]byte, int, bool) {
	lines := linesOf(text)
	spans, ok := s.membersIn(lines)
	if !ok {
		return nil, 0, false
	}
	at, out := -1, []string{}
	fresh := linesOf([]byte(put))
	if strings.TrimSpace(put) == "" {
		fresh = nil
	}
	behind := -1
	for i, m := range spans {
		if slices.Contains(before, m.key) {
			behind = i
		}
	}
	there := slices.ContainsFunc(spans, func(m span) bool { return slices.Contains(members, m.key) })
	next := 0
	insert := func() {
		at = len(out)
		out = append(out, fresh...)
	}
	for i, m := range spans {
		out = append(out, lines[next:m.from]...)
		next = m.to
		switch {
		case !slices.Contains(members, m.key):
			out = append(out, lines[m.from:m.to]...)
			if !there && i == behind && fresh != nil {
				out = append(out, "")
				insert()
			}
		case at < 0:
			insert()
		}
	}
	out = append(out, lines[next:]...)
	if at < 0 {
		insert()
	}
	return textOf(out), at, true
}

// rewriteType writes what a case type became into its file. Only the members
// that differ from before are written anew.
func rewriteType(f File, sections []Section, before, after *core.CaseType) ([]byte, error) {
	src, findings := read(f)
	if len(findings) > 0 {
		return nil, findings.Err()
	}
	was, is := bare(before), bare(after)
	text, order := f.Source, []string{"casement", "kind", "key"}
	for _, s := range sections {
		old, now := s.Parts(was), s.Parts(is)
		for i, part := range now {
			if !reflect.DeepEqual(old[i].Value, part.Value) {
				put, err := memberText(part)
				if err != nil {
					return nil, err
				}
				spliced, _, ok := src.splice(text, []string{part.Key}, order, put)
				if !ok {
					return Encode(sections, after)
				}
				text = spliced
				if src, findings = read(File{Name: f.Name, Source: text}); len(findings) > 0 {
					return Encode(sections, after)
				}
			}
			order = append(order, part.Key)
		}
	}
	doc, findings := Decode(File{Name: f.Name, Source: text}, sections)
	if len(findings) > 0 || !sameType(sections, bare(doc.CaseType), is) {
		return Encode(sections, after)
	}
	return text, nil
}

// bare is a type as files have it, without what reading fills in.
func bare(t *core.CaseType) *core.CaseType { return withoutGivenChoices(withoutKept(t)) }

func sameType(sections []Section, a, b *core.CaseType) bool {
	for _, s := range sections {
		if !sameParts(s.Parts(a), s.Parts(b)) {
			return false
		}
	}
	return true
}

func memberText(p Part) (string, error) {
	v := reflect.ValueOf(p.Value).Elem()
	if !p.Required && isEmpty(v) {
		return "", nil
	}
	value, err := node(v)
	if err != nil {
		return "", err
	}
	text, err := render(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{str(p.Key), value}})
	return string(text), err
}

// rewriteCalendar writes what a calendar became into its file.
func rewriteCalendar(f File, key string, before, after *CalendarFile) ([]byte, error) {
	src, findings := read(f)
	if len(findings) > 0 {
		return nil, findings.Err()
	}
	was, is := reflect.ValueOf(*before), reflect.ValueOf(*after)
	text, order := f.Source, []string{"casement", "kind", "key"}
	for _, m := range membersOf(is.Type()) {
		if !reflect.DeepEqual(was.Field(m.index).Interface(), is.Field(m.index).Interface()) {
			value := reflect.New(is.Field(m.index).Type())
			value.Elem().Set(is.Field(m.index))
			put, err := memberText(Part{Key: m.name, Value: value.Interface(), Required: !m.optional})
			if err != nil {
				return nil, err
			}
			spliced, _, ok := src.splice(text, []string{m.name}, order, put)
			if !ok {
				return WriteSheet(KindCalendar, key, after)
			}
			text = spliced
			if src, findings = read(File{Name: f.Name, Source: text}); len(findings) > 0 {
				return WriteSheet(KindCalendar, key, after)
			}
		}
		order = append(order, m.name)
	}
	return text, nil
}

// copyOf is a value that shares nothing with the one given.
func copyOf[T any](v *T) (*T, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("copy a configuration: %w", err)
	}
	out := new(T)
	if err := json.Unmarshal(raw, out); err != nil {
		return nil, fmt.Errorf("copy a configuration: %w", err)
	}
	return out, nil
}

// partKeys are the members of the file that a section consists of.
func (s Section) partKeys() []string {
	var out []string
	for _, p := range s.Parts(new(core.CaseType)) {
		out = append(out, p.Key)
	}
	return out
}

// FileSection names, where sections are named, the whole file.
const FileSection = "file"

// TextOf is the text of a section in a file as it stands there, comments
// included; of [FileSection] it is the whole file.
func TextOf(f File, sections []Section, section string) (string, error) {
	i := slices.IndexFunc(sections, func(s Section) bool { return s.Key == section })
	if i < 0 {
		return string(f.Source), nil
	}
	src, findings := read(f)
	if len(findings) > 0 {
		return "", findings.Err()
	}
	keys, lines := sections[i].partKeys(), linesOf(f.Source)
	spans, ok := src.membersIn(lines)
	if !ok {
		doc, findings := Decode(f, sections)
		if doc.CaseType == nil {
			return "", findings.Err()
		}
		return encodeSection(sections[i], doc.CaseType)
	}
	var out bytes.Buffer
	for _, m := range spans {
		if slices.Contains(keys, m.key) {
			out.Write(textOf(lines[m.from:m.to]))
		}
	}
	return out.String(), nil
}

func encodeSection(s Section, t *core.CaseType) (string, error) {
	var out strings.Builder
	for _, p := range s.Parts(bare(t)) {
		text, err := memberText(p)
		if err != nil {
			return "", err
		}
		out.WriteString(text)
	}
	return out.String(), nil
}

// putText puts the text of one section into a file. What is wrong with the text
// is said with the lines of the text, not of the file.
func putText(f File, sections []Section, section, text string) (File, Document, Findings) {
	i := slices.IndexFunc(sections, func(s Section) bool { return s.Key == section })
	if i < 0 {
		out := File{Name: f.Name, Source: []byte(text)}
		doc, findings := Decode(out, sections)
		return out, doc, findings
	}
	keys := sections[i].partKeys()
	if strings.TrimSpace(text) != "" {
		own, findings := read(File{Name: f.Name, Source: []byte(text)})
		if len(findings) > 0 {
			return f, Document{}, findings
		}
		for j := 0; j+1 < len(own.root.Content); j += 2 {
			if name := own.root.Content[j]; !slices.Contains(keys, name.Value) {
				findings = append(findings, Finding{File: f.Name, Line: name.Line, Column: name.Column, Path: name.Value,
					Message: fmt.Sprintf("“%s” does not belong here. This section has: %s.", shorten(name.Value), oneOf(keys, "and"))})
			}
		}
		if len(findings) > 0 {
			return f, Document{}, findings.sorted()
		}
	}
	src, findings := read(f)
	if len(findings) > 0 {
		return f, Document{}, findings
	}
	before := []string{"casement", "kind", "key"}
	for _, s := range sections[:i] {
		before = append(before, s.partKeys()...)
	}
	spliced, at, ok := src.splice(f.Source, keys, before, text)
	if !ok {
		return f, Document{}, Findings{{File: f.Name, Message: "The file gives its members no lines of their own. Change it as a whole file."}}
	}
	out := File{Name: f.Name, Source: spliced}
	doc, findings := Decode(out, sections)
	many := len(linesOf([]byte(text)))
	for k := range findings {
		if line := findings[k].Line - at; line >= 1 && line <= many {
			findings[k].Line = line
		} else {
			findings[k].Line, findings[k].Column = 0, 0
		}
	}
	return out, doc, findings
}

// markOf tells what a section says in a few letters: who changes it says at
// which mark, and hears of it when it is another meanwhile.
func markOf(sections []Section, section string, doc Document, f File) (string, error) {
	raw := f.Source
	if i := slices.IndexFunc(sections, func(s Section) bool { return s.Key == section }); i >= 0 && doc.CaseType != nil {
		text, err := encodeSection(sections[i], doc.CaseType)
		if err != nil {
			return "", err
		}
		raw = []byte(text)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8]), nil
}

// placed gives a finding without a line that of its path.
func (doc Document) placed(f Finding) Finding {
	if f.Line > 0 || doc.source.root == nil {
		return f
	}
	f.File = doc.source.file
	if n := doc.source.place(parsePath(f.Path)); n != nil {
		f.Line, f.Column = n.Line, n.Column
	}
	return f
}

// parsePath reads what [Path.String] writes.
func parsePath(s string) Path {
	var out Path
	for _, step := range strings.FieldsFunc(strings.ReplaceAll(s, "[", ".["), func(r rune) bool { return r == '.' }) {
		if inner, ok := strings.CutPrefix(step, "["); ok {
			if n, err := strconv.Atoi(strings.TrimSuffix(inner, "]")); err == nil {
				out = append(out, n)
				continue
			}
		}
		out = append(out, step)
	}
	return out
}
