package casepages

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/correspondence"
	"github.com/casement-dev/casement/core/messages"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// teller turns what was recorded into entries.
type teller struct {
	o         *opened
	notes     map[string]core.Note
	questions map[string]core.Question
	files     map[string]core.Attachment
	mail      []messages.Entry
	letters   map[string]correspondence.Letter // those that the reader may read
}

// entries tells the history of a case after a version as the reader may know
// it, and returns the version it reaches.
func (p *Pages) entries(ctx context.Context, o *opened, f facts, view historyView, since core.Version) ([]Entry, core.Version, error) {
	recorded, err := p.Cases.Timeline(ctx, o.Seen, since)
	if err != nil {
		return nil, since, err
	}
	last := since
	if len(recorded) > 0 {
		last = recorded[len(recorded)-1].Version
	}
	said, err := p.Notes.OfCase(ctx, o.Case.ID, notes.ReadableBy(o.Seen))
	if err != nil {
		return nil, last, err
	}
	if err := p.learn(ctx, o, idsIn(recorded)...); err != nil {
		return nil, last, err
	}
	if err := p.learnLinked(ctx, o, recorded); err != nil {
		return nil, last, err
	}
	t := teller{o: o, notes: map[string]core.Note{}, questions: map[string]core.Question{}, files: map[string]core.Attachment{}, mail: f.mail, letters: map[string]correspondence.Letter{}}
	if p.Desk != nil {
		letters, err := p.Desk.OfCase(ctx, o.Case.ID, notes.ReadableBy(o.Seen)...)
		if err != nil {
			return nil, last, err
		}
		for _, l := range letters {
			t.letters[l.ID.String()] = l
		}
	}
	for _, n := range said {
		t.notes[n.ID.String()] = n
	}
	for _, q := range f.questions {
		t.questions[q.ID.String()] = q
	}
	for _, file := range f.files {
		t.files[file.ID.String()] = file
	}
	entries := t.tell(recorded)
	if since == 0 || len(recorded) > 0 {
		entries = t.withMail(entries, recorded, since)
	}
	return slices.DeleteFunc(entries, func(e Entry) bool { return !e.in(view) }), last, nil
}

// idsIn lists whoever a history names.
func idsIn(recorded []core.Recorded) []string {
	var out []string
	for _, e := range recorded {
		out = append(out, e.Actor.ID, word(e.About["assignee"]))
		for _, value := range e.Changes[core.AspectAssignee] {
			out = append(out, word(value))
		}
		mentioned, _ := e.About["mentions"].([]any)
		for _, id := range mentioned {
			out = append(out, word(id))
		}
	}
	return slices.DeleteFunc(out, func(id string) bool { _, err := core.ParseID[core.StaffID](id); return err != nil })
}

// in reports whether the entry belongs to a view.
func (e Entry) in(view historyView) bool {
	switch view {
	case viewConversation:
		return e.Class == "in" || e.Class == "out"
	case viewNotes:
		return e.Class == "private"
	case viewEmails:
		return e.Letter || e.Class == "" && e.Line.Icon == "mail"
	case viewSystem:
		return e.Class == "" && e.Line.Icon != "mail"
	}
	return true
}

// tell goes through the events. Those that happened in one moment and are not
// words of somebody are one entry.
func (t teller) tell(recorded []core.Recorded) []Entry {
	var out []Entry
	joins := false // whether the entry before takes what happens in its moment
	var moment time.Time
	for _, e := range recorded {
		if entry, ok := t.said(e); ok {
			if entry.Class != "" {
				entry.Files = append(entry.Files, t.filesOf(e, recorded)...)
				out, joins = append(out, entry), false
			}
			continue
		}
		if !t.o.full && !publicEvent(e.Kind) || t.withWords(e, recorded) || saidByTask(e) {
			continue
		}
		line := t.o.line(e)
		if joins && e.RecordedAt.Equal(moment) {
			before := &out[len(out)-1]
			before.More = append(before.More, line)
			continue
		}
		out = append(out, Entry{Anchor: "event-" + strconv.FormatInt(int64(e.Version), 10), At: e.HappenedAt, Line: line})
		joins, moment = true, e.RecordedAt
	}
	for i := range out {
		out[i].sumUp()
	}
	return out
}

// sumUp names a moment in which several things happened by themselves.
func (e *Entry) sumUp() {
	if len(e.More) == 0 || len(e.Line.Parts) == 0 {
		return
	}
	if e.Line.Parts[0].Text == "Casement" {
		e.All = "Casement did " + render.Plural(len(e.More)+1, "thing", "things")
		e.More = append([]EventLine{e.Line}, e.More...)
		e.Line.Icon = "bolt"
	}
}

// publicEvent reports what the requester is told of as well.
func publicEvent(kind core.EventKind) bool {
	switch kind {
	case core.CaseRaised, core.WorkStarted, core.CaseClosed, core.CaseCancelled, core.CaseWithdrawn, core.CaseReopened:
		return true
	}
	return false
}

// said makes the entry of an event that stands for somebody's words. ok without
// a class: the words are not for this reader.
func (t teller) said(e core.Recorded) (entry Entry, ok bool) {
	entry = Entry{Anchor: "event-" + strconv.FormatInt(int64(e.Version), 10), At: e.HappenedAt, Who: t.o.who(e.Actor)}
	if t.o.full {
		entry.Through = e.Actor.Through
	}
	switch e.Kind {
	case core.CaseRaised:
		if t.o.Case.Description == "" {
			return entry, false
		}
		t.raised(&entry, e)
	case core.NoteAdded, core.UpdateAdded:
		n, known := t.notes[word(e.About["note"])]
		if known {
			t.noted(&entry, n)
		}
	case core.QuestionAsked:
		q, known := t.questions[word(e.About["question"])]
		if known {
			t.asked(&entry, q)
		}
	case core.QuestionAnswered:
		q, known := t.questions[word(e.About["question"])]
		if known {
			t.answered(&entry, e, q)
		}
	case core.LetterSent:
		l, known := t.letters[word(e.About["letter"])]
		if known {
			t.wrote(&entry, l)
		}
	default:
		return entry, false
	}
	return entry, true
}

// wrote tells a letter by mail, with how far it got.
func (t teller) wrote(entry *Entry, l correspondence.Letter) {
	entry.Anchor = "letter-" + strconv.Itoa(l.No)
	entry.Class, entry.How, entry.Body, entry.Letter = "out", "wrote by mail: "+l.Subject, linesOf(l.Body, nil), true
	entry.Audience = layout.PublicChip()
	if l.Audience != core.Public {
		entry.Audience = audienceChip(core.Staff)
	}
	for _, m := range t.mail {
		if m.Letter == l.ID {
			entry.Foot = append(entry.Foot, FootNote{"mail", deliveryWords(m) + " " + core.MaskEmail(m.To)})
		}
	}
	for _, id := range l.Files {
		if file, known := t.files[id.String()]; known {
			entry.Files = append(entry.Files, fileLink(t.o, file))
		}
	}
}

func (t teller) raised(entry *Entry, e core.Recorded) {
	entry.Class, entry.Audience = "in", layout.PublicChip()
	entry.Body = linesOf(t.o.Case.Description, nil)
	entry.How = "requester, " + channelWords[t.o.Case.Channel]
	entry.Who = t.o.requester()
	if e.Actor.IsStaff() {
		entry.How += ", entered by " + t.o.who(e.Actor)
	}
}

func (t teller) noted(entry *Entry, n core.Note) {
	entry.Anchor = "note-" + strconv.Itoa(n.No)
	entry.Body = linesOf(n.Body, t.o.names)
	switch {
	case n.By.IsPublic():
		entry.Class, entry.How, entry.Audience = "in", "requester, wrote an update", layout.PublicChip()
		entry.Who = t.o.requester()
	case n.Audience == core.Public:
		entry.Class, entry.How, entry.Audience = "out", "wrote a public note", layout.PublicChip()
		entry.Foot = t.delivered(n.CreatedAt, string(core.NoteAdded))
	case n.Audience == core.Private:
		entry.Class, entry.Private = "private", "escalation only"
	default:
		entry.Class, entry.Private = "private", "staff only"
	}
}

func (t teller) asked(entry *Entry, q core.Question) {
	entry.Anchor = "question-" + strconv.Itoa(q.No)
	entry.Class, entry.How, entry.Audience = "out", "asked a question", layout.PublicChip()
	entry.Body = linesOf(q.Body, nil)
	switch {
	case !q.AnsweredAt.IsZero():
		entry.Foot = append(entry.Foot, FootNote{"ok", "Answered after " + after(q.AskedAt, q.AnsweredAt)})
	case !q.WithdrawnAt.IsZero():
		entry.Foot = append(entry.Foot, FootNote{"x", "Needs no answer any more"})
	default:
		entry.Foot = append(entry.Foot, FootNote{"clock", "No answer yet"})
		if a, ok := actionFor(t.o, "answer"); ok {
			a.URL += "?question=" + strconv.Itoa(q.No)
			entry.Answer = &a
		}
	}
	entry.Foot = append(entry.Foot, t.delivered(q.AskedAt, string(core.QuestionAsked))...)
	if q.Pauses && q.IsOpen() && t.o.full {
		entry.Foot = append(entry.Foot, FootNote{"pause", "Targets paused until answered"})
	}
}

func (t teller) answered(entry *Entry, e core.Recorded, q core.Question) {
	entry.Class, entry.Audience = "in", layout.PublicChip()
	entry.Body = linesOf(q.Answer, nil)
	entry.Who, entry.How = t.o.requester(), "answered "+channelWords[q.Channel]
	if q.Channel == core.ChannelWeb {
		entry.How = "answered, in the portal"
	}
	if e.Actor.IsStaff() {
		entry.How += ", written down by " + t.o.who(e.Actor)
	}
}

// delivered says how far the mail got that carried somebody's words.
func (t teller) delivered(at time.Time, event string) []FootNote {
	for _, m := range t.mail {
		if m.Event == event && m.Audience == "requester" && !m.CreatedAt.Before(at) && m.CreatedAt.Sub(at) < time.Hour {
			return []FootNote{{"mail", deliveryWords(m) + " " + core.MaskEmail(m.To)}}
		}
	}
	return nil
}

// withWords reports whether an event only says of a file that it came with
// somebody's words in the same moment: it hangs below them.
func (t teller) withWords(e core.Recorded, recorded []core.Recorded) bool {
	if e.Kind != core.AttachmentAdded {
		return false
	}
	return slices.ContainsFunc(recorded, func(other core.Recorded) bool {
		entry, ok := t.said(other)
		return ok && entry.Class != "" && other.RecordedAt.Equal(e.RecordedAt)
	})
}

// filesOf lists the files that came with somebody's words.
func (t teller) filesOf(said core.Recorded, recorded []core.Recorded) []FileLink {
	var out []FileLink
	for _, e := range recorded {
		if e.Kind == core.AttachmentAdded && e.RecordedAt.Equal(said.RecordedAt) {
			if file, known := t.files[word(e.About["attachment"])]; known {
				out = append(out, fileLink(t.o, file))
			}
		}
	}
	return out
}

func fileLink(o *opened, f core.Attachment) FileLink {
	return FileLink{Name: f.Name, URL: o.url("attachments", strconv.Itoa(f.No)), Size: f.Size, Image: strings.HasPrefix(f.Kind, "image/")}
}

// withMail puts the messages of the case among what happened, by time. After a
// version only those are new that were made since its events.
func (t teller) withMail(entries []Entry, recorded []core.Recorded, since core.Version) []Entry {
	for _, m := range t.mail {
		if since > 0 && !m.CreatedAt.After(recorded[0].RecordedAt) {
			continue
		}
		if _, told := t.letters[m.Letter.String()]; told {
			continue // its words stand there, with how far it got
		}
		entries = append(entries, Entry{
			Anchor: "email-" + m.ID.String()[24:], At: m.CreatedAt,
			Line: EventLine{Icon: "mail", At: m.CreatedAt, Parts: sentence{
				{Text: "Email "}, {Text: m.Subject, Value: true}, {Text: " to " + core.MaskEmail(m.To) + ", " + stateWords(m)},
			}},
		})
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return a.At.Compare(b.At) })
	return entries
}

// linesOf parts a text into lines and marks the names it mentions.
func linesOf(text string, names map[string]string) []Line {
	var out []Line
	gap := false
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) == "" {
			gap = len(out) > 0
			continue
		}
		out = append(out, Line{Parts: mentions(line, names), Gap: gap})
		gap = false
	}
	return out
}

// mentions marks "@Priya Raghunathan" where that is somebody's name.
func mentions(line string, names map[string]string) []Part {
	var out []Part
	for {
		at := strings.IndexByte(line, '@')
		if at < 0 {
			break
		}
		longest := ""
		for _, name := range names {
			if strings.HasPrefix(line[at+1:], name) && len(name) > len(longest) {
				longest = name
			}
		}
		end := at + 1 + len(longest)
		out = append(out, Part{Text: line[:at]})
		if longest == "" {
			out[len(out)-1].Text += "@"
		} else {
			out = append(out, Part{Text: line[at:end], Name: true})
		}
		line = line[end:]
	}
	return append(out, Part{Text: line})
}
