package casepages

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// EmailsTab is the correspondence of a case by mail, newest first: what was
// sent, exactly as it was, what came in, and how far each got.
type EmailsTab struct {
	Write    string // where a message is written; "" for those who may not
	Draft    bool   // one has been begun
	Trouble  string // "2 messages did not arrive."
	Messages []EmailRow
}

// EmailRow is one message, to one reader or several, or from somebody.
type EmailRow struct {
	ID      string // of its element
	In      bool   // it came in
	Subject string
	Masked  string // whom it is to or from; the address is shown whole when the message is opened
	Why     string // "To the requester", "Written by Priya Raghunathan"
	State   layout.Chip
	At      time.Time
	From    string // of what came in
	Readers []EmailReader
	Own     string // what was written
	Quoted  string // what it repeats of the message before
	Files   []EmailFile
	Notes   []string // what else is to be known of it
	Answer  string   // where an answer to it is written; "" for those who may not
}

// EmailReader is one of those a message went to, and how far it got there.
type EmailReader struct {
	Address     string
	Copy        bool
	State       layout.Chip
	Words       string // how far it got, in a sentence
	Sent, Next  time.Time
	Again, Once string // sends it again; "" when that is not possible, or not for this reader
}

// EmailFile is a file that went with a message, or came with it.
type EmailFile struct {
	Name string
	URL  string // "" when it is not on the case any more
	Why  string // why it is not there
}

// emailsTab tells the correspondence of a case to somebody who may view it.
func (p *Pages) emailsTab(ctx context.Context, o *opened, f facts) (EmailsTab, error) {
	tab := EmailsTab{}
	if p.Desk != nil && o.MayDo(core.MayWork) {
		tab.Write = o.url("emails", "write")
		drafts, err := p.Notes.Drafts(ctx, o.by, o.Seen)
		if err != nil {
			return tab, err
		}
		_, tab.Draft = drafts["email"]
	}
	var written []correspondence.Letter
	if p.Desk != nil {
		var err error
		if written, err = p.Desk.OfCase(ctx, o.Case.ID, core.Public, core.Staff); err != nil {
			return tab, err
		}
	}
	var items []correspondence.Item
	if p.Correspondence != nil {
		var err error
		if items, err = p.Correspondence.Thread(ctx, o.Seen); err != nil {
			return tab, err
		}
	} else {
		for i := range f.mail {
			items = append(items, correspondence.Item{At: f.mail[i].CreatedAt, Out: &f.mail[i]})
		}
	}
	tell := mailTeller{o: o, files: f.files, written: written, again: tab.Write != ""}
	for _, item := range items {
		if item.In != nil {
			tab.Messages = append(tab.Messages, tell.came(*item.In))
		} else {
			tab.Messages = tell.went(tab.Messages, *item.Out)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(f.mail), func(m messages.Entry) bool { return !failed(m.State) })); n > 0 {
		tab.Trouble = render.Plural(n, "message", "messages") + " did not arrive, or may not have."
	}
	return tab, nil
}

// failed reports whether a message is known or feared not to have arrived.
func failed(s core.DeliveryState) bool {
	return s == core.DeliveryRefused || s == core.DeliveryBounced || s == core.DeliveryUnknown
}

// mailTeller puts mail into rows.
type mailTeller struct {
	o       *opened
	files   []core.Attachment
	written []correspondence.Letter
	again   bool // the reader may write, and send again
	rows    map[core.LetterID]int
}

// went adds a message that was sent. Those of one letter are one row.
func (t *mailTeller) went(rows []EmailRow, m messages.Entry) []EmailRow {
	reader := t.reader(m)
	if at, known := t.rows[m.Letter]; known && !m.Letter.IsZero() {
		row := &rows[at]
		row.Readers = append(row.Readers, reader)
		slices.SortStableFunc(row.Readers, func(a, b EmailReader) int { return strings.Compare(copyWord(a), copyWord(b)) })
		row.State = worst(row.State, reader.State)
		row.Masked = render.Plural(len(row.Readers), "reader", "readers")
		return rows
	}
	row := EmailRow{
		ID: "email-" + m.ID.String()[24:], Subject: m.Subject, Masked: core.MaskEmail(m.To), Why: whyWords(m),
		State: reader.State, At: m.CreatedAt, Readers: []EmailReader{reader}, Own: m.Text,
	}
	if m.HasMaskedLinks() {
		row.Notes = append(row.Notes, "The secret part of its links is not shown: whoever has it acts as the reader.")
	}
	if len(m.Missing) > 0 {
		row.Notes = append(row.Notes, "The case had no value for "+strings.Join(m.Missing, ", ")+", so “(not given)” stands there.")
	}
	if i := slices.IndexFunc(t.written, func(l correspondence.Letter) bool { return l.ID == m.Letter }); i >= 0 && !m.Letter.IsZero() {
		if name := t.written[i].By.Name; name != "" {
			row.Why = "Written by " + name
		}
		if t.rows == nil {
			t.rows = map[core.LetterID]int{}
		}
		t.rows[m.Letter] = len(rows)
	}
	for _, id := range m.Enclosed {
		row.Files = append(row.Files, t.file(id, ""))
	}
	return append(rows, row)
}

// copyWord sorts those a message is to before those who get a copy.
func copyWord(r EmailReader) string {
	if r.Copy {
		return "copy"
	}
	return ""
}

func (t *mailTeller) reader(m messages.Entry) EmailReader {
	r := EmailReader{
		Address: m.To, Copy: slices.Contains(m.HeaderCc, m.To), State: chipFor(m), Words: deliverySentence(m), Sent: m.SentAt, Next: m.NextAt,
	}
	if m.ToName != "" {
		r.Address = m.ToName + " <" + m.To + ">"
	}
	if t.again && correspondence.MayRepeat(m.State) && !m.Unwritten() {
		r.Again, r.Once = t.o.url("emails", strconv.FormatInt(m.No, 10), "again"), once()
	}
	return r
}

// came is the row of a mail that was filed to the case.
func (t *mailTeller) came(m correspondence.Mail) EmailRow {
	row := EmailRow{
		ID: "mail-" + strconv.FormatInt(m.No, 10), In: true, Subject: m.Title(), Masked: core.MaskEmail(m.Sender), Why: cameWords(m),
		State: layout.Chip{Label: "Received", Icon: "mail", Tone: "plain"}, At: m.ReceivedAt, From: m.From(), Own: m.Said, Quoted: m.Quoted,
	}
	if t.again && m.Automatic != correspondence.AutomaticReply {
		row.Answer = t.o.url("emails", "write") + "?answer=" + strconv.FormatInt(m.No, 10)
	}
	if m.Automatic == correspondence.AutomaticReply {
		row.State = layout.Chip{Label: "Automatic reply", Icon: "bolt", Tone: "plain"}
	}
	if m.Why != "" {
		row.Notes = append(row.Notes, m.Why)
	}
	if m.Cut {
		row.Notes = append(row.Notes, "The mail was too large to be taken in whole.")
	}
	for _, f := range m.Files {
		if f.Attachment.IsZero() {
			row.Files = append(row.Files, EmailFile{Name: f.Name, Why: f.LeftOut})
			continue
		}
		row.Files = append(row.Files, t.file(f.Attachment, f.Name))
	}
	return row
}

func cameWords(m correspondence.Mail) string {
	switch m.Role {
	case correspondence.RoleRequester:
		return "From the requester"
	case correspondence.RoleRaised:
		return "The case was raised from it"
	case correspondence.RoleParticipant:
		return "From somebody who was written to"
	}
	return "Came in"
}

func (t *mailTeller) file(id core.AttachmentID, name string) EmailFile {
	i := slices.IndexFunc(t.files, func(a core.Attachment) bool { return a.ID == id })
	if i < 0 {
		if name == "" {
			name = "A file"
		}
		return EmailFile{Name: name, Why: "not on the case any more, or not for you to see"}
	}
	return EmailFile{Name: t.files[i].Name, URL: t.o.url("attachments", strconv.Itoa(t.files[i].No))}
}

var audienceWords = map[string]string{
	"requester": "To the requester", "assignee": "To the case manager", "manage": "To the group", "escalation": "To the escalation group", "asker": "To whoever asked", "receiver": "To whoever has the task",
}

func whyWords(m messages.Entry) string {
	if words := audienceWords[m.Audience]; words != "" {
		return words
	}
	if m.Audience == "other" {
		return "To somebody else"
	}
	return "To " + m.Audience
}

// deliveryWords says truthfully how far a message got.
func deliveryWords(m messages.Entry) string {
	if m.Unwritten() {
		return "Not written for"
	}
	switch m.State {
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
	case core.DeliveryBounced:
		return "Came back from the mail server of"
	case core.DeliveryUnknown:
		return "Perhaps sent to"
	}
	return string(m.State)
}

// deliverySentence says no more of a message than is known: a server that took
// it has not shown it to anybody.
func deliverySentence(m messages.Entry) string {
	server, answer := m.Server, strings.TrimSpace(m.Detail)
	if server == "" {
		server = "the mail server"
	}
	with := func(words string) string {
		if answer == "" {
			return words + "."
		}
		return words + ": " + answer
	}
	switch m.State {
	case core.DeliveryHeld:
		return "Kept here: no mail server is set up."
	case core.DeliveryQueued:
		if m.Attempts == 0 {
			return "Waits to be sent."
		}
		return with(fmt.Sprintf("Tried %s; it is tried again. The last answer", render.Plural(m.Attempts, "time", "times")))
	case core.DeliverySending:
		return "Is being handed over."
	case core.DeliverySent:
		return with("Taken by " + server)
	case core.DeliveryRefused:
		if m.Unwritten() {
			return with("It could not be written")
		}
		return with("Not taken by " + server)
	case core.DeliveryBounced:
		return with("Taken by " + server + ", and sent back later")
	case core.DeliveryUnknown:
		return with("Handed to " + server + " without an answer, so it may have arrived or not")
	}
	return string(m.State)
}

// stateWords ends a sentence about a message: "Email … to a•••, sent".
func stateWords(m messages.Entry) string {
	if m.Unwritten() {
		return "not written"
	}
	switch m.State {
	case core.DeliveryRefused:
		return "refused by the mail server"
	case core.DeliveryBounced:
		return "came back"
	}
	return strings.ToLower(deliveryChip(m.State).Label)
}

// chipFor is the chip of one message.
func chipFor(m messages.Entry) layout.Chip {
	chip := deliveryChip(m.State)
	if m.Unwritten() {
		chip.Label = "Not written"
	}
	return chip
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
	case core.DeliveryBounced:
		return layout.Chip{Label: "Came back", Icon: "undo", Tone: "bad"}
	case core.DeliveryUnknown:
		return layout.Chip{Label: "Not known whether it was sent", Icon: "warn", Tone: "warn"}
	}
	return layout.Chip{Label: string(s)}
}

// tones are from what needs nobody to what needs somebody.
var tones = []string{"good", "plain", "info", "warn", "bad"}

// worst is the chip of two that needs more of somebody.
func worst(a, b layout.Chip) layout.Chip {
	if slices.Index(tones, b.Tone) > slices.Index(tones, a.Tone) {
		return b
	}
	return a
}
