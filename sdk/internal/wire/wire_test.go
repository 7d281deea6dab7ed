package wire

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func skipAll(b []byte) error {
	d := NewDecoder(b)
	d.Skip()
	return d.End()
}

func TestWhatIsNotJSONIsRefused(t *testing.T) {
	for _, in := range []string{
		``, ` `, `{`, `}`, `[`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `[+]`, `[+1]`, `[01]`, `[1.]`, `[.5]`, `[1e]`,
		`[1e+]`, `[-]`, `["a`, `["\x"]`, `["\u12"]`, `["\u12g4"]`, "[\"\x01\"]", `[tru]`, `[nul]`, `[1}`, `{"a":1]`, `1 2`, `[1 2]`, `"\`,
	} {
		if err := skipAll([]byte(in)); err == nil {
			t.Errorf("%q was taken", in)
		} else if json.Valid([]byte(in)) {
			t.Errorf("%q is valid JSON; the test is wrong", in)
		}
	}
}

func TestTextThatCannotBeKeptIsRefused(t *testing.T) {
	for _, in := range []string{"[\"\xff\"]", `["\u0000"]`, `["\ud800"]`, `["\ud800\u0041"]`, `["\udc00\ud800"]`} {
		if err := skipAll([]byte(in)); !errors.Is(err, ErrText) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestNestingAndNumberOfValuesAreBounded(t *testing.T) {
	if err := skipAll([]byte(strings.Repeat("[", MaxDepth) + "0" + strings.Repeat("]", MaxDepth))); err != nil {
		t.Errorf("%d levels are allowed: %v", MaxDepth, err)
	}
	if err := skipAll([]byte(strings.Repeat("[", MaxDepth+1) + "0" + strings.Repeat("]", MaxDepth+1))); !errors.Is(err, ErrDepth) {
		t.Errorf("one level too many: %v", err)
	}
	if err := skipAll([]byte("[" + strings.Repeat("{},", MaxItems) + "{}]")); !errors.Is(err, ErrItems) {
		t.Errorf("too many values: %v", err)
	}
}

func TestANameGivenTwiceInAMapIsRefused(t *testing.T) {
	d := NewDecoder([]byte(`{"a":["1"],"a":["2"]}`))
	d.Lists()
	if d.End() == nil {
		t.Error("taken")
	}
}

func TestTheWriterReplacesWhatCannotBeKept(t *testing.T) {
	var w Writer
	w.Strings([]string{"a\xffb", "c\x00d", "<&>\u2028", "\"\\\n\r\t\x01", "日本"})
	var got []string
	if err := json.Unmarshal(w.B, &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"a\ufffdb", "c\ufffdd", "<&>\u2028", "\"\\\n\r\t\x01", "日本"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzDecoder holds the decoder against encoding/json: it may be stricter about
// text, depth and number of values, never laxer.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte(`{"a":[1,-2.5e3,0.1,null,true,"\u00e9\ud83d\ude00\n"],"b":{}}`))
	f.Add([]byte(`[+]`))
	f.Add([]byte(`[[[]]]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		err := skipAll(b)
		if err == nil && !json.Valid(b) {
			t.Fatalf("took %q", b)
		}
		if errors.Is(err, ErrSyntax) && json.Valid(b) {
			t.Fatalf("refused %q", b)
		}
		d := NewDecoder(b)
		s := d.String()
		if d.End() != nil {
			return
		}
		var want string
		if json.Unmarshal(b, &want) != nil || s != want {
			t.Fatalf("%q: got %q, want %q", b, s, want)
		}
	})
}
