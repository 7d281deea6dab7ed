// Package reducer is the work that is measured: a form of so many fields is
// shown, or so many answers are checked. It is linked into the Go guest, the
// native row and the other processes; guests in other languages do the same by
// their own code, and are held against this one.
package reducer

import (
	"sort"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
)

// Call answers a request, as bytes.
func Call(in, out []byte) []byte {
	request, err := abi.DecodeRequest(in)
	if err != nil {
		return (&abi.Response{V: 1, Fault: err.Error()}).Append(out)
	}
	return Answer(request).Append(out)
}

// Answer answers a request.
func Answer(r *abi.Request) *abi.Response {
	switch {
	case r.Op == abi.OpDescribe:
		return &abi.Response{V: 1, Describe: &abi.Description{ABI: 1, Entries: []abi.Entry{{ID: "bench", Kind: abi.KindForm}}}}
	case r.Event == nil || r.Event.Type == "nothing":
		return &abi.Response{V: 1}
	case r.Event.Type == abi.EventSubmit:
		return check(r.Event.Fields)
	}
	n, err := strconv.Atoi(r.Event.Action)
	if err != nil || n > 500 {
		n = 1
	}
	return &abi.Response{V: 1, State: abi.Raw(`{"step":"one"}`), View: show(n)}
}

func show(n int) *view.Node {
	form := &view.Node{Type: view.Form, ID: "bench", Label: "Raise a complaint", Items: make([]view.Node, 0, n)}
	for i := range n {
		f := view.Node{
			Type: view.Field, ID: "f" + strconv.Itoa(i), Kind: view.KindText, Label: "Question number " + strconv.Itoa(i) + ": what happened?",
			Hint: "Say what happened, when, and who was involved", Required: true, MaxLength: 500,
		}
		if i%5 == 4 {
			f.Kind, f.MaxLength = view.KindRadios, 0
			f.Options = []view.Option{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No"}, {Value: "unsure", Label: "I am not sure"}}
		}
		form.Items = append(form.Items, f)
	}
	return form
}

func check(fields map[string][]string) *abi.Response {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	out := &abi.Response{V: 1, State: abi.Raw(`{"step":"done"}`)}
	for _, name := range names {
		v := ""
		if len(fields[name]) > 0 {
			v = strings.TrimSpace(fields[name][0])
		}
		message := ""
		switch {
		case v == "":
			message = "Enter an answer"
		case len(v) > 500:
			message = "Too long"
		case name == "email" && !strings.Contains(v, "@"):
			message = "Enter an email address"
		}
		if message != "" {
			out.Errors = append(out.Errors, abi.FieldError{Field: name, Message: message})
		}
	}
	out.Effects = []abi.Effect{
		{Type: "case.change_status", Args: abi.Raw(`{"status":"triage"}`)},
		{Type: "note.add", Args: abi.Raw(`{"text":"Complaint received with ` + strconv.Itoa(len(names)) + ` answers"}`)},
	}
	return out
}
