// A plugin with the faults that the conformance kit is to find: it remembers,
// takes the world for granted, minds members that it does not know, loses what
// was typed, and crashes at what it cannot read.
package main

import (
	"bytes"
	"strconv"
	"unsafe"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

var (
	in, out []byte
	calls   int
)

//go:wasmexport plugin_abi
func abiVersion() uint32 { return abi.Version }

//go:wasmexport plugin_alloc
func alloc(n uint32) uint32 {
	in = make([]byte, n+1)
	return uint32(uintptr(unsafe.Pointer(&in[0])))
}

//go:wasmexport plugin_call
func call(_, n uint32) uint64 {
	request, err := abi.DecodeRequest(in[:n])
	if err != nil {
		panic(err)
	}
	out = answer(request, in[:n]).Append(nil)
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

func main() {}

func answer(r *abi.Request, raw []byte) *abi.Response {
	switch {
	case r.Op == abi.OpDescribe:
		return &abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{{ID: "sloppy", Kind: abi.KindDetails}}}}
	case r.Op == abi.OpMigrate:
		return &abi.Response{V: 1}
	}
	if r.Event.Action == "nothing" {
		panic("no such button")
	}
	calls++
	label := "For " + r.Context.User.Name + ", call " + strconv.Itoa(calls)
	if bytes.Contains(raw, []byte("from_the_future")) {
		label += ", from the future"
	}
	items := []view.Node{{Type: view.Field, Kind: view.KindText, ID: "note", Label: "Note"}}
	id := "first"
	if r.Event.Type != abi.EventStart {
		id = "another"
	}
	return &abi.Response{V: 1, State: abi.Raw(`{"a":1,"b":2}`), View: &view.Node{Type: view.Form, ID: id, Label: label, Items: items}}
}
