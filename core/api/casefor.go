package api

import (
	"context"
	"encoding/json"

	"github.com/casement-dev/casement/core"
)

// CaseFor writes a case as a program is shown it by the operation get-case: for
// those who send it to the program instead. Errors: not found when it may not
// see the case, forbidden when it may not come in any more.
func (a *API) CaseFor(ctx context.Context, client core.ClientID, ref core.Reference) (json.RawMessage, error) {
	ctx = context.WithValue(ctx, callerKey{}, core.Client{ID: client})
	seen, err := a.find(ctx, CaseIn{string(ref)}, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	body, err := a.seenCase(ctx, seen, nil)
	if err != nil {
		return nil, err
	}
	return json.Marshal(body)
}
