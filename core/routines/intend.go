package routines

import (
	"context"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
)

// Intention is what one action of a routine would do to a case as it stands,
// found out without doing it. Whether the case would refuse a command is only
// known when it is given.
type Intention struct {
	No      int               // from 0
	Action  string            // in words
	Command cases.Command     // with its merge fields filled; nil for anything else
	With    core.Arguments    // of the command, filled
	Letters []messages.Letter // that a message would be, each ready and not kept
	Problem string            // why it could not be done at all
}

// Intend says what the actions of a routine would do to a case, after an event,
// one by one. It changes nothing, and runs no plugin and no webhook.
func (s *Service) Intend(ctx context.Context, t *core.CaseType, r core.Routine, cs *core.Case, e core.Recorded) ([]Intention, error) {
	out := make([]Intention, len(r.Do))
	var data messages.Data
	for i, do := range r.Do {
		in := Intention{No: i, Action: do.String()}
		var err error
		switch {
		case do.Message != "" && s.o.Writer != nil:
			in.Letters, err = s.o.Writer.Letters(ctx, cs, t, e, do.Message, do.To)
		case do.Command != "":
			in.With = do.With
			if data == nil && usesLiquid(do.With) && s.o.Writer != nil {
				data, err = s.o.Writer.Words(ctx, cs, t, e)
			}
			if err == nil && usesLiquid(do.With) {
				in.With, err = filled(do.With, data)
			}
			if err == nil {
				in.Command, err = s.o.Commands.Decode(do.Command, in.With)
			}
		}
		switch {
		case final(err):
			in.Problem = words(err)
		case err != nil:
			return nil, err
		}
		out[i] = in
	}
	return out, nil
}
