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

	"github.com/casement-dev/casement/sdk/internal/wire"
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
			var m *Manifest
			m, err = DecodeManifest(b)
			if err == nil {
				err = m.Validate()
			}
			got, byTags = m, new(Manifest)
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

// These have every member set; the journey tests fail when a new member is
// forgotten, here or in the codec.
func fullRequest() *Request {
	return &Request{
		V: 1, Op: OpEvent, Entry: "complaint", State: Raw(`{"a":[1]}`), StateVersion: 2, Config: Raw(`{"days":10}`),
		Event: &Event{
			Type: EventSubmit, Action: "x", Fields: map[string][]string{"a": {"1", "2"}, "b": {}},
			Files:   map[string][]view.File{"f": fullFiles()},
			Answers: map[string]Raw{"q": Raw(`{"x":null}`)}, Of: EventPress, Text: "A date is missing",
			Occurred: &Occurrence{
				Kind: "case.closed", At: "2026-11-08T11:00:00Z", By: "staff",
				From: map[string][]string{"status": {"open"}}, To: map[string][]string{"status": {"closed"}, "field:remedy": {}},
			},
		},
		Context: Context{
			Now: "2026-11-08T12:00:00Z", Today: "2026-11-08", Zone: "Europe/London", Locale: "en-GB", Seed: 81231,
			User: &User{ID: "u", Name: "Ada", Email: "ada@example.org", Phone: "1", Roles: []string{"officer"}},
			Case: fullCase(), Editable: true, Reader: ReaderStaff,
			Task: &Task{
				No: 3, Type: "inspect", Title: "Look at it", Brief: "Go there", Group: "roads", Assignee: "Priya", DueAt: "2026-11-10T17:00:00Z",
				Mine: true, Manages: true,
			},
		},
	}
}

func fullFiles() []view.File {
	return []view.File{{ID: "1", Name: "n", Size: 3, Type: "image/png", SHA256: "00"}}
}

func fullCase() *Case {
	return &Case{
		ID: "c", Ref: "CMP-7K2M-4QX9", Type: "complaint", TypeName: "Complaint", Subtype: "noise", Subject: "Noise", Description: "At night",
		Status: "new", StatusKind: "start", Stage: "one", Priority: "high", Group: "roads", Assignee: "Priya", RaisedAt: "2026-11-01T09:00:00Z",
		DueAt: "2026-11-20T17:00:00Z", ClosedAt: "2026-11-08T12:00:00Z", Requester: fullParty(), Place: fullPlace(),
		Fields: map[string][]string{"kind": {"noise"}}, Files: fullFiles(),
	}
}

func fullParty() *Party {
	return &Party{Name: "n", Email: "e", Phone: "p", Address: "a", Relationship: "r"}
}

func fullPlace() *Place { return &Place{Address: "1 High St", Point: &Point{Lat: 53.25, Lng: -2.5}} }

func fullEntry() Entry {
	return Entry{
		ID: "e", Kind: KindForm, Title: "T", Summary: "S", Readers: ReadersEveryone, On: []string{"case.closed"},
		Fields: []Field{{
			Key: "remedy", Kind: FieldChoice, Label: "Remedy", Options: []Option{{Value: "sorry", Label: "An apology"}},
			Searchable: true, Private: true, MaxLength: 100,
		}},
	}
}

func fullResponse() *Response {
	return &Response{
		V: 1, State: Raw(`{"s":1}`), View: &view.Node{Type: view.Page, Label: "L"},
		Effects: []Effect{{Type: "note.add", Args: Raw(`{"text":"t"}`)}}, Errors: []FieldError{{Field: "a", Message: "m"}},
		Asks: []Ask{{ID: "1", Type: "case.find", Args: Raw(`{}`)}}, Done: true, Log: []string{"l"}, Fault: "f",
		Outcome: "Inspected", Status: "Waiting for approval", WakeAt: "2026-12-01T09:00:00Z",
		Describe: &Description{ABI: 1, SDK: "go/1", Entries: []Entry{fullEntry()}},
		Raise: &Raise{
			Subject: "s", Description: "d", Subtype: "st", Group: "g", Anonymous: true,
			Requester: fullParty(), OnBehalfOf: fullParty(), Place: fullPlace(),
			Fields: map[string][]string{"k": {"v"}}, Files: []string{"f"}, Answers: []Answer{{Section: "s", Label: "l", Text: "t"}},
		},
	}
}

func fullManifest() *Manifest {
	return &Manifest{
		ID: "org.example.x", Version: "1.0.0", ABI: 1, Name: "X", Publisher: "E", Summary: "Does x.", Entries: []Entry{fullEntry()},
		Context: []string{"user.name"}, Needs: []string{"note.add"}, Reasons: map[string]string{"note.add": "To say what was found."},
		Secrets: []Secret{{Name: "token", Label: "Token"}}, Config: Raw(`{"type":"object"}`), State: States{Version: 2, MigratesFrom: []int{1}},
		Limits: Limits{MemoryMiB: 32, Fuel: 1000, WallMS: 500, OutputKiB: 64, StateKiB: 32},
	}
}

// journey sends a message through its codec and, for the struct tags, through
// encoding/json, and wants it back as it was.
func journey[T any](t *testing.T, want *T, encode func([]byte) []byte, decode func([]byte) (*T, error)) {
	t.Helper()
	wantNoZero(t, reflect.ValueOf(want).Elem(), reflect.TypeFor[T]().Name())
	b := encode(nil)
	got, err := decode(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %s", err, b)
	}
	byTags := new(T)
	if err := json.Unmarshal(b, byTags); err != nil || !reflect.DeepEqual(byTags, want) {
		t.Errorf("encoding/json reads it differently (%v): %s", err, b)
	}
	tagged, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decode(tagged); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("what encoding/json writes is read differently (%v): %s", err, tagged)
	}
}

func TestEveryMessageSurvivesTheJourney(t *testing.T) {
	request, response, manifest := fullRequest(), fullResponse(), fullManifest()
	journey(t, request, request.Append, DecodeRequest)
	journey(t, response, response.Append, DecodeResponse)
	journey(t, manifest, manifest.Append, DecodeManifest)
}

func TestEveryAskAndEveryAnswerSurvivesTheJourney(t *testing.T) {
	found := CaseFound{Case: *fullCase(), Metres: 40}
	asked(t, fullCase())
	asked(t, &CaseRead{Ref: "CMP-7K2M-4QX9"})
	asked(t, &CaseSearch{Text: "hole", Types: []string{"report"}, Kinds: []string{"open"}, SameAddress: true, SameRequester: true, Within: 500, Limit: 5})
	asked(t, &CasesFound{Cases: []CaseFound{found}, More: true})
	asked(t, &StorePut{Key: "k", Value: Raw(`[1]`), Shared: true})
	asked(t, &StoreGet{Key: "k", Shared: true})
	asked(t, &StoreValue{Value: Raw(`"v"`)})
	asked(t, &StoreList{Prefix: "p", Shared: true, Limit: 10})
	asked(t, &StoreKeys{Keys: []string{"a", "b"}, More: true})
	asked(t, &HTTPRequest{Method: "POST", URL: "https://example.org/", Headers: map[string]string{"X": "{{secret:token}}"}, Body: "b"})
	asked(t, &HTTPResponse{Status: 200, Headers: map[string]string{"ETag": "1"}, Body: "b", Base64: true})
	asked(t, &LookupFind{List: "streets", Text: "hi", Value: "1", Limit: 5})
	asked(t, &LookupFound{Rows: []LookupRow{{Value: "1", Label: "High St", Columns: map[string]string{"ward": "North"}}}, More: true})
}

func asked[T any, P interface {
	*T
	Append([]byte) []byte
	read(*wire.Decoder)
}](t *testing.T, want *T) {
	t.Helper()
	journey(t, want, P(want).Append, func(b []byte) (*T, error) {
		v, err := Decode[T, P](b)
		return &v, err
	})
}

func TestAnAnswerThatFailedSaysWhy(t *testing.T) {
	if why, failed := FailureIn(Failure("no \"reach\"")); !failed || why != `no "reach"` {
		t.Errorf("%q, %v", why, failed)
	}
	for _, answer := range []string{``, `{}`, `{"cases":[]}`, `[]`, `{"error":1}`} {
		if _, failed := FailureIn(Raw(answer)); failed {
			t.Errorf("%s is no failure", answer)
		}
	}
}

// wantNoZero fails when a member of a message is not set, so that a journey covers it.
func wantNoZero(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	switch {
	case v.IsZero():
		t.Errorf("%s is not set", path)
	case v.Type() == reflect.TypeFor[*view.Node](), v.Type() == reflect.TypeFor[Raw]():
		// sdk/view tests its own
	case v.Kind() == reflect.Pointer:
		wantNoZero(t, v.Elem(), path)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			wantNoZero(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			wantNoZero(t, v.Index(i), path+"[]")
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
		"a negative output":  func(m *Manifest) { m.Limits.OutputKiB = -1 },
		"a reason for nothing": func(m *Manifest) {
			m.Reasons = map[string]string{"note.add": "To say so."}
		},
		"an empty reason": func(m *Manifest) {
			m.Needs, m.Reasons = []string{"note.add"}, map[string]string{"note.add": ""}
		},
		"a secret with a brace":      func(m *Manifest) { m.Secrets = []Secret{{Name: "a}}"}} },
		"a secret twice":             func(m *Manifest) { m.Secrets = []Secret{{Name: "a"}, {Name: "a"}} },
		"fields of a form":           func(m *Manifest) { m.Entries[0].Fields = []Field{{Key: "a", Kind: FieldText, Label: "A"}} },
		"readers of a form":          func(m *Manifest) { m.Entries[0].Readers = ReadersStaff },
		"unknown readers":            func(m *Manifest) { m.Entries[0] = details(); m.Entries[0].Readers = "all" },
		"events of a form":           func(m *Manifest) { m.Entries[0].On = []string{"case.closed"} },
		"an event of one word":       func(m *Manifest) { m.Entries[0].Kind, m.Entries[0].On = KindAction, []string{"closed"} },
		"a field of an unknown kind": func(m *Manifest) { m.Entries[0] = details(Field{Key: "a", Kind: "html", Label: "A"}) },
		"a field with capitals":      func(m *Manifest) { m.Entries[0] = details(Field{Key: "A", Kind: FieldText, Label: "A"}) },
		"a field twice":              func(m *Manifest) { f := Field{Key: "a", Kind: FieldDate, Label: "A"}; m.Entries[0] = details(f, f) },
		"a field without a label":    func(m *Manifest) { m.Entries[0] = details(Field{Key: "a", Kind: FieldText}) },
		"a choice without options":   func(m *Manifest) { m.Entries[0] = details(Field{Key: "a", Kind: FieldChoice, Label: "A"}) },
		"a number with a length": func(m *Manifest) {
			m.Entries[0] = details(Field{Key: "a", Kind: FieldNumber, Label: "A", MaxLength: 3})
		},
		"an option twice": func(m *Manifest) {
			o := Option{Value: "a", Label: "A"}
			m.Entries[0] = details(Field{Key: "a", Kind: FieldChoice, Label: "A", Options: []Option{o, o}})
		},
		"a migration from the future": func(m *Manifest) { m.State = States{Version: 1, MigratesFrom: []int{1}} },
	} {
		m := good()
		change(m)
		if m.Validate() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func details(fields ...Field) Entry {
	return Entry{ID: "d", Kind: KindDetails, Title: "D", Fields: fields}
}

func TestAManifestOfDetailsAndActionsIsTaken(t *testing.T) {
	m := fullManifest()
	m.Entries = []Entry{
		details(Field{Key: "cost", Kind: FieldMoney, Label: "Cost", Searchable: true}, Field{Key: "lessons", Kind: FieldLongText, Label: "Lessons", MaxLength: 5000}),
		{ID: "send", Kind: KindAction, Title: "Send", On: []string{"case.closed"}},
	}
	m.Entries[0].Readers = ReadersEveryone
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(fullRequest().Append(nil))
	f.Add(fullResponse().Append(nil))
	f.Add(fullManifest().Append(nil))
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
		if m, err := DecodeManifest(b); err == nil {
			out := m.Append(nil)
			again, err := DecodeManifest(out)
			if err != nil || !json.Valid(out) || string(again.Append(nil)) != string(out) {
				t.Fatalf("%q becomes %q: %v", b, out, err)
			}
		}
	})
}

// FuzzDecodeAsk holds what a guest asks and what a host answers to the same: what
// is taken can be written, and is then read as what it was.
func FuzzDecodeAsk(f *testing.F) {
	f.Add((&CaseSearch{Text: "hole", Types: []string{"report"}, Within: 500}).Append(nil))
	f.Add((&CasesFound{Cases: []CaseFound{{Case: *fullCase(), Metres: 4}}}).Append(nil))
	f.Add((&HTTPRequest{URL: "https://example.org", Headers: map[string]string{"a": "b"}}).Append(nil))
	f.Add((&StorePut{Key: "k", Value: Raw(`{"a":[1]}`)}).Append(nil))
	f.Add((&LookupFound{Rows: []LookupRow{{Value: "1", Columns: map[string]string{"w": "n"}}}}).Append(nil))
	f.Add([]byte(Failure("no")))
	f.Fuzz(func(t *testing.T, b []byte) {
		again[Case](t, b)
		again[CaseRead](t, b)
		again[CaseSearch](t, b)
		again[CasesFound](t, b)
		again[StorePut](t, b)
		again[StoreGet](t, b)
		again[StoreValue](t, b)
		again[StoreList](t, b)
		again[StoreKeys](t, b)
		again[HTTPRequest](t, b)
		again[HTTPResponse](t, b)
		again[LookupFind](t, b)
		again[LookupFound](t, b)
		if why, failed := FailureIn(b); failed {
			if same, failed := FailureIn(Failure(why)); !failed || same != why {
				t.Fatalf("%q becomes %q", why, same)
			}
		}
	})
}

func again[T any, P interface {
	*T
	Append([]byte) []byte
	read(*wire.Decoder)
}](t *testing.T, b []byte) {
	v, err := Decode[T, P](b)
	if err != nil {
		return
	}
	out := P(&v).Append(nil)
	same, err := Decode[T, P](out)
	if err != nil || !json.Valid(out) || string(P(&same).Append(nil)) != string(out) {
		t.Fatalf("%q becomes %q: %v", b, out, err)
	}
}
