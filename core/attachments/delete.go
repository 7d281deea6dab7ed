package attachments

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Delete takes a file off a case: attachment.delete. That there was one, and
// who took it off, stays in the history; its contents are kept for 30 days.
type Delete struct {
	No int `json:"no"`

	held *held
}

// Name implements [cases.Command].
func (*Delete) Name() core.CommandName { return "attachment.delete" }

// Needs implements [cases.Command].
func (*Delete) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Delete) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (d *Delete) Load(r *cases.Reads) {
	loadCount(r)
	loadOne(r, d.No, &d.held)
}

// Apply implements [cases.Command].
func (d *Delete) Apply(_ context.Context, w *cases.Work) error {
	if err := readable(w, d.held); err != nil {
		return err
	}
	count := countedSlot.Of(w)
	if !count.use(d.held.ID) {
		return noFile()
	}
	count.Files--
	w.Write(markDeleted, d.held.ID, w.Now, w.By.ID)
	w.Record(core.AttachmentDeleted, core.About{"attachment": d.held.ID, "no": d.held.No})
	return nil
}

// readable refuses a file that is not there, or not for the actor's eyes.
func readable(w *cases.Work, h *held) error {
	if h == nil || h.Audience == core.Private && !w.Holds(core.MaySeePrivate) {
		return noFile()
	}
	return nil
}
