package wasm

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// namesOnce says whether some object in a JSON text gives a name twice. Readers
// differ in what they make of that: the host might check the one value and a
// database keep the other. The text must be valid JSON: this looks at nothing
// but names.
func namesOnce(b []byte) error { return names(b, func(name []byte) []byte { return name }) }

// namesOnceInAnyCase takes names that differ in case alone for the same, as
// encoding/json does when it fills a struct.
func namesOnceInAnyCase(b []byte) error { return names(b, bytes.ToLower) }

// placed is a name in the one object that is open at a depth.
type placed struct {
	name  string
	depth int
}

// few is up to how many names an object's are compared one by one.
const few = 16

func names(b []byte, fold func([]byte) []byte) error {
	var (
		seenRoom [64][]byte
		openRoom [16]int
		seen     = seenRoom[:0]  // of all objects that are open, the innermost last
		open     = openRoom[:0]  // where in seen each begins; -1 for an array
		many     map[placed]bool // names of large objects
	)
	expect := false // a name comes next
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{':
			open, expect = append(open, len(seen)), true
		case '[':
			open, expect = append(open, -1), false
		case '}', ']':
			if n := len(open); n > 0 {
				if open[n-1] >= 0 {
					if many != nil && len(seen)-open[n-1] > few {
						for _, name := range seen[open[n-1]:] {
							delete(many, placed{string(name), n})
						}
					}
					seen = seen[:open[n-1]]
				}
				open = open[:n-1]
			}
			expect = false
		case ',':
			expect = len(open) > 0 && open[len(open)-1] >= 0
		case '"':
			start, escaped := i+1, false
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					escaped = true
					i++
				}
			}
			if !expect {
				continue
			}
			expect = false
			name := b[start:min(i, len(b))]
			if escaped {
				var plain string
				if json.Unmarshal(b[start-1:min(i+1, len(b))], &plain) == nil {
					name = []byte(plain)
				}
			}
			name = fold(name)
			depth := len(open)
			mine := seen[open[depth-1]:]
			switch {
			case len(mine) < few:
				for _, before := range mine {
					if bytes.Equal(before, name) {
						return twice(name)
					}
				}
			default:
				if many == nil {
					many = map[placed]bool{}
				}
				if len(mine) == few {
					for _, before := range mine {
						many[placed{string(before), depth}] = true
					}
				}
				key := placed{string(name), depth}
				if many[key] {
					return twice(name)
				}
				many[key] = true
			}
			seen = append(seen, name)
		}
	}
	return nil
}

func twice(name []byte) error { return fmt.Errorf("the name %.60q is given twice", name) }
