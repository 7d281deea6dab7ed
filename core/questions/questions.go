// Package questions asks the requester of a case and keeps what they answer:
// by the portal or a mail's signed link, or told to staff by telephone or
// letter. Several questions may be open at once. A case does not close while
// one is, and its targets may pause for it: [Open] tells them.
//
// The mail that carries a question is made by notifications; the schedule
// sends question.remind for what [Service.DueForReminder] lists.
package questions

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Service finds questions. They are asked and answered through the door.
type Service struct {
	db     *postgres.DB
	cases  *cases.Service
	clock  core.Clock
	secret core.Secret
}

// New makes the service. The secret signs the links of [Service.Token].
func New(db *postgres.DB, door *cases.Service, clock core.Clock, secret core.Secret) *Service {
	return &Service{db, door, clock, secret}
}

// Wire adds what the questions of a case say to its other commands.
func Wire(door *cases.Service) {
	door.Preload(preload)
	door.Guard("case.close", refuseClosing)
	door.On(core.QuestionAnswered, takeUp)
	for _, ended := range []core.EventKind{core.CaseClosed, core.CaseCancelled, core.CaseWithdrawn} {
		door.On(ended, withdraw)
	}
}

// Asked is a question with the case it belongs to, as lists show it.
type Asked struct {
	core.Question
	Ref       core.Reference
	Subject   string
	Requester string // by name; "" when anonymous
}

// OfCase lists every question of a case, oldest first.
func (s *Service) OfCase(ctx context.Context, id core.CaseID) ([]core.Question, error) {
	return s.list(ctx, selectOfCase, id)
}

// OpenOfCase lists the questions of a case that await an answer, oldest first.
func (s *Service) OpenOfCase(ctx context.Context, id core.CaseID) ([]core.Question, error) {
	return s.list(ctx, selectOpenOfCase, id)
}

func (s *Service) list(ctx context.Context, sql string, id core.CaseID) ([]core.Question, error) {
	rows, err := postgres.All[questionRow](ctx, s.db.Pool(), sql, id)
	if err != nil {
		return nil, fmt.Errorf("list the questions of a case: %w", err)
	}
	out := make([]core.Question, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, nil
}

// Find returns one question of a case by its number.
func (s *Service) Find(ctx context.Context, id core.CaseID, no int) (core.Question, error) {
	row, err := postgres.One[questionRow](ctx, s.db.Pool(), noSuchQuestion(no), selectOne, id, no)
	return row.noun(), err
}

// AnsweredFor lists what the staff user of a reach asked on cases that are
// still open and that was answered since an instant, newest first, at most 50.
// Cases they do not reach any more are left out.
func (s *Service) AnsweredFor(ctx context.Context, r cases.Reach, since time.Time) ([]Asked, error) {
	rows, err := postgres.All[askedRow](ctx, s.db.Pool(), selectAnsweredFor, r.By.ID, since, r.Scopes, r.Groups)
	if err != nil {
		return nil, fmt.Errorf("list the answers for a staff user: %w", err)
	}
	return askedOf(rows), nil
}

// AwaitedFrom lists the open questions to a person on all their cases, the
// most urgent first.
func (s *Service) AwaitedFrom(ctx context.Context, person core.PersonID) ([]Asked, error) {
	rows, err := postgres.All[askedRow](ctx, s.db.Pool(), selectAwaitedFrom, person)
	if err != nil {
		return nil, fmt.Errorf("list the questions to a person: %w", err)
	}
	return askedOf(rows), nil
}

func noSuchQuestion(no int) error { return core.NotFound("There is no question %d on this case.", no) }
