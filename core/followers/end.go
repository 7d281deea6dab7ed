package followers

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// End ends a person's following by the link in a letter: follower.end. The link
// is proof enough, whether or not the report is public still; so it is the
// system that does it, for them.
type End struct {
	Person core.PersonID `json:"person"`

	no int
}

// Name implements [cases.Command].
func (*End) Name() core.CommandName { return "follower.end" }

// Needs implements [cases.Command].
func (*End) Needs() core.Permission { return core.MayKeepTime }

// Touches implements [cases.Command].
func (*End) Touches() []core.Aspect { return nil }

// Load implements [cases.Loader].
func (e *End) Load(r *cases.Reads) {
	cases.ReadAll(r, selectOfPerson, []any{r.Case, e.Person}, func(found []numbered) {
		if len(found) > 0 {
			e.no = found[0].No
		}
	})
}

// Apply implements [cases.Command].
func (e *End) Apply(_ context.Context, w *cases.Work) error {
	if e.no == 0 {
		return nil // a second click
	}
	w.Write(deleteFollower, w.Case.ID, e.no)
	w.Record(core.FollowerRemoved, core.About{"no": e.no})
	return nil
}
