package plugins

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectKnown = `SELECT hash FROM plugin_versions WHERE hash = ANY($1)`

const lockShipping = `SELECT pg_advisory_xact_lock(7203114455041)`

const selectNewestShipped = `SELECT version FROM plugin_versions WHERE plugin_id = $1 AND shipped`

type (
	hashRow     struct{ Hash string }
	shippedRow  struct{ Version string }
	shippedFile struct{ name, hash string }
)

// Ship puts the plugins that come with the program, the *.wasm files of a
// folder, among those that are installed, whichever server is first: a new one
// is live with all that it needs, a newer version of one that serves as it was
// shipped takes over. What an administrator decided stays: a capability that
// was refused, a version that was rolled back to, one that was uploaded. A
// program that is older than the database changes nothing.
//
// What is there already costs one hash and one question. A file that is not
// fit to be run is left out, and its error returned with those of the others.
func (s *Service) Ship(ctx context.Context, modules fs.FS) error {
	files, all := readShipped(modules)
	hashes := make([]string, len(files))
	for i, f := range files {
		hashes[i] = f.hash
	}
	known, err := postgres.All[hashRow](ctx, s.db.Pool(), selectKnown, hashes)
	if err != nil {
		return err
	}
	for _, f := range files {
		if slices.Contains(known, hashRow{f.hash}) {
			continue
		}
		module, err := fs.ReadFile(modules, f.name)
		if err == nil {
			err = s.ship(ctx, module)
		}
		if err != nil {
			all = errors.Join(all, fmt.Errorf("the shipped plugin %s: %w", f.name, err))
		}
	}
	return all
}

// readShipped finds the files and their hashes, and holds none of them.
func readShipped(modules fs.FS) (files []shippedFile, all error) {
	names, err := fs.Glob(modules, "*.wasm")
	if err != nil {
		return nil, fmt.Errorf("list the shipped plugins: %w", err)
	}
	for _, name := range names {
		hash, err := hashOf(modules, name)
		if err != nil {
			all = errors.Join(all, fmt.Errorf("the shipped plugin %s: %w", name, err))
			continue
		}
		files = append(files, shippedFile{name, hash})
	}
	return files, all
}

func hashOf(modules fs.FS, name string) (string, error) {
	f, err := modules.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (s *Service) ship(ctx context.Context, module []byte) error {
	in, err := s.o.Runner.Inspect(module)
	if err != nil {
		return err
	}
	m, err := s.read(in.Hash, in.Manifest)
	if err == nil {
		_, err = ReadSchema(m.Config)
	}
	if err != nil {
		return err
	}
	system := core.SystemActor()
	return s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockShipping); err != nil {
			return postgres.Translate(err)
		}
		if _, err := versionOf(ctx, tx, in.Hash); core.KindOf(err) != core.ErrNotFound {
			return err // another server was faster
		}
		before, err := postgres.All[shippedRow](ctx, tx, selectNewestShipped, in.ID)
		if err != nil {
			return err
		}
		for _, old := range before {
			if CompareVersions(in.Version, old.Version) < 0 {
				return nil // this program is older than another that was here
			}
		}
		if err := s.store(ctx, tx, system, in, module, mark{shipped: true}); err != nil {
			return err
		}
		st, err := lock(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if st.Live != "" {
			live, err := versionOf(ctx, tx, st.Live)
			if err != nil || !live.Shipped {
				return err // somebody has put another in its place
			}
		}
		v, err := versionOf(ctx, tx, in.Hash)
		if err != nil {
			return err
		}
		grant := undecided(v.Needs, st.Decided)
		for _, key := range v.Needs {
			if covered(key, st.Granted) {
				grant = append(grant, key)
			}
		}
		now := s.o.Clock.Now()
		kind, about, err := s.activate(ctx, tx, st, v, union(grant, nil), now)
		if err != nil || kind == "" {
			return err
		}
		return s.record(ctx, tx, system, in.ID, kind, about, now)
	})
}

// CompareVersions orders versions such as 1.2.0 and 1.3.0-beta: negative when
// the first is the older.
func CompareVersions(a, b string) int {
	coreA, preA, isPreA := strings.Cut(a, "-")
	coreB, preB, isPreB := strings.Cut(b, "-")
	partsA, partsB := strings.Split(coreA, "."), strings.Split(coreB, ".")
	for i := range min(len(partsA), len(partsB)) {
		x, _ := strconv.Atoi(partsA[i])
		y, _ := strconv.Atoi(partsB[i])
		if x != y {
			return x - y
		}
	}
	switch {
	case isPreA && !isPreB:
		return -1
	case isPreB && !isPreA:
		return 1
	}
	return strings.Compare(preA, preB)
}
