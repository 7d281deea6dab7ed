package attachments

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Publish changes who may see a file: attachment.publish. What the requester
// sent themselves stays theirs to read.
type Publish struct {
	No       int           `json:"no"`
	Audience core.Audience `json:"audience"`

	held *held
}

// Name implements [cases.Command].
func (*Publish) Name() core.CommandName { return "attachment.publish" }

// Needs implements [cases.Command].
func (*Publish) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Publish) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (p *Publish) Load(r *cases.Reads) { loadOne(r, p.No, &p.held) }

// Apply implements [cases.Command].
func (p *Publish) Apply(_ context.Context, w *cases.Work) error {
	if err := readable(w, p.held); err != nil {
		return err
	}
	if err := checkAudience(w, p.Audience); err != nil {
		return err
	}
	if p.Audience == p.held.Audience {
		return nil
	}
	if p.Audience != core.Public && p.held.Source != SourceStaff && p.held.Source != SourceQuestion {
		return core.Conflict("The requester sent this file, so they can always see it.")
	}
	w.Write(setAudience, p.held.ID, p.Audience)
	w.Record(core.AttachmentPublished, core.About{
		"attachment": p.held.ID, "no": p.held.No, "was": p.held.Audience, "audience": p.Audience,
	})
	return nil
}
