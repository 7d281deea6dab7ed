package casepages

import (
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/layout"
)

// EmailsTab is every message of a case, newest first.
type EmailsTab struct{ Messages []EmailRow }

// EmailRow is one message exactly as it was or will be sent.
type EmailRow struct {
	ID         string // of its element
	Subject    string
	Masked, To string // the address is shown whole when the message is opened
	Why        string // "to the requester: a question"
	State      layout.Chip
	Detail     string // what the mail server said
	At, Sent   time.Time
	Text       string
	Tried      int
	Next       time.Time
}

func emailsTab(f facts) EmailsTab {
	var tab EmailsTab
	for _, m := range f.mail {
		row := EmailRow{
			ID: "email-" + m.ID.String()[24:], Subject: m.Subject, Masked: core.MaskEmail(m.To), To: m.To, Why: whyWords(m),
			State: deliveryChip(m.State), Detail: m.Detail, At: m.CreatedAt, Sent: m.SentAt, Text: m.Text, Tried: m.Attempts, Next: m.NextAt,
		}
		if m.ToName != "" {
			row.To = m.ToName + " <" + m.To + ">"
		}
		tab.Messages = append(tab.Messages, row)
	}
	return tab
}

var audienceWords = map[string]string{
	"requester": "To the requester", "assignee": "To the case manager", "manage": "To the group", "escalation": "To the escalation group", "asker": "To whoever asked", "receiver": "To whoever has the task",
}

func whyWords(m messages.Entry) string {
	if words := audienceWords[m.Audience]; words != "" {
		return words
	}
	return "To " + m.Audience
}

// deliveryWords says truthfully how far a message got.
func deliveryWords(s core.DeliveryState) string {
	switch s {
	case core.DeliveryHeld:
		return "Held, no mail server is set up, for"
	case core.DeliveryQueued:
		return "Queued for"
	case core.DeliverySending:
		return "Being sent to"
	case core.DeliverySent:
		return "Sent to"
	case core.DeliveryRefused:
		return "Refused by the mail server of"
	case core.DeliveryUnknown:
		return "Perhaps sent to"
	}
	return string(s)
}

// stateWords ends a sentence about a message: "Email … to a•••, sent".
func stateWords(s core.DeliveryState) string {
	if s == core.DeliveryRefused {
		return "refused by the mail server"
	}
	return strings.ToLower(deliveryChip(s).Label)
}

func deliveryChip(s core.DeliveryState) layout.Chip {
	switch s {
	case core.DeliveryHeld:
		return layout.Chip{Label: "Held: no mail server", Icon: "pause", Tone: "warn"}
	case core.DeliveryQueued:
		return layout.Chip{Label: "Queued", Icon: "clock", Tone: "info"}
	case core.DeliverySending:
		return layout.Chip{Label: "Being sent", Icon: "mail", Tone: "info"}
	case core.DeliverySent:
		return layout.Chip{Label: "Sent", Icon: "ok", Tone: "good"}
	case core.DeliveryRefused:
		return layout.Chip{Label: "Refused", Icon: "stop", Tone: "bad"}
	case core.DeliveryUnknown:
		return layout.Chip{Label: "Not known whether it was sent", Icon: "warn", Tone: "warn"}
	}
	return layout.Chip{Label: string(s)}
}
