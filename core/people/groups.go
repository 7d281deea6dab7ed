package people

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

// GroupSize is a group and how many active staff users are in it.
type GroupSize struct {
	core.Group
	Members int
}

// groupKeys are what the database accepts too.
var groupKeys = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)

// reservedKeys mean something else where configuration names groups.
var reservedKeys = []string{core.Everyone, core.SignedIn, "manager"}

// CreateGroup adds a group. Its key is what case types call it and never
// changes; "" makes one from the name.
func (s *Service) CreateGroup(ctx context.Context, by core.Actor, g core.Group) (core.Group, error) {
	if err := mayAdminister(by); err != nil {
		return core.Group{}, err
	}
	p := fieldProblems{}
	g = p.group(g)
	if g.Key = strings.TrimSpace(g.Key); g.Key == "" {
		g.Key = keyFrom(g.Name)
	}
	switch {
	case g.Key == "" && p["name"] != "":
		// The name is to blame, and says so.
	case !groupKeys.MatchString(g.Key):
		p["key"] = "Use up to 60 small letters a to z, digits and hyphens."
	case slices.Contains(reservedKeys, g.Key):
		p["key"] = "This key has a meaning of its own. Choose another one."
	}
	if err := p.err(); err != nil {
		return core.Group{}, err
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.store.InsertGroup(ctx, tx, g, s.now()); err != nil {
			return err
		}
		return s.record(ctx, tx, by, groupStream(g.Key), core.Event{
			Kind: GroupCreated, Changes: changesBetween(nil, groupAspects(g)),
		})
	})
	if postgres.Violates(err, "groups_pkey") {
		return core.Group{}, core.InvalidField("key", "There is a group with this key already.")
	}
	return g, err
}

// UpdateGroup renames a group or changes its shared mailbox.
func (s *Service) UpdateGroup(ctx context.Context, by core.Actor, g core.Group) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	p := fieldProblems{}
	g = p.group(g)
	if err := p.err(); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		before, err := s.store.LockGroup(ctx, tx, g.Key)
		if err != nil {
			return err
		}
		changes := changesBetween(groupAspects(before), groupAspects(g))
		if len(changes) == 0 {
			return nil
		}
		if err := s.store.UpdateGroup(ctx, tx, g); err != nil {
			return err
		}
		return s.record(ctx, tx, by, groupStream(g.Key), core.Event{Kind: GroupChanged, Changes: changes})
	})
}

// AddMember puts a staff user into a group; a member stays one.
func (s *Service) AddMember(ctx context.Context, by core.Actor, key string, id core.StaffID) error {
	return s.changeMember(ctx, by, key, id, func(groups []string) []string {
		if !slices.Contains(groups, key) {
			groups = append(groups, key)
		}
		return groups
	})
}

// RemoveMember takes a staff user out of a group.
func (s *Service) RemoveMember(ctx context.Context, by core.Actor, key string, id core.StaffID) error {
	return s.changeMember(ctx, by, key, id, func(groups []string) []string {
		return slices.DeleteFunc(groups, func(g string) bool { return g == key })
	})
}

func (s *Service) changeMember(ctx context.Context, by core.Actor, key string, id core.StaffID, change func([]string) []string) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		before, err := s.lockUserWithGroups(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := s.store.LockGroup(ctx, tx, key); err != nil {
			return err
		}
		after := before
		after.Groups = change(slices.Clone(before.Groups))
		slices.Sort(after.Groups)
		changes := changesBetween(userAspects(before), userAspects(after))
		if len(changes) == 0 {
			return nil
		}
		if err := s.store.UpdateUser(ctx, tx, after); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{Kind: UserChanged, Changes: changes})
	})
}

// Groups lists every group by name.
func (s *Service) Groups(ctx context.Context) ([]core.Group, error) {
	return s.store.ListGroups(ctx, s.db.Pool())
}

// GroupSizes lists every group by name, with how many are in it.
func (s *Service) GroupSizes(ctx context.Context) ([]GroupSize, error) {
	return s.store.ListGroupSizes(ctx, s.db.Pool())
}

// FindGroup returns one group, or a not-found error.
func (s *Service) FindGroup(ctx context.Context, key string) (core.Group, error) {
	if !groupKeys.MatchString(key) {
		return core.Group{}, errNoGroup
	}
	return s.store.FindGroup(ctx, s.db.Pool(), key)
}

// MemberGroups returns the keys of the groups a staff user is in, sorted.
func (s *Service) MemberGroups(ctx context.Context, id core.StaffID) ([]string, error) {
	return s.store.MemberGroups(ctx, s.db.Pool(), id)
}

// GroupMembers lists the active staff users in a group by name.
func (s *Service) GroupMembers(ctx context.Context, key string) ([]core.StaffUser, error) {
	return s.store.GroupMembers(ctx, s.db.Pool(), key)
}

var errNoGroup = core.NotFound("There is no such group.")

func (p fieldProblems) group(g core.Group) core.Group {
	g.Name = p.line("name", g.Name, maxName)
	p.require("name", g.Name, "Enter the group's name.")
	g.Email = p.email("email", g.Email)
	return g
}

// keyFrom makes a key from a name: "Noise & nuisance" becomes noise-nuisance.
func keyFrom(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	key := b.String()
	return strings.Trim(key[:min(len(key), 60)], "-")
}

func groupAspects(g core.Group) map[core.Aspect]any {
	return map[core.Aspect]any{"name": g.Name, "email": g.Email}
}
