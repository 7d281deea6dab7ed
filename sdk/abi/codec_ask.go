package abi

import "github.com/casement-dev/casement/sdk/internal/wire"

// Decode reads the arguments of an ask or of [EffectKeep], or an answer: one of
// the types of this package that have a method Append.
//
//	query, err := abi.Decode[abi.CaseSearch](ask.Args)
//
// No text at all is the zero value. Unknown members are ignored; the grammar is
// strict.
func Decode[T any, P interface {
	*T
	read(*wire.Decoder)
}](b []byte) (T, error) {
	var v T
	if len(b) == 0 {
		return v, nil
	}
	d, err := newDecoder(b)
	if err != nil {
		return v, err
	}
	P(&v).read(d)
	return v, d.End()
}

// Failure makes the answer that says why there is none.
func Failure(why string) Raw {
	var w wire.Writer
	w.Open('{')
	w.Key("error")
	w.String(why)
	w.Close('}')
	return w.B
}

// FailureIn is the reason in an answer that is a [Failure]; ok is false when it
// is a real answer.
func FailureIn(answer Raw) (why string, ok bool) {
	d := wire.NewDecoder(answer)
	for more := d.Object(); more; more = d.Next() {
		if d.Key() == "error" {
			why, ok = d.String(), true
		} else {
			d.Skip()
		}
	}
	return why, ok && d.End() == nil
}

// Append writes cs as JSON behind b.
func (cs *Case) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	cs.write(&w)
	return w.B
}

// Append writes q as JSON behind b.
func (q *CaseRead) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("ref")
	w.String(q.Ref)
	w.Close('}')
	return w.B
}

func (q *CaseRead) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "ref":
			q.Ref = d.String()
		default:
			d.Skip()
		}
	}
}

// Append writes q as JSON behind b.
func (q *CaseSearch) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.OptString("text", q.Text)
	w.OptStrings("types", q.Types)
	w.OptStrings("kinds", q.Kinds)
	w.OptBool("same_address", q.SameAddress)
	w.OptBool("same_requester", q.SameRequester)
	w.OptInt("within", int64(q.Within))
	w.OptInt("limit", int64(q.Limit))
	w.Close('}')
	return w.B
}

func (q *CaseSearch) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "text":
			q.Text = d.String()
		case "types":
			q.Types = d.Strings()
		case "kinds":
			q.Kinds = d.Strings()
		case "same_address":
			q.SameAddress = d.Bool()
		case "same_requester":
			q.SameRequester = d.Bool()
		case "within":
			q.Within = int(d.Int())
		case "limit":
			q.Limit = int(d.Int())
		default:
			d.Skip()
		}
	}
}

// Append writes f as JSON behind b.
func (f *CasesFound) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("cases")
	w.Open('[')
	for i := range f.Cases {
		w.Open('{')
		f.Cases[i].writeMembers(&w)
		w.OptInt("metres", int64(f.Cases[i].Metres))
		w.Close('}')
	}
	w.Close(']')
	w.OptBool("more", f.More)
	w.Close('}')
	return w.B
}

func (f *CasesFound) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "cases":
			f.Cases = nil
			for more := d.Array(); more; more = d.Next() {
				f.Cases = append(f.Cases, readCaseFound(d))
			}
		case "more":
			f.More = d.Bool()
		default:
			d.Skip()
		}
	}
}

func readCaseFound(d *wire.Decoder) (c CaseFound) {
	for more := d.Object(); more; more = d.Next() {
		if key := d.Key(); key == "metres" {
			c.Metres = int(d.Int())
		} else {
			c.readMember(key, d)
		}
	}
	return c
}

// Append writes p as JSON behind b.
func (p *StorePut) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("key")
	w.String(p.Key)
	w.OptRaw("value", p.Value)
	w.OptBool("shared", p.Shared)
	w.Close('}')
	return w.B
}

func (p *StorePut) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "key":
			p.Key = d.String()
		case "value":
			p.Value = d.Raw()
		case "shared":
			p.Shared = d.Bool()
		default:
			d.Skip()
		}
	}
}

// Append writes g as JSON behind b.
func (g *StoreGet) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("key")
	w.String(g.Key)
	w.OptBool("shared", g.Shared)
	w.Close('}')
	return w.B
}

func (g *StoreGet) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "key":
			g.Key = d.String()
		case "shared":
			g.Shared = d.Bool()
		default:
			d.Skip()
		}
	}
}

// Append writes v as JSON behind b.
func (v *StoreValue) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.OptRaw("value", v.Value)
	w.Close('}')
	return w.B
}

func (v *StoreValue) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "value":
			v.Value = d.Raw()
		default:
			d.Skip()
		}
	}
}

// Append writes l as JSON behind b.
func (l *StoreList) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.OptString("prefix", l.Prefix)
	w.OptBool("shared", l.Shared)
	w.OptInt("limit", int64(l.Limit))
	w.Close('}')
	return w.B
}

func (l *StoreList) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "prefix":
			l.Prefix = d.String()
		case "shared":
			l.Shared = d.Bool()
		case "limit":
			l.Limit = int(d.Int())
		default:
			d.Skip()
		}
	}
}

// Append writes k as JSON behind b.
func (k *StoreKeys) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("keys")
	w.Strings(k.Keys)
	w.OptBool("more", k.More)
	w.Close('}')
	return w.B
}

func (k *StoreKeys) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "keys":
			k.Keys = d.Strings()
		case "more":
			k.More = d.Bool()
		default:
			d.Skip()
		}
	}
}

// Append writes r as JSON behind b.
func (r *HTTPRequest) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.OptString("method", r.Method)
	w.Key("url")
	w.String(r.URL)
	w.OptTexts("headers", r.Headers)
	w.OptString("body", r.Body)
	w.Close('}')
	return w.B
}

func (r *HTTPRequest) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "method":
			r.Method = d.String()
		case "url":
			r.URL = d.String()
		case "headers":
			r.Headers = d.Texts()
		case "body":
			r.Body = d.String()
		default:
			d.Skip()
		}
	}
}

// Append writes r as JSON behind b.
func (r *HTTPResponse) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("status")
	w.Int(int64(r.Status))
	w.OptTexts("headers", r.Headers)
	w.OptString("body", r.Body)
	w.OptBool("base64", r.Base64)
	w.Close('}')
	return w.B
}

func (r *HTTPResponse) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "status":
			r.Status = int(d.Int())
		case "headers":
			r.Headers = d.Texts()
		case "body":
			r.Body = d.String()
		case "base64":
			r.Base64 = d.Bool()
		default:
			d.Skip()
		}
	}
}

// Append writes f as JSON behind b.
func (f *LookupFind) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("list")
	w.String(f.List)
	w.OptString("text", f.Text)
	w.OptString("value", f.Value)
	w.OptInt("limit", int64(f.Limit))
	w.Close('}')
	return w.B
}

func (f *LookupFind) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "list":
			f.List = d.String()
		case "text":
			f.Text = d.String()
		case "value":
			f.Value = d.String()
		case "limit":
			f.Limit = int(d.Int())
		default:
			d.Skip()
		}
	}
}

// Append writes f as JSON behind b.
func (f *LookupFound) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("rows")
	w.Open('[')
	for _, r := range f.Rows {
		w.Open('{')
		w.Key("value")
		w.String(r.Value)
		w.Key("label")
		w.String(r.Label)
		w.OptTexts("columns", r.Columns)
		w.Close('}')
	}
	w.Close(']')
	w.OptBool("more", f.More)
	w.Close('}')
	return w.B
}

func (f *LookupFound) read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "rows":
			f.Rows = nil
			for more := d.Array(); more; more = d.Next() {
				f.Rows = append(f.Rows, readLookupRow(d))
			}
		case "more":
			f.More = d.Bool()
		default:
			d.Skip()
		}
	}
}

func readLookupRow(d *wire.Decoder) (r LookupRow) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "value":
			r.Value = d.String()
		case "label":
			r.Label = d.String()
		case "columns":
			r.Columns = d.Texts()
		default:
			d.Skip()
		}
	}
	return r
}
