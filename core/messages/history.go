package messages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
)

// Version is one published version of a template. The shipped words are
// version 0, published by nobody.
type Version struct {
	Version int
	ByID    string // "" for the installation itself
	ByName  string
	At      time.Time // zero for the shipped words
	Note    string
	Changes []string // against the version before, in sentences
}

// Versions lists the versions of a template, newest first; the last may be the
// shipped one. caseType is "" for the installation's.
func (s *Service) Versions(ctx context.Context, caseType, key string) ([]Version, error) {
	list, err := s.selectVersions(ctx, documentKey(caseType, key))
	if err != nil {
		return nil, err
	}
	if caseType == "" && slices.ContainsFunc(Shipped(), func(t Template) bool { return t.Key == key }) {
		list = append(list, Version{})
	}
	if len(list) == 0 {
		return nil, core.NotFound("There is no message template %q.", clip(key, 60))
	}
	for i := range list {
		after, err := s.VersionAt(ctx, caseType, key, list[i].Version)
		if err != nil {
			return nil, err
		}
		var before Template
		if i+1 < len(list) {
			if before, err = s.VersionAt(ctx, caseType, key, list[i+1].Version); err != nil {
				return nil, err
			}
		} else if caseType != "" {
			if before, _, err = s.Template(ctx, key); err != nil {
				return nil, err
			}
		}
		list[i].Changes = Changes(before, after)
	}
	return list, nil
}

// VersionAt returns one version of a template.
func (s *Service) VersionAt(ctx context.Context, caseType, key string, version int) (Template, error) {
	t, err := s.load(ctx, edition{documentKey(caseType, key), version})
	t.Type = caseType
	return t, err
}

// Withdraw ends a case type's own template: its cases are written to with the
// installation's again.
func (s *Service) Withdraw(ctx context.Context, by core.Actor, caseType, key string, seen int) (int, error) {
	t, _, err := s.TemplateFor(ctx, caseType, key)
	if err != nil {
		return 0, err
	}
	if t.Type == "" {
		return 0, core.Conflict("The case type has no words of its own for this message.")
	}
	t.Withdrawn = true
	return s.PublishAfter(ctx, by, t, "The installation's again.", seen)
}

// Changes says in sentences what changed from one version to another. From the
// zero template everything is new.
func Changes(before, after Template) []string {
	if before.Key == "" {
		return []string{"The message is new."}
	}
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	switch {
	case after.Withdrawn && !before.Withdrawn:
		return []string{"The case type sends the installation's words again."}
	case before.Withdrawn && !after.Withdrawn:
		say("The case type has words of its own again.")
	}
	if before.Name != after.Name {
		say("The name: ‘%s’ → ‘%s’.", before.Name, after.Name)
	}
	if before.Audience != after.Audience {
		say("It is for: %s → %s.", before.Audience, after.Audience)
	}
	if before.AtLeastOnce != after.AtLeastOnce {
		if after.AtLeastOnce {
			say("When it is unclear whether it was sent, it is sent again.")
		} else {
			say("When it is unclear whether it was sent, it is not sent again.")
		}
	}
	tags := slices.Sorted(maps.Keys(after.Languages))
	for tag := range before.Languages {
		if _, still := after.Languages[tag]; !still {
			tags = append(tags, tag)
		}
	}
	for _, tag := range tags {
		was, had := before.Languages[tag]
		is, has := after.Languages[tag]
		switch {
		case !had:
			say("Written in “%s”.", tag)
		case !has:
			say("No longer written in “%s”.", tag)
		default:
			if was.Subject != is.Subject {
				say("Subject (%s): ‘%s’ → ‘%s’.", tag, was.Subject, is.Subject)
			}
			if was.Text != is.Text {
				say("Text (%s): %s.", tag, counted(Lines(was.Text, is.Text)))
			}
			if was.HTML != is.HTML {
				say("HTML (%s): %s.", tag, counted(Lines(was.HTML, is.HTML)))
			}
		}
	}
	return out
}

// Line is one line of a comparison: "+" is new, "-" is gone, " " stays.
type Line struct {
	Sign string
	Text string
}

// maxLines bounds a comparison; texts that are longer are shown one after the
// other.
const maxLines = 400

// Lines compares two texts line by line, keeping as many as it can.
func Lines(before, after string) []Line {
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	if before == "" {
		was = nil
	}
	if after == "" {
		is = nil
	}
	if len(was) > maxLines || len(is) > maxLines {
		return append(signed("-", was), signed("+", is)...)
	}
	// common[i][j] is how many lines was[i:] and is[j:] have in common, in order.
	common := make([][]int, len(was)+1)
	for i := range common {
		common[i] = make([]int, len(is)+1)
	}
	for i := len(was) - 1; i >= 0; i-- {
		for j := len(is) - 1; j >= 0; j-- {
			if was[i] == is[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []Line
	i, j := 0, 0
	for i < len(was) && j < len(is) {
		switch {
		case was[i] == is[j]:
			out = append(out, Line{" ", was[i]})
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, Line{"-", was[i]})
			i++
		default:
			out = append(out, Line{"+", is[j]})
			j++
		}
	}
	return append(append(out, signed("-", was[i:])...), signed("+", is[j:])...)
}

func signed(sign string, lines []string) []Line {
	out := make([]Line, len(lines))
	for i, text := range lines {
		out[i] = Line{sign, text}
	}
	return out
}

func counted(lines []Line) string {
	added, gone := 0, 0
	for _, l := range lines {
		switch l.Sign {
		case "+":
			added++
		case "-":
			gone++
		}
	}
	if added == 0 {
		return plural(gone) + " gone"
	}
	return fmt.Sprintf("%s new, %d gone", plural(added), gone)
}

func plural(lines int) string {
	if lines == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", lines)
}
