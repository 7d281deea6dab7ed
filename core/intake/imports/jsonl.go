package imports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// jsonCells is one object of a file of JSON lines. Columns are paths into it:
// "reporter.name", "tags.0".
type jsonCells struct{ object map[string]any }

func (c jsonCells) cell(path string) string {
	if value, ok := c.object[path]; ok {
		return words(value) // a name with a point in it
	}
	var at any = c.object
	for path != "" {
		var step string
		step, path, _ = strings.Cut(path, ".")
		switch in := at.(type) {
		case map[string]any:
			at = in[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(in) {
				return ""
			}
			at = in[i]
		default:
			return ""
		}
	}
	return words(at)
}

// words says a JSON value as text; of a list the values one after another.
func words(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case []any:
		parts := make([]string, 0, len(v))
		for _, one := range v {
			if s := words(one); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ", ")
	}
	return "" // null, or an object: its members have paths of their own
}

// jsonRow reads a line; nil for a blank one.
func (in *Reader) jsonRow() (cells, error) {
	w := &in.window
	if err := w.fill(); err != nil {
		return nil, err
	}
	if len(w.buf) == 0 {
		return nil, io.EOF
	}
	end := bytes.IndexByte(w.buf[:min(len(w.buf), maxRow)], '\n')
	switch {
	case end >= 0:
		end++
	case w.eof && len(w.buf) <= maxRow:
		end = len(w.buf)
	default:
		if err := w.dropLine(); err != nil {
			return nil, err
		}
		return nil, &rowError{"it is longer than 1 MB"}
	}
	object, wrong := in.jsonObject(w.buf[:end])
	w.drop(end)
	if wrong != nil || object == nil {
		return nil, wrong
	}
	return jsonCells{object}, nil
}

func (in *Reader) jsonObject(line []byte) (map[string]any, error) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return nil, nil
	}
	if _, err := in.decode(line); err != nil {
		return nil, err
	}
	if depth(line) > maxDepth {
		return nil, &rowError{fmt.Sprintf("its lists and objects are more than %d deep in one another", maxDepth)}
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil || object == nil {
		return nil, &rowError{"it is not a JSON object in one line"}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &rowError{"more follows after the JSON object"}
	}
	if len(object) > maxColumns {
		return nil, &rowError{fmt.Sprintf("it has more than %d values", maxColumns)}
	}
	if holdsNUL(object) {
		return nil, &rowError{"it holds a NUL, which is no letter"}
	}
	return object, nil
}

// depth is how deep brackets go, before anything is parsed.
func depth(line []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// holdsNUL looks for what PostgreSQL cannot keep and JSON can write.
func holdsNUL(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		for _, one := range v {
			if holdsNUL(one) {
				return true
			}
		}
	case map[string]any:
		for _, one := range v {
			if holdsNUL(one) {
				return true
			}
		}
	}
	return false
}
