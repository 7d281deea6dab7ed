package abi

import (
	"errors"

	"github.com/casement-dev/casement/sdk/internal/wire"
	"github.com/casement-dev/casement/sdk/view"
)

// ErrTooLong says that a message is longer than MaxMessage.
var ErrTooLong = errors.New("the message is too long")

// Append writes r as JSON behind b.
func (r *Request) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("v")
	w.Int(int64(r.V))
	w.Key("op")
	w.String(r.Op)
	w.OptString("entry", r.Entry)
	if r.Event != nil {
		w.Key("event")
		r.Event.write(&w)
	}
	w.OptRaw("state", r.State)
	w.OptInt("state_version", int64(r.StateVersion))
	w.OptRaw("config", r.Config)
	w.Key("ctx")
	r.Context.write(&w)
	w.Close('}')
	return w.B
}

// DecodeRequest reads a request.
func DecodeRequest(b []byte) (*Request, error) {
	r := new(Request)
	d, err := newDecoder(b)
	if err != nil {
		return nil, err
	}
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "v":
			r.V = int(d.Int())
		case "op":
			r.Op = d.String()
		case "entry":
			r.Entry = d.String()
		case "event":
			r.Event = readEvent(d)
		case "state":
			r.State = d.Raw()
		case "state_version":
			r.StateVersion = int(d.Int())
		case "config":
			r.Config = d.Raw()
		case "ctx":
			r.Context = readContext(d)
		default:
			d.Skip()
		}
	}
	return r, d.End()
}

func newDecoder(b []byte) (*wire.Decoder, error) {
	if len(b) > MaxMessage {
		return nil, ErrTooLong
	}
	return wire.NewDecoder(b), nil
}

func (e *Event) write(w *wire.Writer) {
	w.Open('{')
	w.Key("type")
	w.String(e.Type)
	w.OptString("action", e.Action)
	w.OptLists("fields", e.Fields)
	if len(e.Files) > 0 {
		w.Key("files")
		w.Open('{')
		for _, field := range wire.SortedKeys(e.Files) {
			w.Key(field)
			view.WriteFiles(w, e.Files[field])
		}
		w.Close('}')
	}
	if len(e.Answers) > 0 {
		w.Key("answers")
		w.Open('{')
		for _, id := range wire.SortedKeys(e.Answers) {
			w.Key(id)
			w.Raw(orNull(e.Answers[id]))
		}
		w.Close('}')
	}
	w.OptString("of", e.Of)
	w.OptString("text", e.Text)
	if e.Occurred != nil {
		w.Key("occurred")
		e.Occurred.write(w)
	}
	w.Close('}')
}

func (o *Occurrence) write(w *wire.Writer) {
	w.Open('{')
	w.Key("kind")
	w.String(o.Kind)
	w.Key("at")
	w.String(o.At)
	w.Key("by")
	w.String(o.By)
	w.OptLists("from", o.From)
	w.OptLists("to", o.To)
	w.Close('}')
}

func orNull(r Raw) []byte {
	if len(r) == 0 {
		return []byte("null")
	}
	return r
}

func readEvent(d *wire.Decoder) *Event {
	e := new(Event)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "type":
			e.Type = d.String()
		case "action":
			e.Action = d.String()
		case "fields":
			e.Fields = d.Lists()
		case "files":
			e.Files = map[string][]view.File{}
			for more := d.Object(); more; more = d.Next() {
				field := d.Key()
				e.Files[field] = view.ReadFiles(d)
			}
		case "answers":
			e.Answers = map[string]Raw{}
			for more := d.Object(); more; more = d.Next() {
				id := d.Key()
				e.Answers[id] = d.Raw()
			}
		case "of":
			e.Of = d.String()
		case "text":
			e.Text = d.String()
		case "occurred":
			e.Occurred = readOccurrence(d)
		default:
			d.Skip()
		}
	}
	return e
}

func readOccurrence(d *wire.Decoder) *Occurrence {
	o := new(Occurrence)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "kind":
			o.Kind = d.String()
		case "at":
			o.At = d.String()
		case "by":
			o.By = d.String()
		case "from":
			o.From = d.Lists()
		case "to":
			o.To = d.Lists()
		default:
			d.Skip()
		}
	}
	return o
}

// Append writes r as JSON behind b.
func (r *Response) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("v")
	w.Int(int64(r.V))
	w.OptRaw("state", r.State)
	if r.View != nil {
		w.Key("view")
		r.View.Write(&w)
	}
	if len(r.Effects) > 0 {
		w.Key("effects")
		w.Open('[')
		for _, e := range r.Effects {
			w.Open('{')
			w.Key("t")
			w.String(e.Type)
			w.OptRaw("args", e.Args)
			w.Close('}')
		}
		w.Close(']')
	}
	if len(r.Errors) > 0 {
		w.Key("errors")
		w.Open('[')
		for _, e := range r.Errors {
			w.Open('{')
			w.Key("field")
			w.String(e.Field)
			w.Key("msg")
			w.String(e.Message)
			w.Close('}')
		}
		w.Close(']')
	}
	if len(r.Asks) > 0 {
		w.Key("asks")
		w.Open('[')
		for _, a := range r.Asks {
			w.Open('{')
			w.Key("id")
			w.String(a.ID)
			w.Key("t")
			w.String(a.Type)
			w.OptRaw("args", a.Args)
			w.Close('}')
		}
		w.Close(']')
	}
	w.OptBool("done", r.Done)
	if r.Raise != nil {
		w.Key("raise")
		r.Raise.write(&w)
	}
	w.OptString("outcome", r.Outcome)
	w.OptString("status", r.Status)
	w.OptString("wake_at", r.WakeAt)
	w.OptStrings("log", r.Log)
	w.OptString("fault", r.Fault)
	if r.Describe != nil {
		w.Key("describe")
		r.Describe.write(&w)
	}
	w.Close('}')
	return w.B
}

// DecodeResponse reads a response. The grammar is strict, size and depth are
// bounded; the view in it is not yet valid: see view.Validate.
func DecodeResponse(b []byte) (*Response, error) {
	r := new(Response)
	d, err := newDecoder(b)
	if err != nil {
		return nil, err
	}
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "v":
			r.V = int(d.Int())
		case "state":
			r.State = d.Raw()
		case "view":
			r.View = new(view.Node)
			r.View.Read(d)
		case "effects":
			r.Effects = nil
			for more := d.Array(); more; more = d.Next() {
				_, kind, args := readCall(d)
				r.Effects = append(r.Effects, Effect{Type: kind, Args: args})
			}
		case "errors":
			r.Errors = nil
			for more := d.Array(); more; more = d.Next() {
				r.Errors = append(r.Errors, readFieldError(d))
			}
		case "asks":
			r.Asks = nil
			for more := d.Array(); more; more = d.Next() {
				id, kind, args := readCall(d)
				r.Asks = append(r.Asks, Ask{ID: id, Type: kind, Args: args})
			}
		case "done":
			r.Done = d.Bool()
		case "raise":
			r.Raise = readRaise(d)
		case "outcome":
			r.Outcome = d.String()
		case "status":
			r.Status = d.String()
		case "wake_at":
			r.WakeAt = d.String()
		case "log":
			r.Log = d.Strings()
		case "fault":
			r.Fault = d.String()
		case "describe":
			r.Describe = readDescription(d)
		default:
			d.Skip()
		}
	}
	return r, d.End()
}

// readCall reads an effect or an ask, which differ only in the id.
func readCall(d *wire.Decoder) (id, kind string, args Raw) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "id":
			id = d.String()
		case "t":
			kind = d.String()
		case "args":
			args = d.Raw()
		default:
			d.Skip()
		}
	}
	return id, kind, args
}

func readFieldError(d *wire.Decoder) (e FieldError) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "field":
			e.Field = d.String()
		case "msg":
			e.Message = d.String()
		default:
			d.Skip()
		}
	}
	return e
}
