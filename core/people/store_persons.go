package people

import (
	"context"
	"slices"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// personRow is a customer as the database gives it.
type personRow struct {
	ID        core.PersonID
	No        int
	Name      string
	Email     string
	Phone     string
	Address   string
	Language  string
	CreatedAt time.Time
}

func (r personRow) person() core.Person {
	p := core.Person(r)
	p.CreatedAt = p.CreatedAt.UTC()
	return p
}

func persons(rows []personRow, err error) ([]core.Person, error) {
	out := make([]core.Person, len(rows))
	for i, r := range rows {
		out[i] = r.person()
	}
	return out, err
}

const insertPerson = `
INSERT INTO persons (id, name, email, phone, address, language, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (email) WHERE email <> '' DO NOTHING
RETURNING no`

// InsertPerson adds a customer and returns their number; 0 when there is
// somebody with this email address already.
func (*Store) InsertPerson(ctx context.Context, q querier, p core.Person) (no int, err error) {
	rows, err := postgres.All[struct{ No int }](ctx, q, insertPerson, p.ID, p.Name, p.Email, p.Phone, p.Address, p.Language, p.CreatedAt)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].No, nil
}

const updatePerson = `
UPDATE persons SET name = $2, email = $3, phone = $4, address = $5, language = $6 WHERE id = $1`

// UpdatePerson stores a customer's details.
func (*Store) UpdatePerson(ctx context.Context, q querier, p core.Person) error {
	return execOne(ctx, q, errNoPerson, updatePerson, p.ID, p.Name, p.Email, p.Phone, p.Address, p.Language)
}

const (
	selectPerson = `
SELECT id, no, name, email, phone, address, language, created_at FROM persons WHERE id = $1`
	selectPersonByNo = `
SELECT id, no, name, email, phone, address, language, created_at FROM persons WHERE no = $1`
	lockPerson = `
SELECT id, no, name, email, phone, address, language, created_at FROM persons WHERE id = $1 FOR NO KEY UPDATE`
	lockPersonByEmail = `
SELECT id, no, name, email, phone, address, language, created_at FROM persons
WHERE email = $1 AND email <> '' FOR NO KEY UPDATE`
)

// FindPerson returns a customer.
func (*Store) FindPerson(ctx context.Context, q querier, id core.PersonID) (core.Person, error) {
	row, err := postgres.One[personRow](ctx, q, errNoPerson, selectPerson, id)
	return row.person(), err
}

// FindPersonByNo is FindPerson by number.
func (*Store) FindPersonByNo(ctx context.Context, q querier, no int) (core.Person, error) {
	row, err := postgres.One[personRow](ctx, q, errNoPerson, selectPersonByNo, no)
	return row.person(), err
}

// LockPerson returns a customer and keeps others from changing them until the
// transaction ends.
func (*Store) LockPerson(ctx context.Context, q querier, id core.PersonID) (core.Person, error) {
	row, err := postgres.One[personRow](ctx, q, errNoPerson, lockPerson, id)
	return row.person(), err
}

// LockPersonByEmail is LockPerson by email address.
func (*Store) LockPersonByEmail(ctx context.Context, q querier, email string) (core.Person, error) {
	row, err := postgres.One[personRow](ctx, q, errNoPerson, lockPersonByEmail, email)
	return row.person(), err
}

// searchPersons has one part for each index it can use. Each part ends: of the
// thousands who have a common name nobody wants to see the last.
const searchPersons = `
WITH found AS (
	(SELECT id FROM persons WHERE lower(name) LIKE $1 LIMIT 500)
	UNION (SELECT id FROM persons WHERE $3 <> '' AND email <> '' AND email LIKE $3 LIMIT 200)
	UNION (SELECT id FROM persons WHERE $4 <> '' AND phone <> '' AND regexp_replace(phone, '\D', '', 'g') LIKE $4 LIMIT 200)
	UNION (SELECT id FROM persons WHERE $5 <> '' AND address <> '' AND replace(lower(address), ' ', '') LIKE $5 LIMIT 200))
SELECT p.id, p.no, p.name, p.email, p.phone, p.address, p.language, p.created_at FROM found JOIN persons p ON p.id = found.id
ORDER BY
	($3 <> '' AND p.email LIKE $3)::int + ($4 <> '' AND regexp_replace(p.phone, '\D', '', 'g') LIKE $4)::int * 2 DESC,
	similarity(lower(p.name), $2) DESC, lower(p.name), p.id
LIMIT $6`

// searchNames compares names by trigrams, so that Katherine is found as
// Catherine, and whichever name was said first.
const searchNames = `
SELECT id, no, name, email, phone, address, language, created_at FROM persons WHERE lower(name) % $1
ORDER BY similarity(lower(name), $1) DESC, lower(name), id LIMIT $2`

// SearchPersons finds customers by any of the patterns; by names that are only
// alike, which takes longest, when these are too few.
func (*Store) SearchPersons(ctx context.Context, q querier, p searchPatterns, limit int) ([]core.Person, error) {
	found, err := persons(postgres.All[personRow](ctx, q, searchPersons, p.name, p.words, p.email, p.phone, p.address, limit))
	if err != nil || len(found) >= limit {
		return found, err
	}
	alike, err := persons(postgres.All[personRow](ctx, q, searchNames, p.words, limit))
	if err != nil {
		return nil, err
	}
	for _, person := range alike {
		if len(found) < limit && !slices.ContainsFunc(found, func(f core.Person) bool { return f.ID == person.ID }) {
			found = append(found, person)
		}
	}
	return found, nil
}

const selectDuplicates = `
SELECT d.id, d.no, d.name, d.email, d.phone, d.address, d.language, d.created_at
FROM persons p JOIN persons d ON d.id <> p.id AND (
	(p.name <> '' AND lower(d.name) = lower(p.name) AND lower(d.name) LIKE lower(p.name))
	OR (p.phone <> '' AND d.phone <> '' AND regexp_replace(d.phone, '\D', '', 'g') = regexp_replace(p.phone, '\D', '', 'g')))
WHERE p.id = $1
ORDER BY lower(d.name), d.id LIMIT 10`

// ListDuplicates lists customers with the name or telephone number of one.
func (*Store) ListDuplicates(ctx context.Context, q querier, id core.PersonID) ([]core.Person, error) {
	return persons(postgres.All[personRow](ctx, q, selectDuplicates, id))
}
