package main

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/settings"
)

// loadCommand fills a database with invented cases, for measuring: the council
// of the demonstration, grown large. They come in as if from elsewhere, through
// [cases.Service.RaiseMany].
type loadCommand struct {
	settings.Settings `embed:""`
	Cases             int    `default:"100000" help:"How many invented cases there are to be; those that are there count."`
	Seed              uint64 `default:"1" help:"The same seed invents the same cases."`
	Index             bool   `default:"true" negatable:"" help:"Make the search index of the loaded cases at once, rather than leave it to the server."`
}

const (
	loadSource  = "load" // of the aliases of invented cases
	loadWorkers = 2      // one invents while the other writes
	maxLoad     = 10_000_000
	loadYears   = 3
)

// Staff of loaded databases, beside those of the demonstration, with its
// password: benchmarks sign in as them.
var loadStaff = []demoUser{
	{"Sees everything", "Ada Everywhere", "everywhere@load.example", []core.Role{core.RoleAdministrator, core.RoleConfigurator}, []string{
		"complaints-team", "complaints-resolved", "customer-services", "contact-centre", "highways", "waste", "parks",
	}},
	{"Sees one group’s", "Rhoda Restricted", "restricted@load.example", nil, []string{"parks"}},
}

// loadTeams are the groups that invented staff users work in, and how many in
// each.
var loadTeams = []string{"customer-services", "complaints-team", "highways", "waste", "parks", "complaints-resolved"}

const teamSize = 8

// Run implements the command.
func (cmd *loadCommand) Run(ctx context.Context, out io.Writer) error {
	if cmd.Cases < 1 || cmd.Cases > maxLoad {
		return fmt.Errorf("load between 1 and %d cases", maxLoad)
	}
	debug.SetGCPercent(400) // what is invented is thrown away at once: there is room for more of it
	return withDatabase(ctx, &cmd.Settings, func(d *database) error {
		if err := postgres.Migrate(ctx, d.pool); err != nil {
			return err
		}
		log := newLog(&cmd.Settings)
		p, err := build(&cmd.Settings, d, cmd.Settings.Clock(log), log)
		if err != nil {
			return err
		}
		defer p.close()
		if err := p.prepare(ctx, true); err != nil {
			return fmt.Errorf("prepare the installation: %w", err)
		}
		fmt.Fprintf(out, "Loading %s: %d cases, seed %d.\n", d.where(), cmd.Cases, cmd.Seed)
		l, err := p.newLoad(ctx, cmd.Seed, out)
		if err != nil {
			return err
		}
		if err := l.fill(ctx, cmd.Cases); err != nil {
			return err
		}
		return l.finish(ctx, cmd.Index)
	})
}

// load is a database while it is filled.
type load struct {
	*parts
	seed  uint64
	town  town
	teams map[string][]core.StaffID
	types map[string]*core.CaseType
	today time.Time
	out   io.Writer
}

func (p *parts) newLoad(ctx context.Context, seed uint64, out io.Writer) (*load, error) {
	l := &load{parts: p, seed: seed, town: newTown(seed), teams: map[string][]core.StaffID{}, types: map[string]*core.CaseType{}, today: p.clock.Now(), out: out}
	for _, u := range loadStaff {
		if _, err := p.account(ctx, people.UserInput{Name: u.name, Email: u.email, Roles: u.roles, Groups: u.groups, Password: demoPassword}); err != nil {
			return nil, fmt.Errorf("make the account of %s: %w", u.name, err)
		}
		fmt.Fprintf(out, "  %-18s %s\n", u.say, u.email)
	}
	for t, team := range loadTeams {
		// A team of eight has a mailbox together, as teams do.
		g, err := p.people.FindGroup(ctx, team)
		if err != nil {
			return nil, err
		}
		if g.Email == "" {
			g.Email = team + "@load.example"
			if err := p.people.UpdateGroup(ctx, core.SystemActor(), g); err != nil {
				return nil, fmt.Errorf("give %s a mailbox: %w", team, err)
			}
		}
		for n := range teamSize {
			d := newDice(seed, 's', uint64(t*teamSize+n))
			made, err := p.account(ctx, people.UserInput{
				Name: d.any(firstNames) + " " + d.invented(), Email: fmt.Sprintf("%s-%d@load.example", team, n+1), Groups: []string{team},
			})
			if err != nil {
				return nil, fmt.Errorf("make an account in %s: %w", team, err)
			}
			l.teams[team] = append(l.teams[team], made.ID)
		}
	}
	all, err := p.types.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		l.types[t.Key] = t
	}
	for _, key := range []string{"report", "complaint", "enquiry"} {
		if l.types[key] == nil {
			return nil, fmt.Errorf("there is no case type %q: load a database of its own", key)
		}
	}
	return l, nil
}

const selectLoaded = `SELECT value FROM case_aliases WHERE source = $1`

type loadedRow struct{ Value string }

// loaded tells which of n numbers are there already.
func (l *load) loaded(ctx context.Context, n int) ([]bool, int, error) {
	rows, err := postgres.All[loadedRow](ctx, l.db.Pool(), selectLoaded, loadSource)
	if err != nil {
		return nil, 0, fmt.Errorf("look at what is loaded: %w", err)
	}
	there, found := make([]bool, n), 0
	for _, row := range rows {
		if i, err := strconv.Atoi(row.Value); err == nil && i >= 0 && i < n {
			there[i] = true
			found++
		}
	}
	return there, found, nil
}

// fill brings in the cases with numbers below n that are missing.
func (l *load) fill(ctx context.Context, n int) error {
	there, found, err := l.loaded(ctx, n)
	if err != nil {
		return err
	}
	if err := l.fillPersons(ctx, personsOf(n)); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	batches := make(chan []int)
	report := newProgress(l.out, "cases", found, n)
	var workers sync.WaitGroup
	for range loadWorkers {
		workers.Go(func() {
			for numbers := range batches {
				if err := l.bring(ctx, numbers); err != nil {
					stop(err)
					return
				}
				report.add(len(numbers))
			}
		})
	}
	send := func(numbers []int) {
		select {
		case batches <- numbers:
		case <-ctx.Done():
		}
	}
	for batch := range slices.Chunk(l.missing(there), cases.MaxPasts) {
		send(batch)
	}
	close(batches)
	workers.Wait()
	report.end()
	return context.Cause(ctx)
}

// missing lists the numbers that are not there, the oldest case first: an
// installation grows in the order of time, and its tables lie in that order.
func (l *load) missing(there []bool) []int {
	var numbers []int
	raised := make([]int64, len(there))
	for n := range there {
		if !there[n] {
			_, _, _, at := l.begin(n)
			raised[n] = at.UnixNano()
			numbers = append(numbers, n)
		}
	}
	slices.SortStableFunc(numbers, func(a, b int) int { return cmp.Compare(raised[a], raised[b]) })
	return numbers
}

func (l *load) bring(ctx context.Context, numbers []int) error {
	pasts := make([]cases.Past, len(numbers))
	for i, n := range numbers {
		pasts[i] = l.past(n)
	}
	brought, err := l.cases.RaiseMany(ctx, core.SystemActor(), core.OriginImport, pasts)
	if err != nil {
		return err
	}
	for i, b := range brought {
		if b.Err != nil {
			return fmt.Errorf("invented case %d: %w", numbers[i], b.Err)
		}
	}
	return nil
}

// personsOf is how many people raise n cases.
func personsOf(n int) int { return n/3 + 1 }

const insertPersons = `INSERT INTO persons (id, name, email, phone, address, created_at)
SELECT p.id, p.name, p.email, p.phone, p.address, $6
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS p (id, name, email, phone, address)
ON CONFLICT (id) DO NOTHING`

const personBatch = 5_000

// fillPersons makes the people who raise the cases.
func (l *load) fillPersons(ctx context.Context, n int) error {
	report := newProgress(l.out, "people", 0, n)
	for from := 0; from < n; from += personBatch {
		var ids []string
		var names, emails, phones, addresses []string
		for k := from; k < min(n, from+personBatch); k++ {
			id, c := l.person(k)
			ids, names, emails = append(ids, id.String()), append(names, c.Name), append(emails, c.Email)
			phones, addresses = append(phones, c.Phone), append(addresses, c.Address)
		}
		if _, err := l.db.Pool().Exec(ctx, insertPersons, ids, names, emails, phones, addresses, l.today.AddDate(-loadYears, 0, 0)); err != nil {
			return fmt.Errorf("make people: %w", postgres.Translate(err))
		}
		report.add(len(ids))
	}
	report.end()
	return nil
}

// person is the invented person of a number: the same whenever asked.
func (l *load) person(k int) (core.PersonID, core.Contact) {
	d := newDice(l.seed, 'p', uint64(k))
	var id core.PersonID
	binary.BigEndian.PutUint64(id[:8], d.Uint64())
	binary.BigEndian.PutUint64(id[8:], d.Uint64())
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of one's own making
	first, last := d.one(firstNames), d.invented()
	_, address, _ := l.town.address(d)
	c := core.Contact{Name: first + " " + last, Address: address}
	if d.often(85) {
		c.Email = fmt.Sprintf("p%d.s%d@load.example", k, l.seed)
	}
	if d.often(70) {
		c.Phone = fmt.Sprintf("07700 %06d", d.IntN(1_000_000))
	}
	return id, c
}

// finish leaves the database as one that has grown by and by: with statistics,
// and, if asked, with its search index.
func (l *load) finish(ctx context.Context, index bool) error {
	follower := events.NewReader(l.db, l.clock, events.FollowerName)
	end, err := follower.End(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := l.cases.RebuildFigures(ctx, nil); err != nil {
		return err
	}
	fmt.Fprintf(l.out, "Figures counted in %s.\n", time.Since(began).Round(time.Second))
	began = time.Now()
	if _, err := l.db.Pool().Exec(ctx, "ANALYZE"); err != nil {
		return fmt.Errorf("gather statistics: %w", postgres.Translate(err))
	}
	fmt.Fprintf(l.out, "Statistics gathered in %s.\n", time.Since(began).Round(time.Second))
	if !index {
		fmt.Fprintln(l.out, "The search index is behind: “casement reindex” makes it at once, a running server little by little.")
		return nil
	}
	var report *progress
	err = l.index.Rebuild(ctx, func(done, all int) {
		if report == nil {
			report = newProgress(l.out, "indexed", 0, all)
		}
		report.set(done)
	})
	if report != nil {
		report.end()
	}
	if err != nil {
		return err
	}
	// Everything that the follower keeps has been made of what there is, so it
	// goes on from where it was when that began.
	if err := follower.Move(ctx, end); err != nil {
		return err
	}
	return l.seal(ctx)
}

// seal seals the histories, which a server would do by and by.
func (l *load) seal(ctx context.Context) error {
	f := events.NewFollower(l.db, l.clock)
	began, all := time.Now(), 0
	for {
		n, err := f.Seal(ctx)
		if err != nil {
			return err
		}
		if all += n; n == 0 {
			fmt.Fprintf(l.out, "%d events sealed in %s.\n", all, time.Since(began).Round(time.Second))
			return nil
		}
	}
}

// progress says now and then how far something has come.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	what  string
	done  int
	first int // that were there before
	all   int
	began time.Time
	said  time.Time
}

const sayEvery = 2 * time.Second

func newProgress(out io.Writer, what string, done, all int) *progress {
	now := time.Now()
	return &progress{out: out, what: what, done: done, first: done, all: all, began: now, said: now}
}

func (p *progress) add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to(p.done + n)
}

func (p *progress) set(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to(n)
}

func (p *progress) to(n int) {
	p.done = n
	if time.Since(p.said) >= sayEvery {
		p.said = time.Now()
		p.say()
	}
}

func (p *progress) say() {
	fmt.Fprintf(p.out, "%9d of %d %s, %.0f a second\n", p.done, p.all, p.what, float64(p.done-p.first)/time.Since(p.began).Seconds())
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done > p.first {
		p.say()
	}
}
