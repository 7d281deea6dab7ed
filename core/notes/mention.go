package notes

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// colleague is an active staff user whose name stands in a note behind an @.
type colleague struct {
	ID      core.StaffID
	Name    string
	Groups  []string
	Reasons []core.AccessReason
}

func loadNamed(r *cases.Reads, body string, into *[]colleague) {
	if strings.Contains(body, "@") {
		cases.ReadAll(r, selectMentioned, []any{r.Case, body}, func(found []colleague) { *into = found })
	}
}

// mentioned lists those of the colleagues whom the words mention and who hold
// the permission to read them, in the order of the words, without the writer.
func mentioned(w *cases.Work, body string, named []colleague, readers core.Permission) []core.StaffID {
	var out []core.StaffID
	for at := range body {
		if body[at] != '@' || endsInWord(body[:at]) {
			continue
		}
		name := longestName(body[at+1:], named)
		for _, c := range named {
			if c.Name == name && c.ID != w.By.StaffID() && !slices.Contains(out, c.ID) && w.Allows(c.Groups, c.Reasons, readers) {
				out = append(out, c.ID)
			}
		}
	}
	return out
}

// longestName finds whose name the words begin with: "@Ann Lee Smith" does not
// mention Ann Lee.
func longestName(words string, named []colleague) string {
	longest := ""
	for _, c := range named {
		rest, begins := strings.CutPrefix(words, c.Name)
		if begins && !beginsWithWord(rest) && len(c.Name) > len(longest) {
			longest = c.Name
		}
	}
	return longest
}

func beginsWithWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
