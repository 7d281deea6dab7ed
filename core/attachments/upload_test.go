package attachments_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/files"
)

// council is the small council with a store of files.
type council struct {
	*casestest.World
	*attachments.Service
	folder string
}

func open(t *testing.T) council {
	t.Helper()
	t.Parallel()
	w := casestest.New(t)
	folder := t.TempDir()
	disk, err := files.OpenDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	return council{w, attachments.New(w.DB, disk, w.Clock), folder}
}

func (c council) upload(t *testing.T, by core.Actor, name string, content []byte) core.Attachment {
	t.Helper()
	a, err := c.Upload(t.Context(), by, attachments.Incoming{Name: name}, bytes.NewReader(content))
	if err != nil {
		t.Fatalf("upload %s: %v", name, err)
	}
	return a
}

// stored counts the files in the store.
func (c council) stored(t *testing.T) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(c.folder, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// draft begins a form.
func (c council) draft(t *testing.T) core.DraftID {
	t.Helper()
	id := core.NewID[core.DraftID]()
	_, err := c.Pool.Exec(t.Context(), `INSERT INTO form_drafts (id, token_hash, type_key, form, created_at, updated_at, expires_at)
		VALUES ($1, $2, 'complaint', 'fields', $3, $3, $3)`, id, id[:], casestest.Start)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAFileOfEveryKindIsTakenUnderTheNameThatItIs(t *testing.T) {
	c := open(t)
	for name, content := range map[string][]byte{
		"a.png": pngPicture(t), "a.jpg": jpegPicture(t), "b.JPEG": jpegPicture(t), "a.gif": gifPicture(t),
		"a.webp": []byte("RIFF\x24\x00\x00\x00WEBPVP8 "), "a.heic": ftyp("heic"), "a.heif": ftyp("mif1"),
		"a.pdf": []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), "scan.pdf": []byte("\xef\xbb\xbf\r\n%PDF-1.4\n"),
		"a.txt": []byte("Grüße\tund\r\nmehr\n"), "latin.txt": []byte("Gr\xfc\xdfe"), "wide.txt": []byte("\xff\xfea\x00b\x00"),
		"a.csv": []byte("a;b\n1;2\n"), "a.rtf": []byte(`{\rtf1\ansi Hello}`),
		"a.docx": docx(t),
		"a.xlsx": archive(t, "[Content_Types].xml", "", "xl/workbook.xml"),
		"a.pptx": archive(t, "[Content_Types].xml", "", "ppt/presentation.xml"),
		"a.odt":  archive(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml"),
		"a.ods":  archive(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml"),
		"a.odp":  archive(t, "mimetype", "application/vnd.oasis.opendocument.presentation", "content.xml"),
		"a.doc":  ole(""), "a.xls": ole(""), "a.ppt": ole(""),
		"a.mp3": []byte("ID3\x03\x00"), "b.mp3": []byte("\xff\xfb\x90\x44"), "a.wav": []byte("RIFF\x24\x00\x00\x00WAVEfmt "),
		"a.ogg": []byte("OggS\x00"), "a.m4a": ftyp("M4A "), "a.mp4": ftyp("isom"), "a.mov": ftyp("qt  "), "a.webm": []byte("\x1a\x45\xdf\xa3"),
	} {
		a := c.upload(t, c.Priya, name, content)
		if !slices.Contains(attachments.Kinds(), a.Kind) || a.Size != int64(len(content)) || a.No != 0 {
			t.Errorf("%s was taken as %+v", name, a)
		}
		f, err := c.Open(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		f.Close()
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s came back as %d bytes, %v", name, len(got), err)
		}
	}
}

func TestAFileThatIsNotWhatItsNameSaysIsRefusedAndNotKept(t *testing.T) {
	c := open(t)
	program := []byte("MZ\x90\x00\x03\x00\x00\x00\x04")
	for name, content := range map[string][]byte{
		"program.exe": program, "program.jpg": program, "program.txt": program, "program.pdf": program, "program.docx": program,
		"picture.svg": []byte(`<svg onload="alert(1)"/>`), "page.html": []byte("<script>"), "page.jpg": []byte("<script>alert(1)</script>"),
		"script.js": []byte("alert(1)"), "run.sh": []byte("#!/bin/sh"), "none": []byte("hello"), "png.jpg": pngPicture(t), "jpg.png": jpegPicture(t),
		"a.zip": archive(t, "a.txt", "hello"), "zip.docx": archive(t, "a.txt", "hello"), "xlsx.docx": archive(t, "[Content_Types].xml", "", "xl/workbook.xml"),
		"docx.odt": docx(t), "template.odt": archive(t, "mimetype", "application/vnd.oasis.opendocument.text-template"),
		"broken.docx": docx(t)[:100], "macros.docx": docx(t, "word/vbaProject.bin"), "macros.doc": ole(macroMark),
		"late.txt": append(bytes.Repeat([]byte("text "), 10_000), 0), "empty.txt": {}, "mp4.mov": ftyp("isom"), "wave.webp": []byte("RIFF\x24\x00\x00\x00WAVEfmt "),
		"..": []byte("x"), "": []byte("x"), "photo.jpg\x00.exe": jpegPicture(t), "photo.jpg.exe": jpegPicture(t),
	} {
		_, err := c.Upload(t.Context(), c.Priya, attachments.Incoming{Name: name}, bytes.NewReader(content))
		var said *core.Error
		if !errors.As(err, &said) || said.Kind != core.ErrInvalid || said.Fields["file"] == "" {
			t.Errorf("%q: %v", name, err)
		}
	}
	if n := c.stored(t); n != 0 {
		t.Errorf("%d refused files were kept", n)
	}
}

func TestACaseTypeSaysWhichKindsAndHowMuch(t *testing.T) {
	c := open(t)
	limit := core.AttachmentLimit{Kinds: []string{"application/zip", "image/png"}, Bytes: 1000, Files: 2}
	draft := c.draft(t)
	send := func(name string, content []byte) error {
		_, err := c.Upload(t.Context(), core.AnonymousActor(), attachments.Incoming{Name: name, Limit: limit, Draft: draft}, bytes.NewReader(content))
		return err
	}
	if err := send("a.jpg", jpegPicture(t)); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("a kind that is not named: %v", err)
	}
	if err := send("a.zip", append(archive(t, "a", "x"), make([]byte, 1000)...)); core.KindOf(err) != core.ErrTooLarge {
		t.Errorf("too large: %v", err)
	}
	for range 2 {
		if err := send("a.zip", archive(t, "a", "x")); err != nil {
			t.Error(err)
		}
	}
	if err := send("a.png", pngPicture(t)); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("one too many: %v", err)
	}
	if n := c.stored(t); n != 2 {
		t.Errorf("%d files are kept", n)
	}
}

func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	c := open(t)
	gone := errors.New("the browser went away")
	for _, head := range []string{"", "\xff\xd8\xff" + strings.Repeat("x", 10_000)} {
		source := io.MultiReader(strings.NewReader(head), iotest.ErrReader(gone))
		if _, err := c.Upload(t.Context(), c.Priya, attachments.Incoming{Name: "a.jpg"}, source); !errors.Is(err, gone) {
			t.Errorf("after %d bytes: %v", len(head), err)
		}
	}
	// The row cannot be written: the draft is not there.
	nowhere := attachments.Incoming{Name: "a.jpg", Draft: core.NewID[core.DraftID]()}
	if _, err := c.Upload(t.Context(), c.Priya, nowhere, bytes.NewReader(jpegPicture(t))); core.KindOf(err) != core.ErrConflict {
		t.Errorf("for a draft that is not there: %v", err)
	}
	if n := c.stored(t); n != 0 {
		t.Errorf("%d files were kept", n)
	}
}

func TestAFormsFilesCanBeListedAndDiscardedUntilItIsSent(t *testing.T) {
	c := open(t)
	draft, other := c.draft(t), c.draft(t)
	var sent []core.Attachment
	for _, name := range []string{"one.jpg", "two.jpg"} {
		a, err := c.Upload(t.Context(), core.AnonymousActor(), attachments.Incoming{Name: name, Draft: draft}, bytes.NewReader(jpegPicture(t)))
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, a)
	}
	if err := c.Discard(t.Context(), other, sent[0].ID); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("discarded from another form: %v", err)
	}
	if err := c.Discard(t.Context(), draft, sent[0].ID); err != nil {
		t.Fatal(err)
	}
	left, err := c.Pending(t.Context(), draft)
	if err != nil || len(left) != 1 || left[0].Name != "two.jpg" || c.stored(t) != 1 {
		t.Errorf("left: %+v, %v", left, err)
	}
}

func TestASweepTakesWhatNobodyUsed(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	used := c.upload(t, c.Priya, "used.jpg", jpegPicture(t))
	c.Do(t, c.Priya, id, &attachments.Add{Files: []core.AttachmentID{used.ID}})
	deleted := c.upload(t, c.Priya, "deleted.jpg", jpegPicture(t))
	c.Do(t, c.Priya, id, &attachments.Add{Files: []core.AttachmentID{deleted.ID}})
	c.Do(t, c.Priya, id, &attachments.Delete{No: 2})
	c.upload(t, c.Priya, "unused.jpg", jpegPicture(t))
	draft := c.draft(t)
	if _, err := c.Upload(t.Context(), core.AnonymousActor(), attachments.Incoming{Name: "drafted.jpg", Draft: draft}, bytes.NewReader(jpegPicture(t))); err != nil {
		t.Fatal(err)
	}
	sweep := func(want, left int) {
		t.Helper()
		n, err := c.Sweep(t.Context(), c.Clock.Now())
		if err != nil || n != want || c.stored(t) != left {
			t.Errorf("swept %d, %v, and %d are left; want %d and %d", n, err, c.stored(t), want, left)
		}
	}
	sweep(0, 4)
	c.Clock.Advance(25 * time.Hour)
	sweep(1, 3)
	if _, err := c.Pool.Exec(t.Context(), `DELETE FROM form_drafts WHERE id = $1`, draft); err != nil {
		t.Fatal(err)
	}
	sweep(1, 2)
	// The store goes by the machine's own clock: make its files old.
	age(t, c.folder)
	sweep(0, 2)
	c.Clock.Advance(31 * 24 * time.Hour)
	sweep(1, 1)
	if _, err := c.Open(t.Context(), used); err != nil {
		t.Errorf("the file in use is gone: %v", err)
	}
}
