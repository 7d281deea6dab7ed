package routines

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/messages"
)

// Commands are the commands that routines may give, by their names.
type Commands struct {
	types map[core.CommandName]reflect.Type // as they are given: pointers or values
}

// given are the permissions of commands that a routine may give. What belongs
// to requesters, to the raising of a case and to the clock is not among them.
var given = []core.Permission{core.MayView, core.MayWork, core.MayReassign, core.MayEscalate, core.MayClose, core.MayConvert, core.MayTask}

// NewCommands takes the commands of a table that routines may give; of several
// that share a name the first.
func NewCommands(table []cases.Command) *Commands {
	c := &Commands{types: map[core.CommandName]reflect.Type{}}
	for _, command := range table {
		if _, inner := command.(cases.Inner); inner || !slices.Contains(given, command.Needs()) || c.types[command.Name()] != nil {
			continue
		}
		c.types[command.Name()] = reflect.TypeOf(command)
	}
	return c
}

// Names lists the commands, sorted.
func (c *Commands) Names() []core.CommandName { return slices.Sorted(maps.Keys(c.types)) }

// Argument is something that a command takes.
type Argument struct {
	Name string
	Kind string // "text", "number", "yes or no", "list" or "any"
}

// Arguments lists what a command takes, in order.
func (c *Commands) Arguments(name core.CommandName) []Argument {
	var out []Argument
	for _, f := range members(c.types[name]) {
		out = append(out, Argument{f.name, kindOf(f.of)})
	}
	return out
}

// Decode makes a command of its arguments. Every one must be known by exactly
// its name, and fit. Errors: invalid.
func (c *Commands) Decode(name core.CommandName, with core.Arguments) (cases.Command, error) {
	of := c.types[name]
	if of == nil {
		return nil, core.InvalidField("command", "There is no command “%s” that routines may give.", clip(string(name), 60))
	}
	for argument := range with {
		if _, known := member(of, argument); !known {
			return nil, core.InvalidField(argument, "“%s” takes no “%s”.", name, clip(argument, 60))
		}
	}
	raw, err := json.Marshal(with)
	if err != nil {
		return nil, core.InvalidField("with", "The arguments of “%s” cannot be read.", name)
	}
	if with == nil {
		raw = []byte("{}")
	}
	command := reflect.New(of)
	if of.Kind() == reflect.Pointer {
		command = reflect.New(of.Elem())
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(command.Interface()); err != nil {
		return nil, misfit(name, err)
	}
	if of.Kind() != reflect.Pointer {
		command = command.Elem()
	}
	return command.Interface().(cases.Command), nil
}

// Check decodes arguments as far as they are known before a case is: those with
// Liquid in them are only filled in then.
func (c *Commands) Check(name core.CommandName, with core.Arguments) error {
	fixed := core.Arguments{}
	for argument, value := range with {
		text, is := value.(string)
		if !is || !messages.HasFields(text) {
			fixed[argument] = value
			continue
		}
		if of := c.types[name]; of != nil {
			if _, known := member(of, argument); !known {
				return core.InvalidField(argument, "“%s” takes no “%s”.", name, clip(argument, 60))
			}
		}
		if wrong := messages.CheckText(text); wrong != "" {
			return core.InvalidField(argument, "%s", wrong)
		}
	}
	_, err := c.Decode(name, fixed)
	return err
}

// misfit says which argument is not of the right kind.
func misfit(name core.CommandName, err error) error {
	var wrong *json.UnmarshalTypeError
	var said *core.Error
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return core.InvalidField(wrong.Field, "“%s” is not of the right kind for “%s”.", clip(wrong.Field, 60), name)
	case errors.As(err, &said):
		return core.Invalid("%s", said.Message)
	}
	return core.InvalidField("with", "The arguments of “%s” do not fit: %s.", name, strings.TrimRight(clip(err.Error(), 120), "."))
}

// field is an argument with its type.
type field struct {
	name string
	of   reflect.Type
}

// members lists what a command takes by its names in JSON, embedded structs
// included.
func members(t reflect.Type) []field {
	if t == nil {
		return nil
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			out = append(out, members(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && name != "" && name != "-" {
			out = append(out, field{name, f.Type})
		}
	}
	return out
}

func member(t reflect.Type, name string) (field, bool) {
	for _, f := range members(t) {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

var textReader = reflect.TypeFor[encoding.TextUnmarshaler]()

func kindOf(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(textReader) {
		return "text"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	case reflect.Bool:
		return "yes or no"
	case reflect.Slice:
		return "list"
	}
	return "any"
}

// filled fills the merge fields of arguments. Errors: invalid, for one that
// stands for nothing.
func filled(with core.Arguments, data messages.Data) (core.Arguments, error) {
	out := make(core.Arguments, len(with))
	for name, value := range with {
		text, is := value.(string)
		if !is || !messages.HasFields(text) {
			out[name] = value
			continue
		}
		f, err := messages.Fill(text, data)
		if err != nil {
			return nil, err
		}
		if len(f.Missing) > 0 {
			return nil, core.InvalidField(name, "“%s” stands for nothing on this case.", f.Missing[0])
		}
		out[name] = strings.TrimSpace(f.Text)
	}
	return out, nil
}

// usesLiquid reports whether any argument has merge fields.
func usesLiquid(with core.Arguments) bool {
	for _, value := range with {
		if text, is := value.(string); is && messages.HasFields(text) {
			return true
		}
	}
	return false
}

// words is what an error says to a person.
func words(err error) string {
	var said *core.Error
	if errors.As(err, &said) {
		return said.Message
	}
	return "It failed for a reason that was logged."
}

func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

// madeWords says what a command brought into being: “note 4”.
func madeWords(made core.Made) string {
	var out []string
	for _, what := range slices.Sorted(maps.Keys(made)) {
		out = append(out, fmt.Sprintf("%s %s", what, made[what]))
	}
	return clip(strings.Join(out, ", "), maxWords)
}
