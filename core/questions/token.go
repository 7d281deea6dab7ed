package questions

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// linkLife is how long after the reminder the link in a mail still works.
const linkLife = 60 * 24 * time.Hour

// maxToken bounds what is decoded of an address, in bytes.
const maxToken = 100

// Token is the secret in a mail's link to answer a question. It can be made
// again for every mail, and works until 60 days after the answer was due.
func (s *Service) Token(q core.Question) string {
	from := q.DueAt
	if from.IsZero() {
		from = q.AskedAt
	}
	return s.secret.QuestionToken(q.ID, from.Add(linkLife))
}

// Linked is a question that a signed link has opened.
type Linked struct {
	Question core.Question // may be answered or withdrawn by now
	Seen     *cases.Seen
	By       core.Actor // who the holder of the link is taken to be
}

// ByToken opens the link of a question. A forged or expired token, and one
// whose question is gone, give the same not-found error. The link is for this
// question: let its holder answer it, and do nothing else in their name.
func (s *Service) ByToken(ctx context.Context, token string) (*Linked, error) {
	if len(token) > maxToken {
		token = ""
	}
	id, err := s.secret.OpenQuestionToken(token, s.clock.Now())
	if err != nil {
		return nil, err
	}
	gone := core.NotFound("This link does not work any more. You can find your case with its reference, or ask us for a new link.")
	row, err := postgres.One[questionRow](ctx, s.db.Pool(), gone, selectByID, id)
	if err != nil {
		return nil, err
	}
	cs, err := s.cases.ByID(ctx, row.CaseID)
	if err != nil {
		return nil, err
	}
	by := core.LinkActor(cs.ID, cs.Requester)
	seen, err := s.cases.Find(ctx, by, cs.Ref, core.MayRequest)
	if err != nil {
		return nil, err
	}
	return &Linked{row.noun(), seen, by}, nil
}
