package host

import (
	"strconv"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/internal/wire"
)

// Ask asks for anything by its type and arguments, one of abi's Ask… The
// functions below ask for what there is.
func Ask(p Plugin, kind string, args abi.Raw) (answer abi.Raw, ok bool) {
	c := p.host()
	id := askID(kind, args)
	if answer, ok = c.answers[id]; ok {
		if why, failed := abi.FailureIn(answer); failed {
			c.trouble = why
			return nil, false
		}
		return answer, true
	}
	c.trouble = "the answer is not there yet"
	for _, a := range c.asks {
		if a.ID == id {
			return nil, false
		}
	}
	if len(c.asks) < abi.MaxAsks { // the others in the next round
		c.asks = append(c.asks, abi.Ask{ID: id, Type: kind, Args: args})
	}
	return nil, false
}

// Trouble says why the last ask had no answer.
func (c *Ctx) Trouble() string { return c.trouble }

// askID names an ask by what it asks: the same question has the same name in
// every round, in whatever order questions come.
func askID(kind string, args []byte) string {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	h := uint64(offset)
	for _, c := range args {
		h = (h ^ uint64(c)) * prime
	}
	return kind + "." + strconv.FormatUint(h, 36) + "." + strconv.Itoa(len(args))
}

// Case reads another case by its reference, as far as the person who acts may
// see it and the grant shows it.
func Case(p Plugin, ref string) (cs abi.Case, ok bool) {
	args := abi.CaseRead{Ref: ref}
	if answer, ok := Ask(p, abi.AskCase, args.Append(nil)); ok {
		return answered(p, answer, abi.Decode[abi.Case])
	}
	return cs, false
}

// Search finds cases, newest first.
func Search(p Plugin, query abi.CaseSearch) (found abi.CasesFound, ok bool) {
	if answer, ok := Ask(p, abi.AskSearch, query.Append(nil)); ok {
		return answered(p, answer, abi.Decode[abi.CasesFound])
	}
	return found, false
}

// HTTP makes a request to a host that was granted. Secrets stand in it as
// {{secret:name}}. A request that is not a GET waits until every other answer
// is there: what it depends on is known then. It may be made though the turn
// fails afterwards, and be made again with the next try: let it carry a key of
// its own, made of c.Seed, which is the same in every round.
func HTTP(p Plugin, request abi.HTTPRequest) (response abi.HTTPResponse, ok bool) {
	reads := request.Method == "" || request.Method == "GET" || request.Method == "HEAD"
	if !reads && Waits(p) {
		return response, false
	}
	if answer, ok := Ask(p, abi.AskHTTP, request.Append(nil)); ok {
		return answered(p, answer, abi.Decode[abi.HTTPResponse])
	}
	return response, false
}

// Lookup finds rows of a list that the administrator keeps.
func Lookup(p Plugin, query abi.LookupFind) (found abi.LookupFound, ok bool) {
	if answer, ok := Ask(p, abi.AskLookup, query.Append(nil)); ok {
		return answered(p, answer, abi.Decode[abi.LookupFound])
	}
	return found, false
}

// Kept reads what [Ctx.Keep] put under a key of this case; nil when nothing is
// there.
func Kept(p Plugin, key string) (value abi.Raw, ok bool) {
	return kept(p, abi.StoreGet{Key: key})
}

// KeptShared reads what [Ctx.KeepShared] put under a key of the plugin.
func KeptShared(p Plugin, key string) (value abi.Raw, ok bool) {
	return kept(p, abi.StoreGet{Key: key, Shared: true})
}

func kept(p Plugin, get abi.StoreGet) (abi.Raw, bool) {
	answer, ok := Ask(p, abi.AskKept, get.Append(nil))
	if !ok {
		return nil, false
	}
	v, ok := answered(p, answer, abi.Decode[abi.StoreValue])
	return v.Value, ok
}

// Keys lists the keys that were kept, in order.
func Keys(p Plugin, list abi.StoreList) (keys abi.StoreKeys, ok bool) {
	if answer, ok := Ask(p, abi.AskKeys, list.Append(nil)); ok {
		return answered(p, answer, abi.Decode[abi.StoreKeys])
	}
	return keys, false
}

func answered[T any](p Plugin, answer abi.Raw, decode func([]byte) (T, error)) (T, bool) {
	v, err := decode(answer)
	if err != nil {
		p.host().trouble = "the answer cannot be read: " + err.Error()
		var none T
		return none, false
	}
	return v, true
}

// Members reads a JSON object of one level: each member as the JSON it is. ok is
// false when it is none. Together with [Elements] and [Text] it reads what an
// HTTP request brought.
func Members(object abi.Raw) (members map[string]abi.Raw, ok bool) {
	d := wire.NewDecoder(object)
	members = map[string]abi.Raw{}
	if len(object) == 0 || !begins(object, '{') {
		return members, false
	}
	for more := d.Object(); more; more = d.Next() {
		name := d.Key()
		members[name] = d.Raw()
	}
	return members, d.End() == nil
}

// Elements reads a JSON array.
func Elements(array abi.Raw) (elements []abi.Raw, ok bool) {
	if !begins(array, '[') {
		return nil, false
	}
	d := wire.NewDecoder(array)
	for more := d.Array(); more; more = d.Next() {
		elements = append(elements, d.Raw())
	}
	return elements, d.End() == nil
}

// Text is the text in a JSON string, and anything else as it is written: 1.5,
// true. null is "".
func Text(value abi.Raw) string {
	if begins(value, '"') {
		d := wire.NewDecoder(value)
		if s := d.String(); d.End() == nil {
			return s
		}
	}
	if string(value) == "null" {
		return ""
	}
	return string(value)
}

// JSON writes a value as JSON: text, bool, int, float64, a list of text, a map
// of text, [Number], [abi.Raw], or nil.
func JSON(value any) abi.Raw {
	var w wire.Writer
	write(&w, value)
	return w.B
}

// Object writes an object from names and values in turn: JSON's sorts of values.
//
//	host.Object("ref", c.Case.Ref, "closed", true)
func Object(namesAndValues ...any) abi.Raw {
	var w wire.Writer
	w.Open('{')
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		name, _ := namesAndValues[i].(string)
		w.Key(name)
		write(&w, namesAndValues[i+1])
	}
	w.Close('}')
	return w.B
}

func begins(value []byte, with byte) bool {
	for _, c := range value {
		switch c {
		case ' ', '\n', '\t', '\r':
		default:
			return c == with
		}
	}
	return false
}

// Number is a number as it was typed: "12.50".
type Number string

func write(w *wire.Writer, value any) {
	switch v := value.(type) {
	case string:
		w.String(v)
	case bool:
		w.Bool(v)
	case int:
		w.Int(int64(v))
	case int64:
		w.Int(v)
	case float64:
		w.Float(v)
	case []string:
		w.Strings(v)
	case map[string]string:
		w.Open('{')
		for _, name := range wire.SortedKeys(v) {
			w.Key(name)
			w.String(v[name])
		}
		w.Close('}')
	case Number:
		d := wire.NewDecoder([]byte(v))
		f := d.Float()
		if d.End() != nil || v == "" {
			w.Raw([]byte("null"))
			return
		}
		w.Float(f)
	case abi.Raw:
		if len(v) == 0 {
			v = abi.Raw("null")
		}
		w.Raw(v)
	default:
		w.Raw([]byte("null"))
	}
}
