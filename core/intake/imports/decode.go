package imports

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

// MaxMapping bounds the file of a mapping, in bytes.
const MaxMapping = casetypes.MaxFile

// Decode reads a mapping. Whatever it says that nobody understands is a
// mistake: an import that quietly leaves out a column is found too late. The
// error is invalid and lists all mistakes with their lines
// ([casetypes.FindingsOf]).
func Decode(f casetypes.File) (*Mapping, error) {
	root, findings := casetypes.Parse(f)
	if len(findings) > 0 {
		return nil, findings.Err()
	}
	d := &decoder{file: f.Name}
	m := d.mapping(root)
	if err := d.findings.Sorted().Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// decoder makes a [Mapping] of nodes and notes every mistake on the way.
type decoder struct {
	file     string
	findings casetypes.Findings
	values   int
	dated    []*Value // that want the mapping's dates and zone
	columns  []string
}

func (d *decoder) say(n *yaml.Node, at casetypes.Path, format string, args ...any) {
	const most = 200 // more are cut off anyway
	if len(d.findings) < most {
		d.findings = append(d.findings, casetypes.Finding{File: d.file, Line: n.Line, Column: n.Column, Path: at.String(), Message: fmt.Sprintf(format, args...)})
	}
}

// saySo notes what an error of this package says.
func (d *decoder) saySo(n *yaml.Node, at casetypes.Path, err error) {
	var e *core.Error
	if errors.As(err, &e) {
		d.say(n, at, "%s", e.Message)
	} else if err != nil {
		d.say(n, at, "%v.", err)
	}
}

// member reads one member of a mapping.
type member struct {
	name string
	read func(n *yaml.Node, at casetypes.Path)
	must bool
}

// members reads a node whose names are known.
func (d *decoder) members(n *yaml.Node, at casetypes.Path, known ...member) {
	if n.Kind != yaml.MappingNode {
		d.say(n, at, "Names and values stand here (name: value).")
		return
	}
	names := make([]string, len(known))
	given := map[string]bool{}
	for i, m := range known {
		names[i] = m.name
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		k := slices.Index(names, name.Value)
		given[name.Value] = true
		switch {
		case k < 0:
			hint, meant := casetypes.DidYouMean(name.Value, names)
			d.say(name, at, "“%s” is not known here.%s", short(name.Value), hint)
			d.findings[len(d.findings)-1].Meant = meant
		case value.Kind == yaml.ScalarNode && value.Tag == "!!null":
			d.say(value, at.And(name.Value), "There is no value here. Give one, or leave the line out.")
		default:
			known[k].read(value, at.And(name.Value))
		}
	}
	for _, m := range known {
		if m.must && !given[m.name] {
			d.say(n, at, "“%s” is missing.", m.name)
		}
	}
}

func (d *decoder) mapping(root *yaml.Node) *Mapping {
	m := &Mapping{File: FileFormat{Format: CSV, Delimiter: ',', Encoding: UTF8}}
	d.members(root, nil,
		member{"casement", d.exactly("1", "This program reads mappings of version 1."), true},
		member{"kind", d.exactly(Kind, "An import's mapping is of the kind import."), true},
		member{"name", d.text(&m.Name, 100), false},
		member{"source", d.source(&m.Source), true},
		member{"zone", d.zone(&m.Zone), true},
		member{"file", func(n *yaml.Node, at casetypes.Path) { d.fileFormat(n, at, &m.File) }, false},
		member{"dates", d.dates(&m.Dates), false},
		member{"when", d.conditions(&m.When), false},
		member{"alias", d.value(&m.Alias), true},
		member{"case", func(n *yaml.Node, at casetypes.Path) { d.caseOf(n, at, m) }, true},
	)
	for _, v := range d.dated {
		if v.Zone == nil {
			v.Zone = m.Zone
		}
		if v.Dates == nil {
			v.Dates = m.Dates
		}
	}
	for _, v := range []*Value{m.Raised, m.Received, m.Closed, m.StatusAt} {
		d.needsDates(root, v)
	}
	for _, t := range m.Targets {
		d.needsDates(root, t.Due)
		d.needsDates(root, t.At)
	}
	if m.File.Columns != nil {
		for _, c := range d.columns {
			if !slices.Contains(m.File.Columns, c) {
				hint, _ := casetypes.DidYouMean(c, m.File.Columns)
				d.say(root, casetypes.At("file", "columns"), "The file has no column “%s”.%s", short(c), hint)
			}
		}
	}
	slices.Sort(d.columns)
	m.columns = slices.Compact(d.columns)
	return m
}

// needsDates says when nobody has said how dates are written.
func (d *decoder) needsDates(root *yaml.Node, v *Value) {
	if v != nil && len(v.Dates) == 0 && len(d.findings) == 0 {
		d.say(root, nil, "Say under dates how dates are written, such as YYYY-MM-DD HH:mm:ss.")
	}
}

func (d *decoder) caseOf(n *yaml.Node, at casetypes.Path, m *Mapping) {
	d.members(n, at,
		member{"type", d.value(&m.Type), true},
		member{"subtype", d.value(&m.Subtype), false},
		member{"subject", d.value(&m.Subject), true},
		member{"description", d.value(&m.Description), false},
		member{"channel", d.value(&m.Channel), true},
		member{"priority", d.value(&m.Priority), false},
		member{"group", d.value(&m.Group), false},
		member{"address", d.value(&m.Address), false},
		member{"place", func(n *yaml.Node, at casetypes.Path) { m.Place = d.place(n, at) }, false},
		member{"requester", func(n *yaml.Node, at casetypes.Path) {
			d.members(n, at, member{"name", d.value(&m.Requester), false}, member{"email", d.value(&m.Email), false},
				member{"phone", d.value(&m.Phone), false}, member{"address", d.value(&m.HomeAddress), false})
		}, false},
		member{"on_behalf_of", d.value(&m.OnBehalfOf), false},
		member{"raised", d.date(&m.Raised), true},
		member{"received", d.date(&m.Received), false},
		member{"status", d.value(&m.Status), false},
		member{"status_at", d.date(&m.StatusAt), false},
		member{"closed", d.date(&m.Closed), false},
		member{"outcome", d.value(&m.Outcome), false},
		member{"fields", func(n *yaml.Node, at casetypes.Path) {
			d.table(n, at, func(key string, n *yaml.Node, at casetypes.Path) {
				f := FieldValue{Key: key}
				d.date(&f.Value)(n, at) // a field may be a date
				m.Fields = append(m.Fields, f)
			})
		}, false},
		member{"notes", func(n *yaml.Node, at casetypes.Path) {
			d.list(n, at, func(n *yaml.Node, at casetypes.Path) { m.Notes = append(m.Notes, d.note(n, at)) })
		}, false},
		member{"targets", func(n *yaml.Node, at casetypes.Path) {
			d.table(n, at, func(key string, n *yaml.Node, at casetypes.Path) {
				t := Target{Key: key}
				d.members(n, at, member{"due", d.date(&t.Due), true}, member{"outcome", d.value(&t.Outcome), false}, member{"at", d.date(&t.At), false})
				m.Targets = append(m.Targets, t)
			})
		}, false},
	)
}

func (d *decoder) note(n *yaml.Node, at casetypes.Path) Note {
	note := Note{Audience: core.Staff}
	d.members(n, at,
		member{"text", d.value(&note.Text), true},
		member{"audience", func(n *yaml.Node, at casetypes.Path) {
			if d.word(n, at, string(core.Staff), string(core.Public)) {
				note.Audience = core.Audience(n.Value)
			}
		}, false},
		member{"at", d.date(&note.At), false},
	)
	return note
}

func (d *decoder) place(n *yaml.Node, at casetypes.Path) *Place {
	p := &Place{}
	d.members(n, at,
		member{"lat", d.value(&p.Lat), true},
		member{"lng", d.value(&p.Lng), true},
		member{"box", func(n *yaml.Node, at casetypes.Path) {
			p.Box = &core.Box{}
			d.members(n, at, member{"south", d.number(&p.Box.South), true}, member{"west", d.number(&p.Box.West), true},
				member{"north", d.number(&p.Box.North), true}, member{"east", d.number(&p.Box.East), true})
			if !p.Box.Valid() {
				d.say(n, at, "A box has its south below its north and its west before its east, in degrees.")
			}
		}, false},
		member{"not", func(n *yaml.Node, at casetypes.Path) {
			d.list(n, at, func(n *yaml.Node, at casetypes.Path) {
				var point core.Point
				d.members(n, at, member{"lat", d.number(&point.Lat), true}, member{"lng", d.number(&point.Lng), true})
				p.Not = append(p.Not, point)
			})
		}, false},
	)
	return p
}

func (d *decoder) fileFormat(n *yaml.Node, at casetypes.Path, f *FileFormat) {
	header := true
	d.members(n, at,
		member{"format", func(n *yaml.Node, at casetypes.Path) {
			if d.word(n, at, string(CSV), string(JSONL)) {
				f.Format = Format(n.Value)
			}
		}, false},
		member{"delimiter", func(n *yaml.Node, at casetypes.Path) {
			switch {
			case n.Value == "tab":
				f.Delimiter = '\t'
			case len(n.Value) != 1 || n.Value[0] >= 0x80 || n.Value[0] < ' ' && n.Value[0] != '\t' || n.Value == `"`:
				d.say(n, at, "A delimiter is one letter, such as a comma or ; or tab.")
			default:
				f.Delimiter = n.Value[0]
			}
		}, false},
		member{"header", d.truth(&header), false},
		member{"columns", d.texts(&f.Columns, maxColumns, 200), false},
		member{"encoding", func(n *yaml.Node, at casetypes.Path) {
			if d.word(n, at, string(UTF8), string(Latin1), string(Windows1252)) {
				f.Encoding = Encoding(n.Value)
			}
		}, false},
		member{"blank", d.texts(&f.Blank, 50, 100), false},
	)
	switch {
	case f.Format == JSONL && (f.Columns != nil || !header):
		d.say(n, at, "JSON lines have neither a header nor columns: each value has its name.")
	case f.Format == JSONL && f.Encoding != UTF8:
		d.say(n, at, "JSON is always UTF-8.")
	case header && f.Columns != nil:
		d.say(n, at, "Name the columns if the file has no header: then say header: false.")
	case !header && f.Columns == nil && f.Format == CSV:
		d.say(n, at, "A file without a header needs columns: what its columns are called, in their order.")
	}
	for i, c := range f.Columns {
		if slices.Contains(f.Columns[:i], c) {
			d.say(n, at.And("columns"), "The column “%s” is named twice.", short(c))
		}
	}
}

// date reads a value that becomes an instant.
func (d *decoder) date(into **Value) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		d.value(into)(n, at)
		if *into != nil {
			d.dated = append(d.dated, *into)
		}
	}
}

// value reads a value: the name of a column, or how it is made.
func (d *decoder) value(into **Value) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		if d.values++; d.values > maxValues {
			d.say(n, at, "There are more than %d values in this mapping.", maxValues)
			return
		}
		v := &Value{path: strings.TrimPrefix(at.String(), "case."), Part: 1, Unknown: RefuseUnknown}
		*into = v
		if n.Kind == yaml.ScalarNode {
			d.column(&v.Column)(n, at)
			return
		}
		given := map[string]bool{}
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			given[n.Content[i].Value] = true
		}
		d.members(n, at,
			member{"column", d.column(&v.Column), false},
			member{"text", func(n *yaml.Node, at casetypes.Path) { v.Text = d.template(n, at) }, false},
			member{"first", func(n *yaml.Node, at casetypes.Path) {
				d.list(n, at, func(n *yaml.Node, at casetypes.Path) {
					var one *Value
					d.value(&one)(n, at)
					if one != nil {
						v.First = append(v.First, one)
					}
				})
			}, false},
			member{"when", d.conditions(&v.When), false},
			member{"replace", func(n *yaml.Node, at casetypes.Path) {
				d.list(n, at, func(n *yaml.Node, at casetypes.Path) {
					var r Replacement
					d.members(n, at, member{"match", d.pattern(&r.Match), true}, member{"with", d.text(&r.With, 500), false})
					v.Replace = append(v.Replace, r)
				})
			}, false},
			member{"match", d.pattern(&v.Match), false},
			member{"split", d.text(&v.Split, 20), false},
			member{"part", d.integer(&v.Part), false},
			member{"keep_spaces", d.truth(&v.Verbose), false},
			member{"map", func(n *yaml.Node, at casetypes.Path) { d.valueMap(n, at, v) }, false},
			member{"ignore_case", d.truth(&v.IgnoreCase), false},
			member{"default", func(n *yaml.Node, at casetypes.Path) {
				v.Default = new(string)
				d.text(v.Default, 500)(n, at)
			}, false},
			member{"unknown", func(n *yaml.Node, at casetypes.Path) {
				if d.word(n, at, string(RefuseUnknown), string(KeepUnknown), string(DropUnknown)) {
					v.Unknown = Unknown(n.Value)
				}
			}, false},
			member{"blank", d.text(&v.Blank, 500), false},
			member{"required", d.truth(&v.Required), false},
			member{"cut", d.truth(&v.Cut), false},
			member{"dates", d.dates(&v.Dates), false},
			member{"zone", d.zone(&v.Zone), false},
			member{"decimal", func(n *yaml.Node, at casetypes.Path) {
				if d.word(n, at, ".", ",") {
					v.Decimal = n.Value
				}
			}, false},
		)
		d.checkValue(n, at, v, given)
	}
}

// checkValue says what the parts of a value do not say together.
func (d *decoder) checkValue(n *yaml.Node, at casetypes.Path, v *Value, given map[string]bool) {
	sources := 0
	for _, name := range []string{"column", "text", "first"} {
		if given[name] {
			sources++
		}
	}
	if n.Kind == yaml.MappingNode && sources != 1 {
		d.say(n, at, "Say where the value comes from with one of column, text and first.")
	}
	if v.Match != nil && v.Split != "" {
		d.say(n, at, "Use match or split, not both.")
	}
	if given["part"] && v.Match == nil && v.Split == "" {
		d.say(n, at, "part goes with match or split.")
	}
	if v.Match != nil {
		if !given["part"] {
			v.Part = min(1, v.Match.NumSubexp())
		}
		if v.Part < 0 || v.Part > v.Match.NumSubexp() {
			d.say(n, at, "The pattern has %d groups in parentheses; there is no part %d.", v.Match.NumSubexp(), v.Part)
		}
	}
	if v.Split != "" && v.Part == 0 {
		d.say(n, at, "Parts are counted from 1, and from the end with -1.")
	}
	for _, name := range []string{"default", "unknown", "ignore_case"} {
		if given[name] && v.Map == nil {
			d.say(n, at, "%s goes with map. For a row that has nothing here, say blank.", name)
		}
	}
	if v.IgnoreCase {
		lower := make(map[string]string, len(v.Map))
		for from, to := range v.Map {
			if _, twice := lower[strings.ToLower(from)]; twice {
				d.say(n, at, "“%s” is in the map twice.", short(from))
			}
			lower[strings.ToLower(from)] = to
		}
		v.Map = lower
	}
	if v.Default != nil && given["unknown"] {
		d.say(n, at, "Use default or unknown, not both.")
	}
}

func (d *decoder) valueMap(n *yaml.Node, at casetypes.Path, v *Value) {
	v.Map = map[string]string{}
	if n.Kind == yaml.MappingNode && len(n.Content)/2 > maxMapped {
		d.say(n, at, "A map has %d entries at most.", maxMapped)
		return
	}
	d.table(n, at, func(key string, n *yaml.Node, at casetypes.Path) {
		var to string
		d.text(&to, 500)(n, at)
		key = tidy(key)
		if _, twice := v.Map[key]; twice {
			d.say(n, at, "“%s” is in the map twice.", short(key))
		}
		v.Map[key] = to
	})
}

func (d *decoder) column(into *string) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		d.text(into, 200)(n, at)
		if *into == "" {
			d.say(n, at, "Name a column here.")
			return
		}
		d.columns = append(d.columns, *into)
	}
}

// template reads words with columns in them: "{number}/{year}". A brace that
// is meant is written twice.
func (d *decoder) template(n *yaml.Node, at casetypes.Path) []piece {
	var s string
	d.text(&s, 2000)(n, at)
	pieces := []piece{}
	words := ""
	for s != "" {
		switch {
		case strings.HasPrefix(s, "{{"), strings.HasPrefix(s, "}}"):
			words, s = words+s[:1], s[2:]
		case s[0] == '{':
			column, rest, ok := strings.Cut(s[1:], "}")
			if !ok || column == "" || strings.Contains(column, "{") {
				d.say(n, at, "A column in a text is written {column}; a brace itself is written twice.")
				return nil
			}
			if words != "" {
				pieces = append(pieces, piece{words: words})
			}
			pieces, words, s = append(pieces, piece{column: column}), "", rest
			d.columns = append(d.columns, column)
		case s[0] == '}':
			d.say(n, at, "A brace that is meant is written twice: }}.")
			return nil
		default:
			words, s = words+s[:1], s[1:]
		}
	}
	if words != "" {
		pieces = append(pieces, piece{words: words})
	}
	return pieces
}

// conditions reads one condition, or a list of which all must hold.
func (d *decoder) conditions(into *[]Condition) func(*yaml.Node, casetypes.Path) {
	one := func(n *yaml.Node, at casetypes.Path) {
		var c Condition
		said := 0
		counted := func(read func(*yaml.Node, casetypes.Path)) func(*yaml.Node, casetypes.Path) {
			return func(n *yaml.Node, at casetypes.Path) { said++; read(n, at) }
		}
		d.members(n, at,
			member{"column", d.column(&c.Column), true},
			member{"is", counted(d.texts(&c.Is, maxMapped, 500)), false},
			member{"is_not", counted(d.texts(&c.IsNot, maxMapped, 500)), false},
			member{"matches", counted(d.pattern(&c.Matches)), false},
			member{"blank", counted(func(n *yaml.Node, at casetypes.Path) { c.Blank = new(bool); d.truth(c.Blank)(n, at) }), false},
		)
		if said != 1 {
			d.say(n, at, "A condition says one of is, is_not, matches and blank about a column.")
		}
		*into = append(*into, c)
	}
	return func(n *yaml.Node, at casetypes.Path) {
		if n.Kind == yaml.SequenceNode {
			d.list(n, at, one)
			return
		}
		one(n, at)
	}
}

func (d *decoder) dates(into *[]DateFormat) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		read := func(n *yaml.Node, at casetypes.Path) {
			f, err := parseDateFormat(n.Value)
			if d.saySo(n, at, err); err == nil {
				*into = append(*into, f)
			}
		}
		if n.Kind == yaml.ScalarNode {
			read(n, at)
			return
		}
		d.list(n, at, read)
	}
}

func (d *decoder) zone(into **time.Location) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		zone, err := time.LoadLocation(n.Value)
		if err != nil || n.Value == "" || n.Value == "Local" {
			d.say(n, at, "“%s” is not a time zone. Write it like Europe/London or America/New_York.", short(n.Value))
			return
		}
		*into = zone
	}
}

func (d *decoder) pattern(into **regexp.Regexp) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		var s string
		d.text(&s, maxPattern)(n, at)
		compiled, err := regexp.Compile(s)
		if err != nil || s == "" {
			d.say(n, at, "“%s” is not a regular expression (RE2): %v.", short(s), err)
			return
		}
		*into = compiled
	}
}

// source is the name of a system, as aliases keep it.
func (d *decoder) source(into *string) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		if !sourcePattern.MatchString(n.Value) {
			d.say(n, at, "“%s” cannot name a source. Use up to 40 small letters, digits and hyphens, such as boston311.", short(n.Value))
			return
		}
		*into = n.Value
	}
}

var sourcePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func (d *decoder) exactly(want, otherwise string) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		if n.Value != want {
			d.say(n, at, "%s", otherwise)
		}
	}
}

// text reads a scalar as the letters it is written in: what is read as a
// number or a date elsewhere is text here.
func (d *decoder) text(into *string, most int) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		switch {
		case n.Kind != yaml.ScalarNode:
			d.say(n, at, "A single value stands here.")
		case len([]rune(n.Value)) > most:
			d.say(n, at, "This is longer than %d letters.", most)
		default:
			*into = n.Value
		}
	}
}

// texts reads one text, or a list of them.
func (d *decoder) texts(into *[]string, most, letters int) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		read := func(n *yaml.Node, at casetypes.Path) {
			var s string
			d.text(&s, letters)(n, at)
			*into = append(*into, s)
		}
		if n.Kind == yaml.ScalarNode {
			read(n, at)
			return
		}
		if len(n.Content) > most {
			d.say(n, at, "This list has more than %d entries.", most)
			return
		}
		d.list(n, at, read)
	}
}

func (d *decoder) truth(into *bool) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		if n.Tag != "!!bool" {
			d.say(n, at, "true or false stands here.")
			return
		}
		*into = strings.EqualFold(n.Value, "true")
	}
}

func (d *decoder) integer(into *int) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		i, err := strconv.Atoi(n.Value)
		if err != nil || i < -1000 || i > 1000 {
			d.say(n, at, "A whole number stands here.")
			return
		}
		*into = i
	}
}

func (d *decoder) number(into *float64) func(*yaml.Node, casetypes.Path) {
	return func(n *yaml.Node, at casetypes.Path) {
		f, ok := parseNumber(n.Value, ".")
		if !ok {
			d.say(n, at, "A number stands here.")
			return
		}
		*into = f
	}
}

func (d *decoder) word(n *yaml.Node, at casetypes.Path, known ...string) bool {
	if n.Kind == yaml.ScalarNode && slices.Contains(known, n.Value) {
		return true
	}
	hint, _ := casetypes.DidYouMean(n.Value, known)
	d.say(n, at, "“%s” is not known here.%s", short(n.Value), hint)
	return false
}

func (d *decoder) list(n *yaml.Node, at casetypes.Path, read func(*yaml.Node, casetypes.Path)) {
	if n.Kind != yaml.SequenceNode {
		d.say(n, at, "A list stands here.")
		return
	}
	for i, entry := range n.Content {
		read(entry, at.And(i))
	}
}

// table reads a mapping whose names are data.
func (d *decoder) table(n *yaml.Node, at casetypes.Path, read func(key string, n *yaml.Node, at casetypes.Path)) {
	if n.Kind != yaml.MappingNode {
		d.say(n, at, "Names and values stand here (name: value).")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		read(n.Content[i].Value, n.Content[i+1], at.And(n.Content[i].Value))
	}
}

// short cuts what came from outside before it is quoted.
func short(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
