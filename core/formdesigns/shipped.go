package formdesigns

import (
	"context"
	"embed"

	"github.com/jackc/pgx/v5"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

//go:embed shipped/*.yaml
var shipped embed.FS

// Shipped are the files of the forms that come with Casement.
func Shipped() ([]casetypes.File, error) {
	entries, err := shipped.ReadDir("shipped")
	if err != nil {
		return nil, err
	}
	var out []casetypes.File
	for _, e := range entries {
		source, err := shipped.ReadFile("shipped/" + e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, casetypes.File{Name: e.Name(), Source: source})
	}
	return out, nil
}

// Install publishes the shipped forms that do not exist yet. What was changed
// since is left alone.
func (s *Service) Install(ctx context.Context, by core.Actor) error {
	files, err := Shipped()
	if err != nil {
		return err
	}
	for _, f := range files {
		key, d, findings, err := s.Read(ctx, f)
		if err != nil {
			return err
		}
		if err := findings.Err(); err != nil {
			return err
		}
		if s.current(ctx, key) != nil {
			continue
		}
		err = s.db.Tx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := s.types.AddSheet(ctx, tx, by, s.clock.Now(), casetypes.NewSheet{
				Kind: casetypes.KindFormDesign, Key: key, Body: &d, Source: f.Source, Note: "Shipped with Casement.",
			})
			return err
		})
		if err != nil && core.KindOf(err) != core.ErrConflict { // another server was faster
			return err
		}
	}
	return nil
}
