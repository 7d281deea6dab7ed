package meter

import "fmt"

// Opcodes that are written here or looked at.
const (
	opUnreachable = 0x00
	opBlock       = 0x02
	opLoop        = 0x03
	opIf          = 0x04
	opEnd         = 0x0b
	opBr          = 0x0c
	opReturn      = 0x0f
	opCall        = 0x10
	opDrop        = 0x1a
	opLocalGet    = 0x20
	opLocalTee    = 0x22
	opGlobalGet   = 0x23
	opGlobalSet   = 0x24
	opMemoryGrow  = 0x40
	opI32Const    = 0x41
	opI64Const    = 0x42
	opI32Eqz      = 0x45
	opI32LeS      = 0x4c
	opI64LtS      = 0x53
	opI32Add      = 0x6a
	opI32Sub      = 0x6b
	opI32DivU     = 0x6e
	opI32ShrU     = 0x76
	opI64Sub      = 0x7d
	opExtendU     = 0xad
	opBulk        = 0xfc

	voidBlock = 0x40
)

// function is one body being rewritten.
type function struct {
	*parsed
	in      reader
	out     []byte
	locals  uint32 // of the original; two more follow
	scratch uint32 // an i32 for the counters
	length  uint32 // an i32 for the length of a bulk operation
	frame   uint32 // what a call takes of the depth
	toll    []toll // the function's own, and those of the loops that are open
	isLoop  []bool // of each block that is open
	// A loop with which the body begins pays for the entry too, which most
	// functions of a Go guest are spared by. It is settled last.
	firstLoop toll
	first     int // where such a loop would begin
}

// toll is what one pass through a stretch of code takes: a unit, and one more
// for each tollBytes of it, since it runs without a safepoint. How long a
// stretch is, is known at its end; loops within pay for themselves.
type toll struct {
	at     []int // where in out the number stands
	length int   // of the original code
	first  bool  // a loop with which the body begins
}

const (
	tollBytes  = 1 << 10
	frameBytes = 1 << 10
)

// rewriteCode returns the code section with every body metered and the refill
// function at its end, and the types that wrapping the bodies needs.
func (p *parsed) rewriteCode() (section []byte, wrapTypes [][]byte, err error) {
	r := &reader{b: p.sections[sectionCode]}
	n := r.count("bodies", maxFunctions)
	if int(n) != len(p.functions) && r.err == nil {
		return nil, nil, fmt.Errorf("%d functions have %d bodies", len(p.functions), n)
	}
	section = appendU32(make([]byte, 0, len(r.b)*3/2), n+1)
	wraps := map[uint32]uint32{} // of a function type with several results: the type of a block with the same
	wrapType := func(t uint32) uint32 {
		if at, made := wraps[t]; made {
			return at
		}
		results := p.types[t].results
		wrapTypes = append(wrapTypes, append(appendU32([]byte{0x60, 0}, uint32(len(results))), results...))
		wraps[t] = uint32(len(p.types) + len(wrapTypes)) // the type of refill is the first added
		return wraps[t]
	}
	for k := range n {
		size := r.u32()
		if size > MaxBody {
			return nil, nil, fmt.Errorf("function %d is longer than %d KB", k, MaxBody>>10)
		}
		f := &function{parsed: p, in: reader{b: r.bytes(size)}}
		if f.rewrite(p.functions[k], wrapType); f.in.err != nil {
			return nil, nil, fmt.Errorf("function %d: %w", k, f.in.err)
		}
		section = append(appendU32(section, uint32(len(f.out))), f.out...)
	}
	if r.err == nil && r.i != len(r.b) {
		r.fail("the code section has bytes left over")
	}
	body := p.refillBody()
	section = append(appendU32(section, uint32(len(body))), body...)
	return section, wrapTypes, r.err
}

func (f *function) rewrite(t uint32, wrapType func(uint32) uint32) {
	r, sig := &f.in, f.types[t]
	groups := r.count("groups of locals", MaxLocals)
	start := r.i
	f.locals = uint32(len(sig.params))
	for range groups {
		n := r.u32()
		if f.locals += n; n > MaxLocals || f.locals > MaxLocals {
			r.fail("more than %d locals", MaxLocals)
		}
		if t := r.byte(); r.err == nil && !valueType(t) {
			r.fail("a local of type %#x", t)
		}
		if r.err != nil {
			return
		}
	}
	f.scratch, f.length = f.locals, f.locals+1
	f.out = appendU32(make([]byte, 0, len(r.b)*5/4+64), groups+1)
	f.out = append(f.out, r.b[start:r.i]...)
	f.out = append(f.out, 2, i32)

	f.toll = []toll{{}}
	// The engine's frame holds at most the locals and what lies on the operand
	// stack, which two bytes of code put there at the least.
	f.frame = 1 + (8*f.locals+4*uint32(len(r.b)-r.i))/frameBytes
	f.first = r.i
	if r.i < len(r.b) && r.b[r.i] != opLoop {
		f.burn(0)
	}
	f.enter()
	// The body becomes a block, so that every way out passes leave.
	f.emit(opBlock)
	switch len(sig.results) {
	case 0:
		f.emit(voidBlock)
	case 1:
		f.emit(sig.results[0])
	default:
		f.out = appendSigned(f.out, int64(wrapType(t)))
	}
	f.body()
	f.firstLoop.length += f.toll[0].length
	f.settle(f.firstLoop)
	f.settle(f.toll[0])
	f.emit(opEnd)
	f.leave()
	f.emit(opEnd)
	if r.err == nil && r.i != len(r.b) {
		r.fail("instructions after the end")
	}
}

func (f *function) emit(b ...byte) { f.out = append(f.out, b...) }

func (f *function) emitIndex(op byte, index uint32) { f.out = appendU32(append(f.out, op), index) }

// burn takes the toll of a stretch: if (fuel -= toll) <= 0 { refill() }
func (f *function) burn(stretch int) {
	f.emitIndex(opGlobalGet, f.fuel())
	f.emit(opI32Const)
	f.toll[stretch].at = append(f.toll[stretch].at, len(f.out))
	f.emit(0x80, 0, opI32Sub)
	f.emitIndex(opLocalTee, f.scratch)
	f.emitIndex(opGlobalSet, f.fuel())
	f.emitIndex(opLocalGet, f.scratch)
	f.emit(opI32Const, 0, opI32LeS, opIf, voidBlock)
	f.emitIndex(opCall, f.refill())
	f.emit(opEnd)
}

// settle writes a toll where it is to be taken, in two bytes.
func (f *function) settle(t toll) {
	n := 1 + t.length/tollBytes // at most 257: a body is no longer than MaxBody
	for _, at := range t.at {
		f.out[at], f.out[at+1] = byte(n&0x7f|0x80), byte(n>>7)
	}
}

// enter counts a call: if (depth -= frame) <= 0 { trap }
func (f *function) enter() {
	f.emitIndex(opGlobalGet, f.depth())
	f.emitConst(f.frame)
	f.emit(opI32Sub)
	f.emitIndex(opLocalTee, f.scratch)
	f.emitIndex(opGlobalSet, f.depth())
	f.emitIndex(opLocalGet, f.scratch)
	f.emit(opI32Const, 0, opI32LeS, opIf, voidBlock, opUnreachable, opEnd)
}

// leave counts it back: depth += frame
func (f *function) leave() {
	f.emitIndex(opGlobalGet, f.depth())
	f.emitConst(f.frame)
	f.emit(opI32Add)
	f.emitIndex(opGlobalSet, f.depth())
}

func (f *function) emitConst(n uint32) { f.out = appendSigned(append(f.out, opI32Const), int64(n)) }

// charge burns for a bulk operation by the length on top of the stack, which
// stays there: fuel -= length/16; burn
func (f *function) charge() {
	f.emitIndex(opLocalTee, f.length)
	f.emitIndex(opGlobalGet, f.fuel())
	f.emitIndex(opLocalGet, f.length)
	f.emit(opI32Const, 4, opI32ShrU, opI32Sub)
	f.emitIndex(opGlobalSet, f.fuel())
	f.burn(len(f.toll) - 1)
}

// body copies the instructions up to the end of the function, adding what they
// must pay.
func (f *function) body() {
	r := &f.in
	for r.err == nil {
		start := r.i
		op := r.byte()
		switch op {
		case opEnd:
			if len(f.isLoop) == 0 {
				return
			}
			last := len(f.isLoop) - 1
			if f.isLoop[last] {
				f.close()
			}
			f.isLoop = f.isLoop[:last]
		case opBlock, opLoop, opIf:
			f.open(op, start)
			continue
		case opReturn:
			f.emitIndex(opBr, uint32(len(f.isLoop))) // out of the block that is now the body
			f.toll[len(f.toll)-1].length++
			continue
		case opBulk:
			f.bulk(start)
			f.toll[len(f.toll)-1].length += r.i - start
			continue
		default:
			f.immediates(op)
		}
		f.emit(r.b[start:r.i]...)
		f.toll[len(f.toll)-1].length += r.i - start
	}
}

// open copies the beginning of a block. A loop takes its toll with every turn.
func (f *function) open(op byte, start int) {
	r := &f.in
	if f.isLoop = append(f.isLoop, op == opLoop); len(f.isLoop) > MaxNesting {
		r.fail("nested more than %d deep", MaxNesting)
	}
	f.blockType()
	f.emit(r.b[start:r.i]...)
	if op != opLoop {
		f.toll[len(f.toll)-1].length += r.i - start
		return
	}
	f.toll = append(f.toll, toll{first: start == f.first})
	f.burn(len(f.toll) - 1)
}

// close settles the innermost loop.
func (f *function) close() {
	last := len(f.toll) - 1
	if t := f.toll[last]; t.first {
		f.firstLoop = t
	} else {
		f.settle(t)
	}
	f.toll = f.toll[:last]
}

// immediates reads past the operands of an instruction, and refuses those that
// point outside the original module and those that are not understood.
func (f *function) immediates(op byte) {
	r := &f.in
	switch {
	case op <= 0x01, op == 0x05, op == opDrop, op == 0x1b, op == 0xd1, op >= opI32Eqz && op <= 0xc4:
		// no operands
	case op == opBr, op == 0x0d: // br, br_if
		f.label()
	case op == 0x0e: // br_table
		for range r.count("labels", MaxBody) {
			f.label()
		}
		f.label()
	case op == opCall, op == 0xd2: // call, ref.func
		f.index("function", f.refill())
	case op == 0x11: // call_indirect
		f.index("type", uint32(len(f.types)))
		r.u32()
	case op == 0x1c: // select of a type
		r.values()
	case op >= opLocalGet && op <= opLocalTee:
		f.index("local", f.locals)
	case op == opGlobalGet, op == opGlobalSet:
		f.index("global", f.globals)
	case op == 0x25: // table.get
		r.u32()
	case op >= 0x28 && op <= 0x3e: // loads and stores
		r.u32()
		r.u32()
	case op == 0x3f, op == opMemoryGrow:
		f.memory()
	case op == opI32Const:
		r.signed(5)
	case op == opI64Const:
		r.signed(10)
	case op == 0x43: // f32.const
		r.bytes(4)
	case op == 0x44: // f64.const
		r.bytes(8)
	case op == 0xd0: // ref.null
		r.byte()
	default:
		// Vectors, threads, tail calls, exceptions; and table.set, whose
		// effect no snapshot would undo.
		r.fail("instruction %#x is not allowed", op)
	}
}

func (f *function) index(what string, count uint32) {
	if i := f.in.u32(); f.in.err == nil && i >= count {
		f.in.fail("%s %d does not exist", what, i)
	}
}

// label reads where a branch goes: no further than to the end of the body,
// which is one block further in than it was.
func (f *function) label() { f.index("label", uint32(len(f.isLoop))+1) }

func (f *function) memory() {
	if f.in.byte() != 0 {
		f.in.fail("there is only one memory")
	}
}

func (f *function) blockType() {
	r := &f.in
	if r.i < len(r.b) && (r.b[r.i] == voidBlock || valueType(r.b[r.i])) {
		r.i++
		return
	}
	if t := r.signed(5); r.err == nil && (t < 0 || t >= int64(len(f.types))) {
		r.fail("block type %d does not exist", t)
	}
}

// bulk copies an instruction with the prefix 0xfc. Those that change tables or
// drop segments are refused: no snapshot would undo them.
func (f *function) bulk(start int) {
	r := &f.in
	switch sub := r.u32(); sub {
	case 0, 1, 2, 3, 4, 5, 6, 7: // saturating conversions
	case 8: // memory.init
		r.u32()
		f.memory()
		f.charge()
	case 10: // memory.copy
		f.memory()
		f.memory()
		f.charge()
	case 11: // memory.fill
		f.memory()
		f.charge()
	case 16: // table.size
		r.u32()
	default:
		r.fail("instruction 0xfc %d is not allowed", sub)
		return
	}
	f.emit(r.b[start:r.i]...)
}

// refillBody is the function called when a quantum is used up:
//
//	memory.grow(0)                      // a trip into the host: the collector may run
//	if stop { trap }
//	budget -= 1 + (-fuel)/Quantum       // a bulk operation may have overdrawn by much
//	if budget < 0 { trap }
//	fuel = Quantum
//
// A guest that found a way to call it would only pay.
func (p *parsed) refillBody() []byte {
	f := &function{parsed: p}
	f.emit(0, opI32Const, 0, opMemoryGrow, 0, opDrop)
	f.emitIndex(opGlobalGet, p.stop())
	f.emit(opIf, voidBlock, opUnreachable, opEnd)

	f.emitIndex(opGlobalGet, p.budget())
	f.emit(opI64Const, 1, opI64Sub, opI32Const, 0)
	f.emitIndex(opGlobalGet, p.fuel())
	f.emit(opI32Sub, opI32Const)
	f.out = appendSigned(f.out, Quantum)
	f.emit(opI32DivU, opExtendU, opI64Sub)
	f.emitIndex(opGlobalSet, p.budget())
	f.emitIndex(opGlobalGet, p.budget())
	f.emit(opI64Const, 0, opI64LtS, opIf, voidBlock, opUnreachable, opEnd)

	f.emit(opI32Const)
	f.out = appendSigned(f.out, Quantum)
	f.emitIndex(opGlobalSet, p.fuel())
	f.emit(opEnd)
	return f.out
}
