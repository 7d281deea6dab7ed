package people

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// Details are what is known of a customer.
type Details struct {
	Name     string
	Email    string // "" when they have none
	Phone    string
	Address  string // with its postcode, in lines
	Language string // "en", "cy"; "" when not known
}

// Limits of a search for a caller.
const (
	minQuery   = 2 // letters
	maxQuery   = 100
	maxResults = 50
)

// FindOrCreate returns the customer with an email address, or makes one. With
// no address somebody new is made each time: names alone do not tell people
// apart.
//
// A record that exists is not overwritten by what somebody types into a form.
// What it lacks is filled in only for staff and for its own person.
func (s *Service) FindOrCreate(ctx context.Context, by core.Actor, d Details) (person core.Person, err error) {
	if d, err = cleanDetails(d); err != nil {
		return person, err
	}
	if d.Name == "" && d.Email == "" && d.Phone == "" {
		return person, core.InvalidField("name", "Enter a name, an email address or a telephone number.")
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		person, err = s.findOrCreate(ctx, tx, by, d)
		return err
	})
	return person, err
}

func (s *Service) findOrCreate(ctx context.Context, tx pgx.Tx, by core.Actor, d Details) (core.Person, error) {
	person := d.apply(core.Person{ID: core.NewID[core.PersonID](), CreatedAt: s.now()})
	no, err := s.store.InsertPerson(ctx, tx, person)
	if err != nil {
		return person, err
	}
	if person.No = no; no > 0 {
		return person, s.record(ctx, tx, by, person.ID.String(), core.Event{
			Kind: PersonCreated, Changes: changesBetween(blankPerson, personAspects(person)),
		})
	}
	found, err := s.store.LockPersonByEmail(ctx, tx, d.Email)
	if err != nil {
		return found, err
	}
	if !mayChange(by, found.ID) {
		return found, nil
	}
	return s.change(ctx, tx, by, found, d.fill(found))
}

// FindPerson returns a customer to staff or to themselves, or a not-found
// error.
func (s *Service) FindPerson(ctx context.Context, by core.Actor, id core.PersonID) (core.Person, error) {
	if !mayKnow(by, id) {
		return core.Person{}, errNoPerson
	}
	return s.store.FindPerson(ctx, s.db.Pool(), id)
}

// FindPersonByNo returns the customer with a number to staff, or a not-found
// error.
func (s *Service) FindPersonByNo(ctx context.Context, by core.Actor, no int) (core.Person, error) {
	if !mayLookUp(by) {
		return core.Person{}, errNoPerson
	}
	return s.store.FindPersonByNo(ctx, s.db.Pool(), no)
}

// UpdatePerson changes what is known of a customer. Staff may change all of
// it; customers everything of their own but the email address, which is what
// they sign in with.
func (s *Service) UpdatePerson(ctx context.Context, by core.Actor, id core.PersonID, d Details) error {
	if !mayChange(by, id) {
		return errNoPerson
	}
	d, err := cleanDetails(d)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		before, err := s.store.LockPerson(ctx, tx, id)
		if err != nil {
			return err
		}
		if by.PersonID() == id && d.Email != before.Email {
			return core.InvalidField("email", "You sign in with this address. Ask us to change it.")
		}
		if d.Name == "" && d.Email == "" && d.Phone == "" {
			return core.InvalidField("name", "Enter a name, an email address or a telephone number.")
		}
		_, err = s.change(ctx, tx, by, before, d.apply(before))
		return err
	})
	if postgres.Violates(err, "persons_by_email") {
		return core.InvalidField("email", "Another person has this email address.")
	}
	return err
}

// change stores what differs and records it.
func (s *Service) change(ctx context.Context, tx pgx.Tx, by core.Actor, before, after core.Person) (core.Person, error) {
	changes := changesBetween(personAspects(before), personAspects(after))
	if len(changes) == 0 {
		return after, nil
	}
	if err := s.store.UpdatePerson(ctx, tx, after); err != nil {
		return before, err
	}
	return after, s.record(ctx, tx, by, before.ID.String(), core.Event{Kind: PersonChanged, Changes: changes})
}

// PersonHistory returns how a customer's details came to be what they are, the
// oldest first, at most a thousand changes. It is for staff.
func (s *Service) PersonHistory(ctx context.Context, by core.Actor, id core.PersonID) ([]core.Recorded, error) {
	if !by.IsStaff() {
		return nil, errNoPerson
	}
	return events.History(ctx, s.db.Pool(), core.StreamPeople, id.String(), 0, 1000)
}

// SearchPersons finds customers for staff by whatever a caller says: a name, a
// telephone number, an email address, an address or a postcode, or a part of
// one. The likeliest come first, at most limit (up to 50). Fewer than two
// letters find nobody.
func (s *Service) SearchPersons(ctx context.Context, by core.Actor, query string, limit int) ([]core.Person, error) {
	if !mayLookUp(by) {
		return nil, core.Forbidden("Only staff may look for people.")
	}
	p := fieldProblems{}
	query = strings.ToLower(p.line("q", query, maxQuery))
	if err := p.err(); err != nil {
		return nil, err
	}
	if len([]rune(query)) < minQuery {
		return []core.Person{}, nil
	}
	return s.store.SearchPersons(ctx, s.db.Pool(), patternsOf(query), max(1, min(limit, maxResults)))
}

// Duplicates lists customers who may be the same as one: same telephone
// number, or the same name.
func (s *Service) Duplicates(ctx context.Context, by core.Actor, id core.PersonID) ([]core.Person, error) {
	if !by.IsStaff() {
		return nil, core.Forbidden("Only staff may look for people.")
	}
	return s.store.ListDuplicates(ctx, s.db.Pool(), id)
}

// searchPatterns is what a caller says as each column is compared with it: LIKE
// patterns, "" for columns it cannot be in.
type searchPatterns struct {
	words   string // as it was said, for similarity
	name    string
	email   string
	phone   string // digits alone
	address string // without spaces, so that postcodes match however spaced
}

func patternsOf(query string) searchPatterns {
	if len([]rune(query)) < 3 {
		// The index knows three letters at a time, or the beginning of a word.
		return searchPatterns{words: query, name: strings.TrimPrefix(likePattern(query), "%")}
	}
	p := searchPatterns{words: query, name: likePattern(query), address: likePattern(strings.ReplaceAll(query, " ", ""))}
	if !strings.Contains(query, " ") {
		p.email = likePattern(query)
	}
	digits := phoneDigits(query)
	if len(digits) >= 4 && strings.Trim(query, "0123456789 +()-./") == "" {
		// 0044 1632, +44 1632 and 01632 are one number: compare what follows.
		digits = strings.TrimPrefix(digits, "00")
		if strings.HasPrefix(digits, "44") && len(digits) > 10 {
			digits = digits[2:]
		}
		p.phone = likePattern(strings.TrimLeft(digits, "0"))
	}
	return p
}

// likePattern finds text anywhere, and nothing in it is a wildcard.
func likePattern(text string) string {
	if text == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// mayLookUp reports whether somebody may find customers: staff, and programs
// that were given the right to.
func mayLookUp(by core.Actor) bool { return by.IsStaff() || by.HasRight(core.RightReadPeople) }

// mayChange reports whether somebody may change what is known of a customer.
func mayChange(by core.Actor, id core.PersonID) bool {
	return by.HasRight(core.RightWritePeople) || !by.IsClient() && mayKnow(by, id)
}

func mayKnow(by core.Actor, id core.PersonID) bool {
	return mayLookUp(by) || by.Kind == core.ActorSystem || !id.IsZero() && by.PersonID() == id && by.Case.IsZero()
}

var errNoPerson = core.NotFound("There is no such person.")

func cleanDetails(d Details) (Details, error) {
	p := fieldProblems{}
	d.Name = p.line("name", d.Name, maxName)
	d.Email = p.email("email", d.Email)
	d.Phone = p.line("phone", d.Phone, maxPhone)
	if d.Phone != "" && p["phone"] == "" && len(phoneDigits(d.Phone)) < 3 {
		p["phone"] = "Enter a telephone number, like 01632 960 001."
	}
	d.Address = p.lines("address", d.Address, maxAddress)
	d.Language = p.line("language", d.Language, 20)
	return d, p.err()
}

func (d Details) apply(p core.Person) core.Person {
	p.Name, p.Email, p.Phone, p.Address, p.Language = d.Name, d.Email, d.Phone, d.Address, d.Language
	return p
}

// fill adds to a person what is not known yet.
func (d Details) fill(p core.Person) core.Person {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&p.Name, d.Name)
	fill(&p.Phone, d.Phone)
	fill(&p.Address, d.Address)
	fill(&p.Language, d.Language)
	return p
}

// personAspects are the values of a customer that the history keeps, until
// they are erased.
func personAspects(p core.Person) map[core.Aspect]any {
	return map[core.Aspect]any{"name": p.Name, "email": p.Email, "phone": p.Phone, "address": p.Address, "language": p.Language}
}

var blankPerson = personAspects(core.Person{})
