package exports_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/files"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/search"
	"github.com/casement-dev/casement/core/search/exports"
)

// world is the small council with exports. The source is every case that the
// actor may see: what a search finds is tested elsewhere.
type world struct {
	*casestest.World
	*exports.Service
	t      *testing.T
	queued []int
	source exports.Source
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: casestest.New(t), t: t}
	w.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"enquiry": [`, `"export": ["complaints-team"], "enquiry": [`, 1))
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	w.source = w.everything
	w.Service = exports.New(exports.Options{
		DB: w.World.DB, Cases: w.World.Cases, People: people.New(w.World.DB, people.Options{Clock: w.World.Clock}), Files: disk, Clock: w.World.Clock,
		BaseURL: "https://casework.example.org",
		Source: func(ctx context.Context, by core.Actor, r search.Request, each func([]cases.Row) error) error {
			return w.source(ctx, by, r, each)
		},
		Zone:  func(context.Context) (*time.Location, error) { return london, nil },
		Queue: func(_ *pgx.Batch, no int) { w.queued = append(w.queued, no) },
	})
	return w
}

func (w *world) everything(ctx context.Context, by core.Actor, _ search.Request, each func([]cases.Row) error) error {
	reach, err := w.World.Cases.ReachOf(ctx, by, core.MayView)
	if err != nil {
		return err
	}
	list, err := w.World.Cases.List(ctx, reach, cases.Filter{Only: cases.OnlyAll}, "", 100)
	if err != nil {
		return err
	}
	for _, r := range list.Rows {
		if err := each([]cases.Row{r}); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) raise(subject string, change func(*cases.Raise)) core.CaseID {
	w.t.Helper()
	id := core.NewID[core.CaseID]()
	r := &cases.Raise{Type: "complaint", Subject: subject, Subtype: "waste", Channel: core.ChannelWeb, Requester: w.Amara, Contact: core.Contact{Name: "Amara Okonkwo-Lindqvist"}}
	if change != nil {
		change(r)
	}
	w.Do(w.t, core.PersonActor(w.Amara, "Amara"), id, r)
	return id
}

func (w *world) begin(by core.Actor, format exports.Format, total int) exports.Export {
	w.t.Helper()
	e, err := w.Begin(w.t.Context(), by, exports.Input{Format: format, Title: "2 results", Address: "/search?q=x", Total: total, Request: search.Request{Typed: "x"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) contents(by core.Actor, no int) []byte {
	w.t.Helper()
	_, r, err := w.Open(w.t.Context(), by, no)
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		w.t.Fatal(err)
	}
	return raw
}

func (w *world) rows(raw []byte) [][]string {
	w.t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func TestAFileHasTheCasesInWordsAndNoFormulas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise(`=HYPERLINK("http://evil.example","Ça, \"pay\" here")`, func(r *cases.Raise) {
		r.Description, r.Address, r.Place = "Two\nlines", "+44 Mill Lane", &core.Point{Lat: 54.97, Lng: -2.1}
	})
	e := w.begin(w.Priya, exports.CSV, 1)
	if e.State != exports.Done || e.Rows != 1 || e.LeftOut != 0 {
		t.Fatalf("the export is %+v", e)
	}
	rows := w.rows(w.contents(w.Priya, e.No))
	if len(rows) != 2 || len(rows[0]) != len(rows[1]) {
		t.Fatalf("the file is %q", rows)
	}
	cell := func(title string) string { return rows[1][slices.Index(rows[0], title)] }
	for title, want := range map[string]string{
		"Subject": `'=HYPERLINK("http://evil.example","Ça, \"pay\" here")`, "Place": "'+44 Mill Lane", "Description": "Two\nlines", "Latitude": "54.97", "Longitude": "-2.1",
		"Type": "Complaint", "Status": "New", "Group": "complaints-team", "Received": "2026-11-17 10:00", "Closed": "", "Requester": "Amara Okonkwo-Lindqvist",
	} {
		if got := cell(title); got != want {
			t.Errorf("%s is %q, want %q", title, got, want)
		}
	}
	if link := cell("Link"); link != "https://casework.example.org/cases/"+cell("Reference") {
		t.Errorf("the link is %s", link)
	}
	marked := w.contents(w.Priya, w.begin(w.Priya, exports.CSVBOM, 1).No)
	if !bytes.HasPrefix(marked, []byte("\xEF\xBB\xBFReference,")) {
		t.Errorf("the file begins %q", marked[:20])
	}

	book, err := excelize.OpenReader(bytes.NewReader(w.contents(w.Priya, w.begin(w.Priya, exports.XLSX, 1).No)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheet, err := book.GetRows("Cases")
	if err != nil || len(sheet) != 2 {
		t.Fatalf("the sheet is %q, %v", sheet, err)
	}
	at := func(title string) string { return sheet[1][slices.Index(sheet[0], title)] }
	if at("Subject") != `=HYPERLINK("http://evil.example","Ça, \"pay\" here")` || at("Received") != "2026-11-17 10:00" || at("Latitude") != "54.97" {
		t.Errorf("the row is %q", sheet[1])
	}
	if formula, err := book.GetCellFormula("Cases", "D2"); err != nil || formula != "" {
		t.Errorf("the subject is the formula %q, %v", formula, err)
	}
}

func TestWhatSomebodyMayOnlySeeIsLeftOutAndCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise("With the team", nil)
	w.raise("With highways", func(r *cases.Raise) { r.Subtype = "roads" })
	w.source = func(ctx context.Context, _ core.Actor, r search.Request, each func([]cases.Row) error) error {
		return w.everything(ctx, w.Priya, r, each) // even if a search found more than it should
	}
	e := w.begin(w.Priya, exports.CSV, 2)
	if e.Rows != 2 {
		t.Errorf("the team exports %d of its cases", e.Rows)
	}
	for _, by := range []core.Actor{w.Ines, w.Other, w.Lead} {
		if may, err := w.May(t.Context(), by); may || err != nil {
			t.Errorf("%s may export: %v", by.Name, err)
		}
		if _, err := w.Begin(t.Context(), by, exports.Input{Format: exports.CSV, Total: 2}); core.KindOf(err) != core.ErrForbidden {
			t.Errorf("%s exports: %v", by.Name, err)
		}
	}
	// The duty to export opens no case: somebody has to see it as well.
	w.Publish(t, casetypes.KindCaseType, "complaint", strings.Replace(casestest.ComplaintType, `"enquiry": [`, `"export": ["highways"], "enquiry": [`, 1))
	e = w.begin(w.Ines, exports.CSV, 2)
	rows := w.rows(w.contents(w.Ines, e.No))
	if e.Rows != 1 || e.LeftOut != 1 || len(rows) != 2 || !slices.Contains(rows[1], "With highways") {
		t.Errorf("highways export %d, %d are left out: %q", e.Rows, e.LeftOut, rows)
	}
}

func TestAnExportIsItsOwnersAloneForADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise("One", nil)
	e := w.begin(w.Priya, exports.CSV, 1)
	for name, err := range map[string]error{
		"find":   second(w.Find(t.Context(), w.Tomasz, e.No)),
		"cancel": w.Cancel(t.Context(), w.Tomasz, e.No),
		"delete": w.Delete(t.Context(), w.Tomasz, e.No),
		"person": second(w.Find(t.Context(), core.PersonActor(w.Amara, "Amara"), e.No)),
	} {
		if core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%s by somebody else: %v", name, err)
		}
	}
	if _, _, err := w.Open(t.Context(), w.Tomasz, e.No); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a colleague opens it: %v", err)
	}
	var what, who string
	if err := w.Pool.QueryRow(t.Context(), `SELECT what, actor_id FROM access_log WHERE what LIKE 'export%'`).Scan(&what, &who); err != nil || what != "export 1 cases as csv" || who != w.Priya.ID {
		t.Errorf("written down is %q by %s: %v", what, who, err)
	}
	w.World.Clock.Advance(exports.Keep)
	if _, _, err := w.Open(t.Context(), w.Priya, e.No); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("it is open after a day: %v", err)
	}
	if n, err := w.Sweep(t.Context(), w.World.Clock.Now()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if n, err := w.Sweep(t.Context(), w.World.Clock.Now()); n != 0 || err != nil {
		t.Errorf("swept again %d, %v", n, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestALargeExportIsMadeInTheBackgroundAndCanBeCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise("One", nil)
	w.raise("Two", nil)
	e := w.begin(w.Priya, exports.CSV, exports.AtOnce+1)
	if e.State != exports.Waiting || len(w.queued) != 1 || w.queued[0] != e.No {
		t.Fatalf("it is %s and queued are %v", e.State, w.queued)
	}
	if _, _, err := w.Open(t.Context(), w.Priya, e.No); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a file that is not made is open: %v", err)
	}
	var seen []int
	everything := w.source
	w.source = func(ctx context.Context, by core.Actor, r search.Request, each func([]cases.Row) error) error {
		return everything(ctx, by, r, func(rows []cases.Row) error {
			err := each(rows)
			now, found := w.Find(ctx, w.Priya, e.No)
			if found != nil {
				return found
			}
			seen = append(seen, now.Looked)
			return err
		})
	}
	if err := w.Run(t.Context(), e.No); err != nil {
		t.Fatal(err)
	}
	if e, err := w.Find(t.Context(), w.Priya, e.No); err != nil || e.State != exports.Done || e.Rows != 2 || !slices.Equal(seen, []int{1, 2}) {
		t.Errorf("it is %+v after %v: %v", e, seen, err)
	}
	if err := w.Cancel(t.Context(), w.Priya, e.No); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a finished export is cancelled: %v", err)
	}

	// Cancelled half way, the attempt stops at the next case.
	e = w.begin(w.Priya, exports.XLSX, exports.AtOnce+1)
	calls := 0
	w.source = func(ctx context.Context, by core.Actor, r search.Request, each func([]cases.Row) error) error {
		return everything(ctx, by, r, func(rows []cases.Row) error {
			if calls++; calls == 1 {
				if err := w.Cancel(ctx, w.Priya, e.No); err != nil {
					return err
				}
			}
			return each(rows)
		})
	}
	if err := w.Run(t.Context(), e.No); err != nil {
		t.Fatal(err)
	}
	if e, err := w.Find(t.Context(), w.Priya, e.No); err != nil || e.State != exports.Cancelled || calls != 1 {
		t.Errorf("it is %s after %d steps: %v", e.State, calls, err)
	}
	// A job that is tried again finds nothing to do.
	if err := w.Run(t.Context(), e.No); err != nil || calls != 1 {
		t.Errorf("a cancelled export runs: %v", err)
	}
}

func TestAnExportThatFailsSaysSoAndOneThatIsCutOffBeginsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise("One", nil)
	e := w.begin(w.Priya, exports.CSV, exports.AtOnce+1)
	everything := w.source
	w.source = func(context.Context, core.Actor, search.Request, func([]cases.Row) error) error {
		return core.Unavailable(errors.New("refused"), "The search engine is not answering. Try again in a moment.")
	}
	// The server stops while it is at it: nothing is lost.
	stopping, stop := context.WithCancel(t.Context())
	failing := w.source
	w.source = func(ctx context.Context, by core.Actor, r search.Request, each func([]cases.Row) error) error {
		stop()
		return ctx.Err()
	}
	if err := w.Run(stopping, e.No); !errors.Is(err, context.Canceled) {
		t.Fatalf("a stopping server says %v", err)
	}
	if e, err := w.Find(t.Context(), w.Priya, e.No); err != nil || e.State != exports.Running {
		t.Errorf("it is %s: %v", e.State, err)
	}
	w.source = everything
	if err := w.Run(t.Context(), e.No); err != nil {
		t.Fatal(err)
	}
	if rows := w.rows(w.contents(w.Priya, e.No)); len(rows) != 2 {
		t.Errorf("begun again it has %q", rows)
	}

	e = w.begin(w.Priya, exports.CSV, exports.AtOnce+1)
	w.source = failing
	if err := w.Run(t.Context(), e.No); core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("the failure is not told: %v", err)
	}
	if e, err := w.Find(t.Context(), w.Priya, e.No); err != nil || e.State != exports.Failed || e.Problem != "The search engine is not answering. Try again in a moment." {
		t.Errorf("it is %+v: %v", e, err)
	}
	if err := w.Delete(t.Context(), w.Priya, e.No); err != nil {
		t.Errorf("a failed export cannot be deleted: %v", err)
	}
}

func TestNobodyKeepsTheServerBusyWithExports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise("One", nil)
	for range exports.MaxAtWork {
		w.begin(w.Priya, exports.CSV, exports.AtOnce+1)
	}
	if _, err := w.Begin(t.Context(), w.Priya, exports.Input{Format: exports.CSV, Total: 1}); core.KindOf(err) != core.ErrTooMany {
		t.Errorf("one more: %v", err)
	}
	if _, err := w.Begin(t.Context(), w.Tomasz, exports.Input{Format: exports.CSV, Total: 1}); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	for what, in := range map[string]exports.Input{"no format": {Format: "pdf", Total: 1}, "nothing found": {Format: exports.CSV}} {
		if _, err := w.Begin(t.Context(), w.Tomasz, in); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
}
