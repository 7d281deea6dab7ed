package abi

import "github.com/casement-dev/casement/sdk/internal/wire"

// Append writes m as JSON behind b.
func (m *Manifest) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	w.Open('{')
	w.Key("id")
	w.String(m.ID)
	w.Key("version")
	w.String(m.Version)
	w.Key("abi")
	w.Int(int64(m.ABI))
	w.Key("name")
	w.String(m.Name)
	w.Key("publisher")
	w.String(m.Publisher)
	w.OptString("summary", m.Summary)
	writeEntries(&w, m.Entries)
	w.OptStrings("context", m.Context)
	w.OptStrings("needs", m.Needs)
	w.OptTexts("reasons", m.Reasons)
	if len(m.Secrets) > 0 {
		w.Key("secrets")
		w.Open('[')
		for _, s := range m.Secrets {
			w.Open('{')
			w.Key("name")
			w.String(s.Name)
			w.OptString("label", s.Label)
			w.Close('}')
		}
		w.Close(']')
	}
	w.OptRaw("config", m.Config)
	if m.State.Version != 0 || len(m.State.MigratesFrom) > 0 {
		w.Key("state")
		m.State.write(&w)
	}
	if m.Limits != (Limits{}) {
		w.Key("limits")
		m.Limits.write(&w)
	}
	w.Close('}')
	return w.B
}

// DecodeManifest reads a manifest. Its grammar is strict; whether it is
// complete is for [Manifest.Validate].
func DecodeManifest(b []byte) (*Manifest, error) {
	d, err := newDecoder(b)
	if err != nil {
		return nil, err
	}
	m := new(Manifest)
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "id":
			m.ID = d.String()
		case "version":
			m.Version = d.String()
		case "abi":
			m.ABI = int(d.Int())
		case "name":
			m.Name = d.String()
		case "publisher":
			m.Publisher = d.String()
		case "summary":
			m.Summary = d.String()
		case "entries":
			m.Entries = readEntries(d)
		case "context":
			m.Context = d.Strings()
		case "needs":
			m.Needs = d.Strings()
		case "reasons":
			m.Reasons = d.Texts()
		case "secrets":
			m.Secrets = nil
			for more := d.Array(); more; more = d.Next() {
				m.Secrets = append(m.Secrets, readSecret(d))
			}
		case "config":
			m.Config = d.Raw()
		case "state":
			m.State = readStates(d)
		case "limits":
			m.Limits = readLimits(d)
		default:
			d.Skip()
		}
	}
	return m, d.End()
}

func readSecret(d *wire.Decoder) (s Secret) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "name":
			s.Name = d.String()
		case "label":
			s.Label = d.String()
		default:
			d.Skip()
		}
	}
	return s
}

func (s *States) write(w *wire.Writer) {
	w.Open('{')
	w.OptInt("version", int64(s.Version))
	if len(s.MigratesFrom) > 0 {
		w.Key("migrates_from")
		w.Open('[')
		for _, n := range s.MigratesFrom {
			w.Int(int64(n))
		}
		w.Close(']')
	}
	w.Close('}')
}

func readStates(d *wire.Decoder) (s States) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "version":
			s.Version = int(d.Int())
		case "migrates_from":
			s.MigratesFrom = nil
			for more := d.Array(); more; more = d.Next() {
				s.MigratesFrom = append(s.MigratesFrom, int(d.Int()))
			}
		default:
			d.Skip()
		}
	}
	return s
}

func (l *Limits) write(w *wire.Writer) {
	w.Open('{')
	w.OptInt("memory_mib", int64(l.MemoryMiB))
	w.OptInt("fuel", l.Fuel)
	w.OptInt("wall_ms", int64(l.WallMS))
	w.OptInt("output_kib", int64(l.OutputKiB))
	w.OptInt("state_kib", int64(l.StateKiB))
	w.Close('}')
}

func readLimits(d *wire.Decoder) (l Limits) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "memory_mib":
			l.MemoryMiB = int(d.Int())
		case "fuel":
			l.Fuel = d.Int()
		case "wall_ms":
			l.WallMS = int(d.Int())
		case "output_kib":
			l.OutputKiB = int(d.Int())
		case "state_kib":
			l.StateKiB = int(d.Int())
		default:
			d.Skip()
		}
	}
	return l
}

func writeEntries(w *wire.Writer, entries []Entry) {
	w.Key("entries")
	w.Open('[')
	for i := range entries {
		entries[i].write(w)
	}
	w.Close(']')
}

func readEntries(d *wire.Decoder) (entries []Entry) {
	for more := d.Array(); more; more = d.Next() {
		entries = append(entries, readEntry(d))
	}
	return entries
}

func (e *Entry) write(w *wire.Writer) {
	w.Open('{')
	w.Key("id")
	w.String(e.ID)
	w.Key("kind")
	w.String(e.Kind)
	w.OptString("title", e.Title)
	w.OptString("summary", e.Summary)
	if len(e.Fields) > 0 {
		w.Key("fields")
		w.Open('[')
		for i := range e.Fields {
			e.Fields[i].write(w)
		}
		w.Close(']')
	}
	w.OptString("readers", e.Readers)
	w.OptStrings("on", e.On)
	w.Close('}')
}

func readEntry(d *wire.Decoder) (e Entry) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "id":
			e.ID = d.String()
		case "kind":
			e.Kind = d.String()
		case "title":
			e.Title = d.String()
		case "summary":
			e.Summary = d.String()
		case "fields":
			e.Fields = nil
			for more := d.Array(); more; more = d.Next() {
				e.Fields = append(e.Fields, readField(d))
			}
		case "readers":
			e.Readers = d.String()
		case "on":
			e.On = d.Strings()
		default:
			d.Skip()
		}
	}
	return e
}

func (f *Field) write(w *wire.Writer) {
	w.Open('{')
	w.Key("key")
	w.String(f.Key)
	w.Key("kind")
	w.String(f.Kind)
	w.Key("label")
	w.String(f.Label)
	if len(f.Options) > 0 {
		w.Key("options")
		w.Open('[')
		for _, o := range f.Options {
			w.Open('{')
			w.Key("value")
			w.String(o.Value)
			w.Key("label")
			w.String(o.Label)
			w.Close('}')
		}
		w.Close(']')
	}
	w.OptBool("searchable", f.Searchable)
	w.OptBool("private", f.Private)
	w.OptInt("max_length", int64(f.MaxLength))
	w.Close('}')
}

func readField(d *wire.Decoder) (f Field) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "key":
			f.Key = d.String()
		case "kind":
			f.Kind = d.String()
		case "label":
			f.Label = d.String()
		case "options":
			f.Options = nil
			for more := d.Array(); more; more = d.Next() {
				f.Options = append(f.Options, readFieldOption(d))
			}
		case "searchable":
			f.Searchable = d.Bool()
		case "private":
			f.Private = d.Bool()
		case "max_length":
			f.MaxLength = int(d.Int())
		default:
			d.Skip()
		}
	}
	return f
}

func readFieldOption(d *wire.Decoder) (o Option) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "value":
			o.Value = d.String()
		case "label":
			o.Label = d.String()
		default:
			d.Skip()
		}
	}
	return o
}

func (desc *Description) write(w *wire.Writer) {
	w.Open('{')
	w.Key("abi")
	w.Int(int64(desc.ABI))
	w.OptString("sdk", desc.SDK)
	writeEntries(w, desc.Entries)
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
			desc.Entries = readEntries(d)
		default:
			d.Skip()
		}
	}
	return desc
}
