// A form of three pages whose manifest is changed to make other versions of
// it. What it is called and which states it reads it is told by the defaults of
// its configuration; a state that is not of its kind is a crash.
package main

import (
	"bytes"
	"strconv"
	"strings"
	"unsafe"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

var in, out []byte

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
	out = answer(request).Append(nil)
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

func main() {}

// member cuts a text or number out of an object whose layout is known.
func member(raw abi.Raw, name string) string {
	_, rest, found := bytes.Cut(raw, []byte(`"`+name+`":`))
	if !found {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(rest[:bytes.IndexAny(rest, ",}")])), `"`), `"`)
}

// A state says which kind it is, and which versions saw it, in order.
func state(kind, seen string) abi.Raw {
	return abi.Raw(`{"kind":` + kind + `,"seen":"` + seen + `"}`)
}

func answer(r *abi.Request) *abi.Response {
	if r.Op == abi.OpDescribe {
		return &abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{{ID: "steps", Kind: abi.KindForm}}}}
	}
	label, kind := member(r.Config, "label"), member(r.Config, "states")
	if r.Op == abi.OpMigrate {
		return &abi.Response{V: 1, State: state(kind, member(r.State, "seen")+"+")}
	}
	seen := member(r.State, "seen")
	if len(r.State) > 0 && member(r.State, "kind") != kind {
		panic(label + " was given a state of kind " + member(r.State, "kind"))
	}
	if r.Event.Type == abi.EventSubmit {
		for _, said := range r.Event.Fields["what"] {
			switch said {
			case "crash":
				panic("on request")
			case "note":
				return &abi.Response{V: 1, State: state(kind, seen), View: page(label, seen), Effects: []abi.Effect{{Type: "note.add", Args: abi.Raw(`{"text":"x"}`)}}}
			}
		}
		seen += " " + label
	}
	log := []string{label + " took " + r.Event.Type}
	if len(strings.Fields(seen)) == 3 {
		return &abi.Response{V: 1, State: state(kind, seen), Done: true, Raise: &abi.Raise{Subject: "Seen by" + seen, Anonymous: r.Context.User == nil}, Log: log}
	}
	return &abi.Response{V: 1, State: state(kind, seen), View: page(label, seen), Log: log}
}

func page(label, seen string) *view.Node {
	return &view.Node{Type: view.Form, ID: "p" + strconv.Itoa(len(strings.Fields(seen))+1), Label: "Version " + label, Items: []view.Node{
		{Type: view.Field, Kind: view.KindText, ID: "what", Label: "What happened?", MaxLength: 200},
	}}
}
