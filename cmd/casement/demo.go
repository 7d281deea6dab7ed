package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notes"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/questions"
	"github.com/casement-dev/casement/core/tasks"
)

// The demonstration is Northmoor, a council that does not exist, with three
// weeks of its work behind it. Everything happens through the door, with the
// clock set to when it would have happened, so that histories, due times and
// mails are those of a real installation.

// demoPassword opens every account of the demonstration.
const demoPassword = "lantern-meadow-42"

// demoUser is a staff user of the demonstration.
type demoUser struct {
	say         string // how greet introduces them; "" leaves them out
	name, email string
	roles       []core.Role
	groups      []string
}

var demoStaff = []demoUser{
	{"Administrator", "Morag Sinclair", "morag@northmoor.example", []core.Role{core.RoleAdministrator, core.RoleConfigurator}, []string{"complaints-team", "customer-services"}},
	{"Case manager", "Priya Raghunathan", "priya@northmoor.example", nil, []string{"complaints-team", "customer-services"}},
	{"", "Tomasz Wiśniewski", "tomasz@northmoor.example", nil, []string{"complaints-team"}},
	{"Escalations", "Yusuf Abdirahman", "yusuf@northmoor.example", nil, []string{"complaints-leads", "heads-of-service"}},
	{"Highways", "Ines Carvalho", "ines@northmoor.example", nil, []string{"highways"}},
	{"", "Kofi Mensah", "kofi@northmoor.example", nil, []string{"waste", "parks"}},
	{"Contact centre", "Siân Llewellyn", "sian@northmoor.example", nil, []string{"contact-centre"}},
}

var demoCustomers = []people.Details{
	{Name: "Amara Okonkwo-Lindqvist", Email: "amara@example.org", Phone: "07700 900482", Address: "14 Larkspur Court, Chapel Rise, NM4 2QT"},
	{Name: "Dai Prosser", Email: "dai.prosser@example.org", Phone: "01632 960187", Address: "3 Mill Lane, NM1 1AB"},
	{Name: "Mehmet Yıldırım", Email: "mehmet@example.org", Phone: "07700 900113", Address: "Flat 2, 88 Station Road, NM2 6JH"},
	{Name: "Fatemeh Hosseini", Email: "f.hosseini@example.org", Phone: "07700 900551", Address: "27 Weir View, NM3 9PL"},
	{Name: "Agnieszka Dąbrowska", Email: "agnieszka@example.org", Address: "5 Orchard Close, NM4 1ES"},
	{Name: "Jean-Baptiste de la Tour", Email: "jb.delatour@example.org", Phone: "01632 960442"},
	{Name: "Nguyễn Thị Hạnh", Email: "hanh@example.org", Address: "61 Chapel Rise, NM4 2QR"},
	{Name: "يوسف الحدّاد", Email: "yousef@example.org", Phone: "07700 900830"},
	{Name: "Margaret Ashworth", Phone: "01632 960318", Address: "The Old Forge, Nether Wick, NM7 3TT"},
}

// demoClock is set by hand while the demonstration is played, and stands in
// for the installation's clock nowhere else.
type demoClock struct {
	mu  sync.Mutex
	now time.Time
}

// Now implements core.Clock.
func (c *demoClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *demoClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t.UTC()
}

// selectBegun is when the installation began: the day the play leads up to, so
// that a start which takes an interrupted one up plays the same.
const selectBegun = `SELECT created_at FROM installation`

// demonstrate makes the people and plays their three weeks. A start that was
// interrupted is taken up: every act has a key of its own, under which what was
// played before is not played again.
func (p *parts) demonstrate(ctx context.Context) error {
	system := core.SystemActor()
	organisation := core.Organisation{
		Name: "Northmoor Council", Language: "en-GB", Zone: "Europe/London", Home: p.settings.PublicURL, Email: "help@northmoor.example",
		Telephone: "01632 960100", Hours: "Monday to Friday, 8:30am to 5pm. Closed on bank holidays.",
		HelpNote: "Minicom and Relay UK: dial 18001 first.",
	}
	if err := p.portals.SetOrganisation(ctx, system, organisation); err != nil {
		return err
	}
	stage := &play{parts: p, staff: map[string]core.Actor{}, clock: &demoClock{}}
	for _, u := range demoStaff {
		made, err := p.account(ctx, people.UserInput{Name: u.name, Email: u.email, Roles: u.roles, Groups: u.groups, Password: demoPassword})
		if err != nil {
			return fmt.Errorf("make the account of %s: %w", u.name, err)
		}
		stage.staff[u.email] = made.Actor()
	}
	begun, err := postgres.One[struct{ CreatedAt time.Time }](ctx, p.db.Pool(), nil, selectBegun)
	if err != nil {
		return err
	}
	stage.today = begun.CreatedAt.UTC()
	for _, details := range demoCustomers {
		person, err := p.people.FindOrCreate(ctx, system, details)
		if err != nil {
			return fmt.Errorf("make the record of %s: %w", details.Name, err)
		}
		stage.customers = append(stage.customers, person)
	}
	return stage.perform(ctx)
}

// play is the demonstration while it is played.
type play struct {
	*parts
	clock     *demoClock
	staff     map[string]core.Actor
	customers []core.Person
	today     time.Time // the end of the play
	cases     int       // stories begun
	acts      []act
}

// act is one thing somebody does at a time.
type act struct {
	at       time.Time
	by       core.Actor
	cs       core.CaseID
	commands []cases.Command
}

// perform plays every act in the order of time, with what the clock itself does
// in between.
func (pl *play) perform(ctx context.Context) error {
	d := &database{pool: pl.db.Pool()}
	stage, err := build(pl.settings, d, pl.clock, pl.log)
	if err != nil {
		return err
	}
	defer stage.close()
	stage.cases.Reactions(nil) // what follows is played here and now
	pl.write(pl.today)
	slices.SortStableFunc(pl.acts, func(a, b act) int { return a.at.Compare(b.at) })
	for n, a := range pl.acts {
		if err := pl.letTimePass(ctx, stage, a.at); err != nil {
			return err
		}
		r := cases.One(a.cs, 0, a.commands...)
		r.Key = fmt.Sprintf("demonstration %d", n)
		if _, err := stage.cases.Do(ctx, a.by, r); err != nil {
			return fmt.Errorf("%s at %s: %w", a.commands[0].Name(), a.at.Format(time.DateTime), err)
		}
		if err := pl.react(ctx, stage, a.cs); err != nil {
			return err
		}
	}
	return pl.letTimePass(ctx, stage, pl.today)
}

// nextCase is the identifier of the next story, the same whenever the play is
// played: made of when it is raised, and its number.
func (pl *play) nextCase(at time.Time) core.CaseID {
	pl.cases++
	sum := sha256.Sum256(fmt.Appendf(nil, "demonstration %d %s", pl.cases, pl.today))
	id := core.CaseID(sum[:16])
	for i, ms := 5, uint64(at.UnixMilli()); i >= 0; i, ms = i-1, ms>>8 {
		id[i] = byte(ms)
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// letTimePass moves the clock to an instant, stopping at what targets do on
// the way.
func (pl *play) letTimePass(ctx context.Context, stage *parts, to time.Time) error {
	for {
		next, cs, err := stage.targets.Next(ctx)
		if err != nil {
			return err
		}
		if cs.IsZero() || next.After(to) {
			break
		}
		pl.clock.set(next)
		if err := stage.targets.StepCase(ctx, cs); err != nil {
			return err
		}
		if err := pl.react(ctx, stage, cs); err != nil {
			return err
		}
	}
	pl.clock.set(to)
	return nil
}

func (pl *play) react(ctx context.Context, stage *parts, cs core.CaseID) error {
	return stage.cases.React(ctx, cs, func(context.Context, pgx.Tx) error { return nil })
}

// thread is the story of one case.
type thread struct {
	pl *play
	id core.CaseID
	by core.Actor // the requester
	at time.Time
}

// workday is an instant some working days before today, at a wall time in
// London: what is three weeks old stays three weeks old on every day the
// demonstration is made.
func (pl *play) workday(today time.Time, back int, clock string) time.Time {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // linked into the program
	}
	day := today.In(london)
	for n := 0; n < back || day.Weekday() == time.Saturday || day.Weekday() == time.Sunday; {
		day = day.AddDate(0, 0, -1)
		if day.Weekday() != time.Saturday && day.Weekday() != time.Sunday {
			n++
		}
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", day.Format(time.DateOnly)+" "+clock, london)
	if err != nil {
		panic(err) // a clock time in this file is misspelt
	}
	if t.After(today) {
		return today.Add(-10 * time.Minute)
	}
	return t.UTC()
}

// raise begins a story: somebody raises a case so many working days ago.
func (pl *play) raise(at time.Time, who int, r cases.Raise) *thread {
	th := &thread{pl: pl, id: pl.nextCase(at), at: at, by: core.AnonymousActor()}
	if who >= 0 {
		person := pl.customers[who]
		r.Requester = person.ID
		r.Contact = core.Contact{Name: person.Name, Email: person.Email, Phone: person.Phone, Address: person.Address}
		th.by = core.PersonActor(person.ID, person.Name)
	} else {
		r.Anonymous = true
	}
	if r.Channel == "" {
		r.Channel = core.ChannelWeb
	}
	r.Submission = &core.Submission{Form: "demonstration", Review: []core.ReviewRow{
		{Question: "What happened?", Answer: r.Description}, {Question: "Where?", Answer: r.Address},
	}}
	raiser := th.by
	if r.Channel != core.ChannelWeb {
		raiser = pl.staff["sian@northmoor.example"]
	}
	pl.acts = append(pl.acts, act{at, raiser, th.id, []cases.Command{&r}})
	return th
}

// then lets a colleague (by first name) or the requester ("") do something so
// long after the last thing in the story, if that is not in the future.
func (th *thread) then(after time.Duration, who string, commands ...cases.Command) *thread {
	th.at = th.at.Add(after)
	by := th.by
	if who != "" {
		by = th.pl.staff[who+"@northmoor.example"]
	}
	if th.at.Before(th.pl.today) {
		th.pl.acts = append(th.pl.acts, act{th.at, by, th.id, commands})
	}
	return th
}

func private(words string) cases.Command { return &notes.Add{Body: words, Audience: core.Staff} }
func public(words string) cases.Command  { return &notes.Add{Body: words, Audience: core.Public} }
func ask(words string) cases.Command     { return &questions.Ask{Body: words} }
func answer(words string) cases.Command  { return &questions.Answer{No: 1, Answer: words} }

func task(kind, group, brief string) cases.Command {
	return &tasks.Add{Type: kind, Group: group, Brief: brief}
}

// gives is a task for one of the staff, by the first part of their address.
func (pl *play) gives(kind, who, group, brief string) cases.Command {
	return &tasks.Add{Type: kind, Group: group, Assignee: pl.staff[who+"@northmoor.example"].StaffID(), Brief: brief}
}

func set(field string, value any) cases.Command { return &cases.SetField{Field: field, Value: value} }

func done(no int, outcome string) cases.Command { return &tasks.Complete{No: no, Outcome: outcome} }
