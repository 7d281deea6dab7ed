// Package saved keeps searches under a name, for the one who saved them, for
// one of their groups or for all staff. It keeps the question and never the
// answer: whoever opens a shared search finds what they may find themselves.
package saved

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// Bounds of what one person saves.
const (
	MaxSearches = 100
	MaxName     = 80   // letters
	MaxQuery    = 4000 // bytes of the address
)

// Audience is with whom a search is shared.
type Audience string

// The audiences.
const (
	ForMe    Audience = "me"
	ForGroup Audience = "group" // a group its owner is in
	ForStaff Audience = "staff" // everybody on the staff
)

// Search is one that somebody saved.
type Search struct {
	No        int
	Owner     core.StaffID
	OwnerName string
	Name      string
	Query     string // what follows the question mark of its address
	Audience  Audience
	Group     string // for ForGroup
	GroupName string
	ChangedAt time.Time
}

// Input is what somebody says of a search they save.
type Input struct {
	Name     string
	Query    string // as in the address; empty ones are refused
	Audience Audience
	Group    string // for ForGroup
}

// Service keeps saved searches. It is safe for concurrent use.
type Service struct {
	db    *postgres.DB
	clock core.Clock
}

// New makes the service.
func New(db *postgres.DB, clock core.Clock) *Service { return &Service{db, clock} }

// List returns what a staff user saved and what is shared with them now: their
// own first, each part by name.
func (s *Service) List(ctx context.Context, by core.Actor) ([]Search, error) {
	if !by.IsStaff() {
		return nil, nil
	}
	rows, err := postgres.All[row](ctx, s.db.Pool(), selectVisible, by.StaffID())
	if err != nil {
		return nil, fmt.Errorf("list saved searches: %w", err)
	}
	out := make([]Search, len(rows))
	for i, r := range rows {
		out[i] = r.search()
	}
	return out, nil
}

// Find returns one search that the staff user may open.
func (s *Service) Find(ctx context.Context, by core.Actor, no int) (Search, error) {
	if !by.IsStaff() {
		return Search{}, noSuchSearch()
	}
	r, err := postgres.One[row](ctx, s.db.Pool(), noSuchSearch(), selectOne, by.StaffID(), no)
	return r.search(), err
}

// MayChange reports whether somebody may rename, share or delete a search: its
// owner, and an administrator what is shared.
func MayChange(by core.Actor, s Search) bool {
	return by.IsStaff() && (s.Owner == by.StaffID() || s.Audience != ForMe && by.Has(core.RoleAdministrator))
}

// Save keeps a search. A name that its owner has used already is refused.
func (s *Service) Save(ctx context.Context, by core.Actor, in Input) (Search, error) {
	if !by.IsStaff() {
		return Search{}, core.Forbidden("Only staff may save searches.")
	}
	var no int
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		in, err := s.clean(ctx, tx, by.StaffID(), in)
		if err != nil {
			return err
		}
		// The owner's row is locked, so that two at once cannot pass the limit.
		n, err := postgres.One[countRow](ctx, tx, core.Forbidden("Only staff may save searches."), lockOwner, by.StaffID())
		if err != nil {
			return err
		}
		if n.Searches >= MaxSearches {
			return core.InvalidField("name", "You have saved %d searches, which is the most there may be. Delete one first.", MaxSearches)
		}
		made, err := postgres.One[numberRow](ctx, tx, nil, insertSearch, by.StaffID(), in.Name, in.Query, in.Audience, orNull(in.Group), s.clock.Now())
		no = made.No
		return err
	})
	if err != nil {
		return Search{}, nameTaken(err)
	}
	return s.Find(ctx, by, no)
}

// Change renames a search, shares it with others, or keeps another query under
// its name; an empty query leaves what it looks for.
func (s *Service) Change(ctx context.Context, by core.Actor, no int, in Input) (Search, error) {
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		before, err := s.lock(ctx, tx, by, no)
		if err != nil {
			return err
		}
		if in.Query == "" {
			in.Query = before.Query
		}
		if in, err = s.clean(ctx, tx, before.Owner, in); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, updateSearch, no, in.Name, in.Query, in.Audience, orNull(in.Group), s.clock.Now())
		return err
	})
	if err != nil {
		return Search{}, nameTaken(err)
	}
	return s.Find(ctx, by, no)
}

// Delete forgets a search, for everybody it was shared with.
func (s *Service) Delete(ctx context.Context, by core.Actor, no int) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.lock(ctx, tx, by, no); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, deleteSearch, no)
		return err
	})
}

// lock reads a search that somebody is about to change.
func (s *Service) lock(ctx context.Context, tx pgx.Tx, by core.Actor, no int) (Search, error) {
	if !by.IsStaff() {
		return Search{}, noSuchSearch()
	}
	r, err := postgres.One[row](ctx, tx, noSuchSearch(), selectOne+" FOR UPDATE OF s", by.StaffID(), no)
	if err != nil {
		return Search{}, err
	}
	if !MayChange(by, r.search()) {
		return Search{}, core.Forbidden("Only %s may change this search.", r.OwnerName)
	}
	return r.search(), nil
}

// clean checks what somebody said, for the owner of the search.
func (s *Service) clean(ctx context.Context, tx pgx.Tx, owner core.StaffID, in Input) (Input, error) {
	var wrong string
	if in.Name, wrong = core.CleanLine(in.Name, MaxName); wrong != "" {
		return in, core.InvalidField("name", "%s", wrong)
	}
	switch {
	case in.Name == "":
		return in, core.InvalidField("name", "Give the search a name.")
	case in.Query == "":
		return in, core.InvalidField("query", "There is nothing to save yet. Search for something, or choose a filter.")
	case len(in.Query) > MaxQuery || !utf8.ValidString(in.Query):
		return in, core.InvalidField("query", "This search is too long to be saved. Take some filters off.")
	}
	if _, err := url.ParseQuery(in.Query); err != nil {
		return in, core.InvalidField("query", "This is not the address of a search.")
	}
	switch in.Audience {
	case ForMe, ForStaff:
		in.Group = ""
		return in, nil
	case ForGroup:
	default:
		return in, core.InvalidField("share", "Say with whom the search is shared.")
	}
	groups, err := postgres.All[groupRow](ctx, tx, selectGroupsOf, owner)
	if err != nil {
		return in, err
	}
	if !slices.Contains(groups, groupRow{in.Group}) {
		return in, core.InvalidField("share", "A search can be shared with a group its owner is in.")
	}
	return in, nil
}

func noSuchSearch() error {
	return core.NotFound("This saved search does not exist, or is no longer shared with you.")
}

func nameTaken(err error) error {
	if postgres.Violates(err, "saved_searches_by_name") {
		return core.InvalidField("name", "There is a saved search with this name already.")
	}
	return err
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
