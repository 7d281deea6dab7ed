package wasm

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestANameGivenTwiceIsFoundWhereverItStands(t *testing.T) {
	var wide strings.Builder
	for k := range 100 {
		fmt.Fprintf(&wide, `"n%d":{"x":1},`, k)
	}
	for text, twice := range map[string]bool{
		`{}`: false, `[]`: false, `"a"`: false, `1`: false, `{"a":1,"b":1}`: false,
		`{"a":1,"a":1}`: true, `[{"a":1},{"a":1}]`: false, `{"a":{"a":{"a":1}}}`: false, `{"a":{"b":1,"b":2}}`: true,
		`{"a":{"b":1},"a":2}`: true, `{"a":"a","b":"a\",\"a"}`: false, `{"a":["a","a"],"b":["b"]}`: false,
		`{"a":1,"\u0061":2}`: true, `{"a\\":1,"a":2}`: false, `{"":1,"":2}`: true, `{"a":1,"A":2}`: false,
		`{` + wide.String() + `"y":1}`: false, `{` + wide.String() + `"n3":1}`: true, `[{` + wide.String() + `"y":1},{` + wide.String() + `"z":1}]`: false,
	} {
		if err := namesOnce([]byte(text)); (err != nil) != twice {
			t.Errorf("%.80s: %v", text, err)
		}
	}
	if namesOnceInAnyCase([]byte(`{"a":1,"A":2}`)) == nil {
		t.Error("names that differ in case are one to encoding/json")
	}
}

// FuzzNames holds it against a reader of its own: what encoding/json's decoder
// sees token by token.
func FuzzNames(f *testing.F) {
	f.Add([]byte(`{"a":{"b":[1,{"c":"d","c":null}]},"e":"\"\\"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			_ = namesOnce(b) // must not panic
			return
		}
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.UseNumber()
		var twiceIn func() bool
		twiceIn = func() (twice bool) {
			token, err := d.Token()
			if err != nil {
				t.Skip("not JSON: nothing to compare with")
			}
			open, ok := token.(json.Delim)
			if !ok {
				return false
			}
			seen := map[string]bool{}
			for d.More() {
				if open == '{' {
					name, err := d.Token()
					if err != nil {
						t.Skip("not JSON: nothing to compare with")
					}
					twice = twice || seen[name.(string)]
					seen[name.(string)] = true
				}
				twice = twiceIn() || twice
			}
			_, _ = d.Token()
			return twice
		}
		if want, got := twiceIn(), namesOnce(b) != nil; want != got {
			t.Fatalf("%q: %v, want %v", b, got, want)
		}
	})
}
