package wasm_test

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/pluginhost/wasm/internal/assemble"
	"github.com/casement-dev/casement/core/pluginhost/wasm/meter"
	"github.com/casement-dev/casement/sdk/abi"
)

// Instructions, as far as the attackers need them.
const (
	unreachable, block, loop, ifOp, end, br, brIf = 0x00, 0x02, 0x03, 0x04, 0x0b, 0x0c, 0x0d
	call, callIndirect, drop                      = 0x10, 0x11, 0x1a
	get, set, i64Const, i32Const                  = 0x20, 0x21, 0x42, 0x41
	load8, store                                  = 0x2d, 0x36
	memoryGrow, void                              = 0x40, 0x40
)

func code(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = append(b, byte(p))
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

func number(v int64) []byte { return code(i32Const, assemble.Signed(v)) }

// forever turns for as long as it may.
func forever(body []byte) []byte { return code(loop, void, body, br, 0, end) }

// attacker is a module no compiler would make. It describes itself as the
// contract wants and attacks when it is called: the 14th byte of a request is
// the first of its operation.
func attacker(body []byte, change func(*assemble.Module)) []byte {
	i32 := []byte{assemble.I32}
	description := (&abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{{ID: "attack", Kind: abi.KindForm}}}}).Append(nil)
	m := assemble.Module{Data: description}
	answer := code(i64Const, assemble.Signed(assemble.DataAt<<32|int64(len(description))))
	m.Funcs = []assemble.Func{
		{Export: "plugin_abi", Results: i32, Body: number(1)},
		{Export: "plugin_alloc", Params: i32, Results: i32, Body: number(32 << 10)},
		{
			Export: "plugin_call", Params: []byte{assemble.I32, assemble.I32}, Results: []byte{assemble.I64}, Locals: 4,
			Body: code(get, 0, load8, 0, 13, i32Const, assemble.Signed('d'), 0x46, ifOp, void, answer, 0x0f, end, body, i64Const, 0),
		},
	}
	if change != nil {
		change(&m)
	}
	return withManifest(m.Bytes(), manifest("attack", nil))
}

// with adds a function, which is the fourth, and lets plugin_call call it.
func with(f assemble.Func) func(*assemble.Module) {
	return func(m *assemble.Module) { m.Funcs = append(m.Funcs, f) }
}

// wasiImport adds a host function, which becomes function 0.
func wasiImport(name string, params int, attack func() []byte) []byte {
	m := attacker(nil, func(m *assemble.Module) {
		list := bytes.Repeat([]byte{assemble.I32}, params)
		if name == "clock_time_get" {
			list[1] = assemble.I64
		}
		m.Imports = []assemble.Import{{Module: "wasi_snapshot_preview1", Name: name, Params: list, Results: []byte{assemble.I32}}}
		f := &m.Funcs[2]
		f.Body = bytes.Replace(f.Body, []byte{end, i64Const, 0}, code(end, attack(), i64Const, 0), 1)
	})
	return m
}

// attack is one attacker, and what must come of it when it is called or, if it
// is stopped before, when it is loaded or inspected.
type attack struct {
	module  []byte
	inspect string         // refused when inspected, saying this
	load    wasm.FaultKind // refused when loaded
	called  wasm.FaultKind
}

func attacks() map[string]attack {
	i32, pair := []byte{assemble.I32}, []byte{assemble.I32, assemble.I32}
	fill := code(number(0), number(0), number(60<<10), 0xfc, 11, 0)
	copied := code(number(0), number(4096), number(60<<10), 0xfc, 10, 0, 0)
	// A division takes as long as twenty other instructions, and between two
	// calls there is no loop to stop it at.
	divide := bytes.Repeat(code(get, 0, i64Const, 3, 0x7f, set, 0), 240_000/7)
	// Much is alive at once, so that each frame is as large as it can be.
	frame := func(values int) assemble.Func {
		var b []byte
		for k := range values {
			b = append(b, code(get, 0, load8, 0, binary.AppendUvarint(nil, uint64(k)))...)
		}
		b = append(b, code(get, 0, call, 3, bytes.Repeat([]byte{0x6a}, values))...)
		return assemble.Func{Params: i32, Results: i32, Body: b}
	}
	doubling := code(get, 0, 0x45, ifOp, void, 0x0f, end, get, 0, i32Const, 1, 0x6b, call, 3, get, 0, i32Const, 1, 0x6b, call, 3)
	flood := func(args ...int64) func() []byte {
		return func() []byte {
			var b []byte
			for _, a := range args {
				b = append(b, number(a)...)
			}
			return forever(code(b, call, 0, drop))
		}
	}
	clock := func() []byte { return forever(code(number(0), i64Const, 0, number(-8), call, 0, drop)) }
	return map[string]attack{
		"an endless loop":                    {module: attacker(forever(nil), nil), called: wasm.FaultFuel},
		"calls that double at each level":    {module: attacker(code(number(60), call, 3), with(assemble.Func{Params: i32, Body: doubling})), called: wasm.FaultFuel},
		"recursion without end":              {module: attacker(code(call, 3), with(assemble.Func{Body: []byte{call, 3}})), called: wasm.FaultDepth},
		"recursion with wide frames":         {module: attacker(code(number(1), call, 3, drop), with(frame(300))), called: wasm.FaultDepth},
		"recursion with giant frames":        {module: attacker(code(number(1), call, 3, drop), with(frame(20_000))), called: wasm.FaultDepth},
		"long stretches without a safepoint": {module: attacker(forever(code(i64Const, 1, call, 3)), with(assemble.Func{Params: []byte{assemble.I64}, Body: divide})), called: wasm.FaultFuel},
		"memory filled in a loop":            {module: attacker(forever(fill), nil), called: wasm.FaultFuel},
		"memory copied in a loop":            {module: attacker(forever(copied), nil), called: wasm.FaultFuel},
		"growing in a loop":                  {module: attacker(forever(code(number(1), memoryGrow, 0, drop)), nil), called: wasm.FaultFuel},
		"growing, and touching all of it": {
			module: attacker(forever(code(number(16), memoryGrow, 0, drop, number(0), number(1), number(1<<20), 0xfc, 11, 0)), nil), called: wasm.FaultFuel,
		},
		"more memory than it may":      {module: attacker(nil, func(m *assemble.Module) { m.Memory = 60_000 }), load: wasm.FaultRefused},
		"a table of millions":          {module: attacker(nil, func(m *assemble.Module) { m.Table = 120_000_000 }), inspect: "larger than"},
		"tables of a hundred thousand": {module: attacker(code(unreachable), func(m *assemble.Module) { m.Table = meter.MaxTable }), called: wasm.FaultTrap},
		"a trap":                       {module: attacker(code(unreachable), nil), called: wasm.FaultTrap},
		"a division by zero":           {module: attacker(code(number(1), number(0), 0x6d, drop), nil), called: wasm.FaultTrap},
		"a call into an empty table":   {module: attacker(code(number(3), callIndirect, 0, 0), func(m *assemble.Module) { m.Table = 10 }), called: wasm.FaultTrap},
		"a store far outside":          {module: attacker(code(number(-1), number(1), store, 2, 0), nil), called: wasm.FaultTrap},
		"an answer of four gigabytes":  {module: attacker(code(i64Const, assemble.Signed(-1), 0x0f), nil), called: wasm.FaultOutput},
		"an answer at the very end":    {module: attacker(code(i64Const, assemble.Signed(65535<<32|2), 0x0f), nil), called: wasm.FaultOutput},
		"its description as an answer": {module: attacker(code(number(1), drop), func(m *assemble.Module) {
			b := m.Funcs[2].Body
			m.Funcs[2].Body = append(bytes.Clone(b[:len(b)-5]), code(i64Const, assemble.Signed(assemble.DataAt<<32|int64(len(m.Data))))...)
		})},
		"alloc that loops":          {module: attacker(nil, func(m *assemble.Module) { m.Funcs[1].Body = code(forever(nil), unreachable) }), load: wasm.FaultRefused},
		"alloc outside memory":      {module: attacker(nil, func(m *assemble.Module) { m.Funcs[1].Body = number(-16) }), load: wasm.FaultRefused},
		"initialisation that loops": {module: attacker(nil, with(assemble.Func{Export: "_initialize", Body: forever(nil)})), load: wasm.FaultRefused},
		"initialisation that fills": {module: attacker(nil, with(assemble.Func{Export: "_initialize", Body: forever(fill)})), load: wasm.FaultRefused},
		"warming that loops": {
			module: attacker(code(unreachable), with(assemble.Func{Export: "plugin_warm", Params: i32, Body: forever(nil)})), called: wasm.FaultTrap,
		},
		"a start function":      {module: attacker(nil, func(m *assemble.Module) { m.Extra = []byte{8, 1, 0} }), inspect: "not allowed"},
		"thousands of sections": {module: append(attacker(nil, nil), bytes.Repeat([]byte{0, 2, 1, 'x'}, 2000)...), inspect: "custom sections"},
		"two manifests":         {module: withManifest(attacker(nil, nil), manifest("another", nil)), inspect: "twice"},
		"a manifest of two minds": {
			module:  withManifest(tiny(number(1), number(0), []byte{i64Const, 0}, nil), []byte(strings.Replace(string(manifest("x", nil)), `"id"`, `"ID":"test.y","id"`, 1))),
			inspect: "given twice",
		},
		"an export of ours":    {module: attacker(nil, with(assemble.Func{Export: "casement.fuel"})), inspect: "kept for the host"},
		"an import of its own": {module: attacker(nil, func(m *assemble.Module) { m.Imports = []assemble.Import{{Module: "env", Name: "system"}} }), inspect: "env.system"},
		"an import of wrong type": {module: attacker(nil, func(m *assemble.Module) {
			m.Imports = []assemble.Import{{Module: "wasi_snapshot_preview1", Name: "fd_write"}}
		}), load: wasm.FaultRefused},
		"the clock":               {module: wasiImport("clock_time_get", 3, clock), called: wasm.FaultHost},
		"randomness for ever":     {module: wasiImport("random_get", 2, flood(0, 60<<10)), called: wasm.FaultHost},
		"randomness of 4 GB":      {module: wasiImport("random_get", 2, flood(0, -1)), called: wasm.FaultHost},
		"writing from anywhere":   {module: wasiImport("fd_write", 4, flood(2, -8, 64, 0)), called: wasm.FaultHost},
		"a million vectors":       {module: wasiImport("fd_write", 4, flood(2, 0, 1<<20, 0)), called: wasm.FaultHost},
		"waiting for nothing":     {module: wasiImport("poll_oneoff", 4, flood(0, 0, 16, 0)), called: wasm.FaultHost},
		"waiting for 2^27 things": {module: wasiImport("poll_oneoff", 4, flood(0, 0, 1<<27, 0)), called: wasm.FaultHost},
		"an odd pair":             {module: attacker(code(number(1), number(2), call, 3, drop), with(assemble.Func{Params: pair, Results: i32, Body: code(unreachable)})), called: wasm.FaultTrap},
	}
}
