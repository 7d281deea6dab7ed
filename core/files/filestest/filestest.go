// Package filestest is what every store of files must show. It is for tests
// only.
package filestest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/files"
)

const limit = 1 << 20

// Run runs the suite; open gives an empty store for each test.
func Run(t *testing.T, open func(t *testing.T) files.Store) {
	for name, test := range map[string]func(*testing.T, files.Store){
		"WhatIsKeptComesBack":                 comesBack,
		"ALimitIsKeptToTheByte":               keepsLimit,
		"AnInterruptedFileLeavesNothing":      leavesNothing,
		"AKeyIsUsedOnce":                      usesKeyOnce,
		"AMissingFileIsNotFound":              isNotFound,
		"DeletingTwiceIsNoError":              deletesTwice,
		"ASweepTakesOnlyWhatIsOldAndUnwanted": sweeps,
		"ASweepThatCannotAskDeletesNothing":   sweepsNothing,
		"ManyFilesAreKeptAtOnce":              keepsMany,
		"AContextThatHasEndedStopsTheKeeping": stops,
		"TheZeroKeyIsNoFile":                  refusesZero,
		"AnOpenedFileCanBeReadFromAnywhere":   seeks,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func newKey() core.AttachmentID { return core.NewID[core.AttachmentID]() }

func put(t *testing.T, s files.Store, key core.AttachmentID, content []byte) {
	t.Helper()
	size, sum, err := s.Put(t.Context(), key, bytes.NewReader(content), limit)
	if err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256(content); size != int64(len(content)) || !bytes.Equal(sum, want[:]) {
		t.Fatalf("kept %d bytes with sum %x", size, sum)
	}
}

func read(t *testing.T, s files.Store, key core.AttachmentID) []byte {
	t.Helper()
	f, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func wantGone(t *testing.T, s files.Store, key core.AttachmentID) {
	t.Helper()
	f, err := s.Open(t.Context(), key)
	if err == nil {
		f.Close()
	}
	if core.KindOf(err) != core.ErrNotFound {
		t.Errorf("opening gives %v, want a not-found error", err)
	}
}

func comesBack(t *testing.T, s files.Store) {
	for _, content := range [][]byte{{}, []byte("Grüße\x00\xff"), bytes.Repeat([]byte("0123456789"), 100_000)} {
		key := newKey()
		put(t, s, key, content)
		if got := read(t, s, key); !bytes.Equal(got, content) {
			t.Errorf("%d bytes came back as %d", len(content), len(got))
		}
	}
}

func keepsLimit(t *testing.T, s files.Store) {
	put(t, s, newKey(), make([]byte, limit))
	key := newKey()
	_, _, err := s.Put(t.Context(), key, bytes.NewReader(make([]byte, limit+1)), limit)
	if core.KindOf(err) != core.ErrTooLarge {
		t.Errorf("one byte too many: %v", err)
	}
	wantGone(t, s, key)
}

func leavesNothing(t *testing.T, s files.Store) {
	key := newKey()
	broken := errors.New("the line went dead")
	source := io.MultiReader(bytes.NewReader(make([]byte, 100_000)), iotest.ErrReader(broken))
	if _, _, err := s.Put(t.Context(), key, source, limit); !errors.Is(err, broken) {
		t.Errorf("an interrupted upload gives %v", err)
	}
	wantGone(t, s, key)
	put(t, s, key, []byte("tried again")) // the key is still free
}

func usesKeyOnce(t *testing.T, s files.Store) {
	key := newKey()
	put(t, s, key, []byte("first"))
	if _, _, err := s.Put(t.Context(), key, bytes.NewReader([]byte("second")), limit); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a second file under the key: %v", err)
	}
	if got := read(t, s, key); string(got) != "first" {
		t.Errorf("the first file became %q", got)
	}
}

func isNotFound(t *testing.T, s files.Store) { wantGone(t, s, newKey()) }

func deletesTwice(t *testing.T, s files.Store) {
	key := newKey()
	put(t, s, key, []byte("x"))
	for range 2 {
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		wantGone(t, s, key)
	}
}

func sweeps(t *testing.T, s files.Store) {
	wanted, unwanted := newKey(), newKey()
	put(t, s, wanted, []byte("wanted"))
	put(t, s, unwanted, []byte("unwanted"))
	keep := func(_ context.Context, keys []core.AttachmentID) ([]core.AttachmentID, error) {
		return slices.DeleteFunc(slices.Clone(keys), func(key core.AttachmentID) bool { return key != wanted }), nil
	}
	if n, err := s.Sweep(t.Context(), time.Hour, keep); err != nil || n != 0 {
		t.Errorf("swept %d fresh files, %v", n, err)
	}
	if n, err := s.Sweep(t.Context(), -time.Hour, keep); err != nil || n != 1 {
		t.Errorf("swept %d, %v, want 1", n, err)
	}
	wantGone(t, s, unwanted)
	if got := read(t, s, wanted); string(got) != "wanted" {
		t.Errorf("the wanted file is %q", got)
	}
}

func sweepsNothing(t *testing.T, s files.Store) {
	key := newKey()
	put(t, s, key, []byte("x"))
	down := errors.New("the database does not answer")
	_, err := s.Sweep(t.Context(), -time.Hour, func(context.Context, []core.AttachmentID) ([]core.AttachmentID, error) { return nil, down })
	if !errors.Is(err, down) {
		t.Errorf("the sweep gives %v", err)
	}
	read(t, s, key)
}

func keepsMany(t *testing.T, s files.Store) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				key := newKey()
				content := []byte(key.String())
				if _, _, err := s.Put(t.Context(), key, bytes.NewReader(content), limit); err != nil {
					t.Error(err)
					return
				}
				f, err := s.Open(t.Context(), key)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(f)
				f.Close()
				if err != nil || !bytes.Equal(got, content) {
					t.Errorf("%q came back as %q, %v", content, got, err)
				}
			}
		})
	}
	wg.Wait()
}

func stops(t *testing.T, s files.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	key := newKey()
	if _, _, err := s.Put(ctx, key, bytes.NewReader([]byte("x")), limit); !errors.Is(err, context.Canceled) {
		t.Errorf("kept with an ended context: %v", err)
	}
	wantGone(t, s, key)
}

func refusesZero(t *testing.T, s files.Store) {
	if _, _, err := s.Put(t.Context(), core.AttachmentID{}, bytes.NewReader(nil), limit); err == nil {
		t.Error("a file was kept under the zero key")
	}
	wantGone(t, s, core.AttachmentID{})
}

func seeks(t *testing.T, s files.Store) {
	key := newKey()
	put(t, s, key, []byte("0123456789"))
	f, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if end, err := f.Seek(0, io.SeekEnd); err != nil || end != 10 {
		t.Errorf("the end is at %d, %v", end, err)
	}
	if _, err := f.Seek(4, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	part := make([]byte, 3)
	if _, err := io.ReadFull(f, part); err != nil || string(part) != "456" {
		t.Errorf("read %q, %v", part, err)
	}
}
