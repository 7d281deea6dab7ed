package core

import "time"

// Note is something said on a case: by staff for staff, by staff for the
// requester, or by the requester (an update).
type Note struct {
	ID        NoteID
	CaseID    CaseID
	No        int
	Audience  Audience
	Body      string
	By        Actor
	CreatedAt time.Time
}

// MaxNote is the most letters a note, question or answer may have.
const MaxNote = 20_000

// Question is asked of the requester and awaits an answer.
type Question struct {
	ID         QuestionID
	CaseID     CaseID
	No         int
	Body       string
	AskedBy    Actor
	AskedAt    time.Time
	DueAt      time.Time // when a reminder is sent; zero for none
	Pauses     bool      // whether targets pause until it is answered
	Answer     string
	AnsweredBy Actor
	AnsweredAt time.Time // zero while open
	Channel    Channel   // how the answer came

	WithdrawnAt time.Time // when the case ended without an answer; zero otherwise
}

// IsOpen reports whether the question still awaits its answer.
func (q Question) IsOpen() bool { return q.AnsweredAt.IsZero() && q.WithdrawnAt.IsZero() }

// Attachment is a file of a case.
type Attachment struct {
	ID        AttachmentID
	CaseID    CaseID // zero while pending
	No        int
	Name      string // as people see it, cleaned
	Kind      string // media type, checked against the contents
	Size      int64  // bytes
	SHA256    []byte
	Audience  Audience // public: the requester may download it
	Source    string   // "form", "staff", "question", "answer", "update"
	Shown     bool     // on the public page of the report, by staff's word
	By        Actor
	CreatedAt time.Time
}

// Submission is one set of answers, as they were given. It never changes.
type Submission struct {
	ID          SubmissionID
	CaseID      CaseID
	Form        string // plugin id/entry@version, or "fields@type-version"
	Answers     map[string]any
	Review      []ReviewRow // the answers as the requester saw them before sending
	SubmittedAt time.Time
}

// ReviewRow is one question and its answer, in the words of the form.
type ReviewRow struct {
	Section  string `json:"section,omitempty"`
	Question string `json:"question"`
	Answer   string `json:"answer"`
}
