package abi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/view"
)

func TestEverySampleOfEveryVersionIsReadForEver(t *testing.T) {
	files, err := filepath.Glob("testdata/v*/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var got, byTags any
		switch name := filepath.Base(file); {
		case strings.HasPrefix(name, "request-"):
			got, err = DecodeRequest(b)
			byTags = new(Request)
		case strings.HasPrefix(name, "response-"):
			var r *Response
			r, err = DecodeResponse(b)
			if err == nil && r.View != nil {
				err = view.Validate(r.View)
			}
			got, byTags = r, new(Response)
		case strings.HasPrefix(name, "manifest"):
			m := new(Manifest)
			if err := json.Unmarshal(b, m); err != nil {
				t.Errorf("%s: %v", file, err)
			} else if err := m.Validate(); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			continue
		default:
			t.Errorf("%s: what is it?", file)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if err := json.Unmarshal(b, byTags); err != nil {
			t.Errorf("%s: encoding/json: %v", file, err)
		}
		if !reflect.DeepEqual(got, byTags) {
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(byTags)
			t.Errorf("%s: the codec reads\n%s\nencoding/json reads\n%s", file, a, b)
		}
	}
}

func TestASampleIsNeverChanged(t *testing.T) {
	sums, err := os.ReadFile("testdata/v1/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	for _, line := range lines {
		want, name, _ := strings.Cut(line, "  ")
		b, err := os.ReadFile(filepath.Join("testdata/v1", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s was changed: plugins in the field still send it; add a new sample instead", name)
		}
	}
	if files, _ := filepath.Glob("testdata/v1/*.json"); len(files) != len(lines) {
		t.Errorf("%d samples, %d sums: add the new one to SHA256SUMS", len(files), len(lines))
	}
}

// fullRequest and fullResponse have every member set; the journey tests fail
// when a new member is forgotten in the codec.
func fullRequest() *Request {
	return &Request{
		V: 1, Op: OpEvent, Entry: "complaint", State: Raw(`{"a":[1]}`), StateVersion: 2, Config: Raw(`{"days":10}`),
		Event: &Event{
			Type: EventSubmit, Action: "x", Fields: map[string][]string{"a": {"1", "2"}, "b": {}},
			Files:   map[string][]view.File{"f": {{ID: "1", Name: "n", Size: 3, Type: "image/png", SHA256: "00"}}},
			Answers: map[string]Raw{"q": Raw(`{"x":null}`)},
		},
		Context: Context{
			Now: "2026-11-08T12:00:00Z", Today: "2026-11-08", Zone: "Europe/London", Locale: "en-GB", Seed: 81231,
			User: &User{ID: "u", Name: "Ada", Email: "ada@example.org", Phone: "1", Roles: []string{"officer"}},
			Case: &Case{ID: "c", Type: "complaint", Status: "new", Fields: map[string][]string{"kind": {"noise"}}},
		},
	}
}

func fullResponse() *Response {
	return &Response{
		V: 1, State: Raw(`{"s":1}`), View: &view.Node{Type: view.Page, Label: "L"},
		Effects: []Effect{{Type: "note.add", Args: Raw(`{"text":"t"}`)}}, Errors: []FieldError{{Field: "a", Message: "m"}},
		Asks: []Ask{{ID: "1", Type: "case.find", Args: Raw(`{}`)}}, Done: true, Log: []string{"l"}, Fault: "f",
		Describe: &Description{ABI: 1, SDK: "go/1", Entries: []Entry{{ID: "e", Kind: KindForm, Title: "T"}}},
		Raise: &Raise{
			Subject: "s", Description: "d", Subtype: "st", Group: "g", Anonymous: true,
			Requester:  &Party{Name: "n", Email: "e", Phone: "p", Address: "a", Relationship: "r"},
			OnBehalfOf: &Party{Name: "o"}, Place: &Place{Address: "1 High St", Point: &Point{Lat: 53.25, Lng: -2.5}},
			Fields: map[string][]string{"k": {"v"}}, Files: []string{"f"}, Answers: []Answer{{Section: "s", Label: "l", Text: "t"}},
		},
	}
}

func TestARequestSurvivesTheJourney(t *testing.T) {
	want := fullRequest()
	wantNoZero(t, reflect.ValueOf(want).Elem(), "Request")
	b := want.Append(nil)
	got, err := DecodeRequest(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %s", err, b)
	}
	var byTags Request
	if err := json.Unmarshal(b, &byTags); err != nil || !reflect.DeepEqual(&byTags, want) {
		t.Errorf("encoding/json reads it differently (%v)", err)
	}
}

func TestAResponseSurvivesTheJourney(t *testing.T) {
	want := fullResponse()
	wantNoZero(t, reflect.ValueOf(want).Elem(), "Response")
	b := want.Append(nil)
	got, err := DecodeResponse(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %s", err, b)
	}
	var byTags Response
	if err := json.Unmarshal(b, &byTags); err != nil || !reflect.DeepEqual(&byTags, want) {
		t.Errorf("encoding/json reads it differently (%v)", err)
	}
}

// wantNoZero fails when a member of a message is not set, so that a journey covers it.
func wantNoZero(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	for i := range v.NumField() {
		f, name := v.Field(i), path+"."+v.Type().Field(i).Name
		if f.IsZero() {
			t.Errorf("%s is not set", name)
		}
		if f.Kind() == reflect.Pointer && f.Type() != reflect.TypeFor[*view.Node]() && !f.IsNil() && name != "Response.Raise.OnBehalfOf" {
			wantNoZero(t, f.Elem(), name)
		}
	}
}

func TestAMessageThatIsTooLongIsRefusedUnread(t *testing.T) {
	b := append([]byte(`{"v":1,"fault":"`), make([]byte, MaxMessage)...)
	if _, err := DecodeResponse(b); err != ErrTooLong {
		t.Errorf("got %v", err)
	}
}

func TestUnknownMembersAreIgnoredAndMistakesAreNot(t *testing.T) {
	r, err := DecodeResponse([]byte(`{"v":1,"invented":{"a":[1,2]},"done":true}`))
	if err != nil || !r.Done {
		t.Errorf("%v, %+v", err, r)
	}
	for _, in := range []string{`{"v":"1"}`, `{"done":1}`, `{"view":[]}`, `{"errors":{}}`, `{"v":1.5}`, `{"v":1}x`, `{"state":{"a":01}}`, `{"state":{"n":1e9999}}`} {
		if _, err := DecodeResponse([]byte(in)); err == nil {
			t.Errorf("%s was taken", in)
		}
	}
}

func TestAManifestIsCheckedBeforeItIsBelieved(t *testing.T) {
	good := func() *Manifest {
		return &Manifest{ID: "org.example.x", Version: "1.0.0", ABI: 1, Name: "X", Publisher: "E", Entries: []Entry{{ID: "x", Kind: KindForm, Title: "X"}}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Manifest){
		"an id of one word":  func(m *Manifest) { m.ID = "x" },
		"an id with a path":  func(m *Manifest) { m.ID = "org.example/../x" },
		"a version of words": func(m *Manifest) { m.Version = "latest" },
		"no entries":         func(m *Manifest) { m.Entries = nil },
		"an entry twice":     func(m *Manifest) { m.Entries = append(m.Entries, m.Entries[0]) },
		"an unknown kind":    func(m *Manifest) { m.Entries[0].Kind = "root" },
		"a need with spaces": func(m *Manifest) { m.Needs = []string{"case.close now"} },
		"negative limits":    func(m *Manifest) { m.Limits.Fuel = -1 },
	} {
		m := good()
		change(m)
		if m.Validate() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(fullRequest().Append(nil))
	f.Add(fullResponse().Append(nil))
	f.Add([]byte(`{"state":[+]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := DecodeResponse(b); err == nil {
			out := r.Append(nil)
			again, err := DecodeResponse(out)
			if err != nil || !json.Valid(out) || string(again.Append(nil)) != string(out) {
				t.Fatalf("%q becomes %q: %v", b, out, err)
			}
		}
		if r, err := DecodeRequest(b); err == nil {
			out := r.Append(nil)
			if _, err := DecodeRequest(out); err != nil || !json.Valid(out) {
				t.Fatalf("%q becomes %q: %v", b, out, err)
			}
		}
	})
}
