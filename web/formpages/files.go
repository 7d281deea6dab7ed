package formpages

import (
	"context"
	"errors"
	"mime/multipart"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/viewtree"
)

// actionAttach is the button of a script that sends files as soon as they are
// chosen, so that their progress can be shown.
const actionAttach = "attach"

// uploads are the files of a page by the name of their input.
type uploads map[string][]*multipart.FileHeader

func isMultipart(c *fiber.Ctx) bool {
	return strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm)
}

// any reports whether a file was chosen: browsers send an empty part for an
// input without one.
func (u uploads) any() bool {
	for _, list := range u {
		for _, file := range list {
			if file.Filename != "" {
				return true
			}
		}
	}
	return false
}

// takeFiles keeps the files that came with a page, and takes off the one that
// is to go. Files are refused one by one, by question; the others are kept.
func (p *Pages) takeFiles(ctx context.Context, a at, do viewtree.Action, sent uploads) (refused map[string][]string, err error) {
	if do.Kind != viewtree.ActionRemove && !sent.any() || a.draft.IsDone() {
		return nil, nil
	}
	shown, err := p.Forms.Show(ctx, a.draft, a.step, a.visit)
	if err != nil {
		return nil, err
	}
	if do.Kind == viewtree.ActionRemove {
		if f := shown.View.Field(do.Field); f != nil && f.Kind == view.KindFile {
			if err := p.Intake.Detach(ctx, a.draft, do.Field, do.File); err != nil {
				return nil, err
			}
		}
	}
	refused = map[string][]string{}
	for _, question := range shown.View.Fields() {
		if question.Kind != view.KindFile {
			continue
		}
		for _, file := range sent[viewtree.InputName(question.ID)] {
			sentence, err := p.takeFile(ctx, a, question, file)
			if err != nil {
				return nil, err
			}
			if sentence != "" {
				refused[question.ID] = append(refused[question.ID], sentence)
			}
		}
	}
	return refused, nil
}

// takeFile keeps one file, or says why not.
func (p *Pages) takeFile(ctx context.Context, a at, question *view.Node, file *multipart.FileHeader) (sentence string, err error) {
	if file.Filename == "" {
		return "", nil
	}
	body, err := file.Open()
	if err != nil {
		return "", err
	}
	defer body.Close()
	err = p.Intake.Attach(ctx, a.draft, question, file.Filename, body)
	var refusal *core.Error
	if errors.As(err, &refusal) && (refusal.Kind == core.ErrInvalid || refusal.Kind == core.ErrTooLarge) {
		return refusal.Message, nil
	}
	return "", err
}

// markFiles puts the refusals beside their questions.
func markFiles(page *view.Node, refused map[string][]string) {
	for id, sentences := range refused {
		if f := page.Field(id); f != nil {
			f.Error = strings.Join(sentences, " ")
		}
	}
}
