// The guest in Go.
package main

import (
	"runtime"
	"unsafe"

	"github.com/casement-dev/casement/cmd/tools/benchplugins/reducer"
)

var in, out []byte

//go:wasmexport plugin_abi
func abiVersion() uint32 { return 1 }

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
	out = reducer.Call(in[:n], out[:0])
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

//go:wasmexport plugin_warm
func warm(n uint32) {
	room := make([]byte, n)
	runtime.KeepAlive(room)
	runtime.GC()
	runtime.GC()
}

func main() {}
