package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// Segment is a stretch of text that was looked for, or was not.
type Segment struct {
	Text string
	Mark bool
}

// Snippet is where a case was found: a piece of one of its parts.
type Snippet struct {
	Kind     PartKind
	About    string
	Segments []Segment
}

// Size of a snippet, in bytes around what was found.
const (
	snippetBefore = 60
	snippetAfter  = 120
)

// Mark takes a text apart where it was looked for.
func Mark(text string, m Match) []Segment {
	return segments(text, spans(text, m))
}

type span struct{ start, end int }

// spans finds what was looked for; neighbours with nothing but space between
// them become one.
func spans(text string, m Match) []span {
	var out []span
	if m.IsZero() {
		return nil
	}
	for w := range Words(text) {
		if !m.Has(w.Folded) {
			continue
		}
		if last := len(out) - 1; last >= 0 && strings.TrimSpace(text[out[last].end:w.Start]) == "" {
			out[last].end = w.End
		} else {
			out = append(out, span{w.Start, w.End})
		}
	}
	return out
}

func segments(text string, found []span) []Segment {
	var out []Segment
	at := 0
	for _, s := range found {
		if s.start > at {
			out = append(out, Segment{text[at:s.start], false})
		}
		out = append(out, Segment{text[s.start:s.end], true})
		at = s.end
	}
	if at < len(text) {
		out = append(out, Segment{text[at:], false})
	}
	return out
}

// Snippets shows where a document has what was looked for, at most limit
// places, of what a reader of this audience may read. The subject and the
// reference stand in every result anyway and are left out.
func Snippets(d Document, m Match, audience core.Audience, limit int) []Snippet {
	type scored struct {
		Snippet
		words int
	}
	var found []scored
	for _, p := range d.Parts {
		if p.Kind == PartSubject || p.Kind == PartReference || !ReadableBy(p.Audience, audience) {
			continue
		}
		at := spans(p.Text, m)
		if p.Kind == PartPhone && len(at) == 0 && m.Has(PhoneDigits(p.Text)) {
			at = []span{{0, len(p.Text)}}
		}
		if len(at) == 0 {
			continue
		}
		words := 0
		for _, s := range at {
			words += len(strings.Fields(p.Text[s.start:s.end]))
		}
		found = append(found, scored{Snippet{p.Kind, p.About, piece(p.Text, at)}, words})
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.words, a.words) })
	var out []Snippet
	for i := 0; i < len(found) && i < limit; i++ {
		out = append(out, found[i].Snippet)
	}
	return out
}

// piece cuts the text around what was found first, at words and on one line.
func piece(text string, found []span) []Segment {
	start, end := cutBefore(text, found[0].start-snippetBefore), cutAfter(text, found[0].end+snippetAfter)
	var inside []span
	for _, s := range found {
		if s.end <= end {
			inside = append(inside, span{s.start - start, s.end - start})
		}
	}
	out := segments(text[start:end], inside)
	for i := range out {
		out[i].Text = oneLine(out[i].Text)
	}
	if start > 0 {
		out = append([]Segment{{"… ", false}}, out...)
	}
	if end < len(text) {
		out = append(out, Segment{" …", false})
	}
	return out
}

// cutBefore moves a place in a text on to the beginning of a word.
func cutBefore(text string, at int) int {
	if at <= 0 {
		return 0
	}
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	if i := strings.IndexAny(text[at:min(len(text), at+snippetBefore/2)], " \n\t"); i >= 0 {
		at += i + 1
	}
	return at
}

// cutAfter moves a place in a text back to the end of a word.
func cutAfter(text string, at int) int {
	if at >= len(text) {
		return len(text)
	}
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	if i := strings.LastIndexAny(text[max(0, at-snippetBefore/2):at], " \n\t"); i >= 0 {
		at = max(0, at-snippetBefore/2) + i
	}
	return at
}

// oneLine keeps the spaces at the ends: they stand between segments.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, s)
}
