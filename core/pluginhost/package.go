package pluginhost

import (
	"context"
	"encoding/hex"
	"encoding/json"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/pluginhost/pack"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
)

// Inspect implements [plugins.Runner].
func (h *Host) Inspect(module []byte) (plugins.Inspected, error) {
	pkg, err := wasm.Inspect(module)
	if err != nil {
		return plugins.Inspected{}, refused(err)
	}
	key, err := pack.Signer(module)
	if err != nil {
		return plugins.Inspected{}, core.Invalid("The signature of this package does not hold: %v. It was changed after it was signed.", err)
	}
	m := &pkg.Manifest
	raw, err := json.Marshal(m)
	if err != nil {
		return plugins.Inspected{}, err
	}
	out := plugins.Inspected{
		Manifest: raw, ID: m.ID, Version: m.Version, Name: m.Name, Publisher: m.Publisher, Summary: m.Summary,
		Hash: pkg.Hash, Key: hex.EncodeToString(key), Needs: plugins.Keys(m.Context, m.Needs),
	}
	for _, e := range m.Entries {
		out.Entries = append(out.Entries, plugins.Entry{Plugin: m.ID, ID: e.ID, Kind: e.Kind, Title: e.Title, Summary: e.Summary, On: true})
	}
	return out, nil
}

// Prove implements [plugins.Runner].
func (h *Host) Prove(ctx context.Context, module []byte) error {
	pkg, err := wasm.Inspect(module)
	if err != nil {
		return refused(err)
	}
	m := h.engine.Open(pkg)
	defer m.Close()
	return refused(m.Load(ctx))
}

// refused words for an administrator why a package is not taken.
func refused(err error) error {
	if f := wasm.AsFault(err); f != nil {
		return &core.Error{Kind: core.ErrInvalid, Message: "This package cannot be run here: " + f.Message + ".", Cause: err}
	}
	return err
}
