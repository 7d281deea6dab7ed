// Package guest is the plugin's side of a call: bytes in, the right entry,
// bytes out. What the module exports is in exports_wasip1.go; it is built only
// for wasip1, so that authors and tests use the same code natively.
package guest

import (
	"errors"
	"runtime"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
)

// Handler answers the events of one entry. An error is a fault: the plugin
// gives up on this call.
type Handler func(*abi.Request) (*abi.Response, error)

// Entries are what a module serves, in the order in which they were added.
type Entries struct{ list []served }

type served struct {
	id, kind string
	handle   Handler
}

// Add serves handle as an entry of the manifest.
func (e *Entries) Add(id, kind string, handle Handler) {
	e.list = append(e.list, served{id, kind, handle})
}

// Module is what this program serves: the exported functions have no other way
// to reach it.
var Module Entries

// Call answers one request, given and returned as JSON; the answer is appended
// to out. It never panics.
func (e *Entries) Call(in, out []byte) []byte {
	response, err := e.answer(in)
	if err != nil {
		response = &abi.Response{Fault: err.Error()}
	}
	response.V = abi.Version
	return response.Append(out)
}

func (e *Entries) answer(in []byte) (response *abi.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			response, err = nil, errors.New(describe(p))
		}
	}()
	request, err := abi.DecodeRequest(in)
	if err != nil {
		return nil, errors.New("cannot read the request: " + err.Error())
	}
	if request.Op == abi.OpDescribe {
		return e.describe(), nil
	}
	for _, s := range e.list {
		if s.id == request.Entry {
			return s.handle(request)
		}
	}
	return nil, errors.New("no entry " + strconv.Quote(request.Entry))
}

func (e *Entries) describe() *abi.Response {
	d := &abi.Description{ABI: abi.Version, SDK: "go/1"}
	for _, s := range e.list {
		d.Entries = append(d.Entries, abi.Entry{ID: s.id, Kind: s.kind})
	}
	return &abi.Response{Describe: d}
}

// describe says what a panic was and on which line, which is the first thing
// its author will ask.
func describe(p any) string {
	text := "panic"
	switch p := p.(type) {
	case error:
		text = p.Error()
	case string:
		text = p
	}
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if f.File != "" && !strings.HasPrefix(f.Function, "runtime.") {
			return f.File + ":" + strconv.Itoa(f.Line) + ": " + text
		}
	}
	return text
}
