package cases

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

const selectPublishedOf = `SELECT key, max(version) AS version FROM documents WHERE kind = 'case_type' AND key = ANY ($1) GROUP BY key`

type publishedOf struct {
	Key     string
	Version int
}

const selectKnown = `SELECT a.source, a.value, a.case_id, c.ref
FROM unnest($1::text[], $2::text[]) AS asked (source, value)
JOIN case_aliases a USING (source, value) JOIN cases c ON c.id = a.case_id`

type knownRow struct {
	Source string
	Value  string
	CaseID core.CaseID
	Ref    core.Reference
}

// read asks in one batch for all that the pasts need, and makes their works.
func (b *bringing) read(ctx context.Context) error {
	b.versions = map[string]int{}
	b.known, b.refs = map[core.Alias]core.CaseID{}, map[core.CaseID]core.Reference{}
	reads := &Reads{}
	left := false
	if b.by.IsStaff() {
		reads.member(b.by.StaffID(), &b.has.groups, &left)
	}
	if b.by.IsClient() {
		ReadAll(reads, selectGrant, []any{b.by.ClientID(), b.now}, func(found []grantRow) {
			if left = len(found) == 0; !left {
				b.has.grant = core.Grant(found[0])
			}
		})
	}
	reads.hours(&b.hours)
	ReadAll(reads, selectPublishedOf, []any{b.typeKeys()}, func(found []publishedOf) {
		for _, t := range found {
			b.versions[t.Key] = t.Version
		}
	})
	sources, values := b.aliases()
	ReadAll(reads, selectKnown, []any{sources, values}, func(found []knownRow) {
		for _, row := range found {
			b.known[core.Alias{Source: row.Source, Value: row.Value}] = row.CaseID
			b.refs[row.CaseID] = row.Ref
		}
	})
	pool := b.door.db.Pool()
	for i, p := range b.pasts {
		b.works[i] = b.door.work(b.by, b.origin, b.now, p.Case, true, pool)
		r := &Reads{Case: p.Case, Work: b.works[i]}
		for _, step := range p.Steps {
			if loader, ok := step.Command.(Loader); ok {
				loader.Load(r)
			}
		}
		reads.queries = append(reads.queries, r.queries...)
	}
	if err := reads.shared().send(ctx, pool); err != nil {
		return fmt.Errorf("read for what is brought in: %w", err)
	}
	switch {
	case left && b.by.IsClient():
		return noAccess()
	case left:
		return core.Forbidden("Your account has been deactivated.")
	}
	return nil
}

func (b *bringing) typeKeys() []string {
	keys := []string{}
	for _, p := range b.pasts {
		if key := p.Steps[0].Command.(*Raise).Type; !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// aliases lists those that may be in the database; the others are refused later.
func (b *bringing) aliases() (sources, values []string) {
	sources, values = []string{}, []string{}
	for _, p := range b.pasts {
		for _, alias := range p.Aliases {
			if alias.Check() == nil {
				sources, values = append(sources, alias.Source), append(values, alias.Value)
			}
		}
	}
	return sources, values
}

// write keeps the cases that were taken through their past, all or none.
func (b *bringing) write(ctx context.Context) error {
	var works []*Work
	var history []events.Entry
	for _, w := range b.works {
		if w != nil {
			works = append(works, w)
			history = append(history, w.history()...)
		}
	}
	if len(works) == 0 {
		return nil
	}
	return b.door.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		scopes, err := makeScopes(ctx, tx, works)
		if err != nil {
			return err
		}
		if err := copyCases(ctx, tx, works, scopes); err != nil {
			return err
		}
		if err := b.copyAliases(ctx, tx); err != nil {
			return err
		}
		if err := events.Copy(ctx, tx, history); err != nil {
			return err
		}
		var batch pgx.Batch
		for _, w := range works {
			for _, write := range w.writes {
				batch.Queue(write.sql, write.args...)
			}
		}
		return postgres.Translate(tx.SendBatch(ctx, &batch).Close())
	})
}

// scopeOf is what a case's permission depends on.
type scopeOf struct {
	typeKey, group  string
	confidentiality core.Confidentiality
}

func (w *Work) scope() scopeOf { return scopeOf{w.Case.Type, w.Case.Group, w.Case.Confidentiality} }

// makeScopes makes the scopes that new cases fall into, and returns them all.
// They are made in one order everywhere, so that two who make the same wait for
// one another and not in a circle.
func makeScopes(ctx context.Context, tx pgx.Tx, works []*Work) (map[scopeOf]int32, error) {
	var wanted []scopeOf
	for _, w := range works {
		if scope := w.scope(); !slices.Contains(wanted, scope) {
			wanted = append(wanted, scope)
		}
	}
	slices.SortFunc(wanted, func(a, b scopeOf) int {
		return cmp.Or(strings.Compare(a.typeKey, b.typeKey), strings.Compare(a.group, b.group), cmp.Compare(a.confidentiality, b.confidentiality))
	})
	var batch pgx.Batch
	for _, scope := range wanted {
		batch.Queue(insertScope, scope.typeKey, scope.group, scope.confidentiality)
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, fmt.Errorf("make the scopes of new cases: %w", postgres.Translate(err))
	}
	found, err := postgres.All[scopeRow](ctx, tx, selectScopes)
	if err != nil {
		return nil, err
	}
	scopes := make(map[scopeOf]int32, len(found))
	for _, row := range found {
		scopes[scopeOf{row.TypeKey, row.GroupKey, row.Confidentiality}] = row.ID
	}
	return scopes, nil
}

// caseFields lists the columns of [Work.row], with the scope at scopeColumn.
var caseFields = []string{
	"id", "ref", "type_key", "scope_id", "type_version", "version", "confidentiality", "subject",
	"description", "subtype", "priority", "channel", "place", "address", "fields", "status", "status_kind", "stage", "group_key",
	"assignee_id", "creator_id", "level", "requester_id", "anonymous", "on_behalf_of", "contact", "tracking_hash", "raised_at",
	"received_at", "opened_at", "first_response_at", "resolved_at", "closed_at", "outcome", "reopened", "updated_at", "due_at",
}

const scopeColumn = 3

func copyCases(ctx context.Context, tx pgx.Tx, works []*Work, scopes map[scopeOf]int32) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"cases"}, caseFields, pgx.CopyFromSlice(len(works), func(i int) ([]any, error) {
		return slices.Insert(works[i].row(), scopeColumn, any(scopes[works[i].scope()])), nil
	}))
	if err != nil {
		return fmt.Errorf("write %d cases: %w", len(works), postgres.Translate(err))
	}
	return nil
}

// copyAliases writes what the cases are called elsewhere, in order, so that of
// two who bring in the same cases one waits for the other to end.
func (b *bringing) copyAliases(ctx context.Context, tx pgx.Tx) error {
	type named struct {
		alias core.Alias
		id    core.CaseID
	}
	var rows []named
	for i, p := range b.pasts {
		if b.works[i] == nil {
			continue
		}
		for n, alias := range p.Aliases {
			if !slices.Contains(p.Aliases[:n], alias) {
				rows = append(rows, named{alias, p.Case})
			}
		}
	}
	slices.SortFunc(rows, func(x, y named) int {
		return cmp.Or(strings.Compare(x.alias.Source, y.alias.Source), strings.Compare(x.alias.Value, y.alias.Value), bytes.Compare(x.id[:], y.id[:]))
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"case_aliases"}, []string{"source", "value", "case_id"}, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		return []any{rows[i].alias.Source, rows[i].alias.Value, uuidOf(rows[i].id)}, nil
	}))
	if err != nil {
		return fmt.Errorf("write what cases are called elsewhere: %w", postgres.Translate(err))
	}
	return nil
}
