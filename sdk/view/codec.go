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
	w.OptStrings("columns", n.Columns)
	if len(n.Rows) > 0 {
		w.Key("rows")
		w.Open('[')
		for _, row := range n.Rows {
			w.Strings(row)
		}
		w.Close(']')
	}
	writeNodes(w, n.Items)
	w.Close('}')
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
