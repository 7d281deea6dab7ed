package imports

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// Tally counts what became of the rows of a file.
type Tally struct {
	Read    int // rows that are not blank, those left out included
	Brought int // cases that are new
	Known   int // were there already, and stayed as they are
	Refused int
	Warned  int // of the brought, those that lack something
	LeftOut int // by the mapping's when
}

// Add counts further rows.
func (t *Tally) Add(more Tally) {
	t.Read += more.Read
	t.Brought += more.Brought
	t.Known += more.Known
	t.Refused += more.Refused
	t.Warned += more.Warned
	t.LeftOut += more.LeftOut
}

// Refusal is one thing that was wrong with one row.
type Refusal struct {
	Line      int64
	Reference string // the case had; "" when it could not be read
	Field     string // of the mapping; "" for the row itself
	Reason    string
	Brought   bool // the case was brought in nevertheless
}

// Batch is what became of some rows.
type Batch struct {
	Tally
	Position int64 // byte of the file up to which rows were read
	Line     int64 // the line there
	Refusals []Refusal
	Last     bool // the file has no more
}

// batchRows is how many rows are taken at once: one half asks the rules while
// the other is written.
const batchRows = 2 * cases.MaxPasts

// Run takes a file through a mapping, batch by batch.
type Run struct {
	id      core.ImportID
	mapping *Mapping
	reader  *Reader
	door    *cases.Service
	types   map[string]*core.CaseType // as published when the run began
	dry     bool
}

// NewRun begins with the first row of a file. A dry run asks the same rules
// and keeps nothing. id is of the import, and the same when it goes on later:
// it is how a row that was brought in before the interruption is told from one
// that was there before.
func NewRun(id core.ImportID, door *cases.Service, m *Mapping, r io.Reader, dry bool) (*Run, error) {
	reader, err := Open(r, m)
	if err != nil {
		return nil, err
	}
	return &Run{id: id, mapping: m, reader: reader, door: door, types: map[string]*core.CaseType{}, dry: dry}, nil
}

// Skip goes on where a batch ended.
func (r *Run) Skip(position, line int64) error { return r.reader.Skip(position, line) }

// Next takes the next rows through the door. Its error is one of the file or
// of the database: nothing of the batch was kept then.
func (r *Run) Next(ctx context.Context) (Batch, error) {
	var b Batch
	var drafts []Draft
	rows := 0
	for ; rows < batchRows && !b.Last; rows++ {
		row, problem, err := r.reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			b.Last = true
			continue
		case err != nil:
			return b, err
		}
		b.Read++
		switch {
		case problem != nil:
			b.refuse(Draft{Line: row.Line, Problems: []Problem{*problem}})
			continue
		case !row.holds(r.mapping.When):
			b.LeftOut++
			continue
		}
		d, err := convert(ctx, r.mapping, row, r.typeOf)
		if err != nil {
			return b, err
		}
		if len(d.Problems) > 0 {
			b.refuse(d)
			continue
		}
		d.Past.Case = caseID(r.id, row.Line)
		drafts = append(drafts, d)
	}
	b.Position, b.Line = r.reader.At()
	if len(drafts) == 0 {
		return b, nil
	}
	return b, r.bring(ctx, &b, drafts)
}

// bring raises the cases of the drafts, or would.
func (r *Run) bring(ctx context.Context, b *Batch, drafts []Draft) error {
	brought, err := r.raise(ctx, drafts)
	if err != nil {
		return err
	}
	for i, got := range brought {
		d := drafts[i]
		switch {
		case got.Err != nil:
			d.Problems = problemsOf(got.Err)
			b.refuse(d)
		case got.Known && got.Case != d.Past.Case:
			b.Known++
		default:
			b.Brought++
			if len(d.Warnings) > 0 {
				b.Warned++
			}
			for _, w := range d.Warnings {
				b.Refusals = append(b.Refusals, Refusal{d.Line, d.Reference, w.Field, w.Reason, true})
			}
		}
	}
	slices.SortStableFunc(b.Refusals, func(x, y Refusal) int { return int(x.Line - y.Line) })
	return nil
}

// raise takes drafts through the door in two halves at once. A reference that
// is repeated waits for the row it repeats: of the same reference in both
// halves neither would know the other's.
func (r *Run) raise(ctx context.Context, drafts []Draft) ([]cases.Brought, error) {
	brought := make([]cases.Brought, len(drafts))
	first := make(map[string]int, len(drafts))
	var halves [2][]int
	var repeats []int
	for i, d := range drafts {
		if _, seen := first[d.Reference]; seen {
			repeats = append(repeats, i)
			continue
		}
		first[d.Reference] = i
		half := 0
		if len(halves[0]) == cases.MaxPasts || i >= len(drafts)/2 && len(halves[1]) < cases.MaxPasts {
			half = 1
		}
		halves[half] = append(halves[half], i)
	}
	var both sync.WaitGroup
	var errs [2]error
	for n, half := range halves {
		both.Go(func() { errs[n] = r.through(ctx, drafts, half, brought) })
	}
	both.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	for _, i := range repeats {
		if of := brought[first[drafts[i].Reference]]; of.Err == nil {
			brought[i] = cases.Brought{Case: of.Case, Ref: of.Ref, Known: true}
			continue
		}
		if err := r.through(ctx, drafts, []int{i}, brought); err != nil {
			return nil, err
		}
		first[drafts[i].Reference] = i
	}
	return brought, nil
}

// through takes the drafts with the given numbers through the door.
func (r *Run) through(ctx context.Context, drafts []Draft, numbers []int, brought []cases.Brought) error {
	if len(numbers) == 0 {
		return nil
	}
	pasts := make([]cases.Past, len(numbers))
	for n, i := range numbers {
		pasts[n] = drafts[i].Past
	}
	raise := r.door.RaiseMany
	if r.dry {
		raise = r.door.RehearseMany
	}
	got, err := raise(ctx, core.SystemActor(), core.OriginImport, pasts)
	for n, one := range got {
		brought[numbers[n]] = one
	}
	return err
}

// refuse counts a row and says what is wrong with each of its fields.
func (b *Batch) refuse(d Draft) {
	b.Refused++
	for _, p := range d.Problems {
		b.Refusals = append(b.Refusals, Refusal{d.Line, d.Reference, p.Field, p.Reason, false})
	}
}

// problemsOf takes a refusal of the door apart, by field.
func problemsOf(err error) []Problem {
	var e *core.Error
	if !errors.As(err, &e) {
		return []Problem{{Reason: sentence(err.Error())}}
	}
	if len(e.Fields) == 0 {
		return []Problem{{Reason: e.Message}}
	}
	var out []Problem
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		out = append(out, Problem{field, e.Fields[field]})
	}
	return out
}

// typeOf finds a case type, once a run.
func (r *Run) typeOf(ctx context.Context, key string) (*core.CaseType, error) {
	if t, ok := r.types[key]; ok {
		return t, nil
	}
	t, err := r.door.Types().Published(ctx, key)
	if err != nil && core.KindOf(err) != core.ErrNotFound {
		return nil, err
	}
	const most = 1000 // however many a file makes up
	if len(r.types) < most {
		r.types[key] = t
	}
	return t, nil
}

// caseID is the identifier of the case of one row of one import: the same
// whenever the row is read. It is a UUIDv7 of about the time of the import,
// later for later rows, so that the index they are kept in grows at its end.
func caseID(id core.ImportID, line int64) core.CaseID {
	var b [16]byte
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(id[:], uint64(line)))
	copy(b[8:], sum[:8])
	ms := binary.BigEndian.Uint64(append([]byte{0, 0}, id[:6]...)) + uint64(line)>>12
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], ms<<16|0x7000|uint64(line)&0x0fff)
	copy(b[:8], head[:])
	b[8] = b[8]&0x3f | 0x80
	return core.CaseID(b)
}
