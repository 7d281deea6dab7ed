package correspondence

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
)

// Automatic says how far a mail was written by a program.
type Automatic string

// The kinds of [Automatic]; "" is mail that somebody wrote.
const (
	AutomaticReply   Automatic = "reply"   // a notice of absence, a receipt: nobody said anything
	AutomaticProgram Automatic = "program" // a list, another organisation's case system: somebody may have
	AutomaticBounce  Automatic = "bounce"  // a mail server says what became of a message
)

// Incoming is one mail as it came, taken apart. Nothing of it is proven: every
// word is the sender's. Text is valid UTF-8 without control characters.
type Incoming struct {
	MessageID  string   // without angle brackets; "" when it has none
	Answers    []string // Message-IDs that it answers, the nearest first
	Sender     string   // address in lower case; "" when there is none, or several
	SenderName string
	To         []string // every address that it came to, in lower case
	Subject    string
	SentAt     time.Time // as it says; zero when it does not
	Said       string    // what is new in it
	Quoted     string    // what it repeats of earlier mail
	HTML       string    // cleaned: nothing in it runs, loads or has a style
	Files      []Enclosed
	Automatic  Automatic
	Sign       string   // by which that was seen: "Auto-Submitted: auto-replied"
	Bounce     *Bounce  // of a report by a mail server
	Faults     []string // what could not be read of it, in words
	Broken     bool     // so much that nobody should go by it
}

// Enclosed is a file that came with a mail.
type Enclosed struct {
	Name   string
	Kind   string // media type, as the sender says
	Inline bool   // it stands within the text
	Body   []byte
}

// Bounce is what a mail server reports of a message of ours.
type Bounce struct {
	MessageIDs []string // that the report names: of these one may be ours
	Failed     bool     // for good; false while it is only late
	Status     string   // such as "5.1.1"
	Detail     string   // the server's words
}

// Fingerprint tells a mail from every other. It is the same however often and
// by whichever way the mail arrives: lines that mail servers add on its way are
// no part of it.
func (in Incoming) Fingerprint() []byte {
	h := sha256.New()
	for _, part := range []string{in.MessageID, in.Sender, in.Subject, in.SentAt.UTC().Format(time.RFC3339), in.Said, in.Quoted} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	for _, f := range in.Files {
		fmt.Fprintf(h, "%d:%s%x", len(f.Name), f.Name, sha256.Sum256(f.Body))
	}
	return h.Sum(nil)
}

// State is where a mail stands.
type State string

// The states of a mail.
const (
	StateNew     State = "new"     // kept, and not looked at yet
	StateFiled   State = "filed"   // to a case
	StateTriage  State = "triage"  // waits for a person
	StateJunk    State = "junk"    // a person said so
	StateIgnored State = "ignored" // a bounce, a notice of absence, our own
)

// Role is what a filed mail is to its case.
type Role string

// The roles.
const (
	RoleRequester   Role = "requester"   // the requester's own words
	RoleParticipant Role = "participant" // of somebody that staff wrote to on the case
	RoleAttached    Role = "attached"    // a person put it there
	RoleRaised      Role = "raised"      // the case began with it
)

// Mail is one mail that came in.
type Mail struct {
	ID         core.MailID
	No         int64 // 1, 2 …: names it in addresses of pages
	Mailbox    string
	MessageID  string
	Sender     string
	SenderName string
	To         []string
	Subject    string
	Said       string
	Quoted     string
	HTML       string // cleaned
	Files      []File
	Automatic  Automatic
	SentAt     time.Time // as it says; zero when it does not
	ReceivedAt time.Time
	Size       int64 // bytes
	Cut        bool  // it was too large, and only its head was taken
	State      State
	Why        string      // it stands there, in a sentence
	Case       core.CaseID // to which it is filed; of an automatic reply, whose it is
	Claims     core.CaseID // it names without proof
	Role       Role
	DecidedAt  time.Time // zero while it is new
}

// From names the sender: "Amara Okonkwo <amara@example.org>".
func (m Mail) From() string {
	switch {
	case m.Sender == "":
		return "No sender"
	case m.SenderName == "":
		return m.Sender
	}
	return m.SenderName + " <" + m.Sender + ">"
}

// Title is the subject, or a word for there being none.
func (m Mail) Title() string {
	if m.Subject == "" {
		return "(no subject)"
	}
	return m.Subject
}

// File is a file of a mail, as it was dealt with.
type File struct {
	Name       string            `json:"name"`
	Kind       string            `json:"kind"` // media type, as the sender says
	Size       int64             `json:"size"` // bytes
	Inline     bool              `json:"inline,omitempty"`
	Attachment core.AttachmentID `json:"attachment,omitzero"` // on the case
	LeftOut    string            `json:"left_out,omitempty"`  // why it is not there
}

func filesOf(in Incoming) []File {
	out := make([]File, len(in.Files))
	for i, f := range in.Files {
		out[i] = File{Name: f.Name, Kind: f.Kind, Size: int64(len(f.Body)), Inline: f.Inline}
	}
	return out
}
