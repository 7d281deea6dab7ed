package postgresindex_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/postgresindex"
)

// contents are the tables of the index, line by line.
func contents(t *testing.T, w *casestest.World) []string {
	t.Helper()
	rows, err := w.Pool.Query(t.Context(), `
		SELECT concat_ws(' ', 'case', case_id, scope_id, public, staff, private, profile_id, raised_at, due_at, closed_at, assignee_id, place, cell, digest) FROM case_search
		UNION ALL SELECT concat_ws(' ', 'cell', zoom, cell, scope_id, starts, opens, waitings, resolveds, finals, lat, lng) FROM map_cells
		UNION ALL SELECT concat_ws(' ', 'value', field, value, scope_id, case_id) FROM case_values
		UNION ALL SELECT 'word ' || word FROM search_words UNION ALL SELECT 'slip ' || slip || ' ' || word FROM search_slips ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestAnIndexMadeAnewIsTheOneThatWasFollowed(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	e := open(t, w)
	for i := range 5 {
		id := w.Raise(t)
		w.Do(t, w.Priya, id, &notes.Add{Body: fmt.Sprintf("Note %d about lamps, then redacted", i)})
		e.Follow(t)
		if i%2 == 0 {
			w.Do(t, w.Priya, id, &cases.Escalate{Reason: "vulnerable"})
			w.Do(t, w.Lead, id, &notes.Add{Body: "Private matter", Audience: core.Private})
			e.Follow(t)
		}
	}
	if _, err := w.Pool.Exec(t.Context(), `UPDATE notes SET body = 'Redacted' WHERE body LIKE 'Note 3%'`); err != nil {
		t.Fatal(err)
	}
	id := w.Raise(t)
	w.Do(t, w.Priya, id, cases.Claim{})
	all, err := w.Pool.Query(t.Context(), `SELECT id FROM cases`)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(all, pgx.RowTo[core.CaseID])
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids { // the follower looks at every case once more
		w.Do(t, w.Priya, id, &notes.Add{Body: "Seen"})
	}
	e.Follow(t)
	followed := contents(t, w)
	if len(followed) < 50 {
		t.Fatalf("the index has %d lines", len(followed))
	}
	for _, emptied := range []string{"", "case_search CASCADE", "search_words CASCADE"} {
		if emptied != "" {
			if _, err := w.Pool.Exec(t.Context(), "TRUNCATE "+emptied); err != nil {
				t.Fatal(err)
			}
		}
		e.Rebuild(t)
		if anew := contents(t, w); !slices.Equal(anew, followed) {
			t.Errorf("after emptying %q: %d lines, and %d when followed", emptied, len(anew), len(followed))
		}
	}
}

func TestWordsThatStandNowhereAreForgotten(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	e := open(t, w)
	knows := func(word string) bool { return slices.Contains(contents(t, w), "word "+word) }
	a, b := w.Raise(t), w.Raise(t)
	w.Do(t, w.Priya, a, &notes.Add{Body: "Whitcombe rang, and Pemberton"})
	w.Do(t, w.Priya, b, &notes.Add{Body: "Pemberton wrote"})
	e.Follow(t)
	if !knows("whitcombe") || !knows("pemberton") {
		t.Fatal("words are not learned")
	}
	for _, sql := range []string{`DELETE FROM notes WHERE case_id = $1`, `DELETE FROM cases WHERE id = $1`} {
		if _, err := w.Pool.Exec(t.Context(), sql, a); err != nil {
			t.Fatal(err)
		}
	}
	w.Do(t, w.Priya, b, cases.Claim{})
	e.Follow(t)
	if err := postgresindex.New(w.DB, search.NewDocuments(w.Types), w.Clock).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if knows("whitcombe") || !knows("pemberton") {
		t.Error("the word of a removed case is kept, or one that still stands is not")
	}
}

func TestACaseWithANovelInItDoesNotStopTheFeed(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	e := open(t, w)
	id := w.Raise(t)
	var novel strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&novel, "wörd%d%s ", i, strings.Repeat("é", i%70))
	}
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET description = $2 WHERE id = $1`, id, novel.String()); err != nil {
		t.Fatal(err)
	}
	w.Do(t, w.Priya, id, cases.Claim{})
	e.Follow(t)
	found, err := e.Index.Search(t.Context(), readerOf(t, w, w.Priya), search.Query{Terms: parsed(t, "collections")})
	if err != nil || len(found.Hits) != 1 {
		t.Errorf("found %d, %v", len(found.Hits), err)
	}
}

func TestProgressIsTold(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	open(t, w)
	for range 3 {
		w.Raise(t)
	}
	var told []string
	x := postgresindex.New(w.DB, search.NewDocuments(w.Types), w.Clock)
	if err := x.Rebuild(t.Context(), func(done, total int) { told = append(told, fmt.Sprint(done, " of ", total)) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(told, []string{"3 of 3"}) {
		t.Errorf("told %q", told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Rebuild(ctx, func(int, int) {}); err == nil {
		t.Error("a cancelled rebuild says it is done")
	}
}

func readerOf(t *testing.T, w *casestest.World, by core.Actor) search.Reader {
	t.Helper()
	r, err := w.Cases.ReachOf(t.Context(), by, core.MayView)
	if err != nil {
		t.Fatal(err)
	}
	return search.Reader{Scopes: r.Scopes, Staff: by.ID, Groups: r.Groups}
}

func parsed(t testing.TB, typed string) search.Terms {
	t.Helper()
	terms, err := search.Parse(typed)
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// FuzzSearch: the database understands whatever was typed.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"mill lane", `"mill lane`, "NM42QT 01632", "01632 960001", "o'reilly:* & !x", "شكوى", "Straße", "'", `\`, "東京", "𝕣", "a b c d e f g h i j k l m n o p q r s t"} {
		f.Add(seed)
	}
	pool := pgtest.New(f)
	db := postgres.NewDB(pool)
	x := postgresindex.New(db, nil, core.SystemClock{})
	f.Fuzz(func(t *testing.T, typed string) {
		terms, err := search.Parse(typed)
		if err != nil {
			return
		}
		if _, err := x.Search(t.Context(), search.Reader{Scopes: []int32{1}}, search.Query{Terms: terms, Facets: true}); err != nil {
			t.Fatalf("%q: %v", typed, err)
		}
	})
}
