package wasm

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
)

// Metered is the code of a package as it runs.
func Metered(p *Package) []byte { return p.code }

// RunUnmetered sends requests to a module as it was before it was rewritten, on
// one instance, or on a fresh one for each. It trusts the module.
func RunUnmetered(ctx context.Context, module []byte, requests [][]byte) (answers [][]byte, err error) {
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	if err := linkWASI(ctx, rt); err != nil {
		return nil, err
	}
	code, err := rt.CompileModule(ctx, module)
	if err != nil {
		return nil, err
	}
	for _, in := range requests {
		around := newSurroundings()
		ctx := context.WithValue(ctx, surroundingsKey{}, &around)
		m, err := rt.InstantiateModule(ctx, code, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
		if err != nil {
			return nil, err
		}
		at, err := m.ExportedFunction("plugin_alloc").Call(ctx, uint64(len(in)))
		if err != nil {
			return nil, err
		}
		m.Memory().Write(uint32(at[0]), in)
		out, err := m.ExportedFunction("plugin_call").Call(ctx, at[0], uint64(len(in)))
		if err != nil {
			return nil, err
		}
		b, ok := m.Memory().Read(uint32(out[0]>>32), uint32(out[0]))
		if !ok {
			return nil, fmt.Errorf("the answer lies outside the memory")
		}
		answers = append(answers, append([]byte(nil), b...))
		_ = m.Close(ctx)
	}
	return answers, nil
}
