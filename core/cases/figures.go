package cases

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// FollowFigures keeps the figures of scopes by what it reads in the feed. It is
// an [events.Consumer]: how each case was counted last stands beside the sums,
// so that a case counts once however often it is read.
func (s *Service) FollowFigures(ctx context.Context, tx pgx.Tx, batch []events.Fed) error {
	var changed []core.CaseID
	seen := map[string]bool{}
	for _, e := range batch {
		// What changes no aspect, such as a note, changes no figure.
		if e.StreamKind != core.StreamCase || len(e.Aspects) == 0 || seen[e.StreamID] {
			continue
		}
		seen[e.StreamID] = true
		if id, err := core.ParseID[core.CaseID](e.StreamID); err == nil {
			changed = append(changed, id)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, countCases, changed); err != nil {
		return fmt.Errorf("keep the figures of scopes: %w", postgres.Translate(err))
	}
	return nil
}

// figuresBatch is how many cases are counted in one transaction.
const figuresBatch = 5_000

type countedRow struct{ ID core.CaseID }

// RebuildFigures counts every case anew, a batch at a time, and then adds all
// up. Work goes on meanwhile; the follower waits for each batch. progress may be
// nil.
func (s *Service) RebuildFigures(ctx context.Context, progress func(done int)) error {
	var last core.CaseID
	for done, n := 0, figuresBatch; n == figuresBatch; {
		err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, lockFigures); err != nil {
				return err
			}
			rows, err := postgres.All[countedRow](ctx, tx, selectToCount, [16]byte(last), figuresBatch)
			if err != nil {
				return err
			}
			ids := make([]core.CaseID, len(rows))
			for i, row := range rows {
				ids[i] = row.ID
			}
			if n = len(ids); n > 0 {
				last = ids[n-1]
			}
			_, err = tx.Exec(ctx, countCases, ids)
			return err
		})
		if err != nil {
			return fmt.Errorf("count the cases of scopes: %w", err)
		}
		if done += n; progress != nil {
			progress(done)
		}
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockFigures); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sumFigures)
		return err
	})
	if err != nil {
		return fmt.Errorf("add up the figures of scopes: %w", err)
	}
	s.ForgetFigures()
	return nil
}

type wrongFigure struct {
	TypeKey  string
	GroupKey string
}

// CheckFigures verifies for doctor that the figures of scopes are what the
// cases say. It returns a sentence for each scope whose figures are not. While
// work goes on the follower is a moment behind, and so may figures be.
func (s *Service) CheckFigures(ctx context.Context) ([]string, error) {
	rows, err := postgres.All[wrongFigure](ctx, s.db.Pool(), selectWrongFigures)
	if err != nil {
		return nil, fmt.Errorf("check the figures of scopes: %w", err)
	}
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = fmt.Sprintf("The figures of %s with %s are not what their cases say.", row.TypeKey, row.GroupKey)
	}
	return out, nil
}

// KeepFigures has what was read of figures kept for so long, for everybody with
// the same scopes: pages show them far more often than they change. Without it
// each look reads them anew. It is set while the program is wired.
func (s *Service) KeepFigures(d time.Duration) { s.figures.keep = d }

// ForgetFigures has the figures read anew, because they have changed.
func (s *Service) ForgetFigures() { s.figures.forget() }

// maxFigures bounds the sets of scopes whose figures are kept.
const maxFigures = 500

// figureTime bounds one reading, which does not end with whoever asked first.
const figureTime = 5 * time.Second

// figures keeps what was read for a moment. Of many who ask at once one reads.
type figures struct {
	keep time.Duration

	mu   sync.Mutex
	read map[string]*reading
}

// reading is one look at the figures, under way or done.
type reading struct {
	begun   time.Time
	done    chan struct{} // closed when the rest is set
	tallies map[int32]Tally
	err     error
}

func (f *figures) get(ctx context.Context, key string, read func(context.Context) (map[int32]Tally, error)) (map[int32]Tally, error) {
	if f.keep <= 0 {
		return read(ctx)
	}
	f.mu.Lock()
	r := f.read[key]
	if r == nil || time.Since(r.begun) > f.keep {
		r = &reading{begun: time.Now(), done: make(chan struct{})}
		if f.read == nil || len(f.read) >= maxFigures {
			f.read = map[string]*reading{}
		}
		f.read[key] = r
		go f.run(context.WithoutCancel(ctx), key, r, read)
	}
	f.mu.Unlock()
	select {
	case <-r.done:
		return r.tallies, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run reads; what failed is not kept.
func (f *figures) run(ctx context.Context, key string, r *reading, read func(context.Context) (map[int32]Tally, error)) {
	ctx, cancel := context.WithTimeout(ctx, figureTime)
	defer cancel()
	r.tallies, r.err = read(ctx)
	if r.err != nil {
		f.mu.Lock()
		if f.read[key] == r {
			delete(f.read, key)
		}
		f.mu.Unlock()
	}
	close(r.done)
}

func (f *figures) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.read = nil
}
