package pluginpages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// recent is how long a fault keeps a plugin among those in trouble, and day
// what lists and charts look back on.
const (
	recent = time.Hour
	day    = 24 * time.Hour
)

// stateChip says how a plugin does: faults are those of the last hour.
func stateChip(p plugins.Plugin, running plugins.Running, faults int, now time.Time) layout.Chip {
	switch {
	case p.Live == "":
		return layout.Chip{Label: "Waiting for your decision", Icon: "clock", Tone: "warn"}
	case !p.On:
		return layout.Chip{Label: "Switched off", Icon: "pause"}
	case now.Before(running.OffUntil):
		return layout.Chip{Label: "Stopped after faults", Icon: "stop", Tone: "bad"}
	case faults > 0:
		return layout.Chip{Label: "In trouble", Icon: "warn", Tone: "bad"}
	}
	return layout.Chip{Label: "Running", Icon: "ok", Tone: "good"}
}

// kinds of entries in words.
var kinds = map[string]string{plugins.KindForm: "Form", plugins.KindTask: "Task", plugins.KindDetails: "Section", plugins.KindAction: "Action"}

func kindWords(kind string) string {
	if word := kinds[kind]; word != "" {
		return word
	}
	return kind
}

// kindsOf lists the kinds among entries, each once: "Form, Task".
func kindsOf(entries []plugins.Entry) string {
	var out []string
	for _, e := range entries {
		if word := kindWords(e.Kind); !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return strings.Join(out, ", ")
}

// events in words, for those who choose one on the bench.
var eventWords = map[string]string{
	"start": "Begin", "view": "Show it again", "submit": "Send the page", "press": "Press a button", "change": "Change an answer", "back": "Go back",
	"goto": "Go to a page", "return": "Return it for correction", "timer": "The time has come", "run": "Run the action", "answer": "Answer what it asked",
}

func eventLabel(event string) string {
	if word := eventWords[event]; word != "" {
		return word + " (" + event + ")"
	}
	return event
}

// took says a time as short as it was.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return "no time"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// resets say how an instance becomes fresh again after a call.
var resets = map[string]string{
	"pages": "only what the call wrote is put back",
	"drop":  "its memory is given back and copied anew",
	"fresh": "a new instance is made for every call",
}

func resetWords(way string) string {
	if words := resets[way]; words != "" {
		return words
	}
	return way
}

// Signature says who made a version, as far as is known.
type Signature struct {
	Chip layout.Chip
	Text string // a sentence
	Key  string // of a signature that is not trusted
	Bad  bool   // an explicit yes is asked for
}

func signatureOf(v plugins.Version) Signature {
	switch {
	case v.Shipped:
		return Signature{Chip: layout.Chip{Label: "Comes with Casement", Icon: "ok", Tone: "good"}, Text: "It is part of Casement itself."}
	case v.Signed():
		return Signature{Chip: layout.Chip{Label: "Signature verified", Icon: "ok", Tone: "good"}, Text: "It is signed by " + v.Signer + ", whose signature you trust, and was not changed since."}
	case v.Signer != "":
		return Signature{Chip: layout.Chip{Label: "Taken unsigned", Icon: "warn", Tone: "warn"}, Key: v.Key, Bad: true,
			Text: "It was taken before its publisher was trusted. It is signed by " + v.Signer + ", whose signature you trust now, and was not changed since."}
	case v.Unsigned && v.Key == "":
		return Signature{Chip: layout.Chip{Label: "Not signed", Icon: "warn", Tone: "warn"}, Bad: true,
			Text: "Nobody has signed it. An administrator has taken it all the same."}
	case v.Key != "":
		return Signature{Chip: layout.Chip{Label: "Signed by somebody unknown", Icon: "warn", Tone: "warn"}, Key: v.Key, Bad: true,
			Text: "It is signed, and was not changed since, but with a key that you do not trust: the name of its publisher is what the package says of itself, and anybody could have written that."}
	}
	return Signature{Chip: layout.Chip{Label: "Not signed", Icon: "warn", Tone: "warn"}, Bad: true,
		Text: "Nobody has signed it: the name of its publisher is what the package says of itself, and anybody could have written or changed it on its way to you."}
}

// inUse says what holds states of a version.
func inUse(n int) string {
	return render.Plural(n, "form, task or section", "forms, tasks and sections")
}
