package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/casement-dev/casement/core"
)

// Disk keeps files in a folder of this machine:
//
//	ab/cd/0197f0c2-….…cdab   a file, in folders named by the last letters of its key
//	incoming/0197f0c2-….…     a file being written
//
// All access goes through an os.Root, so that not even a symbolic link put
// there by somebody leads out of the folder.
type Disk struct {
	root *os.Root
}

var _ Store = (*Disk)(nil)

const (
	incoming   = "incoming"
	folderMode = 0o700
	fileMode   = 0o600
	sweepBatch = 500 // keys asked about at once
)

// OpenDisk opens the folder, making it if need be. It must be closed.
func OpenDisk(folder string) (*Disk, error) {
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, fmt.Errorf("make the folder of files: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder of files: %w", err)
	}
	if err := root.MkdirAll(incoming, folderMode); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("make the folder of incoming files: %w", err)
	}
	return &Disk{root: root}, nil
}

// Close lets go of the folder.
func (d *Disk) Close() error { return d.root.Close() }

// Put implements [Store].
func (d *Disk) Put(ctx context.Context, key core.AttachmentID, r io.Reader, limit int64) (int64, []byte, error) {
	place, err := placeOf(key)
	if err != nil {
		return 0, nil, err
	}
	if _, err := d.root.Lstat(place); err == nil {
		return 0, nil, core.Conflict("This file has been kept already.")
	}
	temporary := path.Join(incoming, key.String())
	size, sum, err := d.write(ctx, temporary, r, limit)
	if err != nil {
		return 0, nil, err
	}
	if err := d.move(temporary, place); err != nil {
		_ = d.root.Remove(temporary)
		return 0, nil, cannotKeep(err)
	}
	return size, sum, nil
}

// write streams r into a new file and sees it safe on disk; on an error
// nothing is left of it.
func (d *Disk) write(ctx context.Context, name string, r io.Reader, limit int64) (size int64, sum []byte, err error) {
	file, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return 0, nil, core.Conflict("This file is being kept already.")
	}
	if err != nil {
		return 0, nil, cannotKeep(err)
	}
	defer func() {
		if closing := file.Close(); err == nil && closing != nil {
			err = cannotKeep(closing)
		}
		if err != nil {
			_ = d.root.Remove(name)
		}
	}()
	hash := sha256.New()
	source := &reader{ctx: ctx, r: io.LimitReader(r, limit+1)}
	size, err = io.Copy(io.MultiWriter(file, hash), source)
	switch {
	case source.err != nil:
		return 0, nil, fmt.Errorf("read a file that is sent: %w", source.err)
	case err != nil:
		return 0, nil, cannotKeep(err)
	case size > limit:
		return 0, nil, tooLarge(limit)
	}
	if err := file.Sync(); err != nil {
		return 0, nil, cannotKeep(err)
	}
	return size, hash.Sum(nil), nil
}

// move puts a written file in its place and sees that the folder remembers it.
func (d *Disk) move(from, to string) error {
	if err := d.root.MkdirAll(path.Dir(to), folderMode); err != nil {
		return err
	}
	if err := d.root.Rename(from, to); err != nil {
		return err
	}
	// The folder may be new, and so may be its parent.
	for _, folder := range []string{path.Dir(to), path.Dir(path.Dir(to)), "."} {
		if err := d.sync(folder); err != nil {
			return err
		}
	}
	return nil
}

func (d *Disk) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// Open implements [Store].
func (d *Disk) Open(_ context.Context, key core.AttachmentID) (io.ReadSeekCloser, error) {
	place, err := placeOf(key)
	if err != nil {
		return nil, err
	}
	file, err := d.root.Open(place)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("open a file: %w", err)
	}
	return file, nil
}

// Delete implements [Store].
func (d *Disk) Delete(_ context.Context, key core.AttachmentID) error {
	place, err := placeOf(key)
	if err != nil {
		return err
	}
	if err := d.root.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete a file: %w", err)
	}
	return nil
}

// Sweep implements [Store]. Files that were never written to their end go too.
func (d *Disk) Sweep(ctx context.Context, age time.Duration, keep Keep) (int, error) {
	before := time.Now().Add(-age)
	swept := 0
	var keys []core.AttachmentID
	flush := func() error {
		n, err := d.deleteUnwanted(ctx, keys, keep)
		swept += n
		keys = keys[:0]
		return err
	}
	err := fs.WalkDir(d.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.ModTime().After(before) {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := core.ParseID[core.AttachmentID](path.Base(name))
		if err != nil {
			return nil // not ours: leave it alone
		}
		if path.Dir(name) == incoming {
			swept++
			return d.root.Remove(name)
		}
		if keys = append(keys, key); len(keys) == sweepBatch {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return swept, fmt.Errorf("sweep the files: %w", err)
	}
	return swept, nil
}

func (d *Disk) deleteUnwanted(ctx context.Context, keys []core.AttachmentID, keep Keep) (int, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	wanted, err := keep(ctx, keys)
	if err != nil {
		return 0, err
	}
	kept := make(map[core.AttachmentID]bool, len(wanted))
	for _, key := range wanted {
		kept[key] = true
	}
	deleted := 0
	for _, key := range keys {
		if kept[key] {
			continue
		}
		if err := d.Delete(ctx, key); err != nil {
			return deleted, err
		}
		deleted++
	}
	return deleted, nil
}

// placeOf is where a key's file lies. Identifiers begin with the time they
// were made, so the last letters spread the files evenly.
func placeOf(key core.AttachmentID) (string, error) {
	if key.IsZero() {
		return "", notFound()
	}
	name := key.String()
	return path.Join(name[34:], name[32:34], name), nil
}

// reader stops with the context, and remembers whether reading failed rather
// than writing.
type reader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err = r.ctx.Err(); r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func cannotKeep(err error) error {
	return core.Unavailable(err, "The file could not be kept. Please try again in a moment.")
}
