package casepages

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// LetterPage is where staff write a letter by mail. Every button of its form
// sends all of it; what happens then is the button's.
type LetterPage struct {
	Ref, Subject string // of the case
	Back         string
	Action       string
	Draft        string // where the draft is kept
	Once         string
	Held         bool // no mail server is set up

	Requester LetterReader
	To, Cc    layout.Field
	Begin     layout.Field
	Title     layout.Field // the subject of the letter
	Body      layout.Field
	Saved     string // what it began with
	Files     []LetterFile
	Answers   int64
	Sent      []Hidden // files that came with the form, and go with the letter
	Accept    string
	Limit     string

	Confirm []Tick // addresses outside the organisation
	Missing []MergeField
	Preview *LetterPreview
	Kept    time.Time // when the draft was kept; zero without one

	Problems render.Problems
}

// LetterReader is the requester as somebody to write to.
type LetterReader struct {
	Name, Email string
	Checked     bool
	None        string // why they cannot be written to; "" when they can
}

// LetterFile is a file of the case that may go along.
type LetterFile struct {
	Tick
	Size     int64
	Audience layout.Chip
}

// MergeField is one that stands for nothing on the case.
type MergeField struct{ Name, Meaning string }

// LetterPreview is the letter as its readers will see it.
type LetterPreview struct {
	To, Cc        []string
	Subject, Text string
	Files         []string
}

// written is what somebody has put into the form.
type written struct {
	correspondence.Draft
	files   []int
	sent    []Hidden // "ID name"
	outside []string
	begin   string
	do      string
}

// maxSent bounds the files that a form carries along.
const maxSent = 10

func writtenIn(in input) written {
	w := written{
		Draft: correspondence.Draft{
			Requester: in.text("requester") != "", To: correspondence.Addresses(in.text("to")), Cc: correspondence.Addresses(in.text("cc")),
			Subject: strings.TrimSpace(in.text("subject")), Body: clipped(strings.ReplaceAll(in.text("body"), "\r\n", "\n")), Saved: in.text("saved"),
		},
		outside: in("outside"), begin: in.text("begin"), do: in.text("do"),
	}
	w.Answers, _ = strconv.ParseInt(in.text("answers"), 10, 64) // what is no number answers nothing
	for _, raw := range in("file") {
		if no, err := strconv.Atoi(raw); err == nil {
			w.files = append(w.files, no)
		}
	}
	for _, raw := range in("sent") {
		if id, _, ok := strings.Cut(raw, " "); ok && len(w.sent) < maxSent {
			if _, err := core.ParseID[core.AttachmentID](id); err == nil {
				w.sent = append(w.sent, Hidden{"sent", raw})
			}
		}
	}
	return w
}

// adopted are the files that came with the form.
func (w written) adopted() []core.AttachmentID {
	var out []core.AttachmentID
	for _, h := range w.sent {
		id, _, _ := strings.Cut(h.Value, " ")
		if parsed, err := core.ParseID[core.AttachmentID](id); err == nil {
			out = append(out, parsed)
		}
	}
	return out
}

// openToWrite finds the case for somebody who may write on it.
func (p *Pages) openToWrite(c *fiber.Ctx) (*opened, error) {
	o, err := p.open(c)
	if err != nil {
		return nil, err
	}
	if p.Desk == nil || !o.full {
		return nil, core.NotFound("There is no such page, or you may not see it.")
	}
	if !o.MayDo(core.MayWork) {
		return nil, core.Forbidden("You may not write on %s.", o.Case.Ref)
	}
	return o, nil
}

// showLetter shows the form: with the draft that is kept, else empty, else as
// an answer to a message of the case.
func (p *Pages) showLetter(c *fiber.Ctx) error {
	o, err := p.openToWrite(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	drafts, err := p.Notes.Drafts(ctx, o.by, o.Seen)
	if err != nil {
		return err
	}
	w := written{Draft: correspondence.Draft{Requester: o.Case.Contact.Email != "" && !o.Case.Anonymous}}
	draft, kept := drafts[notes.ModeEmail]
	if kept {
		w.Draft = correspondence.ReadDraft(draft.Body)
	}
	if err := p.answering(ctx, o, c.Query("answer"), &w); err != nil {
		return err
	}
	page, err := p.letterPage(ctx, o, w)
	if err != nil {
		return err
	}
	if kept {
		page.Kept = draft.UpdatedAt
	}
	return render.Page(c, letterView(o), page)
}

// answering begins a letter that answers a mail of the case, by its number. A
// draft keeps its words.
func (p *Pages) answering(ctx context.Context, o *opened, no string, w *written) error {
	if no == "" || p.Correspondence == nil {
		return nil
	}
	items, err := p.Correspondence.Thread(ctx, o.Seen)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(items, func(item correspondence.Item) bool { return item.In != nil && strconv.FormatInt(item.In.No, 10) == no })
	if i < 0 {
		return core.NotFound("There is no such mail on this case.")
	}
	mail := items[i].In
	w.Answers = mail.No
	w.Requester = !o.Case.Anonymous && strings.EqualFold(mail.Sender, o.Case.Contact.Email)
	if w.To = nil; !w.Requester && mail.Sender != "" {
		w.To = []string{mail.Sender}
	}
	if w.Subject == "" {
		w.Subject = mail.Title()
		if !strings.HasPrefix(strings.ToLower(w.Subject), "re:") {
			w.Subject = "Re: " + w.Subject
		}
		if letters := []rune(w.Subject); len(letters) > messages.MaxSubject {
			w.Subject = string(letters[:messages.MaxSubject])
		}
	}
	return nil
}

func letterView(o *opened) render.View {
	return render.View{Template: "casepages/letter", Nav: "queues", Title: "Write a message, " + string(o.Case.Ref)}
}

func (p *Pages) letterPage(ctx context.Context, o *opened, w written) (LetterPage, error) {
	page := LetterPage{
		Ref: string(o.Case.Ref), Subject: o.Case.Subject, Back: tabURL(o, tabEmails), Action: o.url("emails", "write"), Draft: o.url("emails", "draft"),
		Once: once(), Held: !p.Messages.Sends(), Saved: w.Saved, Answers: w.Answers, Sent: w.sent, Accept: acceptOf(o),
		Requester: LetterReader{Name: o.requester(), Email: o.Case.Contact.Email, Checked: w.Requester},
		To:        layout.Field{Name: "to", Label: "Also to", Hint: "Email addresses, with commas between them", Value: strings.Join(w.To, ", "), Optional: true, Plain: true, Autocomplete: "off", MaxLength: 4_000},
		Cc:        layout.Field{Name: "cc", Label: "Copy to", Value: strings.Join(w.Cc, ", "), Optional: true, Plain: true, Autocomplete: "off", MaxLength: 4_000},
		Title:     layout.Field{Name: "subject", Label: "Subject", Value: w.Subject, MaxLength: messages.MaxSubject},
		Body:      layout.Field{Name: "body", Label: "Message", Value: w.Body, MaxLength: correspondence.MaxBody},
		Limit:     "Up to 10 files, 15 MB together",
	}
	switch {
	case o.Case.Anonymous:
		page.Requester = LetterReader{None: "The case was raised anonymously: nobody can write to its requester."}
	case o.Case.Contact.Email == "":
		page.Requester.None = "The case has no email address for its requester."
	}
	beginnings, err := p.beginnings(ctx, o)
	if err != nil {
		return page, err
	}
	page.Begin = layout.Field{Name: "begin", Label: "Begin with", Options: []layout.Option{{Value: "", Label: "A saved reply or template"}}}
	for _, b := range beginnings {
		page.Begin.Options = append(page.Begin.Options, layout.Option{Value: b.Key, Label: b.Name})
	}
	files, err := p.Attachments.OfCase(ctx, o.Seen)
	if err != nil {
		return page, err
	}
	for _, f := range files {
		page.Files = append(page.Files, LetterFile{
			Tick: Tick{Name: "file", Value: strconv.Itoa(f.No), Label: f.Name, Checked: slices.Contains(w.files, f.No)},
			Size: f.Size, Audience: audienceChip(f.Audience),
		})
	}
	for i, h := range page.Sent {
		_, name, _ := strings.Cut(h.Value, " ")
		page.Sent[i].Name = name
	}
	return page, nil
}

func (p *Pages) beginnings(ctx context.Context, o *opened) ([]correspondence.Beginning, error) {
	user, err := p.People.FindUser(ctx, o.by.StaffID())
	if err != nil && core.KindOf(err) != core.ErrNotFound {
		return nil, err
	}
	return p.Desk.Beginnings(ctx, o.Seen, user.Groups)
}

// writeLetter does what the pressed button says: puts a saved reply in, shows
// the letter as it will look, throws the draft away, or sends it.
func (p *Pages) writeLetter(c *fiber.Ctx) error {
	o, err := p.openToWrite(c)
	if err != nil {
		return err
	}
	ctx, w := c.UserContext(), writtenIn(inputOf(c))
	if w.do == "discard" {
		if err := p.Notes.ClearDraft(ctx, o.by, o.Seen, notes.ModeEmail); err != nil {
			return err
		}
		return render.Done(c, tabURL(o, tabEmails), render.Toast{Text: "The draft is thrown away"})
	}
	if err := p.takeSent(c, o, &w); err != nil {
		return p.letterAgain(c, o, w, err)
	}
	switch w.do {
	case "begin":
		err = p.begin(ctx, o, &w)
	case "preview":
		return p.previewLetter(c, o, w)
	default:
		if err = p.sendLetter(c, o, w); err == nil {
			return render.Done(c, tabURL(o, tabEmails), render.Toast{Text: "The message is in the outbox"})
		}
	}
	if err != nil {
		return p.letterAgain(c, o, w, err)
	}
	page, err := p.letterPage(ctx, o, w)
	if err != nil {
		return err
	}
	if page.Missing, err = p.missing(ctx, o, w); err != nil {
		return err
	}
	return render.Page(c, letterView(o), page)
}

// takeSent takes the files that came with the form, to go with the letter.
func (p *Pages) takeSent(c *fiber.Ctx, o *opened, w *written) error {
	ids, err := p.takeFiles(c, o, "files")
	if err != nil || len(ids) == 0 {
		return err
	}
	form, err := c.MultipartForm()
	if err != nil {
		return err
	}
	i := 0
	for _, header := range form.File["files"] {
		if header.Filename == "" && header.Size == 0 || i == len(ids) {
			continue
		}
		w.sent = append(w.sent, Hidden{"sent", ids[i].String() + " " + attachments.CleanName(header.Filename)})
		i++
	}
	return nil
}

// begin puts a saved reply or template into the letter, with what its merge
// fields stand for. What is written already stays above it.
func (p *Pages) begin(ctx context.Context, o *opened, w *written) error {
	beginnings, err := p.beginnings(ctx, o)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(beginnings, func(b correspondence.Beginning) bool { return b.Key == w.begin })
	if i < 0 {
		return core.InvalidField("begin", "Choose what the message begins with.")
	}
	filled, err := p.Desk.Fill(ctx, o.Seen, o.by, beginnings[i].Subject, beginnings[i].Body)
	if err != nil {
		return err
	}
	if w.Subject == "" {
		w.Subject = filled.Subject
	}
	w.Body = strings.TrimSpace(strings.TrimSpace(w.Body) + "\n\n" + filled.Body)
	w.Saved = beginnings[i].Key
	return p.keepLetter(ctx, o, w.Draft)
}

// fillLetter fills the merge fields that somebody has typed by hand.
func (p *Pages) fillLetter(ctx context.Context, o *opened, w *written) ([]string, error) {
	filled, err := p.Desk.Fill(ctx, o.Seen, o.by, w.Subject, w.Body)
	if err != nil {
		return nil, err
	}
	w.Subject, w.Body = filled.Subject, filled.Body
	return filled.Missing, nil
}

// missing names the merge fields in a letter that stand for nothing.
func (p *Pages) missing(ctx context.Context, o *opened, w written) ([]MergeField, error) {
	names, err := p.fillLetter(ctx, o, &w)
	if core.KindOf(err) == core.ErrInvalid {
		return nil, nil // said where it is sent
	}
	var out []MergeField
	for _, name := range names {
		meaning := ""
		for _, n := range messages.Names() {
			if n.Path == name {
				meaning = n.Meaning
			}
		}
		out = append(out, MergeField{name, meaning})
	}
	return out, err
}

func (p *Pages) previewLetter(c *fiber.Ctx, o *opened, w written) error {
	ctx := c.UserContext()
	if _, err := p.fillLetter(ctx, o, &w); err != nil {
		return p.letterAgain(c, o, w, err)
	}
	page, err := p.letterPage(ctx, o, w)
	if err != nil {
		return err
	}
	if page.Missing, err = p.missing(ctx, o, w); err != nil {
		return err
	}
	shown, err := p.Desk.Preview(ctx, w.Subject, w.Body)
	if err != nil {
		return err
	}
	preview := &LetterPreview{To: w.To, Cc: w.Cc, Subject: shown.Subject, Text: shown.Text}
	if w.Requester && page.Requester.None == "" {
		preview.To = append([]string{page.Requester.Name + " <" + page.Requester.Email + ">"}, preview.To...)
	}
	for _, f := range page.Files {
		if f.Checked {
			preview.Files = append(preview.Files, f.Label)
		}
	}
	for _, h := range page.Sent {
		preview.Files = append(preview.Files, h.Name)
	}
	page.Preview = preview
	return render.Page(c, letterView(o), page)
}

func (p *Pages) sendLetter(c *fiber.Ctx, o *opened, w written) error {
	ctx := c.UserContext()
	missing, err := p.fillLetter(ctx, o, &w)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return core.InvalidField("body", "Nothing stands on this case for: %s. Write it yourself, or take it out.", strings.Join(missing, ", "))
	}
	letter := &correspondence.Send{
		Requester: w.Requester, To: w.To, Cc: w.Cc, Subject: w.Subject, Body: w.Body, Files: w.files, Outside: w.outside, Saved: w.Saved, Answers: w.Answers,
	}
	var commands []cases.Command
	if files := w.adopted(); len(files) > 0 {
		letter.Enclose(files...)
		audience := core.Staff
		if w.Requester {
			audience = core.Public
		}
		commands = append(commands, &attachments.Add{Files: files, Audience: audience})
	}
	// The address that the writer saw is the one it goes to.
	request := cases.One(o.Case.ID, 0, append(commands, letter)...)
	request.Key = c.FormValue("once")
	if _, err := p.Cases.Do(ctx, o.by, request); err != nil {
		return err
	}
	return p.Notes.ClearDraft(ctx, o.by, o.Seen, notes.ModeEmail)
}

// letterAgain shows the form with what is wrong, or asks whether somebody
// outside the organisation may have the letter.
func (p *Pages) letterAgain(c *fiber.Ctx, o *opened, w written, refusal error) error {
	var said *core.Error
	if !errors.As(refusal, &said) || said.Kind != core.ErrInvalid && said.Kind != core.ErrConflict && said.Kind != core.ErrTooLarge {
		return refusal
	}
	if _, gone := said.Fields["answers"]; gone {
		w.Answers = 0 // what it answered is gone: sent once more it is a message of its own
	}
	page, err := p.letterPage(c.UserContext(), o, w)
	if err != nil {
		return err
	}
	if page.Missing, err = p.missing(c.UserContext(), o, w); err != nil {
		return err
	}
	var outside *correspondence.Outside
	if errors.As(refusal, &outside) {
		for _, address := range outside.Addresses {
			page.Confirm = append(page.Confirm, Tick{Name: "outside", Value: address, Label: address})
		}
		for _, address := range w.outside {
			if !slices.Contains(outside.Addresses, address) {
				page.Confirm = append(page.Confirm, Tick{Name: "outside", Value: address, Label: address, Checked: true})
			}
		}
		return render.Invalid(c, letterView(o), page)
	}
	page.Problems = render.Problems{Message: said.Message}
	if said.Kind == core.ErrInvalid {
		page.Problems, _ = render.ProblemsOf(refusal, "requester", "to", "cc", "begin", "subject", "body", "files")
		for _, f := range []*layout.Field{&page.To, &page.Cc, &page.Begin, &page.Title, &page.Body} {
			f.Error = page.Problems.For(f.Name)
		}
		return render.Invalid(c, letterView(o), page)
	}
	return render.Stale(c, letterView(o), page)
}

// keepLetter keeps what is written so far.
func (p *Pages) keepLetter(ctx context.Context, o *opened, d correspondence.Draft) error {
	if d.IsEmpty() {
		return p.Notes.ClearDraft(ctx, o.by, o.Seen, notes.ModeEmail)
	}
	return p.Notes.SaveDraft(ctx, o.by, o.Seen, notes.ModeEmail, d.String())
}

// keepLetterDraft answers to the page while somebody writes.
func (p *Pages) keepLetterDraft(c *fiber.Ctx) error {
	o, err := p.openToWrite(c)
	if err != nil {
		return err
	}
	w := writtenIn(inputOf(c))
	if err := p.keepLetter(c.UserContext(), o, w.Draft); err != nil {
		return err
	}
	kept := Composer{Kept: o.now}
	if w.IsEmpty() {
		kept.Kept = time.Time{}
	}
	return render.Changed(c, o.url("emails", "write"), "casepages/compose-kept", kept)
}

// sendAgain puts a message back into the queue that did not arrive.
func (p *Pages) sendAgain(c *fiber.Ctx) error {
	o, err := p.openToWrite(c)
	if err != nil {
		return err
	}
	no, err := strconv.ParseInt(c.Params("no"), 10, 64)
	if err != nil {
		return core.NotFound("There is no such message on this case.")
	}
	request := cases.One(o.Case.ID, 0, &correspondence.SendAgain{Message: no})
	request.Key = c.FormValue("once")
	if _, err := p.Cases.Do(c.UserContext(), o.by, request); err != nil {
		return err
	}
	return render.Done(c, tabURL(o, tabEmails), render.Toast{Text: "The message is sent again"})
}
