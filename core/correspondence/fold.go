package correspondence

import (
	"regexp"
	"strings"
)

// Fold parts what is new in a mail from what it repeats of earlier mail, which
// mail programs put below it: "On Monday … wrote:" and lines that begin with >,
// or the head of the earlier mail. Words between quoted lines are new; when all
// of it is quoted, all of it counts as new.
func Fold(text string) (said, quoted string) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	cut := len(lines)
	for i := range lines {
		if begins(lines, i) {
			cut = i
			break
		}
	}
	said = strings.TrimSpace(strings.Join(lines[:cut], "\n"))
	quoted = strings.TrimSpace(strings.Join(lines[cut:], "\n"))
	if said == "" {
		return strings.TrimSpace(text), ""
	}
	return said, quoted
}

var (
	// wrote ends the line, or two, above a quotation, in the languages that
	// people here write in most.
	wrote = regexp.MustCompile(`(?i)^\s*(on|am|le|el|op|ar|w dniu)\b.{4,200}\b(wrote|schrieb|a écrit|escribió|schreef|ysgrifennodd|napisał\(?a?\)?)\b.{0,80}:\s*$`)
	// rule is how Outlook and others begin an earlier mail.
	rule = regexp.MustCompile(`(?i)^\s*-{2,}\s*(original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original)\s*-{2,}\s*$`)
	head = regexp.MustCompile(`(?i)^\s*\*?(from|von|de|van|oddi wrth)\*?:\*?\s+\S`)
	more = regexp.MustCompile(`(?i)^\s*\*?(sent|date|gesendet|envoyé|enviado|verzonden|anfonwyd)\*?:`)
)

// begins reports whether the earlier mail begins at a line.
func begins(lines []string, i int) bool {
	line := lines[i]
	switch {
	case rule.MatchString(line), wrote.MatchString(line):
		return true
	case i+1 < len(lines) && len(line) < 200 && wrote.MatchString(line+" "+lines[i+1]):
		return true
	case head.MatchString(line):
		return i+1 < len(lines) && more.MatchString(lines[i+1])
	case strings.HasPrefix(line, ">"):
		return allQuoted(lines[i:])
	}
	return false
}

// allQuoted reports whether nothing but quoted lines follows.
func allQuoted(lines []string) bool {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, ">") {
			return false
		}
	}
	return true
}
