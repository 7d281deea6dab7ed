package api

import (
	"encoding/json"
	"strings"
	"testing"
)

type letter struct {
	To    string            `json:"to"`
	Lines []line            `json:"lines,omitempty"`
	More  map[string]string `json:"more,omitempty"`
}

type line struct {
	Text string `json:"text"`
}

func TestJSONIsReadStrictly(t *testing.T) {
	t.Parallel()
	for body, fits := range map[string]bool{
		`{"to":"Amara"}`: true, ` {"to":"Amara","lines":[{"text":"x"}],"more":{"Any":"name"}} `: true,
		``: false, `{`: false, `{"to":"a","to":"b"}`: false, `{"to":"a","t\u006f":"b"}`: false, `{"To":"a"}`: false, `{"to":"a","lines":[{"Text":"x"}]}`: false,
		`{"to":"a"}{}`: false, `{"to":"a"} x`: false, `{"to":"a","colour":1}`: false, "{\"to\":\"\xff\"}": false, `{"to":1}`: false, `{'to':'a'}`: false, `{"to":"a",}`: false,
		strings.Repeat("[", 200) + strings.Repeat("]", 200): false,
	} {
		err := checkJSON([]byte(body))
		if err == nil {
			err = decodeStrictly([]byte(body), &letter{})
		}
		if (err == nil) != fits {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Whatever passes is read alike by the decoder and by whoever reads it loosely:
// nothing can be said twice, in two ways.
func FuzzJSONThatPassesIsReadInOneWay(f *testing.F) {
	for _, seed := range []string{`{"to":"Amara"}`, `{"to":"a","to":"b"}`, `{"TO":"a"}`, `[[[[`, `{"lines":[{"text":"x"},null]}`, `{"more":{"a":"b"}}`, `null`, "\xff", `{"to":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if checkJSON(body) != nil {
			return
		}
		if !json.Valid(body) {
			t.Fatalf("%q passed and is no JSON", body)
		}
		var read letter
		if decodeStrictly(body, &read) != nil {
			return
		}
		var loose any
		if err := decodeStrictly(body, &loose); err != nil {
			t.Fatalf("%q is read strictly and not loosely: %v", body, err)
		}
		members, ok := loose.(map[string]any)
		if !ok {
			return // null
		}
		if to, _ := members["to"].(string); to != read.To {
			t.Fatalf("%q says %q and %q", body, to, read.To)
		}
	})
}

func TestNumbersInQueriesAreFinite(t *testing.T) {
	t.Parallel()
	for list, ok := range map[string]bool{"1,2": true, " 1.5 , -2e1": true, "1": false, "1,2,3": false, "NaN,1": false, "Inf,1": false, "1,": false, "": false} {
		out, got := numbers(list, 2)
		if got != ok || len(out) != 2 {
			t.Errorf("%q: %v %v", list, out, got)
		}
	}
}

func TestNamesOfCommandsAreWrittenForAddresses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"RecordAnswer": "record-answer", "case-start_work": "case-start-work", "Send": "send"} {
		if got := dashed(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := camel("case-start-work"); got != "CaseStartWork" {
		t.Errorf("a schema is called %s", got)
	}
}
