package meili

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

const selectAccess = `SELECT case_id, actor_kind, actor_id, why FROM case_access
WHERE case_id = ANY ($1) AND actor_kind IN ('staff', 'group') ORDER BY case_id, actor_kind, actor_id, why`

type accessRow struct {
	CaseID    core.CaseID
	ActorKind string
	ActorID   string
	Why       core.AccessReason
}

// access is to whom a case is opened beyond its scope.
type access struct {
	all     []string // may view it
	private []string // may read its private words too
}

// staffToken and groupToken are readers as sheets name them.
func staffToken(id string) string  { return "staff:" + id }
func groupToken(key string) string { return "group:" + key }

// accessOf reads to whom cases are opened.
func accessOf(ctx context.Context, q postgres.Querier, ids []core.CaseID) (map[core.CaseID]access, error) {
	rows, err := postgres.All[accessRow](ctx, q, selectAccess, ids)
	if err != nil {
		return nil, fmt.Errorf("read to whom cases are opened: %w", err)
	}
	out := map[core.CaseID]access{}
	for _, r := range rows {
		token := staffToken(r.ActorID)
		if r.ActorKind == "group" {
			token = groupToken(r.ActorID)
		}
		a, may := out[r.CaseID], r.Why.Permissions()
		if slices.Contains(may, core.MayView) && !slices.Contains(a.all, token) {
			a.all = append(a.all, token)
		}
		if slices.Contains(may, core.MaySeePrivate) && !slices.Contains(a.private, token) {
			a.private = append(a.private, token)
		}
		out[r.CaseID] = a
	}
	return out, nil
}

const selectOpened = `SELECT DISTINCT case_id FROM case_access WHERE case_id = ANY ($1) AND why = ANY ($2::text[])
	AND (actor_kind = 'staff' AND actor_id = $3 OR actor_kind = 'group' AND actor_id = ANY ($4::text[]))`

type caseRow struct{ CaseID core.CaseID }

// opened tells which cases are opened to a reader with their private words, as
// it is now: the index may not have heard yet that one no longer is.
func (x *Index) opened(ctx context.Context, r search.Reader, ids []core.CaseID) (map[core.CaseID]bool, error) {
	out := map[core.CaseID]bool{}
	if len(ids) == 0 || !r.Person.IsZero() {
		return out, nil
	}
	rows, err := postgres.All[caseRow](ctx, x.DB.Pool(), selectOpened, ids, privateReasons(), r.Staff, append([]string{}, r.Groups...))
	if err != nil {
		return nil, fmt.Errorf("see whether cases are still open to a reader: %w", err)
	}
	for _, row := range rows {
		out[row.CaseID] = true
	}
	return out, nil
}

func privateReasons() []string {
	var out []string
	for _, why := range []core.AccessReason{core.AccessEscalated, core.AccessNamed, core.AccessFollower, core.AccessTask} {
		if slices.Contains(why.Permissions(), core.MaySeePrivate) {
			out = append(out, string(why))
		}
	}
	return out
}

const selectInstallation = `SELECT epoch, created_at FROM installation`

type installationRow struct {
	Epoch     int64
	CreatedAt time.Time
}

const countCases = `SELECT count(*) FROM cases`

// selectCasesAfter begins with the first case when $1 is null: the zero identifier.
const selectCasesAfter = `SELECT id AS case_id FROM cases WHERE id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT $2`

const selectKnown = `SELECT id AS case_id FROM cases WHERE id = ANY ($1)`

const tryLock = `SELECT pg_try_advisory_lock(hashtext('casement ' || $1))`

const releaseLock = `SELECT pg_advisory_unlock(hashtext('casement ' || $1))`

// lock holds something for one server at a time, without a transaction: it may
// be held while another server is waited for. free must be called when ok.
func (x *Index) lock(ctx context.Context, name string) (free func(), ok bool, err error) {
	conn, err := x.DB.Pool().Acquire(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("lock %s: %w", name, postgres.Translate(err))
	}
	if err := conn.QueryRow(ctx, tryLock, name).Scan(&ok); err != nil || !ok {
		conn.Release()
		return nil, false, postgres.Translate(err)
	}
	return func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), adminPatience)
		defer cancel()
		if _, err := conn.Exec(ending, releaseLock, name); err != nil {
			// The lock ends with its connection at the latest.
			_ = conn.Conn().Close(ending)
		}
		conn.Release()
	}, true, nil
}
