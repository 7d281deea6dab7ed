package host_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/host"
)

func begin(answers map[string]abi.Raw) *host.Ctx {
	c := new(host.Ctx)
	host.Begin(c, &abi.Request{
		Event:  &abi.Event{Type: abi.EventAnswer, Answers: answers},
		Config: abi.Raw(`{"text":"a\"b","number":10,"list":["a"],"none":null}`),
		Context: abi.Context{
			Case: &abi.Case{Fields: map[string][]string{"remedy": {"sorry"}, "empty": {}}},
		},
	})
	return c
}

func TestTheSameQuestionIsAskedOnceAndKnownAgain(t *testing.T) {
	c := begin(nil)
	for range 2 {
		if _, ok := host.Lookup(c, abi.LookupFind{List: "streets", Text: "hi"}); ok {
			t.Fatal("it was answered")
		}
	}
	host.Lookup(c, abi.LookupFind{List: "streets", Text: "lo"})
	r, err := host.Finish(c, &abi.Response{Done: true})
	if err != nil || len(r.Asks) != 2 || r.Done {
		t.Fatalf("%v: %+v", err, r)
	}
	found := abi.LookupFound{Rows: []abi.LookupRow{{Value: "1", Label: "High St"}}}
	c = begin(map[string]abi.Raw{r.Asks[0].ID: found.Append(nil), r.Asks[1].ID: abi.Failure("not granted")})
	if got, ok := host.Lookup(c, abi.LookupFind{List: "streets", Text: "hi"}); !ok || got.Rows[0].Label != "High St" {
		t.Errorf("%v, %+v", ok, got)
	}
	if _, ok := host.Lookup(c, abi.LookupFind{List: "streets", Text: "lo"}); ok || c.Trouble() != "not granted" || host.Waits(c) {
		t.Errorf("%v, %q", ok, c.Trouble())
	}
}

func TestNoMoreIsAskedAtOnceThanTheHostAnswers(t *testing.T) {
	c := begin(nil)
	for i := range abi.MaxAsks + 5 {
		host.Kept(c, strconv.Itoa(i))
	}
	if r, _ := host.Finish(c, &abi.Response{}); len(r.Asks) != abi.MaxAsks {
		t.Errorf("%d asks", len(r.Asks))
	}
}

func TestAnAnswerThatCannotBeReadIsNone(t *testing.T) {
	c := begin(nil)
	host.Search(c, abi.CaseSearch{Text: "x"})
	r, _ := host.Finish(c, &abi.Response{})
	c = begin(map[string]abi.Raw{r.Asks[0].ID: abi.Raw(`{"cases":1}`)})
	if _, ok := host.Search(c, abi.CaseSearch{Text: "x"}); ok || c.Trouble() == "" {
		t.Error("taken")
	}
}

func TestSettingsAndFieldsAreText(t *testing.T) {
	c := begin(nil)
	for name, want := range map[string]string{"text": `a"b`, "number": "10", "list": `["a"]`, "none": "", "gone": ""} {
		if got := c.Config(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if c.Field("remedy") != "sorry" || c.Field("empty") != "" || c.Field("gone") != "" {
		t.Error("a field is wrong")
	}
}

func TestEffectsAreCommandsWithTheirArguments(t *testing.T) {
	c := begin(nil)
	c.Effect("case.change_stage", "to", "")
	c.SetField("a", "x")
	c.SetField("a", "")
	c.SetField("a", host.Number("12.50"))
	c.SetField("a", []string{"x"})
	c.TellRequester("We looked.")
	c.AskRequester("When?", "")
	c.Reassign("roads", "Theirs")
	c.ChangePlace(abi.Place{Address: "1 High St", Point: &abi.Point{Lat: 53.5, Lng: -2}})
	c.CloseCase("", "resolved")
	c.AddTask(host.NewTask{Type: "inspect", Optional: true})
	c.Extend("answer", "5 working days", "Parts")
	c.KeepShared("k", 3)
	c.Keep("k", nil)
	r, err := host.Finish(c, &abi.Response{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`case.change_stage {"to":""}`, `case.set_field {"field":"a","value":"x"}`, `case.set_field {"field":"a","value":null}`,
		`case.set_field {"field":"a","value":12.5}`, `case.set_field {"field":"a","value":["x"]}`,
		`note.add {"body":"We looked.","audience":"public"}`, `question.ask {"body":"When?"}`, `case.reassign {"group":"roads","reason":"Theirs"}`,
		`case.change_place {"address":"1 High St","place":{"lat":53.5,"lng":-2}}`, `case.close {"reason":"resolved"}`,
		`task.add {"type":"inspect","optional":true}`, `target.extend {"target":"answer","by":"5 working days","reason":"Parts"}`,
		`store.put {"key":"k","value":3,"shared":true}`, `store.put {"key":"k"}`,
	}
	for i, e := range r.Effects {
		if got := e.Type + " " + string(e.Args); i >= len(want) || got != want[i] {
			t.Errorf("effect %d is %s", i, got)
		}
	}
	if len(r.Effects) != len(want) {
		t.Errorf("%d effects", len(r.Effects))
	}
	c.Effect("note.add", "body")
	if _, err := host.Finish(c, &abi.Response{}); err == nil {
		t.Error("a name without a value was taken")
	}
}

func TestWhatIsRefusedHasNoEffects(t *testing.T) {
	c := begin(nil)
	c.AddNote("x")
	c.Error("a", "wrong")
	c.Error("a", "wrong again")
	if r, _ := host.Finish(c, &abi.Response{Errors: host.TakeErrors(c)}); len(r.Effects) > 0 || len(r.Errors) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestDatesAreCountedAsTheCalendarCounts(t *testing.T) {
	from := time.Date(1896, 2, 27, 0, 0, 0, 0, time.UTC)
	for i := range 80_000 {
		day := from.AddDate(0, 0, i)
		if got, want := host.AddDays("1896-02-27", i), day.Format(time.DateOnly); got != want {
			t.Fatalf("%d days: got %s, want %s", i, got, want)
		}
		if n, ok := host.DaysBetween("1896-02-27", day.Format(time.RFC3339)); !ok || n != i {
			t.Fatalf("%s: %d days", day, n)
		}
	}
	for _, wrong := range []string{"", "2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "abcd-ef-gh"} {
		if got := host.AddDays(wrong, 1); got != wrong {
			t.Errorf("%q becomes %q", wrong, got)
		}
		if _, ok := host.DaysBetween(wrong, "2026-01-01"); ok {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestJSONIsReadAndWrittenInParts(t *testing.T) {
	members, ok := host.Members(abi.Raw(` {"a":"x\n","b":[1,"y",null],"c":1.50}`))
	if !ok || host.Text(members["a"]) != "x\n" || host.Text(members["c"]) != "1.50" || host.Text(members["gone"]) != "" {
		t.Errorf("%v: %q", ok, members)
	}
	list, ok := host.Elements(members["b"])
	if !ok || len(list) != 3 || host.Text(list[1]) != "y" || host.Text(list[2]) != "" {
		t.Errorf("%v: %q", ok, list)
	}
	for _, wrong := range []string{``, `[]`, `"a"`, `{"a"}`, `{"a":1}x`, `null`} {
		if _, ok := host.Members(abi.Raw(wrong)); ok {
			t.Errorf("%s was taken for an object", wrong)
		}
	}
	for _, wrong := range []string{``, `{}`, `[1`, `null`} {
		if _, ok := host.Elements(abi.Raw(wrong)); ok {
			t.Errorf("%s was taken for an array", wrong)
		}
	}
	got := host.Object("t", "x", "n", 1, "f", 2.5, "l", []string{"a"}, "m", map[string]string{"b": "2", "a": "1"}, "r", abi.Raw(`[1]`), "z", nil, "bad", host.Number("1x"))
	if string(got) != `{"t":"x","n":1,"f":2.5,"l":["a"],"m":{"a":"1","b":"2"},"r":[1],"z":null,"bad":null}` {
		t.Errorf("got %s", got)
	}
}
