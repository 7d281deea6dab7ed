package taskpages

import (
	"context"
	"errors"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/tasks"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// actionAttach is the button of a script that sends files as soon as they are
// chosen, so that their progress can be shown.
const actionAttach = "attach"

// takeFiles keeps the files that came with a page, and takes off the one that
// is to go. Files are refused one by one, by question; the others are kept. The
// task is returned beside an error that its workflow made.
func (p *Pages) takeFiles(c *fiber.Ctx, a at, step string, sent url.Values, uploaded map[string][]*multipart.FileHeader) (map[string][]string, *tasks.Opened, error) {
	do := viewtree.ReadAction(sent)
	chosen := func(list []*multipart.FileHeader) bool {
		return slices.ContainsFunc(list, func(f *multipart.FileHeader) bool { return f.Filename != "" })
	}
	any := do.Kind == viewtree.ActionRemove
	for _, list := range uploaded {
		any = any || chosen(list)
	}
	if !any {
		return nil, nil, nil
	}
	ctx := c.UserContext()
	o, failed, err := p.open(ctx, a)
	if err != nil {
		return nil, o, err
	}
	if failed != nil {
		return nil, o, failed
	}
	if !o.MayAct() {
		return nil, nil, nil // the turn says why
	}
	shown, err := p.Tasks.Show(ctx, o, step, p.visit())
	if err != nil || shown.View == nil {
		return nil, o, err
	}
	if do.Kind == viewtree.ActionRemove {
		if err := p.removeFile(ctx, a, o, shown.View, do); err != nil {
			return nil, nil, err
		}
	}
	refused := map[string][]string{}
	for _, question := range shown.View.Fields() {
		if question.Kind != view.KindFile {
			continue
		}
		for _, file := range uploaded[viewtree.InputName(question.ID)] {
			sentence, err := p.takeFile(ctx, a, o, question, file)
			if err != nil {
				return nil, nil, err
			}
			if sentence != "" {
				refused[question.ID] = append(refused[question.ID], sentence)
			}
		}
	}
	return refused, nil, nil
}

// removeFile takes a file off. One that is not there any more is no error: a
// second click did it.
func (p *Pages) removeFile(ctx context.Context, a at, o *tasks.Opened, page *view.Node, do viewtree.Action) error {
	id, err := core.ParseID[core.AttachmentID](do.File)
	if f := page.Field(do.Field); err != nil || f == nil || f.Kind != view.KindFile {
		return nil
	}
	err = p.Tasks.RemoveFile(ctx, a.by, o, do.Field, id)
	if core.KindOf(err) == core.ErrNotFound {
		return nil
	}
	return err
}

// takeFile keeps one file, or says why not.
func (p *Pages) takeFile(ctx context.Context, a at, o *tasks.Opened, question *view.Node, file *multipart.FileHeader) (sentence string, err error) {
	if file.Filename == "" {
		return "", nil
	}
	if most := question.MaxFiles; most > 0 && len(o.Files()[question.ID]) >= most {
		return "There can be " + render.Plural(most, "file", "files") + " here. Remove one to send another.", nil
	}
	limit := a.seen.Type.Attachments
	if question.MaxBytes > 0 && (limit.Bytes <= 0 || question.MaxBytes < limit.Bytes) {
		limit.Bytes = question.MaxBytes
	}
	body, err := file.Open()
	if err != nil {
		return "", err
	}
	defer body.Close()
	kept, err := p.Attachments.Upload(ctx, a.by, attachments.Incoming{Name: file.Filename, Limit: limit}, body)
	if err == nil && !accepts(question.Accept, kept) {
		return "The file “" + kept.Name + "” is of a kind that is not wanted here.", nil // swept within a day
	}
	if err == nil {
		err = p.Tasks.AddFile(ctx, a.by, o, question.ID, kept.ID)
	}
	var refusal *core.Error
	if errors.As(err, &refusal) && slices.Contains([]core.ErrorKind{core.ErrInvalid, core.ErrTooLarge, core.ErrConflict}, refusal.Kind) {
		return refusal.Message, nil
	}
	return "", err
}

// accepts holds a file against what a question accepts: media types, "image/*",
// and extensions. An empty list accepts all that the case type does.
func accepts(list []string, a core.Attachment) bool {
	name := strings.ToLower(a.Name)
	return len(list) == 0 || slices.ContainsFunc(list, func(want string) bool {
		want = strings.ToLower(want)
		if prefix, whole := strings.CutSuffix(want, "/*"); whole {
			return strings.HasPrefix(a.Kind, prefix+"/")
		}
		return want == a.Kind || strings.HasPrefix(want, ".") && strings.HasSuffix(name, want)
	})
}

// readable lists the files that the reader of a task's page may have: those sent
// with the task, and those of the case that its type shows.
func (p *Pages) readable(ctx context.Context, o *tasks.Opened) ([]core.Attachment, error) {
	var ids []core.AttachmentID
	for _, list := range o.Files() {
		for _, f := range list {
			if id, err := core.ParseID[core.AttachmentID](f.ID); err == nil {
				ids = append(ids, id)
			}
		}
	}
	var out []core.Attachment
	var err error
	if len(ids) > 0 {
		if out, err = p.Attachments.Chosen(ctx, o.CaseID, ids); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(o.Kind.Shows, core.ShowFiles) {
		return out, nil
	}
	shown, err := p.Attachments.For(ctx, o.CaseID, core.Public, core.Staff)
	for _, f := range shown {
		if !slices.ContainsFunc(out, func(other core.Attachment) bool { return other.ID == f.ID }) {
			out = append(out, f)
		}
	}
	return out, err
}

func (p *Pages) filesOf(ctx context.Context, o *tasks.Opened) ([]FileLink, error) {
	all, err := p.readable(ctx, o)
	out := make([]FileLink, len(all))
	for i, f := range all {
		out[i] = FileLink{Name: f.Name, Size: f.Size, URL: taskURL(o.Ref, o.No, "files", f.ID.String())}
	}
	return out, err
}

// file gives a file of the task to be kept.
func (p *Pages) file(c *fiber.Ctx) error {
	a, err := p.at(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	o, _, err := p.open(ctx, a)
	if err != nil {
		return err
	}
	all, err := p.readable(ctx, o)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(f core.Attachment) bool { return f.ID.String() == c.Params("file") })
	if i < 0 {
		return core.NotFound("There is no such file, or it is not for you.")
	}
	if err := p.Cases.LogLook(ctx, a.by, o.CaseID, "file of task "+c.Params("no")); err != nil {
		return err
	}
	return p.SendFile(c, all[i])
}
