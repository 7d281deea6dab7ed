package api

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/casement-dev/casement/core"
)

// maxDepth is how deep objects and lists may be nested in a request.
const maxDepth = 16

// sentence is an error for whoever sent a request, as they read it.
type sentence string

// Error implements error.
func (s sentence) Error() string { return string(s) }

func say(format string, args ...any) error { return sentence(fmt.Sprintf(format, args...)) }

// checkJSON refuses what decoders let through: bytes that are not UTF-8, a
// member that stands twice in one object, deep nesting, and anything after the
// value. Its errors are sentences.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return say("The body is not UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := checkValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return say("There is more after the end of the JSON value.")
	}
	return nil
}

// Decode reads one JSON value that came from outside into one that knows all its
// members, by exactly their names, each once. Its errors are sentences.
func Decode(body []byte, into any) error {
	if err := checkJSON(body); err != nil {
		return err
	}
	return decodeStrictly(body, into)
}

func checkValue(d *json.Decoder, depth int) error {
	token, err := d.Token()
	if err != nil {
		return notJSON(err)
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth == maxDepth {
		return say("The JSON is nested more than %d deep.", maxDepth)
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return notJSON(err)
			}
			key, _ := name.(string)
			if seen[key] {
				return say("The member %q stands twice in one object.", clip(key))
			}
			seen[key] = true
		}
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return notJSON(err)
	}
	return nil
}

func notJSON(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return say("The body is not JSON: see byte %d.", syntax.Offset)
	}
	return say("The body is not JSON, or ends too soon.")
}

// decodeStrictly decodes a body that was checked, into a value that knows all
// its members.
func decodeStrictly(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if _, loose := into.(*any); !loose {
		d.DisallowUnknownFields()
		// The decoder takes “Body” for “body”.
		var sent any
		if err := json.Unmarshal(body, &sent); err == nil {
			if name := misnamed(reflect.TypeOf(into), sent); name != "" {
				return say("There is no member “%s”.", clip(name))
			}
		}
	}
	if err := d.Decode(into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return say("“%s” is not of the right kind.", wrong.Field)
		}
		var said *core.Error
		if errors.As(err, &said) {
			return sentence(said.Message)
		}
		return say("The body does not fit: %s.", strings.TrimRight(clip(err.Error()), "."))
	}
	return nil
}

// misnamed returns a member of a decoded value that the type does not have by
// exactly this name, "" when there is none. What reads itself is left alone.
func misnamed(t reflect.Type, sent any) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if readsItself(t) {
		return ""
	}
	switch sent := sent.(type) {
	case []any:
		if t.Kind() == reflect.Slice {
			for _, one := range sent {
				if name := misnamed(t.Elem(), one); name != "" {
					return name
				}
			}
		}
	case map[string]any:
		if t.Kind() != reflect.Struct {
			return ""
		}
		types := map[string]reflect.Type{}
		for f := range fieldsOf(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			types[name] = f.Type
		}
		for name, value := range sent {
			of, ok := types[name]
			if !ok {
				return name
			}
			if below := misnamed(of, value); below != "" {
				return below
			}
		}
	}
	return ""
}

var (
	jsonReader = reflect.TypeFor[json.Unmarshaler]()
	textReader = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(jsonReader) || p.Implements(textReader)
}

// clip shortens what came from outside before it is shown.
func clip(s string) string {
	r := []rune(s)
	if len(r) <= 80 {
		return s
	}
	return string(r[:80]) + "…"
}
