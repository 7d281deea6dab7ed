package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// sample is what there is to ask for in a database: read once, so that asking
// costs nothing while it is measured.
type sample struct {
	db     *pgxpool.Pool
	cases  int
	random *rand.Rand
}

// strings reads one column.
func (s *sample) strings(ctx context.Context, sql string, args ...any) ([]string, error) {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// references are cases a reader may open, old and new, open and closed.
func (s *sample) references(ctx context.Context, groups []string, n int) ([]string, error) {
	return s.strings(ctx, `SELECT c.ref FROM cases c TABLESAMPLE SYSTEM (1) JOIN scopes s ON s.id = c.scope_id
		WHERE ($1::text[] IS NULL OR s.group_key = ANY ($1)) AND s.confidentiality = 'normal' LIMIT $2`, groups, n)
}

// queue is the address of the fullest queue of the groups.
func (s *sample) queue(ctx context.Context, groups []string) (typeKey, group string, open int, err error) {
	err = s.db.QueryRow(ctx, `SELECT s.type_key, s.group_key, count(*) FROM cases c JOIN scopes s ON s.id = c.scope_id
		WHERE c.status_kind IN ('start', 'open', 'waiting') AND ($1::text[] IS NULL OR s.group_key = ANY ($1))
		GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1`, groups).Scan(&typeKey, &group, &open)
	return typeKey, group, open, err
}

// deepPage is where page 10,000 of a queue begins, or the middle of a shorter
// one: the cursor a reader would have come by after as many clicks.
func (s *sample) deepPage(ctx context.Context, typeKey, group string, open int) (string, error) {
	var due *time.Time
	var id string
	depth := min(10_000*25, open/2)
	err := s.db.QueryRow(ctx, `SELECT nullif(coalesce(c.due_at, 'infinity'), 'infinity'), c.id::text FROM cases c JOIN scopes s ON s.id = c.scope_id
		WHERE s.type_key = $1 AND s.group_key = $2 AND c.status_kind IN ('start', 'open', 'waiting')
		ORDER BY coalesce(c.due_at, 'infinity'), c.id OFFSET $3 LIMIT 1`, typeKey, group, depth).Scan(&due, &id)
	if err != nil {
		return "", fmt.Errorf("find a deep page: %w", err)
	}
	place := map[string]any{"o": "due", "i": id}
	if due != nil {
		place["a"] = due.UTC()
	}
	raw, err := json.Marshal(place)
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// words are what people search for: rare ones, common ones, two at once.
func (s *sample) words(ctx context.Context) (one, two, wrong []string, err error) {
	subjects, err := s.strings(ctx, `SELECT DISTINCT subject FROM cases TABLESAMPLE SYSTEM (1) LIMIT 400`)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, subject := range subjects {
		w := wordsOf(subject)
		if len(w) < 2 {
			continue
		}
		a, b := w[s.random.IntN(len(w))], w[s.random.IntN(len(w))]
		one, two = append(one, url.QueryEscape(a)), append(two, url.QueryEscape(a+" "+b))
		if len(a) >= 5 {
			at := 1 + s.random.IntN(len(a)-2)
			wrong = append(wrong, url.QueryEscape(a[:at]+a[at+1:]))
		}
	}
	if len(one) == 0 || len(wrong) == 0 {
		return nil, nil, nil, fmt.Errorf("no words to search for among %d subjects", len(subjects))
	}
	return one, two, wrong, nil
}

// wordsOf are the words of a subject that are long enough to be looked for.
func wordsOf(text string) []string {
	var out []string
	start := -1
	for i := 0; i <= len(text); i++ {
		letter := i < len(text) && (text[i]|32 >= 'a' && text[i]|32 <= 'z')
		switch {
		case letter && start < 0:
			start = i
		case !letter && start >= 0:
			if i-start >= 4 {
				out = append(out, text[start:i])
			}
			start = -1
		}
	}
	return out
}

// box is where most cases are: the city.
func (s *sample) box(ctx context.Context) (south, west, north, east float64, err error) {
	err = s.db.QueryRow(ctx, `SELECT coalesce(percentile_cont(0.02) WITHIN GROUP (ORDER BY place[1]), 0), coalesce(percentile_cont(0.02) WITHIN GROUP (ORDER BY place[0]), 0),
		coalesce(percentile_cont(0.98) WITHIN GROUP (ORDER BY place[1]), 0), coalesce(percentile_cont(0.98) WITHIN GROUP (ORDER BY place[0]), 0)
		FROM cases TABLESAMPLE SYSTEM (1) WHERE place IS NOT NULL`).Scan(&south, &west, &north, &east)
	return south, west, north, east, err
}
