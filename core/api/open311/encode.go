package open311

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// format is how an answer is written.
type format int

const (
	asXML format = iota
	asJSON
)

// document is an answer: a value whose tags say both formats. In JSON lists
// stand without their name around them.
type document struct {
	status int // 200 when 0
	root   string
	body   any
}

// write sends a document.
func write(c *fiber.Ctx, f format, d document) error {
	if d.status != 0 {
		c.Status(d.status)
	}
	var raw []byte
	var err error
	if f == asJSON {
		c.Set(fiber.HeaderContentType, "application/json; charset=utf-8")
		raw, err = json.Marshal(d.body)
	} else {
		c.Set(fiber.HeaderContentType, "text/xml; charset=utf-8")
		raw, err = marshalXML(d)
	}
	if err != nil {
		return err
	}
	return c.Send(raw)
}

func marshalXML(d document) ([]byte, error) {
	var b strings.Builder
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	if err := e.EncodeElement(d.body, xml.StartElement{Name: xml.Name{Local: d.root}}); err != nil {
		return nil, err
	}
	return []byte(b.String()), e.Close()
}

// list writes its entries, each under the same name, below the root.
type list[T any] struct {
	entry   string
	entries []T
}

// MarshalJSON implements json.Marshaler.
func (l list[T]) MarshalJSON() ([]byte, error) {
	if l.entries == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(l.entries)
}

// MarshalXML implements xml.Marshaler.
func (l list[T]) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, entry := range l.entries {
		if err := e.EncodeElement(entry, xml.StartElement{Name: xml.Name{Local: l.entry}}); err != nil {
			return err
		}
	}
	return e.EncodeToken(start.End())
}

// failure is one thing that is wrong with a request.
type failure struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

// problem is an answer that says what is wrong.
func problem(status int, descriptions ...string) document {
	all := make([]failure, len(descriptions))
	for i, d := range descriptions {
		all[i] = failure{status, d}
	}
	return document{status, "errors", list[failure]{"error", all}}
}

// statuses are those of the specification.
var statuses = map[core.ErrorKind]int{
	core.ErrInvalid: fiber.StatusBadRequest, core.ErrNotFound: fiber.StatusNotFound, core.ErrForbidden: fiber.StatusForbidden,
	core.ErrConflict: fiber.StatusConflict, core.ErrUnavailable: fiber.StatusServiceUnavailable,
	core.ErrTooLarge: fiber.StatusRequestEntityTooLarge, core.ErrTooMany: fiber.StatusTooManyRequests,
}

// refusal makes an answer of an error; internal ones have none. An unavailable
// one stays for the server too, which knows its cause and logs it.
func refusal(err error) (document, bool) {
	var said *core.Error
	if !errors.As(err, &said) || said.Kind == core.ErrUnavailable {
		return document{}, true
	}
	status, known := statuses[said.Kind]
	if !known {
		return document{}, true
	}
	descriptions := []string{said.Message}
	for _, field := range slices.Sorted(maps.Keys(said.Fields)) {
		descriptions = append(descriptions, field+": "+said.Fields[field])
	}
	return problem(status, descriptions...), false
}
