package attachments

import (
	"context"
	"strings"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Show puts a picture on the public page of the report, or takes it off again:
// attachment.show. Somebody has looked at it first: that is what the command
// says. The requester sees their own pictures whether they are shown or not.
type Show struct {
	No    int  `json:"no"`
	Shown bool `json:"shown"`

	held *held
}

// Name implements [cases.Command].
func (*Show) Name() core.CommandName { return "attachment.show" }

// Needs implements [cases.Command].
func (*Show) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Show) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (s *Show) Load(r *cases.Reads) { loadOne(r, s.No, &s.held) }

// Apply implements [cases.Command].
func (s *Show) Apply(_ context.Context, w *cases.Work) error {
	if err := readable(w, s.held); err != nil {
		return err
	}
	switch {
	case !w.Type.Reports.Public:
		return core.Conflict("Cases of this type have no public page.")
	case s.Shown && !isPicture(s.held.Kind):
		return core.Conflict("Only pictures are shown on the public page.")
	case s.Shown && s.held.Audience != core.Public:
		return core.Conflict("The requester may not see this file, so nobody else may either. Publish it to them first.")
	case s.Shown == s.held.Shown:
		return nil
	}
	var at *time.Time
	if s.Shown {
		at = &w.Now
	}
	w.Write(setShown, s.held.ID, at)
	w.Record(core.AttachmentShown, core.About{"attachment": s.held.ID, "no": s.held.No, "shown": s.Shown})
	return nil
}

func isPicture(kind string) bool { return strings.HasPrefix(kind, "image/") }

// OfReport lists the pictures that everybody may see on the public page of a
// case, by number. The caller has made sure that the case has one.
func (s *Service) OfReport(ctx context.Context, id core.CaseID) ([]core.Attachment, error) {
	return s.list(ctx, selectShown, id)
}

// FindShown returns one of them by its number.
func (s *Service) FindShown(ctx context.Context, id core.CaseID, no int) (core.Attachment, error) {
	all, err := s.OfReport(ctx, id)
	if err != nil {
		return core.Attachment{}, err
	}
	for _, a := range all {
		if a.No == no {
			return a, nil
		}
	}
	return core.Attachment{}, noFile()
}
