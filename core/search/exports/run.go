package exports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/postgres"
)

// Ends of an attempt that are no failures.
var (
	errTaken = errors.New("somebody cancelled the export, or another server took it over")
	errFull  = errors.New("the file has as many rows as it may")
)

// attempt is one server making one file.
type attempt struct {
	s       *Service
	export  Export
	key     core.AttachmentID // names the attempt and its file
	by      core.Actor
	groups  []string // the owner's
	looked  int
	rows    int
	leftOut int
	cutOff  bool
}

// Run makes the file of an export, from its beginning if a server died over it.
// An export that is finished, cancelled or gone is left alone.
func (s *Service) Run(ctx context.Context, no int) error {
	a := &attempt{s: s, key: core.NewID[core.AttachmentID]()}
	taken, err := postgres.One[row](ctx, s.DB.Pool(), errTaken, updateTaken, no, a.key, s.Clock.Now())
	if errors.Is(err, errTaken) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take up export %d: %w", no, err)
	}
	if a.export, err = taken.export(); err != nil {
		return err
	}
	a.by = core.StaffActor(taken.OwnerID, taken.OwnerName)
	size, err := a.make(ctx)
	if err == nil {
		err = a.finish(ctx, size)
	}
	if err == nil {
		return nil
	}
	stopping := ctx.Err() != nil
	ctx = context.WithoutCancel(ctx)
	gone := s.Files.Delete(ctx, a.key)
	switch {
	case errors.Is(err, errTaken):
		return gone
	case stopping:
		return errors.Join(err, gone) // the next server begins again
	}
	problem := "Something went wrong while the file was made. Try again; if it fails again, tell your administrator."
	var said *core.Error
	if errors.As(err, &said) {
		problem = said.Message
	}
	_, failed := s.DB.Pool().Exec(ctx, updateFailed, no, a.key, problem, s.Clock.Now())
	return errors.Join(fmt.Errorf("make export %d: %w", no, err), gone, failed)
}

// make writes the file, row by row: at no time is all of it in memory.
func (a *attempt) make(ctx context.Context) (size int64, err error) {
	names, err := a.names(ctx)
	if err != nil {
		return 0, err
	}
	if a.groups, err = a.s.People.MemberGroups(ctx, a.by.StaffID()); err != nil {
		return 0, err
	}
	read, write := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := a.write(ctx, names, write)
		write.CloseWithError(err)
		written <- err
	}()
	size, _, err = a.s.Files.Put(ctx, a.key, read, maxBytes)
	read.CloseWithError(err) // a writer whose file cannot be kept stops
	if failed := <-written; failed != nil {
		return 0, failed
	}
	return size, err
}

func (a *attempt) write(ctx context.Context, names *names, w io.Writer) error {
	out, err := newSheet(a.export.Format, w, names.columns())
	if err != nil {
		return err
	}
	defer out.discard()
	err = a.s.Source(ctx, a.by, a.export.request, func(found []cases.Row) error {
		for _, r := range found {
			may, err := a.may(ctx, r)
			if err != nil {
				return err
			}
			if a.looked++; !may {
				a.leftOut++
				continue
			}
			if a.rows == MaxRows {
				a.looked, a.cutOff = a.looked-1, true
				return errFull
			}
			cells, err := names.row(ctx, r)
			if err != nil {
				return err
			}
			if err := out.add(cells); err != nil {
				return fmt.Errorf("write a row: %w", err)
			}
			a.rows++
		}
		return a.progress(ctx)
	})
	if err != nil && !errors.Is(err, errFull) {
		return err
	}
	return out.end()
}

// may reports whether the owner may export a case that they found: their groups
// may see and export it. That one case is open to them for another reason is
// not enough.
func (a *attempt) may(ctx context.Context, r cases.Row) (bool, error) {
	if r.Confidentiality != core.Normal {
		return false, nil
	}
	t, err := a.s.Cases.Types().Published(ctx, r.Type)
	if err != nil {
		return false, err
	}
	return mayExport(t, a.groups, r.Group), nil
}

func (a *attempt) progress(ctx context.Context) error {
	done, err := a.s.DB.Pool().Exec(ctx, updateProgress, a.export.No, a.key, a.looked, a.rows, a.leftOut)
	if err != nil {
		return fmt.Errorf("note the progress of an export: %w", postgres.Translate(err))
	}
	if done.RowsAffected() == 0 {
		return errTaken
	}
	return nil
}

// finish hands the file over and writes down who took how much.
func (a *attempt) finish(ctx context.Context, size int64) error {
	now := a.s.Clock.Now()
	return a.s.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		done, err := tx.Exec(ctx, updateDone, a.export.No, a.key, a.looked, a.rows, a.leftOut, a.cutOff, size, now)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return errTaken
		}
		_, err = tx.Exec(ctx, insertLook, now, a.by.Kind, a.by.ID, fmt.Sprintf("export %d cases as %s", a.rows, a.export.Format))
		return err
	})
}

// wall is a moment as the organisation's clocks show it.
func wall(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
