package imports

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/postgres"
)

// Bounds of imports on screen.
const (
	MaxUpload   = 60 << 20 // bytes; the command takes files of any size
	MaxRefusals = 100_000  // kept of one import; all are counted
	maxShown    = 200      // imports in the list
)

// slice is how long a job reads before it gives way to others.
const slice = 8 * time.Second

// State is how far an import has got.
type State string

// The states.
const (
	Checking  State = "checking" // a dry run
	Checked   State = "checked"  // and waits for somebody to start it
	Running   State = "running"
	Done      State = "done"
	Cancelled State = "cancelled"
	Failed    State = "failed" // the file or the mapping was not to be read
)

// Ended reports whether nothing will happen any more.
func (s State) Ended() bool { return s == Done || s == Cancelled || s == Failed }

// Moving reports whether rows are being read.
func (s State) Moving() bool { return s == Checking || s == Running }

// Import is one file that is, or was, brought in.
type Import struct {
	ID        core.ImportID
	No        int // 1, 2 …: names it in addresses of pages
	Name      string
	Source    string // of the aliases
	FileName  string
	FileSize  int64 // bytes; 0 when it came from a pipe
	Mapping   string
	State     State
	Position  int64 // byte up to which the file was read
	Line      int64
	Tally     // of the dry run until it is started, then of the run
	Problem   string
	ByName    string // "" for the command
	CreatedAt time.Time
	StartedAt time.Time // zero until then
	MovedAt   time.Time // when a batch was last recorded
	EndedAt   time.Time

	file core.AttachmentID // zero for the command
}

// OnScreen reports whether the import was begun on screen: then a job reads
// its file.
func (i Import) OnScreen() bool { return !i.file.IsZero() }

// Percent is how much of the file was read.
func (i Import) Percent() int {
	if i.FileSize <= 0 {
		return 0
	}
	return int(min(100, i.Position*100/i.FileSize))
}

// Files keeps uploaded files by key; see core/files, which says more about
// each method.
type Files interface {
	Put(ctx context.Context, key core.AttachmentID, r io.Reader, limit int64) (size int64, sha256 []byte, err error)
	Open(ctx context.Context, key core.AttachmentID) (io.ReadSeekCloser, error)
	Delete(ctx context.Context, key core.AttachmentID) error
}

// Options are what a [Service] is made of; all are required.
type Options struct {
	DB    *postgres.DB
	Cases *cases.Service
	Files Files
	Clock core.Clock
	Log   *slog.Logger
	// Queue adds the job that calls [Service.Work] to a batch.
	Queue func(b *pgx.Batch, id core.ImportID, phase string)
}

// Service keeps imports. It is safe for concurrent use.
type Service struct {
	db    *postgres.DB
	cases *cases.Service
	files Files
	clock core.Clock
	log   *slog.Logger
	queue func(b *pgx.Batch, id core.ImportID, phase string)
}

// New makes a service.
func New(o Options) *Service {
	return &Service{db: o.DB, cases: o.Cases, files: o.Files, clock: o.Clock, log: o.Log, queue: o.Queue}
}

// May reports whether somebody may bring cases in: whoever configures or
// administers the installation, and the command on its machine. An import goes
// past the duties of groups.
func May(by core.Actor) bool {
	return by.Kind == core.ActorSystem || by.IsStaff() && (by.Has(core.RoleConfigurator) || by.Has(core.RoleAdministrator))
}

func mayOnly(by core.Actor) error {
	if May(by) {
		return nil
	}
	return core.Forbidden("Only configurators and administrators bring cases in.")
}

// Upload is a file that somebody sends to be brought in.
type Upload struct {
	Mapping  casetypes.File
	FileName string
	File     io.Reader
}

// Begin keeps a file and queues its dry run. The mapping and the header of the
// file are read at once: errors are invalid, with findings or a sentence, and
// nothing is kept.
func (s *Service) Begin(ctx context.Context, by core.Actor, u Upload) (Import, error) {
	if err := mayOnly(by); err != nil {
		return Import{}, err
	}
	m, err := Decode(u.Mapping)
	if err != nil {
		return Import{}, err
	}
	key := core.NewID[core.AttachmentID]()
	size, sum, err := s.files.Put(ctx, key, u.File, MaxUpload)
	if err != nil {
		return Import{}, err
	}
	i, err := s.begin(ctx, by, m, u, key, size, sum)
	if err != nil {
		err = errors.Join(err, s.files.Delete(context.WithoutCancel(ctx), key))
	}
	return i, err
}

func (s *Service) begin(ctx context.Context, by core.Actor, m *Mapping, u Upload, key core.AttachmentID, size int64, sum []byte) (Import, error) {
	file, err := s.files.Open(ctx, key)
	if err != nil {
		return Import{}, err
	}
	_, err = Open(file, m)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return Import{}, err
	}
	now := s.clock.Now()
	i := Import{
		ID: core.NewID[core.ImportID](), Name: m.Name, Source: m.Source, FileName: u.FileName, FileSize: size,
		Mapping: string(u.Mapping.Source), State: Checking, ByName: by.Name, CreatedAt: now, MovedAt: now, file: key,
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.insert(ctx, tx, by, &i, fingerprint(i.Mapping, sum)); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, i.ID, Checking)
	})
	return i, err
}

func (s *Service) insert(ctx context.Context, tx pgx.Tx, by core.Actor, i *Import, print []byte) error {
	var file *core.AttachmentID
	var started *time.Time
	if !i.file.IsZero() {
		file = &i.file
	}
	if !i.StartedAt.IsZero() {
		started = &i.StartedAt
	}
	return tx.QueryRow(ctx, insertImport, i.ID, i.Name, i.Source, i.FileName, file, i.FileSize, print,
		i.Mapping, i.State, by.Kind, by.ID, i.CreatedAt, started).Scan(&i.No)
}

func (s *Service) enqueue(ctx context.Context, tx pgx.Tx, id core.ImportID, phase State) error {
	var b pgx.Batch
	s.queue(&b, id, string(phase))
	return tx.SendBatch(ctx, &b).Close()
}

// fingerprint tells a file with a mapping from others.
func fingerprint(mapping string, file []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d ", len(mapping))
	io.WriteString(h, mapping)
	h.Write(file)
	return h.Sum(nil)
}

// Start begins the run of an import whose dry run is over. What the dry run
// found is forgotten: the run finds it again.
func (s *Service) Start(ctx context.Context, by core.Actor, no int) (Import, error) {
	i, err := s.Find(ctx, by, no)
	if err != nil {
		return i, err
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, updateStarted, i.ID, s.clock.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return core.Conflict("This import cannot be started: it was started already, or ended.")
		}
		if _, err := tx.Exec(ctx, deleteRefusals, i.ID); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, i.ID, Running)
	})
	if postgres.Violates(err, "imports_under_way") {
		return i, core.Conflict("The same file is being brought in with the same mapping already.")
	}
	if err != nil {
		return i, err
	}
	return s.Find(ctx, by, no)
}

// Cancel ends an import. The cases that it has brought in stay; imported again,
// the file goes on after them.
func (s *Service) Cancel(ctx context.Context, by core.Actor, no int) error {
	i, err := s.Find(ctx, by, no)
	if err != nil {
		return err
	}
	tag, err := s.db.Pool().Exec(ctx, updateCancelled, i.ID, s.clock.Now())
	if err != nil {
		return postgres.Translate(err)
	}
	if tag.RowsAffected() == 0 {
		return core.Conflict("This import has ended already.")
	}
	return s.forget(ctx, i)
}

// forget deletes the file of an import that has ended.
func (s *Service) forget(ctx context.Context, i Import) error {
	if i.file.IsZero() {
		return nil
	}
	return s.files.Delete(ctx, i.file)
}

// List gives the newest imports, the newest first.
func (s *Service) List(ctx context.Context, by core.Actor) ([]Import, error) {
	if err := mayOnly(by); err != nil {
		return nil, err
	}
	rows, err := postgres.All[importRow](ctx, s.db.Pool(), selectImports, maxShown)
	out := make([]Import, len(rows))
	for i, r := range rows {
		out[i] = r.noun()
	}
	return out, err
}

// Find gives an import by its number.
func (s *Service) Find(ctx context.Context, by core.Actor, no int) (Import, error) {
	if err := mayOnly(by); err != nil {
		return Import{}, err
	}
	return s.one(ctx, s.db.Pool(), selectImportByNo, no)
}

// Refusals gives the first of what was wrong with the rows of an import.
func (s *Service) Refusals(ctx context.Context, by core.Actor, no, most int) ([]Refusal, error) {
	i, err := s.Find(ctx, by, no)
	if err != nil {
		return nil, err
	}
	found, _, err := s.refusals(ctx, i.ID, 0, most)
	return found, err
}

// WriteReport writes all that is kept of what was wrong, as a table.
func (s *Service) WriteReport(ctx context.Context, by core.Actor, no int, w io.Writer) error {
	i, err := s.Find(ctx, by, no)
	if err != nil {
		return err
	}
	report, err := NewReport(w)
	if err != nil {
		return err
	}
	const page = 2000
	for after, more := int64(0), true; more; {
		var found []Refusal
		if found, after, err = s.refusals(ctx, i.ID, after, page); err != nil {
			return err
		}
		if err := report.Write(found); err != nil {
			return err
		}
		more = len(found) == page
	}
	return nil
}

// Wanted names those of the keys whose files are still to be read, for whoever
// sweeps the files.
func (s *Service) Wanted(ctx context.Context, keys []core.AttachmentID) ([]core.AttachmentID, error) {
	rows, err := s.db.Pool().Query(ctx, selectWantedFiles, keys)
	if err != nil {
		return nil, postgres.Translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[core.AttachmentID])
	return found, postgres.Translate(err)
}
