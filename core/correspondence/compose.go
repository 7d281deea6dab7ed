package correspondence

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/postgres"
)

// DeskOptions are what a [Desk] needs. All are required.
type DeskOptions struct {
	DB       *postgres.DB
	Messages *messages.Service
	// Merge gives what merge fields stand for, in words that the requester may
	// read, when somebody writes on a case.
	Merge func(ctx context.Context, cs *core.Case, t *core.CaseType, by core.Actor) (messages.Data, error)
	// Organisation says whose name stands under a letter.
	Organisation func(context.Context) (core.Organisation, error)
}

// Desk is where staff write letters: saved replies, merge fields, and how a
// letter will look. Letters themselves are sent through the door, by [Send].
type Desk struct{ o DeskOptions }

// NewDesk makes the desk.
func NewDesk(o DeskOptions) *Desk { return &Desk{o} }

// Letter is what staff wrote by mail.
type Letter struct {
	ID        core.LetterID
	No        int
	Subject   string
	Body      string
	Audience  core.Audience
	Saved     string
	Files     []core.AttachmentID
	By        core.Actor
	CreatedAt time.Time
}

// OfCase lists the letters of a case for audiences, oldest first. Whether the
// reader belongs to them is for the caller to say.
func (d *Desk) OfCase(ctx context.Context, cs core.CaseID, audiences ...core.Audience) ([]Letter, error) {
	return d.selectLetters(ctx, cs, audiences)
}

// Beginning is what a letter may begin with: a saved reply of the case type, or
// a message template.
type Beginning struct {
	Key     string // "reply:holding", "template:public-note"
	Name    string
	Subject string
	Body    string
}

const (
	replyPrefix    = "reply:"
	templatePrefix = "template:"
)

// Beginnings lists what somebody may begin a letter with: the saved replies of
// the case's type that are for everybody or for one of their groups, and then
// the templates that are for requesters.
func (d *Desk) Beginnings(ctx context.Context, seen *cases.Seen, groups []string) ([]Beginning, error) {
	var out []Beginning
	for _, r := range seen.Type.Replies {
		if len(r.Groups) > 0 && !slices.ContainsFunc(r.Groups, func(g string) bool { return slices.Contains(groups, g) }) {
			continue
		}
		out = append(out, Beginning{replyPrefix + r.Key, r.Name.String(), r.Subject, r.Text})
	}
	templates, err := d.o.Messages.Templates(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range templates {
		// What carries a secret link is written by the program alone.
		if words := t.Languages[core.DefaultLanguage]; t.Audience == messages.ForRequester && !strings.Contains(words.Text, ".link") && t.Key != messages.SignIn {
			out = append(out, Beginning{templatePrefix + t.Key, t.Name, words.Subject, words.Text})
		}
	}
	return out, nil
}

// Page is a letter that somebody is writing, with its merge fields filled.
type Page struct {
	Subject string
	Body    string
	Missing []string // merge fields that stand for nothing on this case
}

// Fill fills the merge fields of what somebody has written on a case. Those
// that stand for nothing stay, and are named. Errors: invalid, with a field
// "subject" or "body", for what cannot be read as one.
func (d *Desk) Fill(ctx context.Context, seen *cases.Seen, by core.Actor, subject, body string) (Page, error) {
	if !messages.HasFields(subject) && !messages.HasFields(body) {
		return Page{Subject: subject, Body: body}, nil
	}
	data, err := d.o.Merge(ctx, seen.Case, seen.Type, by)
	if err != nil {
		return Page{}, err
	}
	first, err := messages.Fill(subject, data)
	if err != nil {
		return Page{}, inField(err, "subject")
	}
	second, err := messages.Fill(body, data)
	if err != nil {
		return Page{}, inField(err, "body")
	}
	page := Page{Subject: strings.Join(strings.Fields(first.Text), " "), Body: second.Text, Missing: first.Missing}
	for _, name := range second.Missing {
		if !slices.Contains(page.Missing, name) {
			page.Missing = append(page.Missing, name)
		}
	}
	return page, nil
}

func inField(err error, field string) error {
	if core.KindOf(err) != core.ErrInvalid {
		return err
	}
	return core.InvalidField(field, "%s", strings.TrimPrefix(err.Error(), string(core.ErrInvalid)+": "))
}

// Preview is the letter as its readers will see it, signature and all.
func (d *Desk) Preview(ctx context.Context, subject, body string) (messages.Rendered, error) {
	organisation, err := d.o.Organisation(ctx)
	if err != nil {
		return messages.Rendered{}, err
	}
	return messages.Shown(messages.Written{Subject: subject, Text: body, Organisation: organisation})
}

// Draft is a letter that is not finished. It is kept as one text, as mails are
// written: lines that say for whom it is, an empty line, the words.
type Draft struct {
	Requester bool
	To, Cc    []string
	Subject   string
	Body      string
	Saved     string
	Answers   int64 // the mail of the case that it answers, by number; 0 for none
}

// String writes the draft down.
func (d Draft) String() string {
	var out strings.Builder
	line := func(name, value string) {
		if value != "" {
			out.WriteString(name + ": " + strings.Join(strings.Fields(value), " ") + "\n")
		}
	}
	if d.Requester {
		line("Requester", "yes")
	}
	line("To", strings.Join(d.To, ", "))
	line("Cc", strings.Join(d.Cc, ", "))
	line("Saved", d.Saved)
	if d.Answers > 0 {
		line("Answers", strconv.FormatInt(d.Answers, 10))
	}
	line("Subject", d.Subject)
	out.WriteString("\n" + d.Body)
	return strings.TrimRight(out.String(), "\n")
}

// IsEmpty reports whether nothing has been written that is worth keeping.
func (d Draft) IsEmpty() bool {
	return strings.TrimSpace(d.Subject+d.Body+strings.Join(d.To, "")+strings.Join(d.Cc, "")) == ""
}

// ReadDraft reads what [Draft.String] wrote.
func ReadDraft(text string) Draft {
	head, body, _ := strings.Cut(text, "\n\n")
	if rest, bare := strings.CutPrefix(text, "\n"); bare {
		head, body = "", rest
	}
	d := Draft{Body: body}
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "Requester":
			d.Requester = value == "yes"
		case "To":
			d.To = Addresses(value)
		case "Cc":
			d.Cc = Addresses(value)
		case "Saved":
			d.Saved = value
		case "Answers":
			d.Answers, _ = strconv.ParseInt(value, 10, 64)
		case "Subject":
			d.Subject = value
		}
	}
	return d
}

// Addresses parts what was typed into a field for addresses.
func Addresses(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
}
