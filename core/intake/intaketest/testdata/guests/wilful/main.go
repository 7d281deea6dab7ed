// A form with one question that does what the answer says. It speaks the
// contract by hand: the SDK would not let it misbehave, nor accept everything.
package main

import (
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
	out = answer(request)
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

func main() {}

func answer(r *abi.Request) []byte {
	if r.Op == abi.OpDescribe {
		return (&abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{{ID: "wilful", Kind: abi.KindForm}}}}).Append(nil)
	}
	if r.Op == abi.OpMigrate {
		return (&abi.Response{V: 1, State: abi.Raw(`{"migrated":true}`)}).Append(nil)
	}
	said := ""
	if values := r.Event.Fields["what"]; len(values) > 0 {
		said = values[0]
	}
	if r.Event.Type != abi.EventSubmit {
		return (&abi.Response{V: 1, State: abi.Raw(`{}`), View: ask(said)}).Append(nil)
	}
	switch said {
	case "trap":
		panic("on request")
	case "loop":
		for {
		}
	case "nonsense":
		return []byte("{{{")
	case "page":
		return (&abi.Response{V: 1, View: &view.Node{Type: view.Page, Label: "Not a form"}}).Append(nil)
	case "markup":
		return []byte(`{"v":1,"view":{"t":"form","id":"x","label":"x","items":[{"t":"html","text":"<script>alert(1)</script>"}]}}`)
	case "effect":
		return (&abi.Response{V: 1, Done: true, Raise: raise(r, said), Effects: []abi.Effect{{Type: "case.close", Args: abi.Raw(`{"reason":"upheld"}`)}}}).Append(nil)
	case "asks":
		return (&abi.Response{V: 1, View: ask(said), Asks: []abi.Ask{{ID: "1", Type: "case.find", Args: abi.Raw(`{}`)}}}).Append(nil)
	case "nothing":
		return (&abi.Response{V: 1, Done: true}).Append(nil)
	case "state":
		return (&abi.Response{V: 1, State: abi.Raw(`"` + strings.Repeat("x", 300<<10) + `"`), View: ask(said)}).Append(nil)
	case "grumble":
		return (&abi.Response{V: 1, State: abi.Raw(`{}`), View: ask(said), Errors: []abi.FieldError{{Field: "", Message: "Not today"}, {Field: "what", Message: "Say it nicely"}}}).Append(nil)
	}
	return (&abi.Response{V: 1, State: abi.Raw(`{}`), Done: true, Raise: raise(r, said)}).Append(nil)
}

func ask(said string) *view.Node {
	value := []string(nil)
	if said != "" {
		value = []string{said}
	}
	return &view.Node{Type: view.Form, ID: "one", Label: "Say something", Items: []view.Node{
		{Type: view.Field, Kind: view.KindText, ID: "what", Label: "What shall I do?", Required: true, MaxLength: 20, Value: value},
	}}
}

// raise asks for a case with much in it that no case type allows.
func raise(r *abi.Request, said string) *abi.Raise {
	out := &abi.Raise{
		Subject: strings.Repeat("Long ", 100), Description: "nul \x00 here", Subtype: "made-up", Group: "made-up",
		Requester: &abi.Party{Name: "Zed Wilful", Email: "not an address"},
		Fields:    map[string][]string{"made-up": {"x"}, "lessons": {"private to staff"}, "incident-date": {"2026-02-31"}, "desired-outcome": {said}},
		Files:     []string{"not-an-id", "0198c0de-0000-7000-8000-000000000000"},
		Place:     &abi.Place{Address: "Here", Point: &abi.Point{Lat: 999, Lng: 0}},
		Answers:   []abi.Answer{{Section: "s", Label: "What", Text: said}},
	}
	if r.Context.User != nil { // it was not granted
		out.Description = "leaked " + r.Context.User.Name
	}
	return out
}
