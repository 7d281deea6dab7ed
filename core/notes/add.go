package notes

import (
	"context"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Add says something on a case: note.add. A public note is read by the
// requester and counts as a response; a private one needs [core.MaySeePrivate].
// Colleagues named in it ("@Priya Raghunathan") who may read it stand in the
// event, to be told.
type Add struct {
	Body     string        `json:"body"`
	Audience core.Audience `json:"audience,omitempty"` // staff when empty

	named []colleague
}

// Name implements [cases.Command].
func (*Add) Name() core.CommandName { return "note.add" }

// Needs implements [cases.Command].
func (*Add) Needs() core.Permission { return core.MayWork }

// Touches implements [cases.Command].
func (*Add) Touches() []core.Aspect { return nil }

// noteWhy keeps the note that came with a command.
func noteWhy(w *cases.Work, _ core.Event) []cases.Command {
	if why := cases.Why(w); why != "" {
		return []cases.Command{&Add{Body: why}}
	}
	return nil
}

// Load implements [cases.Loader].
func (a *Add) Load(r *cases.Reads) {
	loadLast(r)
	if body, wrong := core.CleanLines(a.Body, core.MaxNote); wrong == "" {
		loadNamed(r, body, &a.named)
	}
}

// Apply implements [cases.Command].
func (a *Add) Apply(_ context.Context, w *cases.Work) error {
	body, wrong := core.CleanLines(a.Body, core.MaxNote)
	switch {
	case wrong != "":
		return core.InvalidField("body", "%s", wrong)
	case body == "":
		return core.InvalidField("body", "Write the note first.")
	}
	audience, readers := a.Audience, core.MayView // whoever is to read it must hold this
	switch audience {
	case "":
		audience = core.Staff
	case core.Public, core.Staff:
	case core.Private:
		if readers = core.MaySeePrivate; !w.Holds(readers) {
			return core.Forbidden("You may not write private notes on this case.")
		}
	default:
		return core.InvalidField("audience", "Choose who may read the note.")
	}
	no, about := write(w, audience, body)
	if told := mentioned(w, body, a.named, readers); len(told) > 0 {
		about["mentions"] = told
	}
	w.Record(core.NoteAdded, about)
	if audience == core.Public {
		w.Respond()
	}
	w.Made("note", strconv.Itoa(no))
	return nil
}
