package view

import "github.com/casement-dev/casement/sdk/internal/wire"

// Append writes n as JSON behind b.
func (n *Node) Append(b []byte) []byte {
	w := wire.Writer{B: b}
	n.Write(&w)
	return w.B
}

// Decode reads one tree. The grammar is strict and the size bounded, but the
// tree is not yet valid: see [Validate].
func Decode(b []byte) (*Node, error) {
	d := wire.NewDecoder(b)
	n := new(Node)
	n.Read(d)
	if err := d.End(); err != nil {
		return nil, err
	}
	return n, nil
}

// Write writes n; for sdk/abi, which puts trees into its messages.
func (n *Node) Write(w *wire.Writer) {
	w.Open('{')
	w.Key("t")
	w.String(string(n.Type))
	w.OptString("id", n.ID)
	w.OptString("kind", n.Kind)
	w.OptString("label", n.Label)
	w.OptString("hint", n.Hint)
	w.OptString("text", n.Text)
	w.OptString("caption", n.Caption)
	w.OptInt("part", int64(n.Part))
	w.OptInt("parts", int64(n.Parts))
	w.OptString("button", n.Button)
	w.OptString("back", n.Back)
	w.OptStrings("value", n.Value)
	w.OptString("error", n.Error)
	w.OptBool("required", n.Required)
	w.OptInt("min_length", int64(n.MinLength))
	w.OptInt("max_length", int64(n.MaxLength))
	w.OptString("min", n.Min)
	w.OptString("max", n.Max)
	w.OptString("autocomplete", n.Autocomplete)
	if len(n.Options) > 0 {
		w.Key("options")
		w.Open('[')
		for i := range n.Options {
			n.Options[i].write(w)
		}
		w.Close(']')
	}
	if len(n.Files) > 0 {
		w.Key("files")
		WriteFiles(w, n.Files)
	}
	w.OptInt("max_files", int64(n.MaxFiles))
	w.OptInt("max_bytes", n.MaxBytes)
	w.OptStrings("accept", n.Accept)
	w.OptString("goto", n.Goto)
	w.OptString("at", n.At)
	w.OptString("ref", n.Ref)
	n.writeTable(w)
	writePins(w, n.Pins)
	writeSeries(w, n.Series)
	w.OptString("unit", n.Unit)
	w.OptString("confirm", n.Confirm)
	w.OptBool("checks", n.Checks)
	w.OptString("list", n.List)
	w.OptBool("on_change", n.OnChange)
	writeNodes(w, n.Items)
	w.Close('}')
}

func (n *Node) writeTable(w *wire.Writer) {
	w.OptStrings("columns", n.Columns)
	if len(n.Rows) > 0 {
		w.Key("rows")
		w.Open('[')
		for _, row := range n.Rows {
			w.Strings(row)
		}
		w.Close(']')
	}
	w.OptStrings("refs", n.Refs)
	w.OptBool("sortable", n.Sortable)
	w.OptInt("per_page", int64(n.PerPage))
	w.OptInt("sort", int64(n.Sort))
	w.OptInt("page", int64(n.Page))
	w.OptInt("pages", int64(n.Pages))
}

// Read reads n; for sdk/abi.
func (n *Node) Read(d *wire.Decoder) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "t":
			n.Type = Type(d.String())
		case "id":
			n.ID = d.String()
		case "kind":
			n.Kind = d.String()
		case "label":
			n.Label = d.String()
		case "hint":
			n.Hint = d.String()
		case "text":
			n.Text = d.String()
		case "caption":
			n.Caption = d.String()
		case "part":
			n.Part = int(d.Int())
		case "parts":
			n.Parts = int(d.Int())
		case "button":
			n.Button = d.String()
		case "back":
			n.Back = d.String()
		case "value":
			n.Value = d.Strings()
		case "error":
			n.Error = d.String()
		case "required":
			n.Required = d.Bool()
		case "min_length":
			n.MinLength = int(d.Int())
		case "max_length":
			n.MaxLength = int(d.Int())
		case "min":
			n.Min = d.String()
		case "max":
			n.Max = d.String()
		case "autocomplete":
			n.Autocomplete = d.String()
		case "options":
			n.Options = nil
			for more := d.Array(); more; more = d.Next() {
				n.Options = append(n.Options, readOption(d))
			}
		case "files":
			n.Files = ReadFiles(d)
		case "max_files":
			n.MaxFiles = int(d.Int())
		case "max_bytes":
			n.MaxBytes = d.Int()
		case "accept":
			n.Accept = d.Strings()
		case "goto":
			n.Goto = d.String()
		case "columns":
			n.Columns = d.Strings()
		case "rows":
			n.Rows = nil
			for more := d.Array(); more; more = d.Next() {
				n.Rows = append(n.Rows, d.Strings())
			}
		case "refs":
			n.Refs = d.Strings()
		case "sortable":
			n.Sortable = d.Bool()
		case "per_page":
			n.PerPage = int(d.Int())
		case "sort":
			n.Sort = int(d.Int())
		case "page":
			n.Page = int(d.Int())
		case "pages":
			n.Pages = int(d.Int())
		case "at":
			n.At = d.String()
		case "ref":
			n.Ref = d.String()
		case "pins":
			n.Pins = readPins(d)
		case "series":
			n.Series = readSeries(d)
		case "unit":
			n.Unit = d.String()
		case "confirm":
			n.Confirm = d.String()
		case "checks":
			n.Checks = d.Bool()
		case "list":
			n.List = d.String()
		case "on_change":
			n.OnChange = d.Bool()
		case "items":
			n.Items = readNodes(d)
		default:
			d.Skip()
		}
	}
}

func (o *Option) write(w *wire.Writer) {
	w.Open('{')
	w.Key("value")
	w.String(o.Value)
	w.Key("label")
	w.String(o.Label)
	w.OptString("hint", o.Hint)
	writeNodes(w, o.Items)
	w.Close('}')
}

func readOption(d *wire.Decoder) (o Option) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "value":
			o.Value = d.String()
		case "label":
			o.Label = d.String()
		case "hint":
			o.Hint = d.String()
		case "items":
			o.Items = readNodes(d)
		default:
			d.Skip()
		}
	}
	return o
}

func writePins(w *wire.Writer, pins []Pin) {
	if len(pins) == 0 {
		return
	}
	w.Key("pins")
	w.Open('[')
	for i := range pins {
		p := &pins[i]
		w.Open('{')
		w.Key("lat")
		w.Float(p.Lat)
		w.Key("lng")
		w.Float(p.Lng)
		w.Key("label")
		w.String(p.Label)
		w.OptString("text", p.Text)
		w.OptString("kind", p.Kind)
		w.OptString("ref", p.Ref)
		w.Close('}')
	}
	w.Close(']')
}

func readPins(d *wire.Decoder) (pins []Pin) {
	for more := d.Array(); more; more = d.Next() {
		var p Pin
		for more := d.Object(); more; more = d.Next() {
			switch d.Key() {
			case "lat":
				p.Lat = d.Float()
			case "lng":
				p.Lng = d.Float()
			case "label":
				p.Label = d.String()
			case "text":
				p.Text = d.String()
			case "kind":
				p.Kind = d.String()
			case "ref":
				p.Ref = d.String()
			default:
				d.Skip()
			}
		}
		pins = append(pins, p)
	}
	return pins
}

func writeSeries(w *wire.Writer, series []Series) {
	if len(series) == 0 {
		return
	}
	w.Key("series")
	w.Open('[')
	for i := range series {
		w.Open('{')
		w.Key("label")
		w.String(series[i].Label)
		w.Key("points")
		w.Open('[')
		for _, p := range series[i].Points {
			w.Open('{')
			w.Key("label")
			w.String(p.Label)
			w.Key("value")
			w.Float(p.Value)
			w.Close('}')
		}
		w.Close(']')
		w.Close('}')
	}
	w.Close(']')
}

func readSeries(d *wire.Decoder) (series []Series) {
	for more := d.Array(); more; more = d.Next() {
		var s Series
		for more := d.Object(); more; more = d.Next() {
			switch d.Key() {
			case "label":
				s.Label = d.String()
			case "points":
				s.Points = nil
				for more := d.Array(); more; more = d.Next() {
					s.Points = append(s.Points, readDatum(d))
				}
			default:
				d.Skip()
			}
		}
		series = append(series, s)
	}
	return series
}

func readDatum(d *wire.Decoder) (p Datum) {
	for more := d.Object(); more; more = d.Next() {
		switch d.Key() {
		case "label":
			p.Label = d.String()
		case "value":
			p.Value = d.Float()
		default:
			d.Skip()
		}
	}
	return p
}

// WriteFiles writes a list of handles; for sdk/abi.
func WriteFiles(w *wire.Writer, files []File) {
	w.Open('[')
	for _, f := range files {
		w.Open('{')
		w.Key("id")
		w.String(f.ID)
		w.Key("name")
		w.String(f.Name)
		w.Key("size")
		w.Int(f.Size)
		w.Key("type")
		w.String(f.Type)
		w.OptString("sha256", f.SHA256)
		w.Close('}')
	}
	w.Close(']')
}

// ReadFiles reads a list of handles; for sdk/abi.
func ReadFiles(d *wire.Decoder) (files []File) {
	for more := d.Array(); more; more = d.Next() {
		var f File
		for more := d.Object(); more; more = d.Next() {
			switch d.Key() {
			case "id":
				f.ID = d.String()
			case "name":
				f.Name = d.String()
			case "size":
				f.Size = d.Int()
			case "type":
				f.Type = d.String()
			case "sha256":
				f.SHA256 = d.String()
			default:
				d.Skip()
			}
		}
		files = append(files, f)
	}
	return files
}

func writeNodes(w *wire.Writer, nodes []Node) {
	if len(nodes) == 0 {
		return
	}
	w.Key("items")
	w.Open('[')
	for i := range nodes {
		nodes[i].Write(w)
	}
	w.Close(']')
}

func readNodes(d *wire.Decoder) (nodes []Node) {
	for more := d.Array(); more; more = d.Next() {
		if len(nodes) == MaxNodes {
			d.Fail(wire.ErrItems)
			break
		}
		nodes = append(nodes, Node{})
		nodes[len(nodes)-1].Read(d)
	}
	return nodes
}
