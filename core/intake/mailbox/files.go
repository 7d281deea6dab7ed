package mailbox

import (
	"bytes"
	"context"
	"errors"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/correspondence"
)

// smallPicture is the size in bytes up to which a picture within the text is
// taken for decoration: a logo, a symbol of a social network, a tracking dot.
const smallPicture = 5 << 10

// upload puts the files of a mail where the commands of the same change can take
// them from, under the rules that hold for every file of the case type. What may
// not be sent is left out, and says why; the mail itself counts all the same.
func (s *Service) upload(ctx context.Context, by core.Actor, in correspondence.Incoming, t *core.CaseType) ([]correspondence.File, []core.AttachmentID, error) {
	files := make([]correspondence.File, 0, len(in.Files))
	var ids []core.AttachmentID
	for _, f := range in.Files {
		file := correspondence.File{Name: attachments.CleanName(f.Name), Kind: f.Kind, Size: int64(len(f.Body)), Inline: f.Inline}
		most := t.Attachments.Files
		if most <= 0 {
			most = attachments.DefaultFiles
		}
		switch {
		case f.Inline && len(f.Body) <= smallPicture:
			file.LeftOut = "It is a small picture within the text."
		case len(ids) >= most:
			file.LeftOut = "The mail has more files than a case takes."
		default:
			a, err := s.o.Attachments.Upload(ctx, by, attachments.Incoming{Name: f.Name, Limit: t.Attachments}, bytes.NewReader(f.Body))
			var refusal *core.Error
			switch {
			case err == nil:
				file.Attachment = a.ID
				ids = append(ids, a.ID)
			case errors.As(err, &refusal) && (refusal.Kind == core.ErrInvalid || refusal.Kind == core.ErrTooLarge):
				file.LeftOut = refusal.Message
			default:
				return nil, nil, err
			}
		}
		files = append(files, file)
	}
	return files, ids, nil
}

// leftOut are the files of a mail none of which the case took.
func leftOut(files []correspondence.File, why error) []correspondence.File {
	words := "The case has no room for it."
	var refusal *core.Error
	if errors.As(why, &refusal) {
		words = refusal.Message
	}
	out := make([]correspondence.File, len(files))
	for i, f := range files {
		if !f.Attachment.IsZero() {
			f.Attachment, f.LeftOut = core.AttachmentID{}, words
		}
		out[i] = f
	}
	return out
}

// File is one file of a mail, to be looked at by whoever sorts it before it is on
// any case: its name and media type, judged by the rules for files of cases, and
// what it holds. index counts from 0, in the order of the mail. Errors: not found
// for a mail they may not sort, or a file that is not there or not kept; invalid
// for one that no case would take.
func (s *Service) File(ctx context.Context, by core.Actor, no int64, index int) (name, media string, body []byte, err error) {
	m, err := s.o.Mail.Find(ctx, by, no)
	if err != nil {
		return "", "", nil, err
	}
	gone := core.NotFound("There is no such file, or it is not kept any more.")
	if m.Cut || index < 0 || index >= len(m.Files) {
		return "", "", nil, gone
	}
	raw, err := s.o.Mail.Raw(ctx, m.ID)
	if err != nil {
		return "", "", nil, err
	}
	in := s.o.Parse(raw)
	if index >= len(in.Files) {
		return "", "", nil, gone
	}
	body = in.Files[index].Body
	name, media, err = attachments.Look(in.Files[index].Name, body, core.AttachmentLimit{})
	return name, media, body, err
}
