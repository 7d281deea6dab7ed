//go:build wasip1

package guest

import (
	"runtime"
	"unsafe"

	"github.com/casement-dev/casement/sdk/abi"
)

// The buffers of a call live here so that the collector leaves them alone
// while the host reads and writes them.
var in, out []byte

//go:wasmexport plugin_abi
func abiVersion() uint32 { return abi.Version }

//go:wasmexport plugin_alloc
func alloc(n uint32) uint32 {
	if uint32(cap(in)) < n {
		in = make([]byte, n+n/2)
	}
	in = in[:cap(in)]
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(in))))
}

//go:wasmexport plugin_call
func call(_, n uint32) uint64 {
	if uint32(cap(in)) < n {
		n = 0 // more than plugin_alloc was asked for: an empty request, which Call refuses
	}
	out = Module.Call(in[:n], out[:0])
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

// warm leaves n bytes of swept heap, so that calls on a snapshot taken
// afterwards rarely have to grow the memory.
//
//go:wasmexport plugin_warm
func warm(n uint32) {
	room := make([]byte, n)
	runtime.KeepAlive(room)
	runtime.GC()
	runtime.GC()
}

// idle gives the collector its turn. Exported functions never reach the
// scheduler by themselves, so without this an instance that is kept grows
// until it dies. It must not run inside a call: the sweeper would then start
// again in each.
//
//go:wasmexport plugin_idle
func idle() { runtime.Gosched() }
