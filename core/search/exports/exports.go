// Package exports lets staff take the results of a search away as a file: CSV
// or XLSX, made in the background when there is much, kept for a day for the
// one who asked, and written down for those who audit.
//
// Finding a case is not enough to export it: somebody in a group with the duty
// "export" of its type may, and what they may only see is left out and counted.
//
// Where to look: exports.go is what pages and the clock call; run.go makes a
// file; csv.go and xlsx.go write one; rows.go says what stands in it.
package exports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// Bounds of exports.
const (
	MaxRows   = 100_000
	AtOnce    = 500 // so few results are exported while the reader waits
	MaxKept   = 50  // files of one person
	MaxAtWork = 3   // exports of one person that are being made
	Keep      = 24 * time.Hour
	maxBytes  = 512 << 20
)

// Format is the kind of file.
type Format string

// The formats. Spreadsheet programs read CSV as UTF-8 only when it begins with
// a byte order mark; other programs stumble over one.
const (
	XLSX   Format = "xlsx"
	CSV    Format = "csv"
	CSVBOM Format = "csv-bom"
)

// Formats lists the formats, in the order screens show them.
func Formats() []Format { return []Format{XLSX, CSVBOM, CSV} }

// State is how far an export is.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Export is one file that somebody asked for.
type Export struct {
	No         int
	Owner      core.StaffID
	Title      string // "63 results for “mill lane”"
	Address    string // of the search, to go back to
	Format     Format
	State      State
	Looked     int  // results looked at so far
	Total      int  // results there are; 0 when there are more than are counted
	Rows       int  // in the file
	LeftOut    int  // results that its owner may see and not export
	CutOff     bool // there were more than MaxRows
	Size       int64
	Problem    string // why it failed, for its owner
	CreatedAt  time.Time
	FinishedAt time.Time // zero while it is being made
	ExpiresAt  time.Time

	request search.Request
	file    core.AttachmentID
}

// AtWork reports whether the file is still being made.
func (e Export) AtWork() bool { return e.State == Waiting || e.State == Running }

// FileName is what the file is called when it is downloaded.
func (e Export) FileName() string {
	kind := "csv"
	if e.Format == XLSX {
		kind = "xlsx"
	}
	return "cases-" + e.CreatedAt.Format(time.DateOnly) + fmt.Sprintf("-%d.", e.No) + kind
}

// Files is where the contents are kept; core/files satisfies it.
type Files interface {
	Put(ctx context.Context, key core.AttachmentID, r io.Reader, limit int64) (size int64, sha256 []byte, err error)
	Open(ctx context.Context, key core.AttachmentID) (io.ReadSeekCloser, error)
	Delete(ctx context.Context, key core.AttachmentID) error
}

// Source hands over all results of a search that an actor may find, some at a
// time, and stops at the first error of each.
type Source = func(ctx context.Context, by core.Actor, r search.Request, each func([]cases.Row) error) error

// Options are what the service needs. All are required.
type Options struct {
	DB     *postgres.DB
	Source Source
	Cases  *cases.Service
	People *people.Service
	Files  Files
	Clock  core.Clock
	Zone   func(context.Context) (*time.Location, error) // in which times are written
	// Queue has [Service.Run] called for an export once the batch commits.
	Queue   func(b *pgx.Batch, no int)
	BaseURL string
}

// Service makes and keeps exports. It is safe for concurrent use.
type Service struct {
	Options
}

// New makes the service.
func New(o Options) *Service { return &Service{o} }

// May reports whether somebody may export any case at all.
func (s *Service) May(ctx context.Context, by core.Actor) (bool, error) {
	if !by.IsStaff() {
		return false, nil
	}
	groups, err := s.People.MemberGroups(ctx, by.StaffID())
	if err != nil {
		return false, err
	}
	types, err := s.Cases.Types().All(ctx)
	if err != nil {
		return false, err
	}
	for _, t := range types {
		if slices.ContainsFunc(t.Holders(), func(holder string) bool { return mayExport(t, groups, holder) }) {
			return true, nil
		}
	}
	return false, nil
}

// mayExport reports whether members of groups may see and export cases of a
// type that are with a group.
func mayExport(t *core.CaseType, groups []string, with string) bool {
	may := t.Groups.Permissions(groups, with)
	return slices.Contains(may, core.MayExport) && slices.Contains(may, core.MayView)
}

// Input is what somebody wants as a file.
type Input struct {
	Request search.Request
	Format  Format
	Title   string
	Address string
	Total   int  // results, as the search counted them
	More    bool // there are more than it counted
}

// Begin starts an export. Few results are in the file when it returns; many
// are exported in the background.
func (s *Service) Begin(ctx context.Context, by core.Actor, in Input) (Export, error) {
	if !slices.Contains(Formats(), in.Format) {
		return Export{}, core.InvalidField("format", "Choose a kind of file.")
	}
	may, err := s.May(ctx, by)
	if err != nil {
		return Export{}, err
	}
	if !may {
		return Export{}, core.Forbidden("You may not export cases. A group with the duty “export” of a case type may.")
	}
	total := in.Total
	if in.More {
		total = 0
	} else if total == 0 {
		return Export{}, core.Invalid("There is nothing to export.")
	}
	in.Request.Page, in.Request.Facets = 0, false
	request, err := json.Marshal(in.Request)
	if err != nil {
		return Export{}, fmt.Errorf("keep what is exported: %w", err)
	}
	atOnce := total > 0 && total <= AtOnce
	now := s.Clock.Now()
	var no int
	err = s.DB.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// The owner's row is locked, so that two at once cannot pass the limits.
		n, err := postgres.One[countRow](ctx, tx, core.Forbidden("Only staff may export."), lockOwner, by.StaffID(), now)
		if err != nil {
			return err
		}
		switch {
		case n.AtWork >= MaxAtWork:
			return &core.Error{Kind: core.ErrTooMany, Message: "Your other exports are still being made. Wait for one of them, or cancel it."}
		case n.Kept >= MaxKept:
			return &core.Error{Kind: core.ErrTooMany, Message: "You have many exports already. Delete some first."}
		}
		made, err := postgres.One[numberRow](ctx, tx, nil, insertExport, by.StaffID(), in.Title, in.Address, request, in.Format, total, now, now.Add(Keep))
		if no = made.No; err != nil || atOnce {
			return err
		}
		var b pgx.Batch
		s.Queue(&b, no)
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return Export{}, err
	}
	if atOnce {
		if err := s.Run(ctx, no); err != nil {
			return Export{}, err
		}
	}
	return s.Find(ctx, by, no)
}

// List returns what somebody exported in the last day, the latest first.
func (s *Service) List(ctx context.Context, by core.Actor) ([]Export, error) {
	if !by.IsStaff() {
		return nil, nil
	}
	rows, err := postgres.All[row](ctx, s.DB.Pool(), selectOwn, by.StaffID(), s.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", err)
	}
	out := make([]Export, len(rows))
	for i, r := range rows {
		if out[i], err = r.export(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Find returns one of somebody's own exports.
func (s *Service) Find(ctx context.Context, by core.Actor, no int) (Export, error) {
	if !by.IsStaff() {
		return Export{}, noSuchExport()
	}
	r, err := postgres.One[row](ctx, s.DB.Pool(), noSuchExport(), selectOne, no, by.StaffID(), s.Clock.Now())
	if err != nil {
		return Export{}, err
	}
	return r.export()
}

// Open returns the contents of one of somebody's own exports, which must be
// closed.
func (s *Service) Open(ctx context.Context, by core.Actor, no int) (Export, io.ReadSeekCloser, error) {
	e, err := s.Find(ctx, by, no)
	if err != nil {
		return e, nil, err
	}
	if e.State != Done {
		return e, nil, core.NotFound("There is no file to download.")
	}
	contents, err := s.Files.Open(ctx, e.file)
	return e, contents, err
}

// Cancel ends an export that is still being made.
func (s *Service) Cancel(ctx context.Context, by core.Actor, no int) error {
	if _, err := s.Find(ctx, by, no); err != nil {
		return err
	}
	done, err := s.DB.Pool().Exec(ctx, updateCancelled, no, by.StaffID(), s.Clock.Now())
	if err != nil {
		return fmt.Errorf("cancel an export: %w", postgres.Translate(err))
	}
	if done.RowsAffected() == 0 {
		return core.Conflict("This export was finished already.")
	}
	return nil
}

// Delete forgets an export with its file.
func (s *Service) Delete(ctx context.Context, by core.Actor, no int) error {
	if _, err := s.Find(ctx, by, no); err != nil {
		return err
	}
	gone, err := postgres.All[fileRow](ctx, s.DB.Pool(), deleteOwn, no, by.StaffID())
	if err != nil {
		return fmt.Errorf("delete an export: %w", err)
	}
	return s.deleteFiles(ctx, gone)
}

// Sweep deletes what has expired and says how many exports there were.
func (s *Service) Sweep(ctx context.Context, now time.Time) (int, error) {
	gone, err := postgres.All[fileRow](ctx, s.DB.Pool(), deleteExpired, now)
	if err != nil {
		return 0, fmt.Errorf("sweep exports: %w", err)
	}
	return len(gone), s.deleteFiles(ctx, gone)
}

func (s *Service) deleteFiles(ctx context.Context, gone []fileRow) error {
	var failed []error
	for _, r := range gone {
		if !r.FileKey.IsZero() {
			failed = append(failed, s.Files.Delete(ctx, r.FileKey))
		}
	}
	return errors.Join(failed...) // what is left is swept with the files that no row names
}

func noSuchExport() error {
	return core.NotFound("This export does not exist. Files are kept for a day.")
}
