package wasm

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// What a guest sees of the world, in place of a real WASI: no arguments, no
// environment, no files; a clock that stands at one instant and moves a
// microsecond each time it is read; "randomness" that is the same in every
// call. Compilers link these functions, so they must exist; nothing a plugin
// should know comes through them.
const (
	startOfTime = 1_767_225_600_000_000_000 // 2026-01-01 UTC, in nanoseconds: any fixed instant will do
	maxHostCall = 10_000                    // host calls in one call
	maxVectors  = 64
	maxRandom   = 1 << 20 // bytes in one call
	maxPoll     = 16
	maxLog      = 8 << 10

	wasiOK       = 0
	wasiBadFile  = 8
	wasiInvalid  = 28
	wasiTooLarge = 22
)

// surroundings is the world of one instance.
type surroundings struct {
	clock int64 // nanoseconds
	seed  uint64
	calls int
	drawn uint32 // random bytes
	log   []byte
}

func newSurroundings() surroundings {
	return surroundings{clock: startOfTime, seed: 0x9e3779b97f4a7c15}
}

var errHostCalls = errors.New("too many calls of the host")

// exitError ends a guest that calls proc_exit.
type exitError struct{ code uint32 }

func (exitError) Error() string { return "the guest ended itself" }

type surroundingsKey struct{}

type wasiFunction struct {
	name    string
	params  []api.ValueType
	results []api.ValueType
	call    func(s *surroundings, mem api.Memory, args []uint64) uint64
}

func wasiNames() []string {
	var names []string
	for _, f := range wasiFunctions() {
		names = append(names, f.name)
	}
	return names
}

func wasiFunctions() []wasiFunction {
	i32, i64 := api.ValueTypeI32, api.ValueTypeI64
	types := func(list ...api.ValueType) []api.ValueType { return list }
	errno := types(i32)
	badFile := func(*surroundings, api.Memory, []uint64) uint64 { return wasiBadFile }
	ok := func(*surroundings, api.Memory, []uint64) uint64 { return wasiOK }
	none := func(_ *surroundings, mem api.Memory, args []uint64) uint64 { // how many there are, and their size: none
		if !mem.WriteUint32Le(uint32(args[0]), 0) || !mem.WriteUint32Le(uint32(args[1]), 0) {
			return wasiInvalid
		}
		return wasiOK
	}
	return []wasiFunction{
		{"sched_yield", nil, errno, ok},
		{"proc_exit", types(i32), nil, func(_ *surroundings, _ api.Memory, args []uint64) uint64 {
			panic(exitError{uint32(args[0])})
		}},
		{"args_get", types(i32, i32), errno, ok},
		{"args_sizes_get", types(i32, i32), errno, none},
		{"environ_get", types(i32, i32), errno, ok},
		{"environ_sizes_get", types(i32, i32), errno, none},
		{"clock_time_get", types(i32, i64, i32), errno, clockTimeGet},
		{"random_get", types(i32, i32), errno, randomGet},
		{"poll_oneoff", types(i32, i32, i32, i32), errno, pollOneoff},
		{"fd_write", types(i32, i32, i32, i32), errno, fdWrite},
		{"fd_close", types(i32), errno, badFile},
		{"fd_fdstat_get", types(i32, i32), errno, badFile},
		{"fd_fdstat_set_flags", types(i32, i32), errno, badFile},
		{"fd_prestat_get", types(i32, i32), errno, badFile},
		{"fd_prestat_dir_name", types(i32, i32, i32), errno, badFile},
	}
}

// linkWASI offers the functions to the modules of a runtime.
func linkWASI(ctx context.Context, rt wazero.Runtime) error {
	b := rt.NewHostModuleBuilder(wasiModule)
	for _, f := range wasiFunctions() {
		call, answers := f.call, len(f.results) > 0
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, m api.Module, stack []uint64) {
			s := ctx.Value(surroundingsKey{}).(*surroundings)
			if s.calls++; s.calls > maxHostCall {
				panic(errHostCalls)
			}
			if r := call(s, m.Memory(), stack); answers {
				stack[0] = r
			}
		}), f.params, f.results).Export(f.name)
	}
	_, err := b.Instantiate(ctx)
	return err
}

func clockTimeGet(s *surroundings, mem api.Memory, args []uint64) uint64 {
	s.clock += 1000
	if !mem.WriteUint64Le(uint32(args[2]), uint64(s.clock)) {
		return wasiInvalid
	}
	return wasiOK
}

// randomGet fills memory by a xorshift generator. A plugin must not make
// secrets of it: ids and tokens come from the host.
func randomGet(s *surroundings, mem api.Memory, args []uint64) uint64 {
	if uint32(args[1]) > maxRandom-s.drawn {
		return wasiTooLarge
	}
	s.drawn += uint32(args[1])
	b, ok := mem.Read(uint32(args[0]), uint32(args[1]))
	if !ok {
		return wasiInvalid
	}
	for i := range b {
		s.seed ^= s.seed << 13
		s.seed ^= s.seed >> 7
		s.seed ^= s.seed << 17
		b[i] = byte(s.seed >> 32)
	}
	return wasiOK
}

// fdWrite keeps what goes to standard output and error as the log of a call.
func fdWrite(s *surroundings, mem api.Memory, args []uint64) uint64 {
	fd, vectors, n := uint32(args[0]), uint32(args[1]), uint32(args[2])
	if fd != 1 && fd != 2 {
		return wasiBadFile
	}
	if n > maxVectors {
		return wasiInvalid
	}
	written := uint32(0)
	for i := range n {
		at, ok1 := mem.ReadUint32Le(vectors + 8*i)
		length, ok2 := mem.ReadUint32Le(vectors + 8*i + 4)
		b, ok3 := mem.Read(at, length)
		if !ok1 || !ok2 || !ok3 {
			return wasiInvalid
		}
		s.log = append(s.log, b[:min(len(b), maxLog-len(s.log))]...)
		written += length
	}
	if !mem.WriteUint32Le(uint32(args[3]), written) {
		return wasiInvalid
	}
	return wasiOK
}

// pollOneoff lets any wait be over at once: the clock jumps.
func pollOneoff(s *surroundings, mem api.Memory, args []uint64) uint64 {
	const subscription, event = 48, 32
	in, out, n := uint32(args[0]), uint32(args[1]), uint32(args[2])
	if n == 0 || n > maxPoll {
		return wasiInvalid
	}
	subs, ok1 := mem.Read(in, n*subscription)
	events, ok2 := mem.Read(out, n*event)
	if !ok1 || !ok2 {
		return wasiInvalid
	}
	subs = slices.Clone(subs) // the two may overlap
	for i := range int(n) {
		sub, ev := subs[i*subscription:][:subscription], events[i*event:][:event]
		clear(ev)
		copy(ev, sub[:8]) // the subscriber's own mark
		ev[10] = sub[8]   // clock, read or write
		if sub[8] == 0 {
			timeout, absolute := int64(binary.LittleEndian.Uint64(sub[24:])), sub[40]&1 != 0
			if absolute {
				s.clock = max(s.clock, timeout)
			} else if timeout > 0 && timeout < 1<<60 {
				s.clock += timeout
			}
		}
	}
	if !mem.WriteUint32Le(uint32(args[3]), n) {
		return wasiInvalid
	}
	return wasiOK
}
