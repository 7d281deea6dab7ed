package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// Terms is what was typed, understood: every term must be found, or, for what
// may be a telephone number, the number as one.
type Terms struct {
	All    []Term
	Number string // digits of what may be a telephone number; "" otherwise
}

// Term is a word, or a phrase in quotation marks.
type Term struct {
	Words  []string // folded; more than one is a phrase
	Prefix bool     // the last word may go on: somebody is still typing it
	Meant  bool     // it stood in quotation marks: no slip was made
}

// IsZero reports whether there is nothing to look for.
func (t Terms) IsZero() bool { return len(t.All) == 0 && t.Number == "" }

// Parse reads what somebody typed. Words are joined by "and", quotation marks
// hold a phrase together, the last word may be the beginning of one. Anything
// can be typed; only what is too long to be a search is refused.
func Parse(typed string) (Terms, error) {
	typed = strings.ToValidUTF8(strings.TrimSpace(typed), " ")
	if utf8.RuneCountInString(typed) > MaxQuery {
		return Terms{}, core.InvalidField("q", "That is too long to search for. Use %d letters or fewer.", MaxQuery)
	}
	var t Terms
	open := false
	for i, part := range strings.Split(quotes.Replace(typed), `"`) {
		words := wordsOf(part)
		inside := i%2 == 1
		open = inside
		if inside && len(words) > 0 {
			t.All = append(t.All, Term{Words: words, Meant: true})
			continue
		}
		for _, w := range words {
			t.All = append(t.All, Term{Words: []string{w}})
		}
	}
	if len(t.All) > maxTerms {
		t.All = t.All[:maxTerms]
	}
	t.markPrefix(typed, open)
	if digits := numberIn(typed); digits != "" {
		t.Number = digits
	}
	return t, nil
}

// quotes reads the quotation marks of several languages as one.
var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`)

func wordsOf(text string) []string {
	var out []string
	for w := range Words(text) {
		out = append(out, w.Folded)
	}
	return out
}

// markPrefix lets the last word go on, unless a quotation mark has ended it. A
// single letter would go on to half of all words: it waits for a second one.
// In Chinese it is a word, and a digit is a number.
func (t *Terms) markPrefix(typed string, open bool) {
	if len(t.All) == 0 || strings.HasSuffix(quotes.Replace(typed), `"`) && !open {
		return
	}
	last := &t.All[len(t.All)-1]
	word := last.Words[len(last.Words)-1]
	if utf8.RuneCountInString(word) > 1 {
		last.Prefix = true
		return
	}
	if r, _ := utf8.DecodeRuneInString(word); unicode.IsLetter(r) && r < firstIdeograph {
		if last.Words = last.Words[:len(last.Words)-1]; len(last.Words) == 0 {
			t.All = t.All[:len(t.All)-1]
		}
	}
}

// firstIdeograph is where the letters begin that are words by themselves.
const firstIdeograph = '\u2E80'

// numberIn returns the digits of what may be a telephone number, as documents
// keep them.
func numberIn(typed string) string {
	if strings.Trim(typed, "0123456789 +()-./") != "" {
		return ""
	}
	digits := PhoneDigits(typed)
	if len(digits) < 5 {
		return ""
	}
	return digits
}

// PhoneDigits writes a telephone number as digits alone, so that spaces and
// the code of the country make no difference: 0044 1632 960001, +44 1632
// 960001 and 01632 960001 are one number.
func PhoneDigits(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	digits = strings.TrimPrefix(digits, "00")
	if strings.HasPrefix(digits, "44") && len(digits) > 10 {
		digits = "0" + strings.TrimPrefix(digits[2:], "0")
	}
	return digits
}

var beginsLikeReference = regexp.MustCompile(`^([A-Za-z]{2,5})[- ]([0-9A-Za-z]{1,4})(?:[- ]?([0-9A-Za-z]{0,4}))?$`)

// ReferencePrefix returns how a reference that somebody is typing begins, in
// the form in which references are kept: "CMP-7K2M-4". It is "" for what cannot
// be the beginning of one.
func ReferencePrefix(typed string) string {
	found := beginsLikeReference.FindStringSubmatch(strings.TrimSpace(typed))
	if found == nil || !core.ValidReferencePrefix(strings.ToUpper(found[1])) {
		return ""
	}
	letters := strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(found[2] + found[3]))
	if strings.Contains(letters, "U") || found[3] != "" && len(found[2]) < 4 {
		return ""
	}
	prefix := strings.ToUpper(found[1]) + "-" + letters[:min(4, len(letters))]
	if len(letters) > 4 {
		prefix += "-" + letters[4:]
	}
	return prefix
}

// Match says which words of a text were looked for.
type Match struct {
	Words    map[string]bool
	Prefixes []string
}

// MatchOf is what the terms match by themselves.
func MatchOf(t Terms) Match {
	m := Match{Words: map[string]bool{}}
	for _, term := range t.All {
		for i, w := range term.Words {
			if term.Prefix && i == len(term.Words)-1 {
				m.Prefixes = append(m.Prefixes, w)
			} else {
				m.Words[w] = true
			}
		}
	}
	if t.Number != "" {
		m.Prefixes = append(m.Prefixes, t.Number)
	}
	return m
}

// Has reports whether a folded word was looked for.
func (m Match) Has(word string) bool {
	return m.Words[word] || slices.ContainsFunc(m.Prefixes, func(p string) bool { return strings.HasPrefix(word, p) })
}

// IsZero reports whether nothing was looked for.
func (m Match) IsZero() bool { return len(m.Words) == 0 && len(m.Prefixes) == 0 }

// Misspellings lists the words of terms that may be typing errors, and how
// many slips each is forgiven.
func (t Terms) Misspellings() map[string]int {
	out := map[string]int{}
	for _, term := range t.All {
		if term.Meant || len(term.Words) != 1 {
			continue
		}
		if n := slipsAllowed(term.Words[0]); n > 0 {
			out[term.Words[0]] = n
		}
	}
	return out
}
