package intake

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/sdk/view"
)

// Attach takes one file for a question of a form. Its contents must be what its
// name says, and of a kind and size that both the case type and the question
// allow. It is kept without saying who sent it: that is decided when the form
// is. Errors: invalid or too large, with a sentence for the one who sends.
func (s *Service) Attach(ctx context.Context, d *forms.Draft, question *view.Node, name string, r io.Reader) error {
	t, err := s.types.Published(ctx, d.Type)
	if err != nil {
		return err
	}
	limit := t.Attachments
	if question.MaxBytes > 0 && (limit.Bytes <= 0 || question.MaxBytes < limit.Bytes) {
		limit.Bytes = question.MaxBytes
	}
	if most := question.MaxFiles; most > 0 && len(d.Files[question.ID]) >= most {
		return core.InvalidField("file", "There can be %s here. Remove one to send another.", countFiles(most))
	}
	a, err := s.attachments.Upload(ctx, core.AnonymousActor(), attachments.Incoming{Name: name, Draft: d.ID, Limit: limit}, r)
	if err != nil {
		return err
	}
	if !accepts(question.Accept, a) {
		return errors.Join(s.attachments.Discard(ctx, d.ID, a.ID),
			core.InvalidField("file", "The file “%s” is of a kind that is not wanted here.", a.Name))
	}
	file := view.File{ID: a.ID.String(), Name: a.Name, Size: a.Size, Type: a.Kind, SHA256: hex.EncodeToString(a.SHA256)}
	if err := s.forms.AddFile(ctx, d, question.ID, file); err != nil {
		return errors.Join(err, s.attachments.Discard(context.WithoutCancel(ctx), d.ID, a.ID))
	}
	return nil
}

// Detach takes a file off a question again. One that is not there any more is
// no error: a second click did it.
func (s *Service) Detach(ctx context.Context, d *forms.Draft, question, file string) error {
	if err := s.forms.RemoveFile(ctx, d, question, file); err != nil {
		return err
	}
	id, err := core.ParseID[core.AttachmentID](file)
	if err != nil {
		return nil // nothing has such an id
	}
	if err := s.attachments.Discard(ctx, d.ID, id); err != nil && core.KindOf(err) != core.ErrNotFound {
		return err
	}
	return nil
}

// accepts holds a file against what a question accepts: media types, "image/*",
// and extensions. An empty list accepts all that the case type does.
func accepts(list []string, a core.Attachment) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(want string) bool {
		want = strings.ToLower(want)
		if group, ok := strings.CutSuffix(want, "/*"); ok {
			return strings.HasPrefix(a.Kind, group+"/")
		}
		return want == a.Kind || want == strings.ToLower(path.Ext(a.Name))
	})
}

func countFiles(n int) string {
	if n == 1 {
		return "one file"
	}
	return strconv.Itoa(n) + " files"
}
