// Package assemble writes small WebAssembly modules by hand, for tests of what
// no compiler would produce.
package assemble

import "encoding/binary"

// Value types.
const (
	I32 = 0x7f
	I64 = 0x7e
)

// Func is one function.
type Func struct {
	Export  string // "" for none
	Params  []byte
	Results []byte
	Locals  int    // further i32
	Body    []byte // without the final end
}

// Import is a function to be had from the host.
type Import struct {
	Module, Name    string
	Params, Results []byte
}

// Module is a module with memory, exported as "memory".
type Module struct {
	Imports []Import
	Globals int    // mutable i32, all 0
	Table   uint32 // size of a table of functions; 0 for none
	Memory  uint32 // pages at the beginning; 0 for one
	Funcs   []Func
	Extra   []byte // whole sections to stand before the code
	Data    []byte // lies in memory at DataAt
}

// DataAt is where a module's data lie.
const DataAt = 1024

// Bytes gives the binary form. Function indices count imports first.
func (m Module) Bytes() []byte {
	out := []byte("\x00asm\x01\x00\x00\x00")
	types := list(len(m.Imports) + len(m.Funcs) + 1)
	types = append(types, 0x60, 0, 0) // type 0: of nothing
	for _, i := range m.Imports {
		types = append(append(append(types, 0x60), vec(i.Params)...), vec(i.Results)...)
	}
	for _, f := range m.Funcs {
		types = append(append(append(types, 0x60), vec(f.Params)...), vec(f.Results)...)
	}
	out = section(out, 1, types)
	if len(m.Imports) > 0 {
		imports := list(len(m.Imports))
		for k, i := range m.Imports {
			imports = append(append(imports, vec([]byte(i.Module))...), vec([]byte(i.Name))...)
			imports = append(append(imports, 0), list(k+1)...)
		}
		out = section(out, 2, imports)
	}
	functions := list(len(m.Funcs))
	for k := range m.Funcs {
		functions = append(functions, list(len(m.Imports)+k+1)...)
	}
	out = section(out, 3, functions)
	if m.Table > 0 {
		out = section(out, 4, append([]byte{1, 0x70, 0}, list(int(m.Table))...))
	}
	out = section(out, 5, append([]byte{1, 0}, list(int(max(m.Memory, 1)))...))
	if m.Globals > 0 {
		globals := list(m.Globals)
		for range m.Globals {
			globals = append(globals, I32, 1, 0x41, 0, 0x0b)
		}
		out = section(out, 6, globals)
	}
	exports, n := append(vec([]byte("memory")), 2, 0), 1
	for k, f := range m.Funcs {
		if f.Export != "" {
			exports = append(append(exports, vec([]byte(f.Export))...), 0)
			exports = append(exports, list(len(m.Imports)+k)...)
			n++
		}
	}
	out = section(out, 7, append(list(n), exports...))
	out = append(out, m.Extra...)
	code := list(len(m.Funcs))
	for _, f := range m.Funcs {
		body := []byte{0}
		if f.Locals > 0 {
			body = append(append([]byte{1}, list(f.Locals)...), I32)
		}
		body = append(append(body, f.Body...), 0x0b)
		code = append(code, vec(body)...)
	}
	out = section(out, 10, code)
	if len(m.Data) > 0 {
		data := append([]byte{1, 0, 0x41}, Signed(DataAt)...)
		out = section(out, 11, append(append(data, 0x0b), vec(m.Data)...))
	}
	return out
}

// Signed gives the number that an i32.const or i64.const takes.
func Signed(v int64) []byte {
	var b []byte
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

func list(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

func vec(b []byte) []byte { return append(list(len(b)), b...) }

func section(out []byte, id byte, body []byte) []byte { return append(append(out, id), vec(body)...) }
