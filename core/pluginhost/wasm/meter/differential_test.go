package meter_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/casement-dev/casement/core/pluginhost/wasm/internal/assemble"
	"github.com/casement-dev/casement/core/pluginhost/wasm/meter"
)

// tool finds a program of Debian's wabt. Without it a test is skipped; where
// everything must be tested, which the short tests do not claim, it fails.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if testing.Short() {
			t.Skipf("%s is not installed", name)
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed (apt-get install wabt)", name)
		}
		t.Skipf("*** %s is not installed (apt-get install wabt): this is not tested ***", name)
	}
	return path
}

// assembled makes a module of a text file.
func assembled(t testing.TB, wat string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "module.wasm")
	if b, err := exec.Command(tool(t, "wat2wasm"), wat, "-o", out).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", wat, err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wats(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.wat")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d modules to try: %v", len(files), err)
	}
	return files
}

func rewrite(t testing.TB, module []byte) *meter.Module {
	t.Helper()
	m, err := meter.Rewrite(module)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// answers calls run with many numbers and says what came of each, and what the
// memory was in the end.
func answers(t testing.TB, module []byte, refuel bool) []string {
	t.Helper()
	ctx := context.Background()
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	m, err := rt.Instantiate(ctx, module)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range 300 {
		if refuel {
			global(m, meter.BudgetGlobal).Set(1000)
			global(m, meter.DepthGlobal).Set(meter.MaxDepth)
		}
		r, err := m.ExportedFunction("run").Call(ctx, api.EncodeI32(int32(n*n-40)))
		reason, _, _ := strings.Cut(fmt.Sprint(err), "\n")
		out = append(out, fmt.Sprint(r, reason))
		if refuel && err == nil && global(m, meter.DepthGlobal).Get() != meter.MaxDepth {
			t.Fatalf("the depth is %d after a call", global(m, meter.DepthGlobal).Get())
		}
	}
	b, _ := m.Memory().Read(0, m.Memory().Size())
	return append(out, fmt.Sprintf("%x", b))
}

func TestARewrittenModuleAnswersAsTheOriginal(t *testing.T) {
	for _, wat := range wats(t) {
		module := assembled(t, wat)
		plain, metered := answers(t, module, false), answers(t, rewrite(t, module).Code, true)
		for k := range plain {
			if plain[k] != metered[k] {
				t.Errorf("%s: call %d gives %.200s, rewritten %.200s", wat, k, plain[k], metered[k])
				break
			}
		}
		if succeeded := slices.ContainsFunc(plain, func(s string) bool { return strings.HasSuffix(s, "<nil>") }); !succeeded {
			t.Errorf("%s never answers: %s", wat, plain[0])
		}
	}
}

func TestWhatIsRewrittenIsValidByAnotherValidator(t *testing.T) {
	validate := tool(t, "wasm-validate")
	modules := map[string][]byte{}
	for _, wat := range wats(t) {
		modules[wat] = assembled(t, wat)
	}
	for k, m := range seeds() {
		modules[fmt.Sprint("seed ", k)] = m
	}
	for name, module := range modules {
		file := filepath.Join(t.TempDir(), "out.wasm")
		if err := os.WriteFile(file, rewrite(t, module).Code, 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := exec.Command(validate, file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
	}
}

// seeds are modules to mutate.
func seeds() [][]byte {
	many := one(assemble.Func{Params: i32, Results: i32, Locals: 3, Body: []byte{0x03, 0x40, 0x02, 0x40, 0x0c, 1, 0x0b, 0x0b, 0x41, 7}})
	many.Globals, many.Table, many.Imports = 2, 4, []assemble.Import{{Module: "a", Name: "b"}}
	calls := one(assemble.Func{Params: i32, Results: i32, Locals: 1, Body: []byte{
		0x20, 0, 0x04, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x1a, 0x05, 0x41, 5, 0x24, 0, 0x0b, 0x23, 0, 0x0f,
	}})
	calls.Globals, calls.Data = 2, []byte("some data")
	bulk := one(assemble.Func{Body: []byte{
		0x03, 0x40, 0x41, 0, 0x41, 9, 0x41, 100, 0xfc, 11, 0, 0x41, 0, 0x41, 1, 0x41, 7, 0xfc, 10, 0, 0, 0x0c, 0, 0x0b,
	}})
	bulk.Globals = 1
	pair := one(assemble.Func{Results: []byte{assemble.I32, assemble.I64}, Body: []byte{0x41, 3, 0x42, 4, 0x0f}})
	pair.Globals = 1
	return [][]byte{many.Bytes(), calls.Bytes(), bulk.Bytes(), pair.Bytes()}
}

// hold fails unless a module is refused, or rewritten so that it keeps what is
// promised: it is valid exactly if the original was, ends, and has not more
// budget or depth afterwards than it was given.
func hold(t testing.TB, module []byte) (taken bool) {
	t.Helper()
	out, err := meter.Rewrite(module)
	if err != nil {
		return false
	}
	ctx := context.Background()
	// Validity is the interpreter's to say, which compiles nothing.
	rt := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().WithMemoryLimitPages(64))
	defer rt.Close(ctx)
	_, invalid := rt.CompileModule(ctx, module)
	code, err := rt.CompileModule(ctx, out.Code)
	switch {
	case invalid != nil && err == nil && !declares(module, invalid):
		t.Fatalf("an invalid module becomes valid (%v):\n%x", invalid, module)
	case invalid == nil && err != nil:
		t.Fatalf("a valid module becomes invalid (%v):\n%x", err, module)
	case err != nil || len(out.Imports) > 0:
		return false
	}
	m, err := rt.InstantiateModule(ctx, code, wazero.NewModuleConfig().WithStartFunctions())
	if err != nil {
		return true
	}
	const budget = 20
	for name, e := range out.Exports {
		if e.Kind != 0 {
			continue
		}
		global(m, meter.BudgetGlobal).Set(budget)
		global(m, meter.FuelGlobal).Set(meter.Quantum)
		global(m, meter.DepthGlobal).Set(500) // the interpreter recurses on its own stack
		_, err := m.ExportedFunction(name).Call(ctx, make([]uint64, len(e.Params))...)
		left, depth := int64(global(m, meter.BudgetGlobal).Get()), int32(global(m, meter.DepthGlobal).Get())
		if left > budget || depth > 500 || err == nil && depth != 500 || global(m, meter.StopGlobal).Get() != 0 {
			t.Fatalf("%s leaves a budget of %d and a depth of %d (%v):\n%x", name, left, depth, err, module)
		}
	}
	return true
}

// declares says whether a module is invalid only by sections the rewritten one
// does not have: custom ones, which nobody reads.
func declares(_ []byte, err error) bool { return strings.Contains(err.Error(), "custom section") }

func TestNoMutantOfAModuleSetsItsOwnBudget(t *testing.T) {
	all := seeds()
	if _, err := exec.LookPath("wat2wasm"); err == nil {
		for _, wat := range wats(t) {
			all = append(all, assembled(t, wat))
		}
	}
	n := 3000
	if testing.Short() {
		n = 500
	}
	dice, taken := rand.New(rand.NewPCG(1, 2)), 0
	for range n {
		if hold(t, mutate(dice, all)) {
			taken++
		}
	}
	if taken < n/50 {
		t.Errorf("only %d of %d mutants were valid: the test shows little", taken, n)
	}
	t.Logf("%d of %d mutants were valid modules", taken, n)
}

// mutate changes a few bytes, mostly to numbers near those that mean something.
func mutate(dice *rand.Rand, all [][]byte) []byte {
	b := slices.Clone(all[dice.IntN(len(all))])
	for range 1 + dice.IntN(3) {
		at := 8 + dice.IntN(len(b)-8)
		switch dice.IntN(6) {
		case 0:
			b[at] = byte(dice.Uint32())
		case 1:
			b[at]++
		case 2:
			b[at]--
		case 3: // an index just beyond the end
			b[at] = byte(dice.IntN(12))
		case 4: // another instruction
			b[at] = []byte{0x23, 0x24, 0x10, 0x11, 0x20, 0x21, 0x0c, 0x0d, 0x0f, 0x1a, 0x03, 0x04, 0x41, 0x42, 0xfc, 0xd2}[dice.IntN(16)]
		case 5:
			other := all[dice.IntN(len(all))]
			from := dice.IntN(len(other))
			copy(b[at:], other[from:min(len(other), from+1+dice.IntN(6))])
		}
	}
	return b
}
