package meter_test

import (
	"context"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/casement-dev/casement/core/pluginhost/wasm/internal/assemble"
	"github.com/casement-dev/casement/core/pluginhost/wasm/meter"
)

var i32 = []byte{assemble.I32}

func one(f assemble.Func) assemble.Module {
	f.Export = "f"
	return assemble.Module{Funcs: []assemble.Func{f}}
}

// start rewrites a module and runs it in a real engine, with a budget in quanta.
func start(t *testing.T, m assemble.Module, budget uint64) (api.Module, api.Function) {
	t.Helper()
	ctx := t.Context()
	out, err := meter.Rewrite(m.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	rt := wazero.NewRuntime(ctx)
	t.Cleanup(func() { rt.Close(context.Background()) })
	mod, err := rt.Instantiate(ctx, out.Code)
	if err != nil {
		t.Fatalf("the engine refuses what was rewritten: %v", err)
	}
	global(mod, meter.BudgetGlobal).Set(budget)
	return mod, mod.ExportedFunction("f")
}

func global(m api.Module, name string) api.MutableGlobal {
	return m.ExportedGlobal(name).(api.MutableGlobal)
}

func TestAnEndlessLoopRunsOutOfFuel(t *testing.T) {
	m, f := start(t, one(assemble.Func{Body: []byte{0x03, 0x40, 0x0c, 0, 0x0b}}), 100)
	if _, err := f.Call(t.Context()); err == nil || int64(global(m, meter.BudgetGlobal).Get()) >= 0 {
		t.Errorf("%v, budget %d", err, int64(global(m, meter.BudgetGlobal).Get()))
	}
}

func TestRecursionThatDoublesAtEachLevelRunsOutOfFuelThoughItHasNoLoop(t *testing.T) {
	// f(n) = n < 2 ? n : f(n-1) + f(n-2)
	fib := assemble.Func{Params: i32, Results: i32, Body: []byte{
		0x20, 0, 0x41, 2, 0x48, 0x04, 0x7f, 0x20, 0, 0x05,
		0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x20, 0, 0x41, 2, 0x6b, 0x10, 0, 0x6a, 0x0b,
	}}
	m, f := start(t, one(fib), 100)
	if r, err := f.Call(t.Context(), 20); err != nil || r[0] != 6765 {
		t.Fatalf("a small one must do: %v %v", r, err)
	}
	if _, err := f.Call(t.Context(), 60); err == nil || int64(global(m, meter.BudgetGlobal).Get()) >= 0 {
		t.Errorf("not stopped by the budget: %v", err)
	}
}

func TestUnboundedRecursionStopsAtTheDepth(t *testing.T) {
	m, f := start(t, one(assemble.Func{Body: []byte{0x10, 0}}), 1<<30)
	if _, err := f.Call(t.Context()); err == nil || global(m, meter.DepthGlobal).Get() != 0 {
		t.Errorf("%v, depth %d", err, global(m, meter.DepthGlobal).Get())
	}
}

func TestBulkOperationsPayByLength(t *testing.T) {
	// loop { memory.fill(0, 0, 65536) }
	fill := assemble.Func{Body: []byte{0x03, 0x40, 0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 4, 0xfc, 0x0b, 0, 0x0c, 0, 0x0b}}
	_, f := start(t, one(fill), 1000)
	if _, err := f.Call(t.Context()); err == nil {
		t.Error("not stopped")
	}
	// 1000 quanta of 2000 units pay for about 488 fills of 65536/16 units.
	once := assemble.Func{Body: []byte{0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 4, 0xfc, 0x0b, 0}}
	m, f := start(t, one(once), 1000)
	for range 400 {
		if _, err := f.Call(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if left := int64(global(m, meter.BudgetGlobal).Get()); left < 0 || left > 300 {
		t.Errorf("400 fills of 64 KiB leave %d of 1000 quanta", left)
	}
}

func TestTheStopFlagIsSeenWithinAQuantum(t *testing.T) {
	m, f := start(t, one(assemble.Func{Body: []byte{0x03, 0x40, 0x0c, 0, 0x0b}}), 1<<40)
	global(m, meter.StopGlobal).Set(1)
	if _, err := f.Call(t.Context()); err == nil {
		t.Error("not stopped")
	}
	if spent := 1<<40 - int64(global(m, meter.BudgetGlobal).Get()); spent > 1 {
		t.Errorf("it went on for %d quanta", spent)
	}
}

func TestReturnsAndBranchesOutOfTheFunctionKeepTheDepth(t *testing.T) {
	bodies := map[string][]byte{
		"falls off the end":     {0x41, 7},
		"returns":               {0x41, 7, 0x0f},
		"returns from a block":  {0x02, 0x40, 0x03, 0x40, 0x41, 7, 0x0f, 0x0b, 0x0b, 0x00},
		"branches to the end":   {0x02, 0x40, 0x41, 7, 0x0c, 1, 0x0b, 0x00},
		"br_table to the end":   {0x02, 0x40, 0x41, 7, 0x41, 5, 0x0e, 1, 1, 1, 0x0b, 0x00},
		"br_if to the end":      {0x41, 7, 0x41, 1, 0x0d, 0},
		"returns in both arms":  {0x41, 1, 0x04, 0x7f, 0x41, 7, 0x0f, 0x05, 0x41, 8, 0x0b},
		"dead code after leave": {0x41, 7, 0x0f, 0x41, 8, 0x0f},
	}
	for name, body := range bodies {
		m, f := start(t, one(assemble.Func{Results: i32, Body: body}), 100)
		if r, err := f.Call(t.Context()); err != nil || r[0] != 7 {
			t.Errorf("%s: %v %v", name, r, err)
		}
		if d := global(m, meter.DepthGlobal).Get(); d != meter.MaxDepth {
			t.Errorf("%s: depth is %d afterwards", name, d)
		}
	}
}

func TestAFunctionWithSeveralResultsStillReturnsThem(t *testing.T) {
	m := one(assemble.Func{Results: []byte{assemble.I32, assemble.I64}, Body: []byte{0x41, 3, 0x42, 4, 0x0f}})
	m.Funcs = append(m.Funcs, assemble.Func{Results: []byte{assemble.I64, assemble.I64}, Body: []byte{0x42, 1, 0x42, 2}})
	_, f := start(t, m, 100)
	if r, err := f.Call(t.Context()); err != nil || len(r) != 2 || r[0] != 3 || r[1] != 4 {
		t.Errorf("%v %v", r, err)
	}
}

func TestTheModulesOwnGlobalsAreExported(t *testing.T) {
	m := one(assemble.Func{Body: []byte{0x41, 5, 0x24, 0}})
	m.Globals = 2
	out, err := meter.Rewrite(m.Bytes())
	if err != nil || len(out.Globals) != 6 {
		t.Fatalf("%v %v", out, err)
	}
	mod, f := start(t, m, 100)
	if _, err := f.Call(t.Context()); err != nil || global(mod, out.Globals[4]).Get() != 5 {
		t.Errorf("%v, global is %d", err, global(mod, out.Globals[4]).Get())
	}
}

func TestAnIndexThatRewritingWouldMakeValidIsRefused(t *testing.T) {
	for name, body := range map[string][]byte{
		"sets the budget":       {0x42, 0xff, 0x00, 0x24, 1},
		"reads the fuel":        {0x23, 0, 0x1a},
		"calls refill":          {0x10, 1},
		"takes refill":          {0xd2, 1, 0x1a},
		"uses the added local":  {0x41, 0, 0x21, 0},
		"uses the added type":   {0x41, 0, 0x11, 2, 0},
		"a block of added type": {0x02, 2, 0x0b},
		"branches past the end": {0x0c, 1},
		"a table past the end":  {0x41, 0, 0x0e, 1, 0, 1},
	} {
		if _, err := meter.Rewrite(one(assemble.Func{Body: body}).Bytes()); err == nil || !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatASnapshotCannotUndoOrNobodyUnderstandsIsRefused(t *testing.T) {
	for name, body := range map[string][]byte{
		"table.set":      {0x41, 0, 0xd0, 0x70, 0x26, 0},
		"table.grow":     {0xd0, 0x70, 0x41, 1, 0xfc, 15, 0, 0x1a},
		"data.drop":      {0xfc, 9, 0},
		"elem.drop":      {0xfc, 13, 0},
		"a tail call":    {0x12, 0},
		"an atomic":      {0xfe, 3, 0},
		"a vector":       {0xfd, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a},
		"a throw":        {0x08, 0},
		"a long number":  {0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x1a},
		"code after end": {0x0b, 0x01},
	} {
		m := one(assemble.Func{Body: body})
		m.Table = 10
		if _, err := meter.Rewrite(m.Bytes()); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestAModuleMadeToBeHardToCompileIsRefused(t *testing.T) {
	nested := func(n int) []byte {
		var b []byte
		for range n {
			b = append(b, 0x02, 0x40)
		}
		for range n {
			b = append(b, 0x0b)
		}
		return b
	}
	if _, err := meter.Rewrite(one(assemble.Func{Body: nested(meter.MaxNesting)}).Bytes()); err != nil {
		t.Errorf("as deep as allowed: %v", err)
	}
	for name, m := range map[string]assemble.Module{
		"nested too deep": one(assemble.Func{Body: nested(meter.MaxNesting + 1)}),
		"too many locals": one(assemble.Func{Locals: meter.MaxLocals + 1}),
		"a giant body":    one(assemble.Func{Body: make([]byte, meter.MaxBody)}),
		"a giant table":   {Table: meter.MaxTable + 1, Funcs: []assemble.Func{{Export: "f"}}},
		"a start section": {Funcs: []assemble.Func{{Export: "f"}}, Extra: []byte{8, 1, 0}},
		"sections twice":  {Funcs: []assemble.Func{{Export: "f"}}, Extra: []byte{7, 1, 0}},
	} {
		if _, err := meter.Rewrite(m.Bytes()); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzRewrite(f *testing.F) {
	for _, m := range seeds() {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, b []byte) { hold(t, b) })
}
