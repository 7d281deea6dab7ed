package meter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What a module may be made of. Compilers for guests stay far below: a Go
// guest nests 549 deep, its longest body is 29 KB, it has 20 locals.
const (
	MaxSize      = 16 << 20
	MaxBody      = 256 << 10
	MaxNesting   = 1000
	MaxLocals    = 256 // parameters included
	MaxTable     = 100_000
	maxTypes     = 10_000
	maxFunctions = 100_000
	maxGlobals   = 10_000
	maxExports   = 1_000
	maxImports   = 100
	maxTables    = 8
	maxSegments  = 100_000
	maxCustoms   = 1_000
)

// The counters, exported as mutable globals.
const (
	FuelGlobal   = "casement.fuel"   // i32: units left in this quantum
	BudgetGlobal = "casement.budget" // i64: quanta left for the call; the call traps below zero
	StopGlobal   = "casement.stop"   // i32: not zero makes the call trap at the next safepoint
	DepthGlobal  = "casement.depth"  // i32: what is left before the stack is too deep; zero or less after such a trap
	globalPrefix = "casement.global."
)

const (
	// Quantum is how many units of fuel are burnt between two safepoints.
	Quantum = 2000
	// MaxDepth is how deep functions may call each other: an ordinary call takes
	// a unit or a few of it, one with a frame of many kilobytes as many more.
	MaxDepth = 20_000
	// StartBudget is the budget, in quanta, until the host sets another: what
	// a module may burn while it is set up.
	StartBudget = 50_000
)

// Module is a rewritten module and what was learnt about it.
type Module struct {
	Code    []byte
	Imports []Import
	Exports map[string]Export // of the original module
	Globals []string          // export names of all that a snapshot must put back, the counters included
	Customs map[string][]byte // custom sections; the first of each name
}

// Import is something the module wants from its host.
type Import struct{ Module, Name string }

// Export is something the module offers; Params and Results are of functions.
type Export struct {
	Kind            byte // 0 function, 1 table, 2 memory, 3 global
	Params, Results []byte
}

// Value types and section numbers of the binary format.
const (
	i32 = 0x7f
	i64 = 0x7e

	sectionCustom   = 0
	sectionType     = 1
	sectionImport   = 2
	sectionFunction = 3
	sectionTable    = 4
	sectionMemory   = 5
	sectionGlobal   = 6
	sectionExport   = 7
	sectionElement  = 9
	sectionCode     = 10
	sectionData     = 11
	sectionCount    = 12
)

// sectionOrder is the order the format prescribes.
var sectionOrder = []byte{
	sectionType, sectionImport, sectionFunction, sectionTable, sectionMemory, sectionGlobal, sectionExport, sectionElement, sectionCount,
	sectionCode, sectionData,
}

type funcType struct{ params, results []byte }

// parsed is the original module, as far as rewriting needs to know it.
type parsed struct {
	sections  map[byte][]byte
	customs   map[string][]byte
	types     []funcType
	imports   []Import
	functions []uint32 // types of the module's own functions
	imported  []uint32 // types of imported functions
	globals   uint32
	mutable   []uint32 // indices of mutable globals
	exports   map[string]Export
}

// Rewrite checks a module's structure and returns it metered.
func Rewrite(module []byte) (*Module, error) {
	p, err := parse(module)
	if err != nil {
		return nil, err
	}
	out := &Module{Imports: p.imports, Exports: p.exports, Customs: p.customs}
	body, wrapTypes, err := p.rewriteCode()
	if err != nil {
		return nil, err
	}
	p.sections[sectionCode] = body
	p.sections[sectionType] = p.extend(sectionType, 1+len(wrapTypes), append([][]byte{{0x60, 0, 0}}, wrapTypes...)...)
	p.sections[sectionFunction] = p.extend(sectionFunction, 1, appendU32(nil, uint32(len(p.types))))
	p.sections[sectionGlobal] = p.extend(sectionGlobal, 4,
		append(appendSigned([]byte{i32, 1, 0x41}, Quantum), 0x0b),
		append(appendSigned([]byte{i64, 1, 0x42}, StartBudget), 0x0b),
		[]byte{i32, 1, 0x41, 0, 0x0b},
		append(appendSigned([]byte{i32, 1, 0x41}, MaxDepth), 0x0b),
	)
	var exports [][]byte
	export := func(name string, global uint32) {
		entry := append(appendU32(nil, uint32(len(name))), name...)
		exports = append(exports, appendU32(append(entry, 3), global))
		out.Globals = append(out.Globals, name)
	}
	export(FuelGlobal, p.fuel())
	export(BudgetGlobal, p.budget())
	export(StopGlobal, p.stop())
	export(DepthGlobal, p.depth())
	for _, g := range p.mutable {
		export(fmt.Sprintf("%s%d", globalPrefix, g), g)
	}
	p.sections[sectionExport] = p.extend(sectionExport, len(exports), exports...)

	out.Code = append(make([]byte, 0, len(module)*5/4), module[:8]...)
	for _, id := range sectionOrder {
		if body, there := p.sections[id]; there {
			out.Code = appendU32(append(out.Code, id), uint32(len(body)))
			out.Code = append(out.Code, body...)
		}
	}
	return out, nil
}

// The counters stand behind the module's own globals.
func (p *parsed) fuel() uint32   { return p.globals }
func (p *parsed) budget() uint32 { return p.globals + 1 }
func (p *parsed) stop() uint32   { return p.globals + 2 }
func (p *parsed) depth() uint32  { return p.globals + 3 }

// refill is the index of the function that is added.
func (p *parsed) refill() uint32 { return uint32(len(p.imported) + len(p.functions)) }

// extend returns a section, which is a counted list, with n more members.
func (p *parsed) extend(section byte, n int, members ...[]byte) []byte {
	r := &reader{b: p.sections[section]}
	have := uint32(0)
	if len(r.b) > 0 {
		have = r.u32() // parsed before
	}
	out := appendU32(nil, have+uint32(n))
	out = append(out, r.b[r.i:]...)
	for _, m := range members {
		out = append(out, m...)
	}
	return out
}

func parse(module []byte) (*parsed, error) {
	if len(module) > MaxSize {
		return nil, fmt.Errorf("the module is larger than %d MiB", MaxSize>>20)
	}
	if len(module) < 8 || string(module[:8]) != "\x00asm\x01\x00\x00\x00" {
		return nil, errors.New("not a WebAssembly 1.0 module")
	}
	p := &parsed{sections: map[byte][]byte{}, customs: map[string][]byte{}, exports: map[string]Export{}}
	r := &reader{b: module, i: 8}
	last, customs := -1, 0
	for r.i < len(r.b) && r.err == nil {
		id := r.byte()
		body := r.bytes(r.u32())
		if id == sectionCustom {
			c := &reader{b: body}
			name := c.name()
			if customs++; customs > maxCustoms {
				return nil, fmt.Errorf("more than %d custom sections", maxCustoms)
			}
			_, twice := p.customs[name]
			if twice && strings.HasPrefix(name, "plugin.") {
				return nil, fmt.Errorf("section %s is there twice", name) // readers would differ in which they take
			}
			if !twice && c.err == nil {
				p.customs[name] = c.b[c.i:]
			}
			continue
		}
		place := slices.Index(sectionOrder, id)
		if place < 0 {
			return nil, fmt.Errorf("section %d is not allowed (start functions, tags)", id)
		}
		if place <= last {
			return nil, fmt.Errorf("section %d is out of order", id)
		}
		last = place
		p.sections[id] = body
	}
	if r.err != nil {
		return nil, r.err
	}
	for _, read := range []struct {
		section byte
		parse   func(*reader)
	}{
		{sectionType, p.readTypes}, {sectionImport, p.readImports}, {sectionFunction, p.readFunctions}, {sectionTable, readTables},
		{sectionMemory, readMemory}, {sectionGlobal, p.readGlobals}, {sectionExport, p.readExports},
		{sectionElement, p.readElements}, {sectionData, p.readData},
	} {
		body, there := p.sections[read.section]
		if !there {
			switch read.section {
			case sectionTable, sectionImport, sectionGlobal, sectionElement, sectionData:
				continue
			}
			return nil, fmt.Errorf("section %d is missing", read.section)
		}
		s := &reader{b: body}
		read.parse(s)
		if s.err == nil && s.i != len(body) {
			s.fail("section %d has bytes left over", read.section)
		}
		if s.err != nil {
			return nil, s.err
		}
	}
	return p, nil
}

func (p *parsed) readTypes(r *reader) {
	for range r.count("types", maxTypes) {
		if r.byte() != 0x60 {
			r.fail("a type that is no function")
			return
		}
		p.types = append(p.types, funcType{r.values(), r.values()})
	}
}

// values reads a list of value types. 128-bit vectors are not allowed: a
// snapshot could not put them back.
func (r *reader) values() []byte {
	list := r.bytes(r.count("value types", MaxLocals))
	for _, t := range list {
		if !valueType(t) {
			r.fail("value type %#x is not allowed", t)
		}
	}
	return list
}

func valueType(t byte) bool { return t >= 0x7c && t <= 0x7f || t == 0x70 || t == 0x6f }

func (p *parsed) readImports(r *reader) {
	for range r.count("imports", maxImports) {
		imp := Import{r.name(), r.name()}
		if r.byte() != 0 {
			r.fail("%s.%s: only functions may be imported", imp.Module, imp.Name)
			return
		}
		p.imports = append(p.imports, imp)
		p.imported = append(p.imported, p.typeIndex(r))
	}
}

func (p *parsed) readFunctions(r *reader) {
	for range r.count("functions", maxFunctions) {
		p.functions = append(p.functions, p.typeIndex(r))
	}
}

func (p *parsed) typeIndex(r *reader) uint32 {
	t := r.u32()
	if r.err == nil && t >= uint32(len(p.types)) {
		r.fail("type %d does not exist", t)
		return 0
	}
	return t
}

func readTables(r *reader) {
	for range r.count("tables", maxTables) {
		if t := r.byte(); t != 0x70 && t != 0x6f {
			r.fail("table of %#x", t)
		}
		if low, _ := r.limits(); low > MaxTable {
			r.fail("a table of %d is larger than %d", low, MaxTable) // memory limits do not cover tables
		}
	}
}

func readMemory(r *reader) {
	if n := r.count("memories", 1); n != 1 && r.err == nil {
		r.fail("there must be one memory")
	}
	r.limits()
}

func (r *reader) limits() (low, high uint32) {
	switch flag := r.byte(); flag {
	case 0:
		return r.u32(), 0
	case 1:
		return r.u32(), r.u32()
	default:
		r.fail("shared and 64-bit memories are not allowed (%#x)", flag)
		return 0, 0
	}
}

func (p *parsed) readGlobals(r *reader) {
	p.globals = r.count("globals", maxGlobals)
	for g := range p.globals {
		t := r.byte()
		switch r.byte() {
		case 0:
		case 1:
			if t < 0x7c || t > 0x7f {
				r.fail("a mutable global of type %#x", t) // a snapshot could not put it back
			}
			p.mutable = append(p.mutable, g)
		default:
			r.fail("a global is neither constant nor mutable")
		}
		p.constant(r)
		if r.err != nil {
			return
		}
	}
}

// constant skips a constant expression. It may not read globals: none can be
// imported, and those added must not be seen.
func (p *parsed) constant(r *reader) {
	for r.err == nil {
		switch op := r.byte(); op {
		case 0x0b:
			return
		case 0x41:
			r.signed(5)
		case 0x42:
			r.signed(10)
		case 0x43:
			r.bytes(4)
		case 0x44:
			r.bytes(8)
		case 0xd0:
			r.byte()
		case 0xd2:
			p.functionIndex(r)
		default:
			r.fail("instruction %#x in a constant", op)
		}
	}
}

func (p *parsed) functionIndex(r *reader) {
	if f := r.u32(); r.err == nil && f >= p.refill() {
		r.fail("function %d does not exist", f)
	}
}

// readElements goes through what fills the tables.
func (p *parsed) readElements(r *reader) {
	for range r.count("element segments", maxSegments) {
		flags := r.u32()
		if flags > 7 {
			r.fail("an element segment of kind %d", flags)
			return
		}
		passive, expressions := flags&1 != 0, flags&4 != 0
		if !passive {
			if flags&2 != 0 {
				r.u32() // of the table
			}
			p.constant(r)
		}
		if flags&3 != 0 {
			r.byte() // kind or type
		}
		for range r.count("elements", MaxTable) {
			if expressions {
				p.constant(r)
			} else {
				p.functionIndex(r)
			}
			if r.err != nil {
				return
			}
		}
	}
}

// readData goes through what fills the memory.
func (p *parsed) readData(r *reader) {
	for range r.count("data segments", maxSegments) {
		switch flags := r.u32(); flags {
		case 0:
			p.constant(r)
		case 1:
		case 2:
			if r.u32() != 0 {
				r.fail("there is only one memory")
			}
			p.constant(r)
		default:
			r.fail("a data segment of kind %d", flags)
		}
		r.bytes(r.u32())
		if r.err != nil {
			return
		}
	}
}

func (p *parsed) readExports(r *reader) {
	for range r.count("exports", maxExports) {
		name, kind, index := r.name(), r.byte(), r.u32()
		e := Export{Kind: kind}
		switch kind {
		case 0:
			t, ok := p.functionType(index)
			if !ok {
				r.fail("export %q: function %d does not exist", name, index)
				return
			}
			e.Params, e.Results = t.params, t.results
		case 3:
			if index >= p.globals {
				r.fail("export %q: global %d does not exist", name, index)
			}
		}
		p.exports[name] = e
	}
}

func (p *parsed) functionType(index uint32) (funcType, bool) {
	if n := uint32(len(p.imported)); index >= n {
		if index -= n; index >= uint32(len(p.functions)) {
			return funcType{}, false
		}
		return p.types[p.functions[index]], true
	}
	return p.types[p.imported[index]], true
}
