package people

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// UserInput is what an administrator settles about a staff user.
type UserInput struct {
	Name   string
	Email  string
	Roles  []core.Role
	Groups []string // group keys
	// Password is for accounts that the program makes; people set theirs by
	// link. Only CreateUser looks at it; "" leaves the account without one.
	Password string
}

// Account is a staff user as an administrator sees them.
type Account struct {
	core.StaffUser
	HasPassword bool
	CreatedAt   time.Time
	SeenAt      time.Time // of the session used last; zero when there is none
	LockedUntil time.Time // because of wrong passwords; zero when they may sign in
}

// AccountFilter narrows a list of accounts. The zero value lists active ones.
type AccountFilter struct {
	Query       string // part of a name or email address
	Group       string
	Deactivated bool // those deactivated, instead of the active
}

// maxAccounts bounds a list of staff users.
const maxAccounts = 1000

// CreateUser adds a staff user.
func (s *Service) CreateUser(ctx context.Context, by core.Actor, in UserInput) (core.StaffUser, error) {
	if err := mayAdminister(by); err != nil {
		return core.StaffUser{}, err
	}
	in, err := s.cleanUser(ctx, in)
	if err != nil {
		return core.StaffUser{}, err
	}
	hash := ""
	if in.Password != "" {
		if err := CheckPassword(in.Password, in.Name, in.Email); err != nil {
			return core.StaffUser{}, err
		}
		if hash, err = s.hasher.hash(ctx, in.Password); err != nil {
			return core.StaffUser{}, err
		}
	}
	user := core.StaffUser{ID: core.NewID[core.StaffID](), Name: in.Name, Email: in.Email, Roles: in.Roles, Groups: in.Groups, Active: true}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
		if user.No, err = s.store.InsertUser(ctx, tx, user, hash, s.now()); err != nil {
			return err
		}
		return s.record(ctx, tx, by, user.ID.String(), core.Event{
			Kind: UserCreated, Changes: changesBetween(nil, userAspects(user)),
		})
	})
	if err != nil {
		return core.StaffUser{}, emailTaken(err)
	}
	return user, nil
}

// UpdateUser changes a staff user's name, address, roles and groups. What they
// may do changes at once, also in the sessions they have.
func (s *Service) UpdateUser(ctx context.Context, by core.Actor, id core.StaffID, in UserInput) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	in, err := s.cleanUser(ctx, in)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		before, err := s.lockUserWithGroups(ctx, tx, id)
		if err != nil {
			return err
		}
		after := before
		after.Name, after.Email, after.Roles, after.Groups = in.Name, in.Email, in.Roles, in.Groups
		changes := changesBetween(userAspects(before), userAspects(after))
		if len(changes) == 0 {
			return nil
		}
		if err := s.store.UpdateUser(ctx, tx, after); err != nil {
			return err
		}
		if err := s.keepAnAdministrator(ctx, tx, before); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{Kind: UserChanged, Changes: changes})
	})
	return emailTaken(err)
}

// Deactivate ends a staff user's access at once: their sessions end, they
// cannot sign in, and no link of theirs works. Their name stays in histories.
// What becomes of their cases is not settled here.
func (s *Service) Deactivate(ctx context.Context, by core.Actor, id core.StaffID) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	if by.StaffID() == id {
		return core.Conflict("You cannot deactivate your own account. Ask another administrator.")
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		user, err := s.lockUserWithGroups(ctx, tx, id)
		if err != nil || !user.Active {
			return err
		}
		if err := s.store.SetActive(ctx, tx, id, false); err != nil {
			return err
		}
		if err := s.keepAnAdministrator(ctx, tx, user); err != nil {
			return err
		}
		if _, err := s.store.DeleteSessions(ctx, tx, user.Actor(), nil); err != nil {
			return err
		}
		if err := s.store.UseLinksOf(ctx, tx, user.Email, linkPassword, s.now()); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{
			Kind: UserDeactivated, Changes: map[core.Aspect]core.Changed{"active": {true, false}},
		})
	})
}

// Activate lets a staff user sign in again, with the groups and roles they had.
func (s *Service) Activate(ctx context.Context, by core.Actor, id core.StaffID) error {
	if err := mayAdminister(by); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		user, err := s.store.LockUser(ctx, tx, id)
		if err != nil || user.Active {
			return err
		}
		if err := s.store.SetActive(ctx, tx, id, true); err != nil {
			return err
		}
		return s.record(ctx, tx, by, id.String(), core.Event{
			Kind: UserActivated, Changes: map[core.Aspect]core.Changed{"active": {false, true}},
		})
	})
}

// ChangePassword sets a new password for whoever asks, who proves to be there
// by the current one. Every session but the one of keep (a token) ends.
func (s *Service) ChangePassword(ctx context.Context, by core.Actor, current, password, keep string) error {
	if !by.IsStaff() {
		return core.Forbidden("Only staff users have a password.")
	}
	user, err := s.store.FindCredentialsByID(ctx, s.db.Pool(), by.StaffID())
	if err != nil {
		return err
	}
	if len(current) > 4*MaxPassword {
		return errWrongCurrent
	}
	if err := s.countAttempt(ctx, user.Email); err != nil {
		return err
	}
	ok, err := s.hasher.matches(ctx, current, user.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return errWrongCurrent
	}
	if password == current {
		return core.InvalidField("password", "This is the password you have. Choose another one.")
	}
	if err := CheckPassword(password, user.Name, user.Email); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.store.ClearFailures(ctx, tx, accountKey(user.Email)); err != nil {
			return err
		}
		return s.replacePassword(ctx, tx, by, user.ID, hash, core.TokenHash(keep))
	})
}

var errWrongCurrent = core.InvalidField("current", "This is not your current password.")

// replacePassword stores a hash and ends every session but one.
func (s *Service) replacePassword(ctx context.Context, tx pgx.Tx, by core.Actor, id core.StaffID, hash string, keep []byte) error {
	if _, err := s.store.LockUser(ctx, tx, id); err != nil {
		return err
	}
	if err := s.store.SetPasswordHash(ctx, tx, id, hash); err != nil {
		return err
	}
	if _, err := s.store.DeleteSessions(ctx, tx, core.StaffActor(id, ""), keep); err != nil {
		return err
	}
	return s.record(ctx, tx, by, id.String(), core.Event{Kind: PasswordChanged})
}

// SetAfterSave keeps where a staff user wants to go after saving a case; "" is
// what the case type says.
func (s *Service) SetAfterSave(ctx context.Context, by core.Actor, place core.AfterSave) error {
	if !by.IsStaff() {
		return core.Forbidden("Sign in to keep this.")
	}
	if place != "" && place != core.AfterStay && place != core.AfterList && place != core.AfterNext {
		return core.InvalidField("after_save", "Choose one of the places in the list.")
	}
	return s.store.SetAfterSave(ctx, s.db.Pool(), by.StaffID(), place)
}

// FindUser returns a staff user, active or not, or a not-found error.
func (s *Service) FindUser(ctx context.Context, id core.StaffID) (core.StaffUser, error) {
	return s.store.FindUser(ctx, s.db.Pool(), id)
}

// FindUserByEmail returns a staff user, active or not, or a not-found error.
func (s *Service) FindUserByEmail(ctx context.Context, email string) (core.StaffUser, error) {
	return s.store.FindUserByEmail(ctx, s.db.Pool(), email)
}

// Users lists the active staff users by name.
func (s *Service) Users(ctx context.Context) ([]core.StaffUser, error) {
	return s.store.ListUsers(ctx, s.db.Pool())
}

// FindAccount returns what an administrator sees of the staff user with a
// number.
func (s *Service) FindAccount(ctx context.Context, by core.Actor, no int) (Account, error) {
	if err := mayAdminister(by); err != nil {
		return Account{}, err
	}
	account, err := s.store.FindAccount(ctx, s.db.Pool(), no)
	if err != nil {
		return Account{}, err
	}
	account.LockedUntil, err = s.LockedUntil(ctx, account.Email)
	return account, err
}

// AccountHistory returns what was done to a staff user's account, the oldest
// first, at most a thousand changes. It is for administrators.
func (s *Service) AccountHistory(ctx context.Context, by core.Actor, id core.StaffID) ([]core.Recorded, error) {
	if err := mayAdminister(by); err != nil {
		return nil, err
	}
	return events.History(ctx, s.db.Pool(), core.StreamPeople, id.String(), 0, 1000)
}

// Accounts lists staff users for an administrator, by name, at most a thousand.
func (s *Service) Accounts(ctx context.Context, by core.Actor, f AccountFilter) ([]Account, error) {
	if err := mayAdminister(by); err != nil {
		return nil, err
	}
	p := fieldProblems{}
	f.Query = p.line("q", f.Query, maxName)
	f.Group = p.line("group", f.Group, maxName)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.store.ListAccounts(ctx, s.db.Pool(), f)
}

// NamesOf returns the names of staff users, customers and programs (Program
// “Website”) by the IDs that histories hold. An ID that belongs to nobody is left out.
func (s *Service) NamesOf(ctx context.Context, ids ...string) (map[string]string, error) {
	known := make([]string, 0, len(ids))
	for _, id := range ids {
		if _, err := core.ParseID[core.StaffID](id); err == nil {
			known = append(known, id)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if len(known) == 0 {
		return map[string]string{}, nil
	}
	return s.store.Names(ctx, s.db.Pool(), known)
}

// cleanUser checks an input and puts it into the form in which it is stored.
func (s *Service) cleanUser(ctx context.Context, in UserInput) (UserInput, error) {
	p := fieldProblems{}
	in.Name = p.line("name", in.Name, maxName)
	p.require("name", in.Name, "Enter the person's name.")
	in.Email = p.email("email", in.Email)
	p.require("email", in.Email, "Enter an email address. It is what the person signs in with.")
	in.Roles = slices.Clone(in.Roles)
	slices.Sort(in.Roles)
	in.Roles = slices.Compact(in.Roles)
	for _, role := range in.Roles {
		if !slices.Contains(core.Roles(), role) {
			p["roles"] = "Choose roles from the list."
		}
	}
	groups, err := s.Groups(ctx)
	if err != nil {
		return in, err
	}
	in.Groups = slices.Clone(in.Groups)
	slices.Sort(in.Groups)
	in.Groups = slices.Compact(in.Groups)
	for _, key := range in.Groups {
		if !slices.ContainsFunc(groups, func(g core.Group) bool { return g.Key == key }) {
			p["groups"] = "Choose groups from the list. One of them does not exist any more."
		}
	}
	return in, p.err()
}

func (s *Service) lockUserWithGroups(ctx context.Context, tx pgx.Tx, id core.StaffID) (core.StaffUser, error) {
	if _, err := s.store.LockUser(ctx, tx, id); err != nil {
		return core.StaffUser{}, err
	}
	return s.store.FindUser(ctx, tx, id)
}

// keepAnAdministrator refuses a change of somebody after which nobody could
// undo it.
func (s *Service) keepAnAdministrator(ctx context.Context, tx pgx.Tx, before core.StaffUser) error {
	if !before.Active || !slices.Contains(before.Roles, core.RoleAdministrator) {
		return nil
	}
	left, err := s.store.LockAdministrators(ctx, tx)
	if err != nil {
		return err
	}
	if left == 0 {
		return core.Conflict("This is the only administrator. Make somebody else one first.")
	}
	return nil
}

// userAspects are the values of a staff user that the history keeps.
func userAspects(u core.StaffUser) map[core.Aspect]any {
	roles, groups := u.Roles, u.Groups
	if roles == nil {
		roles = []core.Role{}
	}
	if groups == nil {
		groups = []string{}
	}
	return map[core.Aspect]any{"name": u.Name, "email": u.Email, "roles": roles, "groups": groups}
}

func emailTaken(err error) error {
	if postgres.Violates(err, "staff_users_email_key") {
		return core.InvalidField("email", "Another staff user has this email address.")
	}
	return err
}
