package portalpages

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

// day says a day in the middle of a sentence: "today", "Friday 27 November".
func (p *Pages) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	words := render.DayPublic(t.In(p.Zone), p.Clock.Now().In(p.Zone))
	switch words {
	case "Today", "Tomorrow", "Yesterday":
		return lowerFirst(words)
	}
	return words
}

// on says when something happened: "today", "on Friday 27 November".
func (p *Pages) on(t time.Time) string {
	words := p.day(t)
	if words == "" || unicode.IsLower([]rune(words)[0]) {
		return words
	}
	return "on " + words
}

// lastDay says the day that a due time belongs to; the midnight that ends a day
// is that day's.
func (p *Pages) lastDay(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return p.day(t.Add(-time.Nanosecond))
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// sentence ends words with a full stop.
func sentence(words string) string {
	words = strings.TrimSpace(words)
	if words == "" || strings.ContainsRune(".!?", rune(words[len(words)-1])) {
		return words
	}
	return words + "."
}

// statusWords are the public name of the status of a case.
func statusWords(cs *core.Case, t *core.CaseType) string {
	status, _ := t.Status(cs.Status)
	return status.PublicName(core.DefaultLanguage)
}

// outcomeWords say why a case ended, "" when nobody chose a reason.
func outcomeWords(cs *core.Case, t *core.CaseType) string {
	for _, list := range [][]core.Reason{t.Reasons.Close, t.Reasons.Cancel} {
		if reason, ok := core.FindReason(list, cs.Outcome); ok {
			return reason.Name.String()
		}
	}
	return ""
}

// firstName is what somebody is called in a conversation.
func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// clip keeps what is shown again in a field to what fits into it.
func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters])
	}
	return s
}
