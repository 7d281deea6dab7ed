package state

import (
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/internal/wire"
	"github.com/casement-dev/casement/sdk/view"
)

// Keeper carries variables into the state or out of it. Each has a name, which
// must stay as it is as long as states with it live. Variables that hold
// nothing take no room.
type Keeper struct {
	in  map[string]abi.Raw // to be read from; nil when writing
	out *wire.Writer       // to be written to; nil when reading
	err error
}

// Read fills variables from what was kept.
func Read[S any](kept map[string]abi.Raw, keep func(*Keeper, *S), s *S) error {
	if keep == nil {
		return nil
	}
	if kept == nil {
		kept = map[string]abi.Raw{}
	}
	k := &Keeper{in: kept}
	keep(k, s)
	return k.err
}

// Write takes what the variables hold.
func Write[S any](keep func(*Keeper, *S), s *S) map[string]abi.Raw {
	if keep == nil {
		return nil
	}
	k := &Keeper{out: &wire.Writer{}}
	k.out.Open('{')
	keep(k, s)
	k.out.Close('}')
	kept, _ := members(wire.NewDecoder(k.out.B)) // our own words: they can be read
	return kept
}

// Text keeps a text.
func (k *Keeper) Text(name string, p *string) {
	k.value(name, func(d *wire.Decoder) { *p = d.String() }, func(w *wire.Writer) { w.OptString(name, *p) })
}

// Texts keeps a list of texts.
func (k *Keeper) Texts(name string, p *[]string) {
	k.value(name, func(d *wire.Decoder) { *p = d.Strings() }, func(w *wire.Writer) { w.OptStrings(name, *p) })
}

// Map keeps texts by name.
func (k *Keeper) Map(name string, p *map[string]string) {
	k.value(name, func(d *wire.Decoder) { *p = d.Texts() }, func(w *wire.Writer) { w.OptTexts(name, *p) })
}

// Int keeps a whole number.
func (k *Keeper) Int(name string, p *int) {
	k.value(name, func(d *wire.Decoder) { *p = int(d.Int()) }, func(w *wire.Writer) { w.OptInt(name, int64(*p)) })
}

// Float keeps a number.
func (k *Keeper) Float(name string, p *float64) {
	k.value(name, func(d *wire.Decoder) { *p = d.Float() }, func(w *wire.Writer) { w.OptFloat(name, *p) })
}

// Bool keeps yes or no.
func (k *Keeper) Bool(name string, p *bool) {
	k.value(name, func(d *wire.Decoder) { *p = d.Bool() }, func(w *wire.Writer) { w.OptBool(name, *p) })
}

// Files keeps handles on files.
func (k *Keeper) Files(name string, p *[]view.File) {
	k.value(name, func(d *wire.Decoder) { *p = view.ReadFiles(d) }, func(w *wire.Writer) {
		if len(*p) > 0 {
			w.Key(name)
			view.WriteFiles(w, *p)
		}
	})
}

// Raw keeps JSON as it is.
func (k *Keeper) Raw(name string, p *abi.Raw) {
	k.value(name, func(d *wire.Decoder) { *p = d.Raw() }, func(w *wire.Writer) { w.OptRaw(name, *p) })
}

// Place keeps an address, a point, or both.
func (k *Keeper) Place(name string, p *abi.Place) {
	k.Group(name, func(k *Keeper) {
		var point []string
		if p.Point != nil {
			point = []string{decimal(p.Point.Lat), decimal(p.Point.Lng)}
		}
		k.Text("address", &p.Address)
		k.Texts("point", &point)
		if k.in != nil && len(point) == 2 {
			lat, err1 := strconv.ParseFloat(point[0], 64)
			lng, err2 := strconv.ParseFloat(point[1], 64)
			if err1 == nil && err2 == nil {
				p.Point = &abi.Point{Lat: lat, Lng: lng}
			}
		}
	})
}

// Group keeps variables that belong together under a name of their own.
func (k *Keeper) Group(name string, keep func(*Keeper)) {
	k.value(name,
		func(d *wire.Decoder) {
			in, err := members(d)
			inner := &Keeper{in: in, err: err}
			keep(inner)
			k.fail(inner.err)
		},
		func(w *wire.Writer) {
			before := len(w.B)
			w.Key(name)
			w.Open('{')
			empty := len(w.B)
			keep(&Keeper{out: w})
			if len(w.B) == empty {
				w.B = w.B[:before]
				return
			}
			w.Close('}')
		})
}

// List keeps a list of anything, each element by its own variables.
func List[T any](k *Keeper, name string, p *[]T, keep func(*Keeper, *T)) {
	k.value(name,
		func(d *wire.Decoder) {
			*p = nil
			for more := d.Array(); more; more = d.Next() {
				in, err := members(d)
				inner := &Keeper{in: in, err: err}
				var v T
				keep(inner, &v)
				k.fail(inner.err)
				*p = append(*p, v)
			}
		},
		func(w *wire.Writer) {
			if len(*p) == 0 {
				return
			}
			w.Key(name)
			w.Open('[')
			for i := range *p {
				w.Open('{')
				keep(&Keeper{out: w}, &(*p)[i])
				w.Close('}')
			}
			w.Close(']')
		})
}

// value reads or writes one variable.
func (k *Keeper) value(name string, read func(*wire.Decoder), write func(*wire.Writer)) {
	if k.out != nil {
		write(k.out)
		return
	}
	raw, given := k.in[name]
	if !given {
		return
	}
	d := wire.NewDecoder(raw)
	read(d)
	k.fail(d.End())
}

func (k *Keeper) fail(err error) {
	if k.err == nil {
		k.err = err
	}
}

// members reads an object into its members; a name given twice is refused.
func members(d *wire.Decoder) (map[string]abi.Raw, error) {
	m := map[string]abi.Raw{}
	for more := d.Object(); more; more = d.Next() {
		name := d.Key()
		if _, twice := m[name]; twice {
			d.Fail(wire.ErrSyntax)
		}
		if raw := d.Raw(); raw != nil {
			m[name] = raw
		}
	}
	return m, d.Err()
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
