package tasks

import (
	"context"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/sdk/view"
)

// maxTaskFiles bounds the files of one task.
const maxTaskFiles = 100

// AddFile puts an uploaded file on the case, for staff, and beside a question of
// a task: task.add_file. Whoever sends it has uploaded the file.
type AddFile struct {
	No    int               `json:"no"`
	Field string            `json:"field"`
	File  core.AttachmentID `json:"file"`

	adopt func(core.AttachmentID) cases.Command
	found versionRow
	file  *fileRow
}

// Name implements [cases.Command].
func (*AddFile) Name() core.CommandName { return "task.add_file" }

// Inner implements [cases.Inner].
func (*AddFile) Inner() {}

// Needs implements [cases.Command].
func (*AddFile) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*AddFile) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (c *AddFile) Load(r *cases.Reads) {
	loadVersion(r, c.No, &c.found)
	loadFile(r, c.File, &c.file)
}

func loadFile(r *cases.Reads, id core.AttachmentID, into **fileRow) {
	cases.ReadAll(r, selectFile, []any{id, r.Case}, func(found []fileRow) {
		if len(found) > 0 {
			*into = &found[0]
		}
	})
}

// Apply implements [cases.Command].
func (c *AddFile) Apply(_ context.Context, w *cases.Work) error {
	task, err := fileTask(w, c.No, c.Field, c.found)
	if err != nil {
		return err
	}
	count := 0
	for _, files := range c.found.Files {
		count += len(files)
	}
	switch {
	case c.adopt == nil:
		return core.InvalidField("file", "Files are sent on the page of the task.")
	case c.file == nil || c.file.No > 0:
		return core.Conflict("A file is not there any more. Please send it again.")
	case count >= maxTaskFiles:
		return core.Conflict("A task can have %d files at most.", maxTaskFiles)
	}
	files := cloned(c.found.Files)
	files[c.Field] = append(files[c.Field], c.file.noun())
	w.Write(updateFiles, task.ID, files, w.Now)
	w.Then(cases.Granted{Commands: []cases.Command{c.adopt(c.File)}})
	return nil
}

// RemoveFile takes a file off a question of a task, and off the case:
// task.remove_file.
type RemoveFile struct {
	No    int               `json:"no"`
	Field string            `json:"field"`
	File  core.AttachmentID `json:"file"`

	discard func(no int) cases.Command
	found   versionRow
	file    *fileRow
}

// Name implements [cases.Command].
func (*RemoveFile) Name() core.CommandName { return "task.remove_file" }

// Inner implements [cases.Inner].
func (*RemoveFile) Inner() {}

// Needs implements [cases.Command].
func (*RemoveFile) Needs() core.Permission { return core.MayTask }

// Touches implements [cases.Command].
func (*RemoveFile) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (c *RemoveFile) Load(r *cases.Reads) {
	loadVersion(r, c.No, &c.found)
	loadFile(r, c.File, &c.file)
}

// Apply implements [cases.Command].
func (c *RemoveFile) Apply(_ context.Context, w *cases.Work) error {
	task, err := fileTask(w, c.No, c.Field, c.found)
	if err != nil {
		return err
	}
	is := func(f view.File) bool { return f.ID == c.File.String() }
	if !slices.ContainsFunc(c.found.Files[c.Field], is) {
		return core.NotFound("There is no such file with this task.")
	}
	files := cloned(c.found.Files)
	files[c.Field] = slices.DeleteFunc(files[c.Field], is)
	w.Write(updateFiles, task.ID, files, w.Now)
	if c.discard != nil && c.file != nil && c.file.No > 0 {
		w.Then(cases.Granted{Commands: []cases.Command{c.discard(c.file.No)}})
	}
	return nil
}

// fileTask finds the open task that a file is for, for somebody who may do it.
func fileTask(w *cases.Work, no int, field string, found versionRow) (*core.Task, error) {
	task, err := taskOf(w, no)
	if err != nil {
		return nil, err
	}
	if err := maySeeTo(w, task); err != nil {
		return nil, err
	}
	if err := stillOpen(task); err != nil {
		return nil, err
	}
	switch {
	case found.Version == 0:
		return nil, core.Conflict("Task %d has no questions.", no)
	case !view.ValidID(field):
		return nil, core.InvalidField("field", "There is no such question.")
	}
	return task, nil
}

func cloned(files map[string][]view.File) map[string][]view.File {
	out := map[string][]view.File{}
	for field, list := range files {
		out[field] = slices.Clone(list)
	}
	return out
}

// AddFile puts a file that the actor uploaded beside a question of a task.
func (s *Service) AddFile(ctx context.Context, by core.Actor, o *Opened, field string, file core.AttachmentID) error {
	return s.changeFile(ctx, by, o, &AddFile{No: o.No, Field: field, File: file, adopt: s.adopt})
}

// RemoveFile takes a file off a question of a task, and off its case.
func (s *Service) RemoveFile(ctx context.Context, by core.Actor, o *Opened, field string, file core.AttachmentID) error {
	return s.changeFile(ctx, by, o, &RemoveFile{No: o.No, Field: field, File: file, discard: s.discard})
}

func (s *Service) changeFile(ctx context.Context, by core.Actor, o *Opened, cmd cases.Command) error {
	if _, err := s.cases.Do(ctx, by, cases.One(o.Seen.Case.ID, 0, cmd)); err != nil {
		return err
	}
	now, err := s.standsOf(ctx, o.ID)
	if err == nil {
		o.stands = now
	}
	return err
}
