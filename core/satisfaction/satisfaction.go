// Package satisfaction asks requesters, once their case is resolved, how
// satisfied they are: from 1 to 5, with a comment. A score may close the case
// or have it reopened, as its type says.
//
// The question stands in the mail that tells of the end, with a link for each
// score. A link leads to a page that asks to confirm: programs that look into
// mails follow links, and never count.
package satisfaction

import (
	"context"
	"fmt"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	// changeable is for how long a score may be given another time.
	changeable = 14 * 24 * time.Hour
	// askedFor is for how long after the end somebody may say it at all.
	askedFor = 60 * 24 * time.Hour
)

// Service finds what requesters said, and the links by which they say it. It is
// given through the door.
type Service struct {
	db     *postgres.DB
	cases  *cases.Service
	clock  core.Clock
	secret core.Secret
}

// New makes the service.
func New(db *postgres.DB, door *cases.Service, clock core.Clock, secret core.Secret) *Service {
	return &Service{db, door, clock, secret}
}

// Wire adds what a score leads to.
func Wire(door *cases.Service) {
	door.On(core.SatisfactionGiven, lead)
}

// OfCase lists what the requester of a case said, the latest first.
func (s *Service) OfCase(ctx context.Context, id core.CaseID) ([]core.Satisfaction, error) {
	rows, err := postgres.All[scoreRow](ctx, s.db.Pool(), selectScores, id)
	if err != nil {
		return nil, fmt.Errorf("read how satisfied a requester is: %w", err)
	}
	out := make([]core.Satisfaction, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, nil
}

// Asked is how somebody stands to the question.
type Asked struct {
	Open  bool               // they may give a score, or change theirs
	Given *core.Satisfaction // what they gave; nil when they have not
	Until time.Time          // until when they may change it; zero before they have given one
}

// Stands says whether the requester of a case may say now how satisfied they
// are, and what they have said.
func (s *Service) Stands(ctx context.Context, cs *core.Case, t *core.CaseType) (Asked, error) {
	if !t.Satisfied.Ask {
		return Asked{}, nil
	}
	given, err := s.OfCase(ctx, cs.ID)
	if err != nil {
		return Asked{}, err
	}
	now := s.clock.Now()
	if i := latestOf(cs, given); i >= 0 {
		until := given[i].GivenAt.Add(changeable)
		return Asked{Open: now.Before(until), Given: &given[i], Until: until}, nil
	}
	return Asked{Open: ended(cs, t) && now.Before(cs.ResolvedAt.Add(askedFor))}, nil
}

// ended reports whether a case has come to an end that somebody can be
// satisfied with: it is resolved or closed, and neither cancelled nor withdrawn.
func ended(cs *core.Case, t *core.CaseType) bool {
	if cs.StatusKind == core.StatusResolved {
		return true
	}
	_, known := core.FindReason(t.Reasons.Close, cs.Outcome)
	return cs.IsFinal() && known
}

// latestOf is the score that counts now: that of the round which has ended, or,
// while the case is open again, of the one before.
func latestOf(cs *core.Case, given []core.Satisfaction) int {
	if len(given) > 0 && (given[0].Round == cs.Reopened || cs.IsOpen() && given[0].Round == cs.Reopened-1) {
		return 0
	}
	return -1
}

// Link is one score as mails offer it.
type Link struct {
	Score int
	Name  string
	Token string // the secret of its address; it is the same for all scores
}

// Links are what the mail about the end of a case offers, the best score first;
// nothing when its type does not ask, or it has been said.
func (s *Service) Links(ctx context.Context, cs *core.Case, t *core.CaseType, language string) ([]Link, error) {
	asked, err := s.Stands(ctx, cs, t)
	if err != nil || !asked.Open || asked.Given != nil {
		return nil, err
	}
	token := s.secret.SatisfactionToken(cs.ID, cs.Reopened, cs.ResolvedAt.Add(askedFor))
	out := make([]Link, core.MaxScore)
	for i := range out {
		score := core.MaxScore - i
		out[i] = Link{score, core.ScoreName(score, language), token}
	}
	return out, nil
}

// Linked is a case that a link of a mail has opened, for this question alone.
type Linked struct {
	Seen  *cases.Seen
	By    core.Actor
	Asked Asked
	Over  bool // the case has been taken up again since the link was made
}

// ByToken opens a link. A forged or expired token, and one whose case is gone,
// give the same not-found error.
func (s *Service) ByToken(ctx context.Context, token string) (*Linked, error) {
	id, round, err := s.secret.OpenSatisfactionToken(token, s.clock.Now())
	if err != nil {
		return nil, err
	}
	cs, err := s.cases.ByID(ctx, id)
	if err != nil {
		return nil, err
	}
	by := core.LinkActor(cs.ID, cs.Requester)
	seen, err := s.cases.Find(ctx, by, cs.Ref, core.MayRequest)
	if err != nil {
		return nil, err
	}
	l := &Linked{Seen: seen, By: by}
	if l.Asked, err = s.Stands(ctx, seen.Case, seen.Type); err != nil {
		return nil, err
	}
	if given := l.Asked.Given; given == nil || given.Round != round {
		l.Over = seen.Case.Reopened != round
		l.Asked.Open = l.Asked.Open && !l.Over
	}
	return l, nil
}
