package conform

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
)

// whole tries what concerns no entry.
func (k *kit) whole() {
	r, err := k.send(&abi.Request{Op: abi.OpDescribe, Context: abi.Context{Now: now}})
	switch {
	case err != nil:
		k.fail("description", "Asked to describe itself, it failed: %s.", err)
	case r.Response.Describe == nil || r.Response.Describe.ABI != abi.Version:
		k.fail("description", "It describes itself as of another contract: %s.", clip(r.Answer))
	case r.Response.View != nil || len(r.Response.State) > 0 || len(r.Response.Effects) > 0:
		k.fail("description", "A description holds a view, a state or effects, which nobody asked for: %s.", clip(r.Answer))
	default:
		k.pass("description", "It says what it serves, and that it was made with %q.", r.Response.Describe.SDK)
	}
	k.survives("bytes that are no request", garbage())
	k.survives("an operation it does not know", [][]byte{[]byte(`{"v":1,"op":"from-the-future","ctx":{"now":"` + now + `"}}`)})
	k.survives("an entry it does not have", [][]byte{[]byte(`{"v":1,"op":"event","entry":"nobody","event":{"type":"start"},"ctx":{"now":"` + now + `"}}`)})
}

// survives sends what a module need not understand. It must answer, if only
// with a fault in words.
func (k *kit) survives(name string, requests [][]byte) {
	for _, b := range requests {
		if r, err := k.sendBytes(b); crashed(err) {
			k.fail(name, "%s. It was sent %q and answered %q; a fault in words is what is wanted.", err, clip(b), clip(r.Answer))
			return
		}
	}
	k.pass(name, "It answers each with words, or passes over it, and crashes at none of %d.", len(requests))
}

// garbage is what no host sends, and a parser may stumble over.
func garbage() [][]byte {
	list := [][]byte{
		{}, []byte(" "), []byte("{"), []byte("}"), []byte("null"), []byte("[]"), []byte("1"), []byte(`"text"`), []byte("\x00\xff\xfe"),
		[]byte(`{"v":1,"op":`), []byte(`{"v":1,"op":"event","entry":"`), []byte(`{"v":1,"op":"event\`), []byte(`{"v":1,"op":"\u12"}`),
		[]byte(`{"v":1,"op":1,"entry":[],"event":"x","state":`), []byte(`{"v":"one","op":{},"entry":null}`), []byte(`{"v":1 "op":"event"}`),
		[]byte(`{"v":1,"op":"event","event":{"fields":{"a":"not a list"}}}`), []byte(`{"v":1,"op":"event","event":{"fields":{"a":[1,{},[]]}}}`),
		[]byte(`{"v":1,"op":"event","event":{"type":null,"fields":null},"ctx":null}`), []byte(`{"v":1e999,"op":"event"}`),
		[]byte("{\"v\":1,\"op\":\"\xff\xfe\"}"), []byte(`{"v":1,"op":"\ud800"}`),
		[]byte(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)), []byte(strings.Repeat(`{"a":`, 5000)),
		[]byte(`{"v":1,"op":"event","state":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`),
		bytes.Repeat([]byte("x"), 300_000),
	}
	whole := []byte(`{"v":1,"op":"event","entry":"e","event":{"type":"submit","fields":{"a":["b\u00e9\n"]}},"state":{"x":[1.5e3,true,null]},"ctx":{"now":"2026-01-01T00:00:00Z"}}`)
	for n := 1; n < len(whole); n += 3 {
		list = append(list, whole[:n])
	}
	return list
}

const now = "2026-11-08T12:00:00Z"

// contextOf is what a request of an entry knows of the world. bare holds nothing
// but the time: what a plugin is told when nothing was granted.
func contextOf(kind string, bare bool) abi.Context {
	c := abi.Context{Now: now, Today: "2026-11-08", Zone: "Europe/London", Locale: "en-GB", Seed: 81231}
	if kind == abi.KindTask {
		c.Task = &abi.Task{No: 1, Title: "A task", Mine: true, Manages: true}
	}
	if kind == abi.KindDetails {
		c.Editable, c.Reader = true, "staff"
	}
	if bare {
		return c
	}
	c.User = &abi.User{ID: "7d0a", Name: "Ada Okafor", Email: "ada@example.org", Roles: []string{"officer"}}
	if kind != abi.KindForm {
		c.Case = &abi.Case{
			ID: "3f1c", Ref: "CASE-17", Type: "complaint", Subject: "Noise at night", Status: "open", StatusKind: "open", RaisedAt: now,
			Place: &abi.Place{Address: "1 High Street", Point: &abi.Point{Lat: 53.48, Lng: -2.24}}, Fields: map[string][]string{"kind": {"noise"}},
		}
	}
	return c
}

func (k *kit) fault(name string, err error, format string, args ...any) {
	k.fail(name, "%s: %s.", fmt.Sprintf(format, args...), err)
}
