package people

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// What is recorded about programs, in the stream named by the client's ID.
const (
	ClientCreated    core.EventKind = "api_client.created"
	ClientChanged    core.EventKind = "api_client.changed"
	ClientKeyMade    core.EventKind = "api_client.key_made"
	ClientKeyRemoved core.EventKind = "api_client.key_removed"
	ClientRevoked    core.EventKind = "api_client.revoked"
)

// Bounds of clients.
const (
	DefaultPerMinute = 600 // requests of a client in a minute
	MaxPerMinute     = 60_000
	maxPurpose       = 500 // letters
	maxKeys          = 2   // of one client that work at the same time
)

// ClientInput is what an administrator says about a program.
type ClientInput struct {
	Name        string
	Purpose     string
	Types       []string // keys of case types, or [core.EveryType]
	Permissions []core.Permission
	Rights      []core.Right
	PerMinute   int       // 0: DefaultPerMinute
	ExpiresAt   time.Time // zero: never
}

// ClientKey is one of a program's keys, without its secret.
type ClientKey struct {
	ID        core.ClientKeyID
	Prefix    string // what is shown of it: "casement_k7q2m9xw"
	CreatedAt time.Time
	EndsAt    time.Time // zero: with the client
	UsedAt    time.Time // to the minute; zero: never
}

// ClientUse is a program in a list.
type ClientUse struct {
	core.Client
	UsedAt time.Time // zero: never
}

// ClientAccount is a program as an administrator sees it.
type ClientAccount struct {
	core.Client
	Keys []ClientKey
}

// Clients lists the programs that may use the API, for an administrator: by
// name, those revoked last.
func (s *Service) Clients(ctx context.Context, by core.Actor) ([]ClientUse, error) {
	if err := mayAdministerClients(by); err != nil {
		return nil, err
	}
	return s.store.ListClients(ctx, s.db.Pool())
}

// FindClient returns a program by its number, for an administrator.
func (s *Service) FindClient(ctx context.Context, by core.Actor, no int) (ClientAccount, error) {
	if err := mayAdministerClients(by); err != nil {
		return ClientAccount{}, err
	}
	client, err := s.store.FindClient(ctx, s.db.Pool(), no)
	if err != nil {
		return ClientAccount{}, err
	}
	keys, err := s.store.ListClientKeys(ctx, s.db.Pool(), client.ID)
	return ClientAccount{client, keys}, err
}

// ClientHistory returns what was done to a program's access, the oldest first,
// at most a thousand changes. It is for administrators.
func (s *Service) ClientHistory(ctx context.Context, by core.Actor, id core.ClientID) ([]core.Recorded, error) {
	if err := mayAdministerClients(by); err != nil {
		return nil, err
	}
	return events.History(ctx, s.db.Pool(), core.StreamPeople, id.String(), 0, 1000)
}

// CreateClient lets a program in. The key is the only copy there is: the
// database keeps a hash of it.
func (s *Service) CreateClient(ctx context.Context, by core.Actor, in ClientInput) (client core.Client, key string, err error) {
	if err := mayAdministerClients(by); err != nil {
		return client, "", err
	}
	if in, err = s.cleanClient(ctx, in); err != nil {
		return client, "", err
	}
	client = in.apply(core.Client{ID: core.NewID[core.ClientID](), CreatedAt: s.now()})
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
		if client.No, err = s.store.InsertClient(ctx, tx, client); err != nil {
			return err
		}
		created := core.Event{Kind: ClientCreated, Changes: changesBetween(nil, clientAspects(client))}
		if err := s.record(ctx, tx, by, client.ID.String(), created); err != nil {
			return err
		}
		key, _, err = s.makeKey(ctx, tx, by, client.ID)
		return err
	})
	if err != nil {
		return core.Client{}, "", clientNameTaken(err)
	}
	return client, key, nil
}

// UpdateClient changes what a program may do. It holds from its next command,
// and within two seconds for everything it reads.
func (s *Service) UpdateClient(ctx context.Context, by core.Actor, id core.ClientID, in ClientInput) error {
	if err := mayAdministerClients(by); err != nil {
		return err
	}
	in, err := s.cleanClient(ctx, in)
	if err != nil {
		return err
	}
	return clientNameTaken(s.changeClient(ctx, id, func(tx pgx.Tx, before core.Client) error {
		after := in.apply(before)
		changes := changesBetween(clientAspects(before), clientAspects(after))
		if len(changes) == 0 {
			return nil
		}
		if err := s.store.UpdateClient(ctx, tx, after); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{Kind: ClientChanged, Changes: changes})
	}))
}

// ReplaceClientKey makes a new key. Those there are go on working for the time
// given, so that the program can be given the new one meanwhile.
func (s *Service) ReplaceClientKey(ctx context.Context, by core.Actor, id core.ClientID, overlap time.Duration) (key string, err error) {
	if err := mayAdministerClients(by); err != nil {
		return "", err
	}
	if overlap < 0 || overlap > 90*24*time.Hour {
		return "", core.InvalidField("overlap", "The old key can go on for 90 days at most.")
	}
	err = s.changeClient(ctx, id, func(tx pgx.Tx, _ core.Client) error {
		now := s.now()
		if err := s.store.SweepClientKeys(ctx, tx, now); err != nil {
			return err
		}
		keys, err := s.store.ListClientKeys(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(keys) >= maxKeys && overlap > 0 {
			return core.Conflict("Two keys work already. Take one of them away first.")
		}
		var made core.ClientKeyID
		if key, made, err = s.makeKey(ctx, tx, by, id); err != nil {
			return err
		}
		return s.store.EndClientKeys(ctx, tx, id, made, now.Add(overlap))
	})
	s.clients.clear()
	return key, err
}

// RemoveClientKey takes a key away, named by the part of it that is shown. It
// is worth nothing from then on, nor are access tokens that were given for it.
func (s *Service) RemoveClientKey(ctx context.Context, by core.Actor, id core.ClientID, prefix string) error {
	if err := mayAdministerClients(by); err != nil {
		return err
	}
	return s.changeClient(ctx, id, func(tx pgx.Tx, _ core.Client) error {
		if err := s.store.DeleteClientKey(ctx, tx, id, prefix); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{Kind: ClientKeyRemoved, About: core.About{"key": prefix}})
	})
}

// RevokeClient ends a program's access for good: its keys are gone. Its name
// stays in histories.
func (s *Service) RevokeClient(ctx context.Context, by core.Actor, id core.ClientID) error {
	if err := mayAdministerClients(by); err != nil {
		return err
	}
	return s.changeClient(ctx, id, func(tx pgx.Tx, _ core.Client) error {
		if err := s.store.RevokeClient(ctx, tx, id, s.now()); err != nil {
			return err
		}
		if err := s.store.DeleteClientKeys(ctx, tx, id); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{Kind: ClientRevoked})
	})
}

// changeClient changes a client that has not been revoked, under its lock.
func (s *Service) changeClient(ctx context.Context, id core.ClientID, change func(pgx.Tx, core.Client) error) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		client, err := s.store.LockClient(ctx, tx, id)
		if err != nil {
			return err
		}
		if !client.RevokedAt.IsZero() {
			return core.Conflict("The access of this program was revoked. Make a new one.")
		}
		return change(tx, client)
	})
	s.clients.clear()
	return err
}

// makeKey draws a key: a part that may be shown, and 130 random bits.
func (s *Service) makeKey(ctx context.Context, tx pgx.Tx, by core.Actor, id core.ClientID) (string, core.ClientKeyID, error) {
	k := ClientKey{
		ID: core.NewID[core.ClientKeyID](), Prefix: clientKeyPrefix + strings.ToLower(rand.Text()[:8]), CreatedAt: s.now(),
	}
	key := k.Prefix + "_" + strings.ToLower(rand.Text())
	if err := s.store.InsertClientKey(ctx, tx, id, k, core.TokenHash(key)); err != nil {
		return "", k.ID, err
	}
	return key, k.ID, s.record(ctx, tx, by, id.String(), core.Event{Kind: ClientKeyMade, About: core.About{"key": k.Prefix}})
}

// cleanClient checks an input and puts it into the form in which it is stored.
func (s *Service) cleanClient(ctx context.Context, in ClientInput) (ClientInput, error) {
	p := fieldProblems{}
	in.Name = p.line("name", in.Name, maxName)
	p.require("name", in.Name, "Enter the program’s name, as histories are to show it.")
	in.Purpose = p.lines("purpose", in.Purpose, maxPurpose)
	in.Types = sorted(in.Types)
	if slices.Contains(in.Types, core.EveryType) {
		in.Types = []string{core.EveryType}
	}
	for _, unknown := range in.Permissions {
		if !slices.Contains(core.GrantablePermissions(), unknown) {
			p["permissions"] = "Choose permissions from the list."
		}
	}
	in.Permissions = core.WithImplied(in.Permissions)
	in.Rights = sorted(in.Rights)
	for _, unknown := range in.Rights {
		if !slices.Contains(core.Rights(), unknown) {
			p["rights"] = "Choose rights from the list."
		}
	}
	if len(in.Permissions) > 0 && len(in.Types) == 0 {
		p["types"] = "Choose the case types that these permissions are for."
	}
	if len(in.Permissions) == 0 && len(in.Rights) == 0 {
		p["permissions"] = cmp.Or(p["permissions"], "Choose what the program may do.")
	}
	if err := s.checkTypes(ctx, in.Types, p); err != nil {
		return in, err
	}
	in.PerMinute = cmp.Or(in.PerMinute, DefaultPerMinute)
	if in.PerMinute < 1 || in.PerMinute > MaxPerMinute {
		p["per_minute"] = "Enter a number between 1 and 60,000."
	}
	if !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(s.now()) {
		p["expires_at"] = "Choose a day in the future."
	}
	in.ExpiresAt = in.ExpiresAt.UTC()
	return in, p.err()
}

func (s *Service) checkTypes(ctx context.Context, types []string, p fieldProblems) error {
	if len(types) == 0 || types[0] == core.EveryType || s.options.CaseTypes == nil {
		return nil
	}
	known, err := s.options.CaseTypes(ctx)
	if err != nil {
		return err
	}
	for _, key := range types {
		if !slices.Contains(known, key) {
			p["types"] = "There is no case type “" + clipKey(key) + "”."
		}
	}
	return nil
}

func clipKey(key string) string {
	r := []rune(key)
	return string(r[:min(len(r), 60)])
}

func (in ClientInput) apply(c core.Client) core.Client {
	c.Name, c.Purpose, c.Grant, c.Rights = in.Name, in.Purpose, core.Grant{Types: in.Types, Permissions: in.Permissions}, in.Rights
	c.PerMinute, c.ExpiresAt = in.PerMinute, in.ExpiresAt
	return c
}

func clientAspects(c core.Client) map[core.Aspect]any {
	aspects := map[core.Aspect]any{
		"name": c.Name, "purpose": c.Purpose, "types": nonNil(c.Grant.Types), "permissions": nonNil(wordsOf(c.Grant.Permissions)),
		"rights": nonNil(wordsOf(c.Rights)), "per_minute": c.PerMinute,
	}
	if !c.ExpiresAt.IsZero() {
		aspects["expires_at"] = c.ExpiresAt
	}
	return aspects
}

func clientNameTaken(err error) error {
	if postgres.Violates(err, "api_clients_by_name") {
		return core.InvalidField("name", "Another program has this name.")
	}
	return err
}

func mayAdministerClients(by core.Actor) error {
	if mayAdminister(by) != nil {
		return core.Forbidden("Only an administrator may say which programs use the API.")
	}
	return nil
}

func sorted[T cmp.Ordered](all []T) []T {
	out := slices.Clone(all)
	slices.Sort(out)
	return slices.Compact(out)
}
