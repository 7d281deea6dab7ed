package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/notes"
)

// NoteList is what was said on a case.
type NoteList struct {
	Notes []Note `json:"notes"`
}

// QuestionList is what was asked of a requester.
type QuestionList struct {
	Questions []Question `json:"questions"`
}

// TaskList is the work on a case.
type TaskList struct {
	Tasks []Task `json:"tasks"`
}

// TargetList is the promises of a case.
type TargetList struct {
	Targets []Target `json:"targets"`
}

// AttachmentList is the files of a case.
type AttachmentList struct {
	Attachments []Attachment `json:"attachments"`
}

type bodyOut[T any] struct{ Body T }

func (a *API) listNotes(ctx context.Context, in *CaseIn) (*bodyOut[NoteList], error) {
	seen, err := a.find(ctx, *in, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	said, err := a.options.Notes.OfCase(ctx, seen.Case.ID, notes.ReadableBy(seen))
	if err != nil {
		return nil, err
	}
	actors := make([]core.Actor, len(said))
	for i, n := range said {
		actors[i] = n.By
	}
	names, err := a.namesOn(ctx, seen, actors...)
	out := &bodyOut[NoteList]{NoteList{Notes: []Note{}}}
	for _, n := range said {
		out.Body.Notes = append(out.Body.Notes, Note{n.No, string(n.Audience), n.Body, who(n.By, names), n.CreatedAt})
	}
	return out, err
}

func (a *API) listQuestions(ctx context.Context, in *CaseIn) (*bodyOut[QuestionList], error) {
	seen, err := a.find(ctx, *in, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	asked, err := a.options.Questions.OfCase(ctx, seen.Case.ID)
	if err != nil {
		return nil, err
	}
	var actors []core.Actor
	for _, q := range asked {
		actors = append(actors, q.AskedBy, q.AnsweredBy)
	}
	names, err := a.namesOn(ctx, seen, actors...)
	out := &bodyOut[QuestionList]{QuestionList{Questions: []Question{}}}
	for _, q := range asked {
		shaped := Question{
			No: q.No, Body: q.Body, AskedBy: who(q.AskedBy, names), AskedAt: q.AskedAt, DueAt: orNever(q.DueAt), Pauses: q.Pauses,
			Open: q.IsOpen(), Answer: q.Answer, AnsweredAt: orNever(q.AnsweredAt), Channel: string(q.Channel), WithdrawnAt: orNever(q.WithdrawnAt),
		}
		if !q.AnsweredAt.IsZero() {
			by := who(q.AnsweredBy, names)
			shaped.AnsweredBy = &by
		}
		out.Body.Questions = append(out.Body.Questions, shaped)
	}
	return out, err
}

func (a *API) listTasks(ctx context.Context, in *CaseIn) (*bodyOut[TaskList], error) {
	seen, err := a.find(ctx, *in, core.MayView)
	if err != nil {
		return nil, err
	}
	given, err := a.options.Tasks.OfCase(ctx, actorOf(ctx), seen)
	out := &bodyOut[TaskList]{TaskList{Tasks: []Task{}}}
	for _, item := range given {
		out.Body.Tasks = append(out.Body.Tasks, shapeTask(item))
	}
	return out, err
}

func (a *API) listTargets(ctx context.Context, in *CaseIn) (*bodyOut[TargetList], error) {
	seen, err := a.find(ctx, *in, core.MayView)
	if err != nil {
		return nil, err
	}
	found, err := a.options.Targets.OfCase(ctx, seen.Case.ID)
	out := &bodyOut[TargetList]{TargetList{Targets: []Target{}}}
	for _, view := range found {
		out.Body.Targets = append(out.Body.Targets, shapeTarget(view, true))
	}
	return out, err
}

func (a *API) listAttachments(ctx context.Context, in *CaseIn) (*bodyOut[AttachmentList], error) {
	seen, err := a.find(ctx, *in, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	files, err := a.options.Attachments.OfCase(ctx, seen)
	if err != nil {
		return nil, err
	}
	actors := make([]core.Actor, len(files))
	for i, f := range files {
		actors[i] = f.By
	}
	names, err := a.namesOn(ctx, seen, actors...)
	out := &bodyOut[AttachmentList]{AttachmentList{Attachments: []Attachment{}}}
	for _, f := range files {
		out.Body.Attachments = append(out.Body.Attachments, Attachment{
			No: f.No, Name: f.Name, Kind: f.Kind, Size: f.Size, SHA256: hex.EncodeToString(f.SHA256), Audience: string(f.Audience),
			Source: f.Source, By: who(f.By, names), At: f.CreatedAt,
			URL: a.options.BaseURL + Prefix + "/cases/" + string(seen.Case.Ref) + "/attachments/" + strconv.Itoa(f.No),
		})
	}
	return out, err
}

func (a *API) registerParts() {
	get := func(id, path, tag, need, summary, says string) operation {
		return operation{id: id, method: http.MethodGet, path: "/cases/{ref}/" + path, tag: tag, need: need, summary: summary, says: says}
	}
	register(a, get("list-notes", "notes", tagParts, "case.enquire", "List the notes of a case",
		"What was said on a case, the oldest first. With case.enquire alone: what the requester reads. Private notes need case.see_private."), a.listNotes)
	register(a, get("list-questions", "questions", tagParts, "case.enquire", "List the questions of a case",
		"What was asked of the requester, and what they answered."), a.listQuestions)
	register(a, get("list-tasks", "tasks", tagParts, "case.view", "List the tasks of a case", "The work on a case, and who has it."), a.listTasks)
	register(a, get("list-targets", "targets", tagParts, "case.view", "List the targets of a case",
		"The promises of a case with the reckoning of each: what counted and what did not."), a.listTargets)
	register(a, get("list-attachments", "attachments", tagParts, "case.enquire", "List the attachments of a case",
		"The files of a case that the program may read. Files for staff need case.view, private ones case.see_private."), a.listAttachments)
}
