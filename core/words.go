package core

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanLine makes a line that somebody typed fit to be kept: spaces at its ends
// are dropped, runs of them become one. wrong says what is wrong with it, ""
// when nothing is; limit is in letters.
func CleanLine(s string, limit int) (clean, wrong string) {
	if !utf8.ValidString(s) {
		return "", notText
	}
	return checkWords(strings.Join(strings.Fields(s), " "), limit, "")
}

// CleanLines is [CleanLine] for text of several lines, whose inner spaces are
// left alone. Lines end in "\n".
func CleanLines(s string, limit int) (clean, wrong string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return checkWords(strings.TrimSpace(s), limit, "\n\t")
}

// wrongWords says what is wrong with words that are kept as they are.
func wrongWords(s string, limit int) string {
	_, wrong := checkWords(s, limit, "\r\n\t")
	return wrong
}

const notText = "This is not text. Type it again."

func checkWords(s string, limit int, allowed string) (clean, wrong string) {
	strange := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) }
	switch {
	case !utf8.ValidString(s):
		return "", notText
	case utf8.RuneCountInString(s) > limit:
		return "", fmt.Sprintf("This must be %s letters or fewer.", thousands(limit))
	case strings.ContainsFunc(s, strange):
		return "", "This contains letters that cannot be shown. Type it again."
	}
	return s, ""
}

// thousands writes a number as people do: 20,000.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
