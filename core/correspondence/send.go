package correspondence

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
)

// The bounds of one letter.
const (
	MaxRecipients = 15       // of To and Cc together
	MaxBody       = 15_000   // letters
	maxFiles      = 10       // files
	maxBytes      = 15 << 20 // of its files together: most servers take 25 MB, and mail makes files a third larger
)

// Send writes a letter by mail: correspondence.send. It goes to the requester,
// to addresses, or both, and each of its readers has a message in the outbox.
// A letter to the requester is public, and counts as a response.
//
// The words are final: merge fields that are left in them are refused. So is an
// address that is neither the requester's nor a colleague's, until whoever
// sends names it in Outside.
type Send struct {
	Requester bool     `json:"requester,omitempty"` // to the requester, at the address of the case
	To        []string `json:"to,omitempty"`        // to further addresses
	Cc        []string `json:"cc,omitempty"`        // who get a copy
	Subject   string   `json:"subject"`
	Body      string   `json:"body"`
	Files     []int    `json:"files,omitempty"`   // files of the case that go with it, by number
	Outside   []string `json:"outside,omitempty"` // addresses outside the organisation that may have it
	Saved     string   `json:"saved,omitempty"`   // the saved reply or template that it began with
	Answers   int64    `json:"answers,omitempty"` // the mail of the case that it answers, by number

	answered     []answeredRow
	adopted      []core.AttachmentID // files that the same change puts on the case
	colleagues   []colleague
	files        []fileRow
	organisation core.Organisation
}

// Enclose adds files that the same change puts on the case, before the letter.
func (s *Send) Enclose(files ...core.AttachmentID) *Send {
	s.adopted = append(s.adopted, files...)
	return s
}

// Name implements [cases.Command].
func (*Send) Name() core.CommandName { return "correspondence.send" }

// Needs implements [cases.Command].
func (*Send) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command]: a letter goes to the address that its
// writer saw.
func (s *Send) Touches() []core.Aspect {
	if s.Requester {
		return []core.Aspect{core.AspectContact}
	}
	return nil
}

// Load implements [cases.Loader].
func (s *Send) Load(r *cases.Reads) {
	loadLastLetter(r)
	s.organisation = core.Organisation{Name: "Casement"} // before anybody has said whose installation it is
	loadOrganisation(r, &s.organisation)
	if len(s.To)+len(s.Cc) <= MaxRecipients {
		cases.ReadAll(r, selectColleagues, []any{emailsOf(s.To, s.Cc)}, func(found []colleague) { s.colleagues = found })
	}
	if s.Answers != 0 {
		cases.ReadAll(r, selectAnswered, []any{r.Case, s.Answers}, func(found []answeredRow) { s.answered = found })
	}
	if n := len(s.Files) + len(s.adopted); n > 0 && n <= maxFiles {
		cases.ReadAll(r, selectFiles, []any{r.Case, s.Files, s.adopted, r.Work.By.Kind, r.Work.By.ID}, func(found []fileRow) { s.files = found })
	}
}

// emailsOf are the addresses among what was typed.
func emailsOf(lists ...[]string) []string {
	out := []string{}
	for _, raw := range slices.Concat(lists...) {
		if email, err := core.ParseEmail(raw); err == nil {
			out = append(out, email)
		}
	}
	return out
}

// Apply implements [cases.Command].
func (s *Send) Apply(_ context.Context, w *cases.Work) error {
	post := postSlot.Of(w)
	if post.messages == nil {
		return core.Conflict("Letters cannot be sent here.")
	}
	subject, body, err := s.words()
	if err != nil {
		return err
	}
	readers, err := s.readers(w)
	if err != nil {
		return err
	}
	if s.Answers != 0 && len(s.answered) == 0 {
		return core.InvalidField("answers", "The mail that this answers is not on the case any more. Send it as a message of its own, if you like.")
	}
	files, err := s.enclosed(w)
	if err != nil {
		return err
	}
	audience := core.Staff
	if slices.ContainsFunc(readers, func(r reader) bool { return r.requester }) {
		audience = core.Public
	}
	n := lettersSlot.Of(w)
	n.last++
	id := core.NewID[core.LetterID]()
	w.Write(insertLetter, id, w.Case.ID, n.last, subject, body, audience, s.Saved, files, w.By.Kind, w.By.ID, w.HappenedAt)
	if err := s.post(w, post, id, readers, subject, body, files); err != nil {
		return err
	}
	w.Record(core.LetterSent, core.About{
		"letter": id, "no": n.last, "audience": audience, "readers": len(readers), "outside": len(s.outside(readers)), "files": len(files),
	})
	if audience == core.Public {
		w.Respond()
	}
	w.Made("letter", strconv.Itoa(n.last))
	return nil
}

func (s *Send) words() (subject, body string, err error) {
	subject, wrong := core.CleanLine(s.Subject, messages.MaxSubject)
	switch {
	case wrong != "":
		return "", "", core.InvalidField("subject", "%s", wrong)
	case subject == "":
		return "", "", core.InvalidField("subject", "Give the message a subject.")
	}
	body, wrong = core.CleanLines(s.Body, MaxBody)
	switch {
	case wrong != "":
		return "", "", core.InvalidField("body", "%s", wrong)
	case body == "":
		return "", "", core.InvalidField("body", "Write the message first.")
	}
	if saved, wrong := core.CleanLine(s.Saved, 60); wrong != "" || saved != s.Saved {
		return "", "", core.InvalidField("saved", "There is no such saved reply.")
	}
	for field, text := range map[string]string{"subject": subject, "body": body} {
		if messages.HasFields(text) {
			return "", "", core.InvalidField(field, "Something stands here that was to be filled in, between {{ and }}. Write it yourself, or take it out.")
		}
	}
	return subject, body, nil
}

// reader is one of those a letter goes to.
type reader struct {
	email, name string
	copy        bool // gets a copy
	requester   bool
	colleague   bool
}

// readers settles who gets the letter: each address once, the first mention
// counts.
func (s *Send) readers(w *cases.Work) ([]reader, error) {
	requester, _ := core.ParseEmail(w.Case.Contact.Email)
	if w.Case.Anonymous {
		requester = ""
	}
	var out []reader
	add := func(field, raw string, isCopy bool) error {
		email, err := core.ParseEmail(raw)
		if err != nil {
			return core.InvalidField(field, "“%s” is not an email address.", clipped(raw, 60))
		}
		if slices.ContainsFunc(out, func(r reader) bool { return r.email == email }) {
			return nil
		}
		r := reader{email: email, copy: isCopy, requester: email == requester && requester != ""}
		if r.requester {
			r.name = w.Case.Contact.Name
		}
		if i := slices.IndexFunc(s.colleagues, func(c colleague) bool { return c.Email == email }); i >= 0 {
			r.colleague = true
			if r.name == "" {
				r.name = s.colleagues[i].Name
			}
		}
		out = append(out, r)
		return nil
	}
	if s.Requester {
		if requester == "" {
			return nil, core.InvalidField("to", "The case has no email address for its requester. Telephone, or write a letter on paper.")
		}
		if err := add("to", requester, false); err != nil {
			return nil, err
		}
	}
	if len(s.To)+len(s.Cc)+len(out) > MaxRecipients {
		return nil, core.InvalidField("to", "A message has %d recipients at most.", MaxRecipients)
	}
	for _, raw := range s.To {
		if err := add("to", raw, false); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, core.InvalidField("to", "Say who the message is for.")
	}
	for _, raw := range s.Cc {
		if err := add("cc", raw, true); err != nil {
			return nil, err
		}
	}
	allowed := emailsOf(s.Outside)
	var asked []string
	for _, email := range s.outside(out) {
		if !slices.Contains(allowed, email) {
			asked = append(asked, email)
		}
	}
	if len(asked) > 0 {
		return nil, &Outside{asked}
	}
	return out, nil
}

// outside lists the readers who are neither the requester nor colleagues.
func (*Send) outside(readers []reader) []string {
	var out []string
	for _, r := range readers {
		if !r.requester && !r.colleague {
			out = append(out, r.email)
		}
	}
	return out
}

// Outside is the refusal of a letter to somebody who has nothing to do with the
// case, as long as nobody has said that they may have it.
type Outside struct{ Addresses []string }

// Error says it to a person.
func (o *Outside) Error() string { return o.refusal().Error() }

// Unwrap gives the refusal that edges tell people of.
func (o *Outside) Unwrap() error { return o.refusal() }

func (o *Outside) refusal() *core.Error {
	verb := "is neither the requester nor a colleague"
	if len(o.Addresses) > 1 {
		verb = "are neither the requester nor colleagues"
	}
	return core.InvalidField("outside", "%s %s. Confirm that what you send may leave the organisation.", strings.Join(o.Addresses, ", "), verb)
}

// enclosed are the files that go along.
func (s *Send) enclosed(w *cases.Work) ([]core.AttachmentID, error) {
	if len(s.Files)+len(s.adopted) > maxFiles {
		return nil, core.InvalidField("files", "Send %d files with a message at most.", maxFiles)
	}
	var out []core.AttachmentID
	var size int64
	for _, f := range s.files {
		if f.Audience == core.Private && !w.Holds(core.MaySeePrivate) {
			continue
		}
		out, size = append(out, f.ID), size+f.Size
	}
	numbers, adopted := slices.Clone(s.Files), slices.Clone(s.adopted)
	slices.Sort(numbers)
	if want := len(slices.Compact(numbers)) + len(adopted); len(out) != want {
		return nil, core.InvalidField("files", "A file that you chose is not on the case any more.")
	}
	if size > maxBytes {
		return nil, core.InvalidField("files", "These files are too large for a message: they may have %d MB together.", maxBytes>>20)
	}
	return out, nil
}

// post puts one message for each reader into the outbox.
func (s *Send) post(w *cases.Work, post *post, id core.LetterID, readers []reader, subject, body string, files []core.AttachmentID) error {
	to, cc := []string{}, []string{}
	for _, r := range readers {
		if r.copy {
			cc = append(cc, r.email)
		} else {
			to = append(to, r.email)
		}
	}
	for _, r := range readers {
		answersTo := ""
		if post.answersTo != nil {
			answersTo = post.answersTo(w.Case.ID, r.email) // the address proves the answers of this reader, and of nobody else
		}
		m := messages.Written{
			Case: w.Case.ID, Letter: id, Audience: "other", To: r.email, ToName: r.name, HeaderTo: to, HeaderCc: cc, AnswersTo: answersTo,
			Answered: s.conversation(), Subject: subject, Text: body, Files: files, Organisation: s.organisation,
		}
		if r.requester {
			m.Audience, m.Person = "requester", w.Case.Requester
		}
		letter, err := post.messages.Write(m, w.Now)
		if err != nil {
			return err
		}
		post.messages.Keep(w.Write, letter)
	}
	return nil
}

// conversation are the Message-IDs of what the letter answers.
func (s *Send) conversation() []string {
	var out []string
	for _, a := range s.answered {
		for _, id := range []string{a.Before, a.MessageID} {
			if id != "" {
				out = append(out, id)
			}
		}
	}
	return out
}

// SendAgain puts a message of the case that did not arrive back into the queue:
// correspondence.send_again. It keeps its Message-ID, so that a reader's mail
// program can tell it from a new one.
type SendAgain struct {
	Message int64 `json:"message"` // by its number

	found []messageRow
}

// Name implements [cases.Command].
func (*SendAgain) Name() core.CommandName { return "correspondence.send_again" }

// Needs implements [cases.Command].
func (*SendAgain) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*SendAgain) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (s *SendAgain) Load(r *cases.Reads) {
	cases.ReadAll(r, selectMessage, []any{r.Case, s.Message}, func(found []messageRow) { s.found = found })
}

// Apply implements [cases.Command].
func (s *SendAgain) Apply(_ context.Context, w *cases.Work) error {
	post := postSlot.Of(w)
	switch {
	case len(s.found) == 0:
		return core.NotFound("There is no such message on this case.")
	case post.messages == nil || !post.messages.Sends():
		return core.Conflict("No mail server is configured, so nothing can be sent.")
	case !MayRepeat(s.found[0].State):
		return core.Conflict("This message is waiting to be sent, or was sent.")
	case messages.Entry{Message: core.Message{State: s.found[0].State}, Attempts: s.found[0].Attempts}.Unwritten():
		return core.Conflict("This message was never written: its template asks for too much. There is nothing to send again.")
	}
	post.messages.Again(w.Write, s.found[0].ID, w.Now)
	w.Record(core.LetterRepeated, core.About{"message": s.Message, "was": s.found[0].State})
	return nil
}

// MayRepeat reports whether a message in a state may be sent again.
func MayRepeat(s core.DeliveryState) bool {
	return s == core.DeliveryRefused || s == core.DeliveryBounced || s == core.DeliveryUnknown || s == core.DeliveryHeld
}

// post is what sending a letter needs to know of the installation.
type post struct {
	messages  *messages.Service
	answersTo func(cs core.CaseID, reader string) string
}

var postSlot = cases.NewSlot[post]("way out for letters")

// WireSending tells the door how letters go out. answersTo gives the address to
// which a reader answers about a case: [Replies.To]; nil where mail is not read.
func WireSending(door *cases.Service, out *messages.Service, answersTo func(cs core.CaseID, reader string) string) {
	door.Preload(func(r *cases.Reads) { *postSlot.Of(r.Work) = post{out, answersTo} })
}

func clipped(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
