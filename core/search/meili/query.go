package meili

import (
	"strings"

	"github.com/casement-dev/casement/core/search"
)

// written is what was typed as the server reads it: words side by side, all of
// which must be found, phrases in quotation marks; the last word may go on
// unless a space follows it. Words hold letters and digits alone, so nothing
// needs escaping.
func written(t search.Terms) string {
	if t.Number != "" {
		// Sheets have numbers as one word too, however they were spaced.
		return t.Number
	}
	var parts []string
	open := false // the last word may go on
	for _, term := range t.All {
		words := term.Words
		open = term.Prefix
		switch {
		case !term.Meant:
			parts = append(parts, words...)
		case !term.Prefix:
			parts = append(parts, phrase(words))
		default:
			// A phrase cannot go on there; its last word can.
			if last := len(words) - 1; last > 0 {
				parts = append(parts, phrase(words[:last]))
			}
			parts = append(parts, words[len(words)-1])
		}
	}
	text := strings.Join(parts, " ")
	if text != "" && !open {
		text += " "
	}
	return text
}

func phrase(words []string) string { return `"` + strings.Join(words, " ") + `"` }

// put right adds the words that typing errors stand for to what was matched:
// only words of the sheets found, which the reader may read.
func putRight(m *search.Match, t search.Terms, words []string) {
	typed := t.Misspellings()
	for _, word := range words {
		for wrong, allowed := range typed {
			if m.Words[word] || !meant(wrong, word, allowed) {
				continue
			}
			m.Words[word] = true
		}
	}
}

// meant reports whether a word, or its beginning, is a few slips away from
// what was typed.
func meant(typed, word string, allowed int) bool {
	if search.Slips(typed, word) <= allowed {
		return true
	}
	letters, n := []rune(word), len([]rune(typed))
	for size := n - 1; size <= n+1; size++ {
		if size > 2 && size < len(letters) && search.Slips(typed, string(letters[:size])) <= allowed {
			return true
		}
	}
	return false
}
