// A plugin that answers what the description of its case says: a JSON object
// with a response for each type of event. It speaks the contract by hand: the
// SDK would not let it misbehave.
package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"unsafe"

	"github.com/casement-dev/casement/sdk/abi"
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
	out = answer(request, string(in[:n]))
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

func main() {}

const plain = `{"v":1,"state":{},"view":{"t":"page","label":"Nothing was said","items":[{"t":"text","text":"Nothing."}]},"outcome":"Nothing"}`

func answer(r *abi.Request, whole string) []byte {
	if r.Op == abi.OpDescribe {
		return (&abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{
			{ID: "section", Kind: abi.KindDetails}, {ID: "staff-only", Kind: abi.KindDetails}, {ID: "act", Kind: abi.KindAction}, {ID: "form", Kind: abi.KindForm},
		}}}).Append(nil)
	}
	var script map[string]json.RawMessage
	if r.Entry == "form" && r.Event != nil {
		if said := strings.Join(r.Event.Fields["say"], ""); json.Unmarshal([]byte(said), &script) != nil || script[key(r)] == nil {
			return []byte(form(r.Event, said))
		}
	} else if r.Context.Case == nil || json.Unmarshal([]byte(r.Context.Case.Description), &script) != nil || r.Event == nil {
		return []byte(plain)
	}
	said, ok := script[key(r)]
	if !ok {
		said, ok = script["any"]
	}
	if !ok {
		return []byte(plain)
	}
	switch string(said) {
	case `"trap"`:
		panic("as it was told")
	case `"loop"`:
		for {
		}
	}
	answers, _ := json.Marshal(r.Event.Answers)
	text := string(said)
	text = strings.ReplaceAll(text, "$ANSWERS", inner(string(answers)))
	text = strings.ReplaceAll(text, "$REQUEST", inner(whole))
	text = strings.ReplaceAll(text, "$TYPED", inner(strings.Join(r.Event.Fields["remedy"], "")))
	return []byte(text)
}

// form is a page that says what it was told: the type of the event, what was
// pressed, and how a table is to be sorted.
func form(e *abi.Event, said string) string {
	heading, _ := json.Marshal(strings.Join([]string{e.Type, e.Action, strings.Join(e.Fields["sort"], "")}, " "))
	value := "[]"
	if raw, err := json.Marshal([]string{said}); said != "" && err == nil {
		value = string(raw)
	}
	return `{"v":1,"state":{},"view":{"t":"form","id":"one","label":` + string(heading) + `,"items":[
		{"t":"field","kind":"textarea","id":"say","label":"What is it to answer?","required":true,"max_length":9000,"on_change":true,"value":` + value + `},
		{"t":"button","id":"more","label":"More"},{"t":"button","id":"sends","label":"Send","checks":true},
		{"t":"table","id":"rows","label":"Rows","columns":["A"],"rows":[["1"]],"sortable":true,"page":1,"pages":2}]}}`
}

// key is under what a script says how an event is answered: its type, and for
// answers how many there are by now.
func key(r *abi.Request) string {
	if r.Event.Type == abi.EventAnswer {
		return "answer" + strconv.Itoa(len(r.Event.Answers))
	}
	return r.Event.Type
}

// inner writes a text as it stands in a JSON string.
func inner(s string) string {
	quoted, _ := json.Marshal(s)
	return string(quoted[1 : len(quoted)-1])
}
