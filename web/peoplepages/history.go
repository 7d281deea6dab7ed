package peoplepages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

// Change is one line of somebody's history.
type Change struct {
	At      time.Time
	By      string
	What    string
	Details []Detail
}

// Detail is one thing that was changed.
type Detail struct {
	Label, Before, After string
}

var happenings = map[core.EventKind]string{
	people.UserCreated:     "made the account",
	people.UserChanged:     "changed the account",
	people.UserDeactivated: "deactivated the account",
	people.UserActivated:   "activated the account",
	people.UserUnlocked:    "let them try their password again",
	people.PasswordChanged: "set the password",
	people.PasswordLink:    "made a link to set the password",
	people.PersonCreated:   "made the record",
	people.PersonChanged:   "changed the details",
}

// changes puts what was recorded into words, the newest first.
func (p *Pages) changes(ctx context.Context, recorded []core.Recorded) ([]Change, error) {
	ids := make([]string, 0, len(recorded))
	for _, r := range recorded {
		ids = append(ids, r.Actor.ID)
	}
	names, err := p.people.NamesOf(ctx, ids...)
	if err != nil {
		return nil, err
	}
	out := make([]Change, 0, len(recorded))
	for _, r := range slices.Backward(recorded) {
		change := Change{At: r.RecordedAt, By: names[r.Actor.ID], What: happenings[r.Kind]}
		if change.By == "" {
			change.By = actorWords(r.Actor.Kind)
		}
		if change.What == "" {
			change.What = string(r.Kind)
		}
		for _, aspect := range slices.Sorted(maps.Keys(r.Changes)) {
			both := r.Changes[aspect]
			detail := Detail{Label: labelOf(aspect), Before: words(both[0]), After: words(both[1])}
			if detail.Before != "" || detail.After != "" { // an account begins without groups, say: nothing was removed
				change.Details = append(change.Details, detail)
			}
		}
		out = append(out, change)
	}
	return out, nil
}

func actorWords(kind core.ActorKind) string {
	switch kind {
	case core.ActorSystem:
		return "Casement"
	case core.ActorAnonymous, core.ActorPerson:
		return "Somebody with a form"
	}
	return "Somebody"
}

func labelOf(aspect core.Aspect) string {
	if label, ok := map[core.Aspect]string{"phone": "telephone", "roles": "roles", "active": "active"}[aspect]; ok {
		return label
	}
	return string(aspect)
}

// words says a recorded value: a text, a list of texts, or yes and no.
func words(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return strings.ReplaceAll(v, "\n", ", ")
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = words(one)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(value)
}
