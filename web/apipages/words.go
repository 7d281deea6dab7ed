package apipages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

// meaning is a permission or a right as people choose it.
type meaning struct{ label, hint string }

var permissionWords = map[core.Permission]meaning{
	core.MayRaise:      {"Raise cases", "in the name of whoever fills in its form"},
	core.MayEnquire:    {"Enquire", "status and dates, and what the requester reads; no contact details"},
	core.MayView:       {"View cases", "everything staff see, but what is private"},
	core.MayWork:       {"Work on cases", "status, notes, questions, tasks, files, targets"},
	core.MayReassign:   {"Reassign", "hand cases to another group or person"},
	core.MayEscalate:   {"Escalate", "raise and lower the escalation level"},
	core.MayClose:      {"Close", "close, cancel, reopen"},
	core.MayConvert:    {"Convert", "make one sort of case another"},
	core.MayRequest:    {"Speak for the requester", "answer questions, add updates, withdraw, as the portal does"},
	core.MayExport:     {"Export", "take cases away in bulk"},
	core.MaySeePrivate: {"See private words", "notes and files that only few may read"},
	core.MayForceClose: {"Close against obstacles", "with a reason, though tasks are open"},
}

var rightWords = map[core.Right]meaning{
	core.RightFeed:          {"Follow the feed", "all that happens to the cases it may view, for a warehouse"},
	core.RightReadPeople:    {"Find people", "customers with their addresses and telephone numbers"},
	core.RightWritePeople:   {"Change people", "add customers and change what is known of them"},
	core.RightConfiguration: {"Read the configuration", "every case type, groups and names of staff users"},
}

// tick is one thing to choose.
type tick struct {
	Value, Label, Hint string
	On                 bool
}

func permissionTicks(on []core.Permission) []tick {
	var out []tick
	for _, p := range core.GrantablePermissions() {
		words := permissionWords[p]
		out = append(out, tick{string(p), words.label, words.hint, slices.Contains(on, p)})
	}
	return out
}

func rightTicks(on []core.Right) []tick {
	var out []tick
	for _, r := range core.Rights() {
		words := rightWords[r]
		out = append(out, tick{string(r), words.label, words.hint, slices.Contains(on, r)})
	}
	return out
}

func typeTicks(types []*core.CaseType, on []string) []tick {
	every := slices.Contains(on, core.EveryType)
	out := []tick{{core.EveryType, "Every case type", "those that come later too", every}}
	for _, t := range types {
		out = append(out, tick{t.Key, t.Name.String(), "", !every && slices.Contains(on, t.Key)})
	}
	return out
}

// mayWords says in a few words what a client may do.
func mayWords(c core.Client) string {
	var out []string
	for _, p := range c.Grant.Permissions {
		out = append(out, strings.ToLower(permissionWords[p].label))
	}
	for _, r := range c.Rights {
		out = append(out, strings.ToLower(rightWords[r].label))
	}
	words := strings.Join(out, ", ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

func typeWords(c core.Client, types []*core.CaseType) string {
	if slices.Contains(c.Grant.Types, core.EveryType) {
		return "Every type"
	}
	var out []string
	for _, key := range c.Grant.Types {
		name := key
		for _, t := range types {
			if t.Key == key {
				name = t.Name.String()
			}
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

var happenings = map[core.EventKind]string{
	people.ClientCreated: "let the program in", people.ClientChanged: "changed what it may do", people.ClientKeyMade: "made a key",
	people.ClientKeyRemoved: "took a key away", people.ClientRevoked: "revoked its access",
}

// Happening is one line of a program's history.
type Happening struct {
	At      time.Time
	By      string
	What    string
	Details []string
}

func happeningOf(r core.Recorded, by string) Happening {
	out := Happening{At: r.RecordedAt, By: by, What: happenings[r.Kind]}
	if out.What == "" {
		out.What = string(r.Kind)
	}
	if key, ok := r.About["key"].(string); ok {
		out.Details = append(out.Details, key+"…")
	}
	if r.Kind == people.ClientCreated {
		return out
	}
	for _, aspect := range []core.Aspect{"name", "purpose", "types", "permissions", "rights", "per_minute", "expires_at"} {
		if change, ok := r.Changes[aspect]; ok {
			out.Details = append(out.Details, strings.ReplaceAll(string(aspect), "_", " ")+": "+valueWords(change[0])+" → "+valueWords(change[1]))
		}
	}
	return out
}

func valueWords(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = fmt.Sprint(one)
		}
		if len(words) == 0 {
			return "none"
		}
		return strings.Join(words, ", ")
	case string:
		if v == "" {
			return "none"
		}
		return v
	}
	return fmt.Sprint(v)
}
