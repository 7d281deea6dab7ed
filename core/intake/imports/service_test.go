package imports_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake/imports"
	"github.com/casement-dev/casement/core/intake/imports/importstest"
)

func upload(t *testing.T, file []byte) imports.Upload {
	t.Helper()
	return imports.Upload{Mapping: casetypes.File{Name: "boston311.yaml", Source: importstest.Example(t, "boston311.yaml")},
		FileName: "requests.csv", File: bytes.NewReader(file)}
}

func begin(t *testing.T, w *importstest.World, file []byte) imports.Import {
	t.Helper()
	i, err := w.Imports.Begin(t.Context(), w.Ada, upload(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func find(t *testing.T, w *importstest.World, no int) imports.Import {
	t.Helper()
	i, err := w.Imports.Find(t.Context(), w.Ada, no)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// kept lists the keys of the files that an import still wants.
func kept(t *testing.T, w *importstest.World) int {
	t.Helper()
	n := 0
	if _, err := w.Disk.Sweep(t.Context(), -1, func(_ context.Context, keys []core.AttachmentID) ([]core.AttachmentID, error) {
		n += len(keys)
		return keys, nil
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnImportOnScreenIsCheckedThenStartedThenDone(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	i := begin(t, w, ten(t))
	if i.State != imports.Checking || i.No != 1 || i.Name != "Boston 311" {
		t.Errorf("it begins as %+v", i)
	}
	if _, err := w.Imports.Start(t.Context(), w.Ada, i.No); core.KindOf(err) != core.ErrConflict {
		t.Errorf("it starts while it is checked: %v", err)
	}
	w.Work(t)
	i = find(t, w, i.No)
	want := imports.Tally{Read: 10, Brought: 6, Known: 1, Refused: 3, Warned: 3}
	if i.State != imports.Checked || i.Tally != want || i.Percent() != 100 || count(t, w, `SELECT count(*) FROM cases`) != 0 {
		t.Errorf("checked it is %+v", i)
	}
	if found, err := w.Imports.Refusals(t.Context(), w.Ada, i.No, 100); err != nil || len(found) != 8 {
		t.Errorf("the check says %d things, %v", len(found), err)
	}
	started, err := w.Imports.Start(t.Context(), w.Ada, i.No)
	if err != nil || started.State != imports.Running || started.Read != 0 {
		t.Fatalf("started it is %+v, %v", started, err)
	}
	w.Work(t)
	i = find(t, w, i.No)
	if i.State != imports.Done || i.Tally != want || i.EndedAt.IsZero() || i.ByName != "Ada Byron" || count(t, w, `SELECT count(*) FROM cases`) != 6 {
		t.Errorf("at the end it is %+v", i)
	}
	if n := kept(t, w); n != 0 {
		t.Errorf("%d files are left behind", n)
	}
	var report bytes.Buffer
	if err := w.Imports.WriteReport(t.Context(), w.Ada, i.No, &report); err != nil {
		t.Fatal(err)
	}
	if lines, err := csv.NewReader(&report).ReadAll(); err != nil || len(lines) != 9 || lines[1][1] != "900000000003" {
		t.Errorf("the report is %v, %v", lines, err)
	}
	if all, err := w.Imports.List(t.Context(), w.Ada); err != nil || len(all) != 1 || all[0].No != i.No {
		t.Errorf("the list is %+v, %v", all, err)
	}
	if err := w.Imports.Cancel(t.Context(), w.Ada, i.No); core.KindOf(err) != core.ErrConflict {
		t.Errorf("what has ended is cancelled: %v", err)
	}
}

func TestACancelledImportStopsAndTheNextGoesOnAfterIt(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	file := repeated(t, ten(t), 100)
	i := begin(t, w, file)
	w.Work(t)
	if _, err := w.Imports.Start(t.Context(), w.Ada, i.No); err != nil {
		t.Fatal(err)
	}
	if err := w.Imports.Cancel(t.Context(), w.Ada, i.No); err != nil {
		t.Fatal(err)
	}
	if w.Work(t); find(t, w, i.No).State != imports.Cancelled || kept(t, w) != 0 || count(t, w, `SELECT count(*) FROM cases`) != 0 {
		t.Errorf("cancelled it is %+v", find(t, w, i.No))
	}
	again := begin(t, w, file)
	w.Work(t)
	if _, err := w.Imports.Start(t.Context(), w.Ada, again.No); err != nil {
		t.Fatal(err)
	}
	w.Work(t)
	if again = find(t, w, again.No); again.State != imports.Done || again.Brought != 600 {
		t.Errorf("the second is %+v", again)
	}
}

func TestAServerThatWasRestartedReadsTheImportOn(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	i := begin(t, w, repeated(t, ten(t), 300))
	w.Work(t)
	if _, err := w.Imports.Start(t.Context(), w.Ada, i.No); err != nil {
		t.Fatal(err)
	}
	// The server dies after the first batch was committed and before it was
	// recorded; the job is given to another.
	m := importstest.Mapping(t, "boston311.yaml")
	run, err := imports.NewRun(i.ID, w.Cases, m, bytes.NewReader(repeated(t, ten(t), 300)), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Work(t)
	if i = find(t, w, i.No); i.State != imports.Done || i.Read != 3000 || i.Brought != 1800 || i.Known != 300 || i.Refused != 900 {
		t.Errorf("at the end it is %+v", i)
	}
	if n := count(t, w, `SELECT count(*) FROM import_refusals`); n != 2400 {
		t.Errorf("%d refusals are kept, want 2,400", n)
	}
}

func TestWhatCannotBeReadIsRefusedAtOnceAndNotKept(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	for name, change := range map[string]func(*imports.Upload){
		"no mapping":      func(u *imports.Upload) { u.Mapping.Source = nil },
		"a wrong mapping": func(u *imports.Upload) { u.Mapping.Source = []byte("casement: 1\nkind: import\n") },
		"no file":         func(u *imports.Upload) { u.File = strings.NewReader("") },
		"other columns":   func(u *imports.Upload) { u.File = strings.NewReader("a,b,c\n1,2,3\n") },
		"a spreadsheet":   func(u *imports.Upload) { u.File = strings.NewReader("PK\x03\x04abc") },
		"UTF-16":          func(u *imports.Upload) { u.File = strings.NewReader("\xff\xfea\x00") },
	} {
		u := upload(t, nil)
		change(&u)
		if _, err := w.Imports.Begin(t.Context(), w.Ada, u); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := count(t, w, `SELECT count(*) FROM imports`); n != 0 || kept(t, w) != 0 {
		t.Errorf("%d imports and %d files were kept", n, kept(t, w))
	}
}

func TestTheSameFileIsNotBroughtInTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	first, second := begin(t, w, ten(t)), begin(t, w, ten(t))
	w.Work(t)
	if _, err := w.Imports.Start(t.Context(), w.Ada, first.No); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Imports.Start(t.Context(), w.Ada, second.No); core.KindOf(err) != core.ErrConflict {
		t.Errorf("the second starts: %v", err)
	}
}

func TestAnImportWhoseFileIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	i := begin(t, w, ten(t))
	if _, err := w.Disk.Sweep(t.Context(), -1, func(context.Context, []core.AttachmentID) ([]core.AttachmentID, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	w.Work(t)
	if i = find(t, w, i.No); i.State != imports.Failed || i.Problem == "" {
		t.Errorf("it is %+v", i)
	}
}

func TestFilesThatAreStillToBeReadAreWanted(t *testing.T) {
	t.Parallel()
	w := importstest.New(t)
	begin(t, w, ten(t))
	if n, err := w.Disk.Sweep(t.Context(), -1, w.Imports.Wanted); err != nil || n != 0 {
		t.Errorf("%d files were swept, %v", n, err)
	}
}
