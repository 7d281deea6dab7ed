// Package lookups keeps lists that a configurator uploads: the streets of a
// town, the wards, the schools. Plugins find rows in them, and fields of kind
// lookup suggest them while somebody types.
package lookups

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Bounds of lists.
const (
	MaxRows    = 25_000
	MaxColumns = 20       // beside value and label
	MaxFile    = 30 << 20 // bytes of CSV
	MaxFound   = 50       // rows found at once
	maxCell    = 500      // bytes
	maxName    = 100      // letters
	maxQuery   = 200      // bytes of what is looked for
	maxWords   = 8
)

// Service keeps lists.
type Service struct {
	db    *postgres.DB
	clock core.Clock
}

// New makes the service.
func New(db *postgres.DB, clock core.Clock) *Service { return &Service{db, clock} }

// List is one list.
type List struct {
	Key       string // "streets"
	Name      string
	Columns   []string // beside value and label
	Rows      int
	ChangedAt time.Time
	ChangedBy string // by name
}

// Row is one row of a list.
type Row struct {
	Value string
	Label string
	Cells []string // as the list's columns
}

// Lists returns all lists, by name.
func (s *Service) Lists(ctx context.Context) ([]List, error) {
	found, err := postgres.All[listRow](ctx, s.db.Pool(), selectLists)
	if err != nil {
		return nil, fmt.Errorf("read the lists: %w", err)
	}
	out := make([]List, len(found))
	for i, r := range found {
		out[i] = r.noun()
	}
	return out, nil
}

// List returns one list.
func (s *Service) List(ctx context.Context, key string) (List, error) {
	row, err := postgres.One[listRow](ctx, s.db.Pool(), noSuchList(key), selectList, key)
	return row.noun(), err
}

func noSuchList(key string) error { return core.NotFound("There is no list %q.", clip(key)) }

var validKey = regexp.MustCompile(`^[a-z][a-z0-9-]{0,49}$`)

// Put makes a list, or replaces the rows of one: all of them, or, when anything
// is wrong, none. The columns of the rows are those named.
func (s *Service) Put(ctx context.Context, by core.Actor, l List, rows []Row) error {
	if err := mayConfigure(by); err != nil {
		return err
	}
	if !validKey.MatchString(l.Key) {
		return core.InvalidField("key", "A key begins with a letter and holds letters a to z, digits and dashes, 50 at most.")
	}
	l.Name = strings.TrimSpace(l.Name)
	if l.Name == "" || utf8.RuneCountInString(l.Name) > maxName || strings.ContainsAny(l.Name, "\x00\n\r") {
		return core.InvalidField("name", "Enter a name of up to %d letters.", maxName)
	}
	if err := checkRows(l.Columns, rows); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		head, err := postgres.One[versionRow](ctx, tx, nil, upsertList, l.Key, l.Name, append([]string{}, l.Columns...), len(rows), s.clock.Now(), by.Name)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deleteRows, l.Key); err != nil {
			return postgres.Translate(err)
		}
		return insertAll(ctx, tx, l.Key, head.Version, rows)
	})
}

// Delete takes a list away. Fields that chose from it keep what was chosen.
func (s *Service) Delete(ctx context.Context, by core.Actor, key string) error {
	if err := mayConfigure(by); err != nil {
		return err
	}
	tag, err := s.db.Pool().Exec(ctx, deleteList, key)
	if err == nil && tag.RowsAffected() == 0 {
		return noSuchList(key)
	}
	return postgres.Translate(err)
}

func mayConfigure(by core.Actor) error {
	if by.Has(core.RoleConfigurator) || by.Kind == core.ActorSystem {
		return nil
	}
	return core.Forbidden("Lists are kept by configurators.")
}

// checkRows refuses what a list cannot hold, naming the row as a spreadsheet
// counts it.
func checkRows(columns []string, rows []Row) error {
	if len(rows) > MaxRows {
		return core.InvalidField("file", "The list has %d rows; %d are the most.", len(rows), MaxRows)
	}
	if len(columns) > MaxColumns {
		return core.InvalidField("file", "The list has %d columns beside value and label; %d are the most.", len(columns), MaxColumns)
	}
	seen := make(map[string]int, len(rows))
	for i, r := range rows {
		line := i + 2
		switch {
		case r.Value == "":
			return core.InvalidField("file", "Row %d has no value.", line)
		case len(r.Cells) != len(columns):
			return core.InvalidField("file", "Row %d has %d columns, the first row %d.", line, len(r.Cells)+2, len(columns)+2)
		case seen[r.Value] != 0:
			return core.InvalidField("file", "The value “%s” is in rows %d and %d. Each value stands once.", clip(r.Value), seen[r.Value], line)
		}
		for _, cell := range append([]string{r.Value, r.Label}, r.Cells...) {
			if len(cell) > maxCell || !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) {
				return core.InvalidField("file", "Row %d holds something that is not text of up to %d bytes.", line, maxCell)
			}
		}
		seen[r.Value] = line
	}
	return nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
