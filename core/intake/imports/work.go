package imports

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
)

// Work reads an import on for some seconds; more says that it wants to be
// called again. It is what the job does. A batch whose record was lost is read
// again and known again: see [NewRun].
func (s *Service) Work(ctx context.Context, id core.ImportID) (more bool, err error) {
	i, err := s.one(ctx, s.db.Pool(), selectImportByID, id)
	if err != nil || !i.State.Moving() || !i.OnScreen() {
		return false, err
	}
	more, err = s.read(ctx, i)
	var e *core.Error
	if errors.As(err, &e) && e.Kind != core.ErrUnavailable && ctx.Err() == nil {
		// Trying again would find the same.
		s.log.Warn("an import cannot be read", "import", i.No, "source", i.Source, "error", err)
		if _, err := s.db.Pool().Exec(ctx, updateFailed, i.ID, s.clock.Now(), e.Message); err != nil {
			return false, postgres.Translate(err)
		}
		return false, s.forget(ctx, i)
	}
	return more, err
}

func (s *Service) read(ctx context.Context, i Import) (more bool, err error) {
	m, err := Decode(casetypes.File{Name: i.Name, Source: []byte(i.Mapping)})
	if err != nil {
		return false, err
	}
	file, err := s.files.Open(ctx, i.file)
	if err != nil {
		return false, err
	}
	defer file.Close()
	run, err := s.resumed(i, m, file, i.State == Checking)
	if err != nil {
		return false, err
	}
	for began := time.Now(); time.Since(began) < slice; { // the machine's own, for the span alone
		if i, _, err = s.advance(ctx, run, i); err != nil || !i.State.Moving() {
			return false, err
		}
	}
	return true, nil
}

func (s *Service) resumed(i Import, m *Mapping, r io.Reader, dry bool) (*Run, error) {
	run, err := NewRun(i.ID, s.cases, m, r, dry)
	if err == nil && i.Position > 0 {
		err = run.Skip(i.Position, i.Line)
	}
	return run, err
}

// advance takes one batch and records it. The import that it returns does not
// move any more when the file has ended, or somebody has ended the import.
func (s *Service) advance(ctx context.Context, run *Run, i Import) (Import, Batch, error) {
	b, err := run.Next(ctx)
	if err != nil {
		return i, b, err
	}
	to := i.State
	if b.Last {
		to = Done
		if i.State == Checking {
			to = Checked
		}
	}
	moved, err := s.move(ctx, i, to, b)
	if err != nil {
		return i, b, err
	}
	if !moved {
		i.State = Cancelled
		return i, b, nil
	}
	i.State, i.Position, i.Line = to, b.Position, b.Line
	i.Add(b.Tally)
	if to == Done {
		s.log.Info("an import is done", "import", i.No, "source", i.Source, "rows", i.Read, "brought", i.Brought, "known", i.Known, "refused", i.Refused)
		return i, b, s.forget(ctx, i)
	}
	return i, b, nil
}

// Source is a file that a command reads.
type Source struct {
	Mapping casetypes.File
	Name    string // of the file; "" for a pipe
	Size    int64  // bytes; 0 when not known
	Head    []byte // its first bytes, to tell it from others; none for a pipe
	File    io.Reader
}

// Carried is how far a command's import has got.
type Carried struct {
	Import
	Resumed int64 // line at which it went on, 0 if it began anew
	Batch   Batch // the last
}

// Carry brings a file in, from here and now, and tells of every batch. An
// import of the same file with the same mapping that was interrupted goes on
// where it was; tell returns an error to stop. It is for commands: files of
// any size, read once.
func (s *Service) Carry(ctx context.Context, by core.Actor, src Source, tell func(Carried) error) error {
	if err := mayOnly(by); err != nil {
		return err
	}
	m, err := Decode(src.Mapping)
	if err != nil {
		return err
	}
	i, err := s.carried(ctx, by, m, src)
	if err != nil {
		return err
	}
	c := Carried{Import: i}
	if i.Position > 0 {
		c.Resumed = i.Line
	}
	run, err := s.resumed(i, m, src.File, false)
	if err != nil {
		return s.broken(ctx, i, err)
	}
	for c.State.Moving() {
		if c.Import, c.Batch, err = s.advance(ctx, run, c.Import); err != nil {
			return s.broken(ctx, c.Import, err)
		}
		if c.State == Cancelled {
			return core.Conflict("The import was ended on screen, or somebody else brings in the same file.")
		}
		if err := tell(c); err != nil {
			return err
		}
	}
	return nil
}

// carried finds the interrupted import of a file, or makes a new one.
func (s *Service) carried(ctx context.Context, by core.Actor, m *Mapping, src Source) (Import, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", src.Name, src.Size, src.Head))
	if len(src.Head) == 0 {
		id := core.NewID[core.ImportID]() // every pipe is another
		sum = sha256.Sum256(id[:])
	}
	print := fingerprint(string(src.Mapping.Source), sum[:])
	i, err := s.one(ctx, s.db.Pool(), selectUnderWay, print)
	if core.KindOf(err) != core.ErrNotFound {
		return i, err
	}
	now := s.clock.Now()
	i = Import{
		ID: core.NewID[core.ImportID](), Name: m.Name, Source: m.Source, FileName: src.Name, FileSize: src.Size, Line: 1,
		Mapping: string(src.Mapping.Source), State: Running, CreatedAt: now, StartedAt: now, MovedAt: now,
	}
	return i, s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.insert(ctx, tx, by, &i, print) })
}

// broken records that a file cannot be read on; what may pass leaves the import
// to be taken up again.
func (s *Service) broken(ctx context.Context, i Import, err error) error {
	var e *core.Error
	if !errors.As(err, &e) || e.Kind == core.ErrUnavailable || ctx.Err() != nil {
		return err
	}
	_, failing := s.db.Pool().Exec(ctx, updateFailed, i.ID, s.clock.Now(), e.Message)
	return errors.Join(err, postgres.Translate(failing))
}

// Rehearse takes a file through the same rules and keeps nothing, not even
// that it was read.
func (s *Service) Rehearse(ctx context.Context, by core.Actor, src Source, tell func(Carried) error) error {
	if err := mayOnly(by); err != nil {
		return err
	}
	m, err := Decode(src.Mapping)
	if err != nil {
		return err
	}
	c := Carried{Import: Import{ID: core.NewID[core.ImportID](), Name: m.Name, FileSize: src.Size, State: Checking}}
	run, err := NewRun(c.ID, s.cases, m, src.File, true)
	if err != nil {
		return err
	}
	for c.State.Moving() {
		if c.Batch, err = run.Next(ctx); err != nil {
			return err
		}
		c.Add(c.Batch.Tally)
		c.Position, c.Line = c.Batch.Position, c.Batch.Line
		if c.Batch.Last {
			c.State = Checked
		}
		if err := tell(c); err != nil {
			return err
		}
	}
	return nil
}
