// A plugin that does wrong in every way when it is told to: a form, a task and
// a section by what is typed into their field "what", a section by the
// description of its case before it is shown, and an action likewise. It
// speaks the contract by hand: the SDK would not let it misbehave.
package main

import (
	"strings"
	"unsafe"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

var (
	in, out []byte
	calls   int // what one call leaves behind for the next; nothing, if all is well
	hoard   [][]byte
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
	calls++
	out = answer(request)
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}

func main() {}

func answer(r *abi.Request) []byte {
	if r.Op == abi.OpDescribe {
		return (&abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{
			{ID: "form", Kind: abi.KindForm}, {ID: "task", Kind: abi.KindTask}, {ID: "section", Kind: abi.KindDetails}, {ID: "act", Kind: abi.KindAction},
		}}}).Append(nil)
	}
	what, story := typed(r, "what"), typed(r, "story")
	if r.Event.Type == abi.EventAnswer {
		r.Event.Type = r.Event.Of // it asks again and again
	}
	switch {
	case r.Entry == "act":
		what = told(r, "act")
	case r.Entry == "section" && (r.Event.Type == abi.EventStart || r.Event.Type == abi.EventView):
		what = told(r, "section")
	case r.Event.Type != abi.EventSubmit:
		what = ""
	}
	if wrong, does := misbehave(what); does {
		return wrong
	}
	reply := abi.Response{V: 1, State: abi.Raw(`{}`)}
	switch {
	case r.Entry == "act":
		reply.Outcome = "It was done"
	case r.Entry == "form" && r.Event.Type == abi.EventSubmit:
		reply.Done, reply.Raise = true, &abi.Raise{Subject: "Told to behave", Description: story, Subtype: "other", Requester: &abi.Party{Name: "Seun", Email: "seun@example.org"}}
	case r.Entry == "task" && r.Event.Type == abi.EventSubmit:
		reply.Done, reply.Outcome = true, "Told to behave"
	default:
		reply.View = page(what, story)
	}
	return reply.Append(nil)
}

// told is what the description of the case says an entry is to do: a line
// "section: trap".
func told(r *abi.Request, entry string) string {
	if r.Context.Case == nil {
		return ""
	}
	for line := range strings.Lines(r.Context.Case.Description) {
		if what, ok := strings.CutPrefix(strings.TrimSpace(line), entry+": "); ok {
			return what
		}
	}
	return ""
}

func typed(r *abi.Request, field string) string {
	if r.Event == nil {
		return ""
	}
	return strings.Join(r.Event.Fields[field], "")
}

func page(what, story string) *view.Node {
	return &view.Node{Type: view.Form, ID: "one", Label: "What shall it do?", Items: []view.Node{
		{Type: view.Field, Kind: view.KindText, ID: "what", Label: "Do", MaxLength: 40, Value: values(what)},
		{Type: view.Field, Kind: view.KindTextArea, ID: "story", Label: "Your story", MaxLength: 500, Value: values(story)},
	}}
}

func values(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func misbehave(what string) (wrong []byte, does bool) {
	switch what {
	case "trap":
		panic("<script>alert('trap')</script>")
	case "loop":
		for {
		}
	case "hoard":
		for {
			hoard = append(hoard, make([]byte, 1<<20))
		}
	case "dig":
		return []byte{byte(dig(0))}, true
	case "garbage":
		return []byte("{{{\x00\xff"), true
	case "nothing":
		return nil, true
	case "giant":
		return make([]byte, 8<<20), true
	case "steal":
		return []byte(`{"v":1,"state":{},"done":true,"outcome":"Stolen","effects":[{"t":"case.close","args":{"reason":"upheld"}}]}`), true
	case "pry":
		return []byte(`{"v":1,"state":{},"asks":[{"id":"1","t":"case.search","args":{"q":"bins"}}]}`), true
	case "give-up":
		return []byte(`{"v":1,"fault":"<img src=x onerror=alert(1)>"}`), true
	case "element":
		return []byte(`{"v":1,"state":{},"view":{"t":"html","text":"<script>alert(1)</script>"}}`), true
	case "attribute":
		return []byte(`{"v":1,"state":{},"view":{"t":"form","id":"one","label":"x","items":[{"t":"field","kind":"text","id":"x\" onfocus=\"alert(1)","label":"x"}]}}`), true
	}
	return nil, false
}

//go:noinline
func dig(n int) int { return dig(n+1) + 1 }
