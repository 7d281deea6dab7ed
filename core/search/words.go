package search

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord is how many letters of a word count.
const maxWord = 60

// Word is a word as the index knows it, and where it stands in its text.
type Word struct {
	Folded     string // lower case, without accents: "strasse", "siobhan"
	Start, End int    // bytes of the text
}

// Words cuts text into words: runs of letters, digits and the marks on them.
// Documents, queries and highlights all come through here, so they cannot
// disagree about what a word is.
func Words(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		for start := 0; start < len(text); {
			r, size := utf8.DecodeRuneInString(text[start:])
			if !isWordRune(r) {
				start += size
				continue
			}
			end := start + size
			for end < len(text) {
				r, size := utf8.DecodeRuneInString(text[end:])
				if !isWordRune(r) {
					break
				}
				end += size
			}
			if !emit(text[start:end], start, yield) {
				return
			}
			start = end
		}
	}
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r))
}

// emit yields a run as one word, or as two if it is a postcode without its
// space, so that NM4 2QT and NM42QT are the same.
func emit(run string, start int, yield func(Word) bool) bool {
	folded := fold(run)
	if folded == "" {
		return true
	}
	if cut := postcodeCut(folded); cut > 0 && len(run) == len(folded) {
		return yield(Word{folded[:cut], start, start + cut}) && yield(Word{folded[cut:], start + cut, start + len(run)})
	}
	return yield(Word{folded, start, start + len(run)})
}

// postcodeCut is where the space of a British postcode belongs, 0 when the
// word is none: one or two letters, a digit, a letter or digit or nothing;
// then a digit and two letters.
func postcodeCut(s string) int {
	n := len(s)
	if n < 5 || n > 7 || !isDigit(s[n-3]) || !isLetter(s[n-2]) || !isLetter(s[n-1]) {
		return 0
	}
	out := s[:n-3]
	letters := 1
	if len(out) > 1 && isLetter(out[1]) {
		letters = 2
	}
	rest := out[letters:]
	if !isLetter(out[0]) || len(rest) < 1 || len(rest) > 2 || !isDigit(rest[0]) || len(rest) == 2 && !isDigit(rest[1]) && !isLetter(rest[1]) {
		return 0
	}
	return n - 3
}

func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
func isLetter(b byte) bool { return b >= 'a' && b <= 'z' }

// plain spells letters that are no accented ones.
var plain = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i", "ħ", "h", "ŧ", "t", "ŋ", "n", "ς", "σ")

// fold makes words that people take for the same the same: lower case, no
// accents, no marks of any script, compatible forms as one.
func fold(word string) string {
	if isASCII(word) { // most words, many times faster
		return strings.ToLower(word[:min(len(word), maxWord)])
	}
	var b strings.Builder
	n := 0
	for _, r := range plain.Replace(norm.NFKD.String(strings.ToLower(norm.NFKC.String(word)))) {
		if r == 'ـ' || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue // a mark, or the stretcher of Arabic letters
		}
		if n++; n > maxWord {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// maxFolded is how many bytes of a text [Fold] keeps.
const maxFolded = 500

// Fold makes short texts that people take for the same the same: their words,
// each as the index knows it, with one space between. It is how texts are
// compared in [Document.Values] and [Filter.Fields].
func Fold(text string) string {
	var b strings.Builder
	for w := range Words(text) {
		if b.Len()+len(w.Folded) >= maxFolded {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Folded)
	}
	return b.String()
}

func isASCII(word string) bool {
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isLexical reports whether a word is worth correcting and being corrected to:
// letters alone, three to forty. References, numbers and addresses of mails
// would fill the dictionary a hundredfold.
func isLexical(word string) bool {
	n := 0
	for _, r := range word {
		if !unicode.IsLetter(r) {
			return false
		}
		n++
	}
	return n >= 3 && n <= 40
}

// Lexical reports whether a word belongs in the dictionary of an engine that
// keeps one for typing errors.
func Lexical(word string) bool { return isLexical(word) }

// Deletes lists a word and the word without each one of its letters: two words
// that are one slip apart share one of these.
func Deletes(word string) []string {
	letters := []rune(word)
	out := []string{word}
	for i := range letters {
		if i > 0 && letters[i] == letters[i-1] {
			continue // the same again
		}
		out = append(out, string(letters[:i])+string(letters[i+1:]))
	}
	return out
}

// Slips counts the slips between two words: a letter too many, missing or
// wrong, or two neighbours swapped.
func Slips(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			wrong := 1
			if s[i-1] == t[j-1] {
				wrong = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+wrong)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}

// slipsAllowed is how many slips a typed word is forgiven: none when it is
// short, for nearly every short word is a slip away from another.
func slipsAllowed(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 4 || !isLexical(word):
		return 0
	case n < 8:
		return 1
	}
	return 2
}
