package targets

import (
	"context"
	"fmt"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	checkBatch = 1_000
	maxWrong   = 50 // sentences
)

// Check verifies for doctor that all that is stored of targets follows from
// their causes: every ledger adds up to its due time, and every case has the
// due time of its most urgent target. It returns a sentence for each thing
// that does not, at most 50.
func (s *Service) Check(ctx context.Context) ([]string, error) {
	var wrong []string
	var last core.TargetID
	for found := checkBatch; found == checkBatch && len(wrong) < maxWrong; {
		rows, err := postgres.All[shownRow](ctx, s.db.Pool(), selectToCheck, [16]byte(last), checkBatch)
		if err != nil {
			return nil, fmt.Errorf("read the targets: %w", err)
		}
		for _, row := range rows {
			if sentence := s.checkOne(ctx, row); sentence != "" && len(wrong) < maxWrong {
				wrong = append(wrong, fmt.Sprintf("%s, target %s: %s.", row.Ref, row.RuleKey, sentence))
			}
			last = row.ID
		}
		found = len(rows)
	}
	cases, err := postgres.All[refRow](ctx, s.db.Pool(), selectWrongDue, maxWrong-len(wrong))
	if err != nil {
		return nil, fmt.Errorf("compare the due times of cases: %w", err)
	}
	for _, cs := range cases {
		wrong = append(wrong, fmt.Sprintf("%s: it is not due when its most urgent target is.", cs.Ref))
	}
	return wrong, nil
}

// checkOne says what is wrong with a target, "" if nothing is.
func (s *Service) checkOne(ctx context.Context, row shownRow) string {
	rule, calendar, err := s.terms(ctx, row)
	if err != nil {
		return err.Error()
	}
	stored := row.noun()
	if len(stored.Causes) == 0 {
		return "it has no causes"
	}
	ledger := stored.Ledger(s.clock.Now(), calendar)
	derived := stored.Derive(rule, calendar)
	switch {
	case ledger.Check() != nil:
		return ledger.Check().Error()
	case stored.Running() && !ledger.DueAt.Equal(stored.DueAt):
		return fmt.Sprintf("its ledger leads to %v, but it is due %v", ledger.DueAt, stored.DueAt)
	case !sameStanding(derived, stored):
		return "how it stands does not follow from its causes"
	}
	return ""
}

// sameStanding reports whether two targets differ in nothing that is derived.
func sameStanding(a, b core.Target) bool {
	return a.State == b.State && a.Left == b.Left && a.DueAt.Equal(b.DueAt) && a.StoppedAt.Equal(b.StoppedAt) && a.NextAt.Equal(b.NextAt)
}
