package people

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// Limits on what people type, in letters.
const (
	maxName    = 200
	maxPhone   = 50
	maxAddress = 500
)

// fieldProblems collects what is wrong with each field of an input.
type fieldProblems map[string]string

// err returns one error for all fields, or nil.
func (p fieldProblems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &core.Error{Kind: core.ErrInvalid, Message: "Check what you entered. Nothing has been saved yet.", Fields: p}
}

// line cleans one line of text: spaces at its ends are dropped, runs of them
// become one. Longer than limit, or anything that is not text, is a problem.
func (p fieldProblems) line(field, value string, limit int) string {
	return p.text(field, strings.Join(strings.Fields(value), " "), limit, nil)
}

// lines is line for text of several lines.
func (p fieldProblems) lines(field, value string, limit int) string {
	value = strings.ReplaceAll(value, "\r\n", "\n")
	return p.text(field, strings.TrimSpace(value), limit, []rune{'\n'})
}

func (p fieldProblems) text(field, value string, limit int, allowed []rune) string {
	if !utf8.ValidString(value) {
		p[field] = "This is not text. Type it again."
		return ""
	}
	if utf8.RuneCountInString(value) > limit {
		p[field] = "This is too long. Use at most " + plural(limit, "letter") + "."
		return ""
	}
	bad := strings.IndexFunc(value, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(string(allowed), r)
	})
	if bad >= 0 {
		p[field] = "This contains letters that cannot be shown. Type it again."
		return ""
	}
	return value
}

// email cleans an email address; "" stays "".
func (p fieldProblems) email(field, value string) string {
	if strings.TrimSpace(value) == "" {
		return ""
	}
	email, err := core.ParseEmail(value)
	if err != nil || !utf8.ValidString(email) || strings.ContainsFunc(email, unicode.IsControl) {
		p[field] = "Enter an email address in the correct format, like name@example.org."
		return ""
	}
	return email
}

// require notes a field that must not be empty, unless it has a problem of
// its own already.
func (p fieldProblems) require(field, value, sentence string) {
	if value == "" && p[field] == "" {
		p[field] = sentence
	}
}

// phoneDigits is a telephone number as it is compared: its digits alone.
func phoneDigits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}
