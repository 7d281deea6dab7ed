package webhooks

import (
	"context"
	"encoding/json"
	"time"

	"github.com/casement-dev/casement/core"
)

// body is what is sent. What it says of persons is nothing, unless Current is
// there.
type body struct {
	Type      core.EventKind `json:"type"`
	Timestamp time.Time      `json:"timestamp"` // when it happened
	Data      data           `json:"data"`
}

type data struct {
	Case  *namedCase `json:"case,omitempty"` // of a test there is none
	Event *event     `json:"event,omitempty"`
	// Current is the case as it was when this was sent, as the API shows it to
	// the program that was chosen.
	Current json.RawMessage `json:"current,omitempty"`
}

type namedCase struct {
	ID      string       `json:"id"`
	Ref     string       `json:"ref"`
	Type    string       `json:"type"`
	Version core.Version `json:"version"` // after the event
	URL     string       `json:"url"`     // in the API
}

type event struct {
	Aspects []string `json:"aspects"` // which parts of the case changed
	By      string   `json:"by"`      // what sort of somebody: staff, person, system …
}

// write makes the body of a delivery. ok is false when the endpoint is not to be
// told any more: the case has been restricted since, or is gone.
func (s *Service) write(ctx context.Context, e Endpoint, d claimed) (raw []byte, ok bool, err error) {
	out := body{Type: d.Kind, Timestamp: d.HappenedAt.UTC()}
	if !d.CaseID.IsZero() {
		cs, err := s.o.Cases.ByID(ctx, d.CaseID)
		if core.KindOf(err) == core.ErrNotFound || err == nil && cs.Confidentiality != core.Normal {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		out.Data.Case = &namedCase{
			ID: cs.ID.String(), Ref: string(cs.Ref), Type: cs.Type, Version: d.Version, URL: s.o.BaseURL + "/api/v1/cases/" + string(cs.Ref),
		}
		out.Data.Event = &event{Aspects: d.Aspects, By: d.ActorKind}
		if out.Data.Current, err = s.current(ctx, e, cs.Ref); err != nil {
			return nil, false, err
		}
	}
	raw, err = json.Marshal(out)
	return raw, true, err
}

// current is the case as the endpoint's program sees it; nothing when there is
// none, or it may not see the case.
func (s *Service) current(ctx context.Context, e Endpoint, ref core.Reference) (json.RawMessage, error) {
	if e.As.IsZero() || s.o.Case == nil {
		return nil, nil
	}
	raw, err := s.o.Case(ctx, e.As, ref)
	switch core.KindOf(err) {
	case core.ErrNotFound, core.ErrForbidden:
		return nil, nil
	}
	return raw, err
}
