package cases

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

const (
	// maxChanges bounds one request, so that no transaction holds locks long.
	maxChanges = 100
	maxKey     = 200 // bytes of an idempotency key
	// referenceTries is how often a new reference is drawn: a collision is a
	// chance of one in thousands of millions, each time.
	referenceTries = 5
)

// Do makes the request's changes: all of them, or none. It takes two round
// trips to the database, one that locks and reads and one that writes and
// commits. All of it happens on one connection: were a second one needed, as
// many changes at once as there are connections would wait for each other.
//
// Errors: invalid and forbidden as the commands say; not found for a case that
// is none of the actor's business; conflict when what a command touches has
// changed since Seen, naming what, or when a guard refuses; unavailable when it
// takes longer than [postgres.TxLimit].
func (s *Service) Do(ctx context.Context, by core.Actor, r Request) (_ Result, err error) {
	if err := r.check(); err != nil {
		return Result{}, err
	}
	if s.watch != nil {
		var passed func(error)
		ctx, passed = s.watch(ctx, r)
		defer func() { passed(err) }()
	}
	limited, cancel := context.WithTimeout(ctx, postgres.TxLimit)
	defer cancel()
	for range referenceTries {
		result, err := s.do(limited, by, r)
		if err != nil && limited.Err() != nil && ctx.Err() == nil {
			// A case that somebody keeps locked, or a database out of breath. Whether
			// the very last moment sufficed to commit, nobody can tell.
			return Result{}, core.Unavailable(err, "This took too long. See how the case stands now, and try again.")
		}
		if !postgres.Violates(err, "cases_ref_key") {
			return result, err
		}
	}
	return Result{}, core.Conflict("No free reference was found. Please try again.")
}

func (r Request) check() error {
	if len(r.Changes) == 0 || len(r.Changes) > maxChanges {
		return core.Invalid("A request changes between 1 and %d cases.", maxChanges)
	}
	if len(r.Key) > maxKey {
		return core.Invalid("The idempotency key is longer than %d bytes.", maxKey)
	}
	seen := map[core.CaseID]bool{}
	for _, ch := range r.Changes {
		if ch.Case.IsZero() || seen[ch.Case] {
			return core.Invalid("A request names each of its cases once.")
		}
		if len(ch.Commands) == 0 {
			return core.Invalid("A change has at least one command.")
		}
		seen[ch.Case] = true
	}
	return nil
}

// attempt is one run through the door.
type attempt struct {
	door    *Service
	conn    *pgxpool.Conn
	by      core.Actor
	request Request
	now     time.Time
	hash    []byte // of the request, when it has a key
	works   []*Work
	grant   core.Grant // of a client
	asked   int        // changes of the request itself; those after them go to other cases of its commands
}

func (s *Service) do(ctx context.Context, by core.Actor, r Request) (result Result, err error) {
	conn, err := s.db.Pool().Acquire(ctx)
	if err != nil {
		return Result{}, postgres.Translate(err)
	}
	defer conn.Release()
	a := &attempt{door: s, conn: conn, by: by, request: r, now: s.clock.Now(), asked: len(r.Changes)}
	if r.Key != "" {
		a.hash = r.hash()
	}
	if a.request, err = widen(ctx, conn, r); err != nil {
		return Result{}, err
	}
	committed := false
	defer func() {
		if !committed {
			a.rollBack(ctx)
		}
	}()
	first, err := a.lock(ctx)
	if err != nil || first != nil {
		if first != nil {
			result = *first
		}
		return result, err
	}
	for i := range a.request.Changes {
		if err := a.apply(ctx, i); err != nil {
			if i >= a.asked {
				err = a.works[i].ofOther(err)
			}
			return Result{}, err
		}
	}
	result, err = a.commit(ctx)
	committed = err == nil
	return result, err
}

// rollBack gives the connection back clean. When even that fails the pool
// throws the connection away, and the server rolls back by itself.
func (a *attempt) rollBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if _, err := a.conn.Exec(ctx, "ROLLBACK"); err != nil {
		a.conn.Conn().Close(ctx)
	}
}

// lock begins the transaction, locks the cases in ascending order and reads
// whatever the change needs, in one batch. It returns a result when the
// request's key has been seen before.
func (a *attempt) lock(ctx context.Context) (*Result, error) {
	a.works = make([]*Work, len(a.request.Changes))
	order := make([]int, len(a.request.Changes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return bytes.Compare(a.request.Changes[i].Case[:], a.request.Changes[j].Case[:])
	})

	reads := &Reads{}
	var repeated *storedResult
	if a.request.Key != "" {
		reads.Query(lockKey, []any{a.principal(), a.request.Key}, func(pgx.Rows) error { return nil })
		ReadAll(reads, selectIdempotent, []any{a.principal(), a.request.Key, a.now.Add(-keepKeys)}, func(found []storedResult) {
			if len(found) > 0 {
				repeated = &found[0]
			}
		})
	}
	var groups []string
	var left bool
	if a.by.IsStaff() {
		reads.member(a.by.StaffID(), &groups, &left)
	}
	if a.by.IsClient() {
		ReadAll(reads, selectGrant, []any{a.by.ClientID(), a.now}, func(found []grantRow) {
			if left = len(found) == 0; !left {
				a.grant = core.Grant(found[0])
			}
		})
	}
	// Whatever begins wants a calendar; else few changes do, and read it then.
	var hours map[string]int
	begins := false
	for _, i := range order {
		a.works[i] = a.work(a.request.Changes[i])
		if a.works[i].isNew {
			if !begins {
				reads.hours(&hours)
				begins = true
			}
			a.readPublished(reads, i)
			a.readLoaders(reads, &Reads{Case: a.works[i].Case.ID, Work: a.works[i]}, i)
		} else {
			a.readCase(reads, i)
		}
	}

	var b pgx.Batch
	b.Queue("BEGIN")
	reads.queue(&b)
	results := a.conn.SendBatch(ctx, &b)
	_, err := results.Exec()
	if err == nil {
		err = reads.scan(results)
	}
	if closing := results.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, postgres.Translate(err)
	}
	if left && a.by.IsClient() {
		return nil, noAccess()
	}
	if left {
		return nil, core.Forbidden("Your account has been deactivated.")
	}
	if repeated != nil {
		return repeated.result(a.hash)
	}
	for _, w := range a.works {
		w.Groups, w.hours = groups, hours
	}
	return nil, nil
}

func (a *attempt) work(ch Change) *Work {
	_, raises := ch.Commands[0].(*Raise)
	return a.door.work(a.by, a.request.Origin, a.now, ch.Case, raises, a.conn)
}

// readCase adds the reads of one existing case: the row, locked; what happened
// to it since the actor looked; why else it is open to them; what hooks and
// commands want.
func (a *attempt) readCase(reads *Reads, i int) {
	w, ch := a.works[i], a.request.Changes[i]
	reads.Query(lockCase, []any{ch.Case}, func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[lockedRow])
		if err == nil && len(found) == 0 {
			return noSuchCase()
		}
		if err != nil {
			return err
		}
		w.Case = found[0].noun()
		w.recorded, w.found = w.Case.Clone(), w.scope()
		w.slots[published] = &found[0].Published
		return nil
	})
	if ch.Seen > 0 {
		ReadAll(reads, selectTouchedSince, []any{ch.Case.String(), ch.Seen}, func(since []touched) {
			*touchedSlot.Of(w) = since
		})
	}
	if a.by.IsStaff() {
		ReadAll(reads, selectAccess, []any{ch.Case, a.by.ID}, func(found []accessRow) {
			*accessSlot.Of(w) = found
		})
	}
	r := &Reads{Case: ch.Case, Work: w}
	for _, preload := range a.door.preloads {
		preload(r)
	}
	a.readLoaders(reads, r, i)
}

// readPublished adds the version of the type that a new case is of.
func (a *attempt) readPublished(reads *Reads, i int) {
	into := published.Of(a.works[i])
	if raise, ok := a.request.Changes[i].Commands[0].(*Raise); ok {
		ReadAll(reads, selectPublished, []any{raise.Type}, func(found []publishedRow) { *into = found[0].Version })
	}
}

// readLoaders adds what the commands of one change want to read.
func (a *attempt) readLoaders(reads, r *Reads, i int) {
	for _, cmd := range a.request.Changes[i].Commands {
		if loader, ok := cmd.(Loader); ok {
			loader.Load(r)
		}
	}
	reads.queries = append(reads.queries, r.queries...)
}

var (
	published   = NewSlot[int]("published version of the type")
	touchedSlot = NewSlot[[]touched]("events since seen")
	accessSlot  = NewSlot[[]accessRow]("reasons for access")
)

func noSuchCase() error { return core.NotFound("There is no such case, or you may not see it.") }

// apply runs the commands of one change.
func (a *attempt) apply(ctx context.Context, i int) error {
	w, ch := a.works[i], a.request.Changes[i]
	key, version := w.Case.Type, *published.Of(w)
	if raise, ok := ch.Commands[0].(*Raise); ok {
		if key = raise.Type; version == 0 {
			return core.NotFound("There is no case type %q.", key)
		}
	}
	var err error
	if w.Type, err = w.types.At(ctx, key, version); err != nil {
		return err
	}
	if w.isNew && w.Type.Retired {
		return core.Conflict("“%s” is retired: no such case is raised any more.", w.Type.Name)
	}
	w.May = a.permissions(w, ch)
	// A right to export or to raise, say, does not show that a case exists.
	if !w.isNew && !slices.ContainsFunc(w.May, showsCase) || len(w.May) == 0 {
		return noSuchCase()
	}
	if ch.Seen > w.Case.Version {
		return core.Conflict("There is no such version of this case. See how it stands now, and try again.")
	}
	if err := w.refuseStale(ch.Commands); err != nil {
		return err
	}
	for _, cmd := range ch.Commands {
		if err := w.run(ctx, cmd, 0); err != nil {
			return err
		}
	}
	return w.forgotten()
}

// showsCase reports whether whoever holds a permission knows that the case exists.
func showsCase(p core.Permission) bool {
	return p == core.MayEnquire || p == core.MayRequest || p == core.MayFollow || p == core.MayTask
}

// permissions resolves what the actor may do with the case of w.
func (a *attempt) permissions(w *Work, ch Change) []core.Permission {
	switch {
	case w.isNew:
		return mayRaise(a.by, w.Type, standing{groups: w.Groups, grant: a.grant})
	default:
		reasons := make([]core.AccessReason, 0, len(*accessSlot.Of(w)))
		for _, r := range *accessSlot.Of(w) {
			reasons = append(reasons, r.Why)
		}
		return mayDo(a.by, w.Case, w.Type, standing{w.Groups, reasons, a.grant})
	}
}

// refuseStale compares what the commands touch with what was touched since the
// actor looked.
func (w *Work) refuseStale(commands []Command) error {
	var mine []core.Aspect
	for _, cmd := range commands {
		mine = append(mine, cmd.Touches()...)
	}
	var changed []core.Aspect
	for _, since := range *touchedSlot.Of(w) {
		for _, aspect := range since.Aspects {
			if slices.Contains(mine, aspect) && !slices.Contains(changed, aspect) {
				changed = append(changed, aspect)
			}
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return &Stale{changed}
}

// commit writes the cases, what the commands queued, the events, the result
// under its key and the jobs, and ends the transaction.
func (a *attempt) commit(ctx context.Context) (Result, error) {
	var b pgx.Batch
	result := Result{Outcomes: make([]Outcome, a.asked)}
	for i, w := range a.works {
		if i < a.asked {
			result.Outcomes[i] = Outcome{w.Case.ID, w.Case.Ref, w.Case.Version, w.made}
		}
		if len(w.entries) == 0 && len(w.writes) == 0 {
			continue
		}
		w.queueCase(&b)
		for _, write := range w.writes {
			b.Queue(write.sql, write.args...)
		}
		if err := w.queueEvents(&b); err != nil {
			return Result{}, err
		}
		if a.door.enqueue != nil && len(w.entries) > 0 {
			a.door.enqueue(ctx, &b, w.Case.ID)
		}
	}
	if a.request.Key != "" {
		stored, err := json.Marshal(result)
		if err != nil {
			return Result{}, fmt.Errorf("encode the result: %w", err)
		}
		b.Queue(insertIdempotent, a.principal(), a.request.Key, a.hash, stored, a.now)
	}
	b.Queue("COMMIT")
	if err := a.conn.SendBatch(ctx, &b).Close(); err != nil {
		return Result{}, postgres.Translate(err)
	}
	return result, nil
}

func (w *Work) queueEvents(b *pgx.Batch) error {
	for _, e := range w.history() {
		if err := events.Append(b, e); err != nil {
			return err
		}
	}
	return nil
}

// history is what was recorded, as it goes into the feed.
func (w *Work) history() []events.Entry {
	out := make([]events.Entry, len(w.entries))
	version, stream := w.Case.Version-core.Version(len(w.entries)), w.Case.ID.String()
	for i, e := range w.entries {
		version++
		out[i] = events.Entry{
			Stream: core.StreamCase, StreamID: stream, Version: version,
			Event: e.event, Actor: e.actor, Origin: w.Origin, HappenedAt: e.at, RecordedAt: w.RecordedAt,
		}
	}
	return out
}

// principal is whose keys a key is compared with. It is hashed, so that the
// table holds no person; everybody anonymous shares one, and the keys of their
// forms are random.
func (a *attempt) principal() string {
	sum := sha256.Sum256([]byte(cmp.Or(string(a.by.Kind), "?") + ":" + a.by.ID + ":" + a.by.Case.String()))
	return fmt.Sprintf("%x", sum[:16])
}

// hash tells whether a repeated key comes with the same request. The case's
// new identifier is left out: a repeat of a raise draws another.
func (r Request) hash() []byte {
	h := sha256.New()
	for _, ch := range r.Changes {
		if _, raises := ch.Commands[0].(*Raise); !raises {
			h.Write(ch.Case[:])
		}
		for _, cmd := range ch.Commands {
			raw, err := json.Marshal(cmd)
			if err != nil {
				raw = fmt.Appendf(nil, "%+v", cmd)
			}
			fmt.Fprintf(h, "%s %d ", cmd.Name(), len(raw))
			h.Write(raw)
		}
	}
	return h.Sum(nil)
}

var errKeyUsed = core.Conflict("This key was used for a different request.")

// IsKeyUsed reports whether [Service.Do] refused a request because its key had
// been used for another one: a page that was sent, changed and sent again.
func IsKeyUsed(err error) bool { return errors.Is(err, errKeyUsed) }

// keepKeys is how long a repeat returns the first result.
const keepKeys = 48 * time.Hour

// storedResult is what a key led to before.
type storedResult struct {
	RequestHash []byte
	Result      []byte
}

func (r storedResult) result(hash []byte) (*Result, error) {
	if !bytes.Equal(r.RequestHash, hash) {
		return nil, errKeyUsed
	}
	out := Result{Repeated: true}
	if err := json.Unmarshal(r.Result, &out); err != nil {
		return nil, errors.Join(errors.New("decode a stored result"), err)
	}
	return &out, nil
}
