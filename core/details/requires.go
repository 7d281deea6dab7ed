package details

import (
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Wire adds the guard on case.close: what the type wants filled in before.
// Stages say so themselves.
func Wire(door *cases.Service) {
	door.Guard("case.close", func(w *cases.Work) error {
		missing := w.Type.Missing(w.Case, w.Type.Closing.Requires.Fields, core.DefaultLanguage)
		if len(missing) == 0 || cases.Forced(w) != "" {
			return nil
		}
		return core.Conflict("“%s” must be filled in before the case is closed.", strings.Join(missing, "”, “"))
	})
}
