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
				field := d.Name()
				e.Files[field] = view.ReadFiles(d)
			}
		case "answers":
			e.Answers = map[string]Raw{}
			for more := d.Object(); more; more = d.Next() {
				id := d.Name()
				e.Answers[id] = d.Raw()
			}
		default:
			d.Skip()
		}
	}
	return e
}

func (c *Context) write(w *wire.Writer) {
	w.Open('{')
	w.Key("now")
	w.String(c.Now)
	w.OptString("today", c.Today)
	w.OptString("tz", c.Zone)
	w.OptString("locale", c.Locale)
	w.OptInt("seed", c.Seed)
	if u := c.User; u != nil {
		w.Key("user")
		w.Open('{')
		w.OptString("id", u.ID)
		w.OptString("name", u.Name)
		w.OptString("email", u.Email)
		w.OptString("phone", u.Phone)
		w.OptStrings("roles", u.Roles)
		w.Close('}')
	}
	if cs := c.Case; cs != nil {
		w.Key("case")
		w.Open('{')
		w.Key("id")
		w.String(cs.ID)
		w.OptString("type", cs.Type)
		w.OptString("status", cs.Status)
		w.OptLists("fields", cs.Fields)
		w.Close('}')
	}
	w.Close('}')
}

func readContext(d *wire.Decoder) (c Context) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "now":
			c.Now = d.String()
		case "today":
			c.Today = d.String()
		case "tz":
			c.Zone = d.String()
		case "locale":
			c.Locale = d.String()
		case "seed":
			c.Seed = d.Int()
		case "user":
			c.User = readUser(d)
		case "case":
			c.Case = readCase(d)
		default:
			d.Skip()
		}
	}
	return c
}

func readUser(d *wire.Decoder) *User {
	u := new(User)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "id":
			u.ID = d.String()
		case "name":
			u.Name = d.String()
		case "email":
			u.Email = d.String()
		case "phone":
			u.Phone = d.String()
		case "roles":
			u.Roles = d.Strings()
		default:
			d.Skip()
		}
	}
	return u
}

func readCase(d *wire.Decoder) *Case {
	cs := new(Case)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "id":
			cs.ID = d.String()
		case "type":
			cs.Type = d.String()
		case "status":
			cs.Status = d.String()
		case "fields":
			cs.Fields = d.Lists()
		default:
			d.Skip()
		}
	}
	return cs
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

func (desc *Description) write(w *wire.Writer) {
	w.Open('{')
	w.Key("abi")
	w.Int(int64(desc.ABI))
	w.OptString("sdk", desc.SDK)
	w.Key("entries")
	w.Open('[')
	for _, e := range desc.Entries {
		w.Open('{')
		w.Key("id")
		w.String(e.ID)
		w.Key("kind")
		w.String(e.Kind)
		w.OptString("title", e.Title)
		w.Close('}')
	}
	w.Close(']')
	w.Close('}')
}

func readDescription(d *wire.Decoder) *Description {
	desc := new(Description)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "abi":
			desc.ABI = int(d.Int())
		case "sdk":
			desc.SDK = d.String()
		case "entries":
			desc.Entries = nil
			for more := d.Array(); more; more = d.Next() {
				var e Entry
				for more := d.Object(); more; more = d.Next() {
					switch d.Key() {
					case "id":
						e.ID = d.String()
					case "kind":
						e.Kind = d.String()
					case "title":
						e.Title = d.String()
					default:
						d.Skip()
					}
				}
				desc.Entries = append(desc.Entries, e)
			}
		default:
			d.Skip()
		}
	}
	return desc
}
