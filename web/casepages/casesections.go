package casepages

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/actions"
	"github.com/casement-dev/casement/web/layout"
)

// SectionBox is where a details section of a plugin is drawn, once the page is
// there: the page never waits for it. See web/sectionpages.
type SectionBox struct {
	ID, Title, Summary, URL string
}

func (p *Pages) sectionBoxes(o *opened) []SectionBox {
	if p.Details == nil || !o.full {
		return nil
	}
	var out []SectionBox
	for _, head := range p.Details.Of(o.Seen) {
		out = append(out, SectionBox{"section-" + head.Key, head.Title, head.Summary, o.url("sections", head.Key)})
	}
	return out
}

// ActionsCard is what plugins do on the case: buttons, and what ran by itself.
type ActionsCard struct {
	Buttons []ActionButton
	Done    []ActionLine
}

// Any reports whether there is anything to show.
func (c ActionsCard) Any() bool { return len(c.Buttons) > 0 || len(c.Done) > 0 }

// ActionButton runs an action of a plugin.
type ActionButton struct{ Label, Summary, URL, Once string }

// ActionLine is an action that an event set off.
type ActionLine struct {
	Name  string
	State layout.Chip
	Text  string // what it did, or why not yet
	At    time.Time
}

// maxActionLines is how many actions are listed beside a case; the history has
// them all.
const maxActionLines = 5

func (p *Pages) actionsCard(ctx context.Context, o *opened) (ActionsCard, error) {
	var card ActionsCard
	if p.Actions == nil || !o.full {
		return card, nil
	}
	for _, b := range p.Actions.Buttons(o.Seen) {
		card.Buttons = append(card.Buttons, ActionButton{b.Name, b.Summary, o.url("actions", b.Key), rand.Text()})
	}
	done, err := p.Actions.Of(ctx, o.Seen)
	if err != nil {
		return card, err
	}
	for _, d := range done[:min(len(done), maxActionLines)] {
		card.Done = append(card.Done, actionLine(d))
	}
	return card, nil
}

func actionLine(d actions.Done) ActionLine {
	line := ActionLine{Name: d.Name, Text: d.Outcome, At: d.QueuedAt}
	switch {
	case d.State == actions.Ran:
		line.State, line.At = layout.Chip{Label: "Done", Icon: "check", Tone: "good"}, d.FinishedAt
	case d.State == actions.Failed:
		line.State, line.Text = layout.Chip{Label: "Given up", Icon: "warn", Tone: "bad"}, d.Problem
	case d.Tries > 0:
		line.State = layout.Chip{Label: "Trying again", Icon: "clock", Tone: "warn"}
		line.Text = fmt.Sprintf("Tried %s: %s", timesWords(d.Tries), d.Problem)
	default:
		line.State = layout.Chip{Label: "Waiting", Icon: "clock"}
	}
	return line
}

func timesWords(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// mayAudit reports whether somebody may see who has seen a case.
func mayAudit(o *opened) bool { return o.MayDo(core.MayClose) || o.by.Has(core.RoleAuditor) }
