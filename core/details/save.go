package details

import (
	"context"
	"errors"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

var errRefusedAndActs = errors.New("it refuses the answers and asks for effects at once")

// Save writes a section as its plugin left it: details.save. What the plugin
// asked for, and may have, follows in the same change. The command is made by
// [Service.Turn] alone.
type Save struct {
	Section string `json:"section"` // plugin and entry
	Version int    `json:"version"` // of what was saved when it was filled in; 0 for nothing

	title string
	reply Reply
	now   versionRow
}

// Inner implements [cases.Inner].
func (*Save) Inner() {}

// Name implements [cases.Command].
func (*Save) Name() core.CommandName { return "details.save" }

// Needs implements [cases.Command].
func (*Save) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command]: what the plugin decided on.
func (s *Save) Touches() []core.Aspect { return s.reply.Granted.Touches() }

// Load implements [cases.Loader].
func (s *Save) Load(r *cases.Reads) {
	cases.ReadAll(r, selectVersion, []any{r.Case, s.Section}, func(found []versionRow) {
		if len(found) > 0 {
			s.now = found[0]
		}
	})
}

// Apply implements [cases.Command].
func (s *Save) Apply(_ context.Context, w *cases.Work) error {
	switch {
	case s.reply.View == nil:
		return core.Invalid("A section is filled in on its page.")
	case w.Case.IsFinal():
		return core.Conflict("This case is closed. Reopen it first.")
	case s.now.Version != s.Version:
		return core.Conflict("Somebody saved this section while you were filling it in. What you typed is kept; see how it stands now.")
	}
	if err := s.belongs(w.Type); err != nil {
		return err
	}
	next := s.Version + 1
	w.Write(upsertSection, w.Case.ID, s.Section, s.reply.Pin, []byte(s.reply.State), tree(s.reply.View), next, w.Now, w.By.ID)
	if staff := w.By.StaffID(); !staff.IsZero() {
		w.Write(deleteDraft, w.Case.ID, s.Section, staff)
	}
	w.Record(core.DetailsSaved, core.About{"section": s.Section, "title": s.title, "through": s.reply.Granted.Through})
	w.Made("section", strconv.Itoa(next))
	w.Then(s.reply.Granted)
	return nil
}

func (s *Save) belongs(t *core.CaseType) error {
	for _, e := range t.Details {
		if e.Name() == s.Section {
			return nil
		}
	}
	return core.Conflict("Cases of this type no longer have this section.")
}
