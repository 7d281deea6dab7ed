package pluginhost_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
	"github.com/casement-dev/casement/core/postgres"
)

// shows is a response that shows what the plugin was answered.
const shows = `{"v":1,"state":{},"view":{"t":"page","label":"Answers","items":[{"t":"text","text":"$ANSWERS"}]}}`

// asked has the plugin ask, in its section on a case, and returns the answers
// as they reached it. Each ask is its type and its arguments.
func asked(t *testing.T, w *hosttest.World, by core.Actor, asks ...string) map[string]json.RawMessage {
	t.Helper()
	return answersIn(t, w, by, w.Script(t, asking(asks...)).Case.ID)
}

func asking(asks ...string) map[string]string {
	var list []string
	for i := 0; i < len(asks); i += 2 {
		list = append(list, fmt.Sprintf(`{"id":"a%d","t":%q,"args":%s}`, i/2, asks[i], asks[i+1]))
	}
	return map[string]string{"start": `{"v":1,"asks":[` + strings.Join(list, ",") + `]}`, "any": shows}
}

func answersIn(t *testing.T, w *hosttest.World, by core.Actor, id core.CaseID) map[string]json.RawMessage {
	t.Helper()
	shown, err := w.Details.Show(t.Context(), by, w.See(t, by, id), "section")
	if err != nil {
		t.Fatalf("%v\n%s", err, w.Log())
	}
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(shown.View.Items[0].Text), &out); err != nil {
		t.Fatalf("%v: %s", err, shown.View.Items[0].Text)
	}
	return out
}

func refusal(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var out struct{ Error string }
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out.Error
}

func TestAPluginReadsAnotherCaseWithinTheReachOfWhoLooks(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	other := w.Case(t, w.Raise(t))
	ask := fmt.Sprintf(`{"ref":%q}`, other.Ref)
	var read struct{ Ref, Subject, Priority string }
	answers := asked(t, w, w.Priya, "case.read", ask)
	if err := json.Unmarshal(answers["a0"], &read); err != nil || read.Ref != string(other.Ref) || read.Subject != other.Subject {
		t.Errorf("read %s", answers["a0"])
	}
	if read.Priority != "" {
		t.Errorf("the priority was not granted, and is %q", read.Priority)
	}
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET confidentiality = 'restricted' WHERE id = $1`, other.ID); err != nil {
		t.Fatal(err)
	}
	if got := refusal(t, asked(t, w, w.Priya, "case.read", ask)["a0"]); got != "There is no such case, or you may not see it." {
		t.Errorf("a restricted case is answered with %q", got)
	}
	mine, anothers := w.Case(t, w.Raise(t)), w.Case(t, w.Raise(t))
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET requester_id = $2 WHERE id = $1`, anothers.ID, w.Brendan); err != nil {
		t.Fatal(err)
	}
	amara := core.PersonActor(w.Amara, "Amara")
	for _, tt := range []struct {
		ref  core.Reference
		sees bool
	}{{mine.Ref, true}, {anothers.Ref, false}, {"CMP-2222-2222", false}} {
		got := asked(t, w, amara, "case.read", fmt.Sprintf(`{"ref":%q}`, tt.ref))["a0"]
		if tt.sees != (refusal(t, got) == "") {
			t.Errorf("the requester is answered %s", got)
		}
	}
}

func TestAPluginFindsCasesThatHaveToDoWithThisOne(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	raise := func(address string, lat float64, who core.PersonID) *core.Case {
		t.Helper()
		cs := w.Case(t, w.Raise(t))
		if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET address = $2, place = point(-1.6, $3), requester_id = $4 WHERE id = $1`, cs.ID, address, lat, who); err != nil {
			t.Fatal(err)
		}
		return w.Case(t, cs.ID)
	}
	near := raise("14 Mill Lane", 54.9705, w.Brendan)
	same := raise("12 mill lane", 54.97, w.Brendan)
	hers := raise("9 Elsewhere", 55.2, w.Amara)
	hidden := raise("12 Mill Lane", 54.97, w.Amara)
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET confidentiality = 'restricted', scope_id = (SELECT id FROM scopes WHERE confidentiality = 'restricted' LIMIT 1) WHERE id = $1 AND EXISTS (SELECT FROM scopes WHERE confidentiality = 'restricted')`, hidden.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pool.Exec(t.Context(), `WITH s AS (INSERT INTO scopes (type_key, group_key, confidentiality) VALUES ('complaint', $2, 'restricted') ON CONFLICT DO NOTHING RETURNING id)
		UPDATE cases SET confidentiality = 'restricted', scope_id = (SELECT id FROM s) WHERE id = $1 AND EXISTS (SELECT FROM s)`, hidden.ID, hidden.Group); err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct {
		ask  string
		want []core.Reference
	}{
		"the same address":           {`{"same_address":true}`, []core.Reference{same.Ref}},
		"the same requester":         {`{"same_requester":true}`, []core.Reference{hers.Ref}},
		"around":                     {`{"within":200}`, []core.Reference{same.Ref, near.Ref}},
		"around and her own":         {`{"within":200,"same_requester":true}`, nil},
		"of another type":            {`{"same_address":true,"types":["enquiry"]}`, nil},
		"that are closed":            {`{"same_address":true,"kinds":["final"]}`, nil},
		"nothing was asked for":      {`{}`, nil},
		"one of those that are near": {`{"within":200,"limit":1}`, []core.Reference{same.Ref}},
	} {
		seen := w.Script(t, asking("case.search", tt.ask))
		if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET address = '12 Mill Lane', place = point(-1.6, 54.97) WHERE id = $1`, seen.Case.ID); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Cases []struct {
				Ref    core.Reference
				Metres int
			}
			More bool
		}
		raw := answersIn(t, w, w.Priya, seen.Case.ID)["a0"]
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		var refs []core.Reference
		for _, c := range got.Cases {
			refs = append(refs, c.Ref)
		}
		if fmt.Sprint(refs) != fmt.Sprint(tt.want) || got.More != (what == "one of those that are near") {
			t.Errorf("%s: found %v (more: %v), want %v: %s", what, refs, got.More, tt.want, raw)
		}
		// The cases of the script are at that address too, and hers: none of them is to be found by the next.
		if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET address = '', place = NULL, requester_id = NULL WHERE id = $1`, seen.Case.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPluginSearchesByWordsAsWhoLooks(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	other := w.Raise(t)
	if err := w.Index.Rebuild(t.Context(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	var found struct{ Cases []struct{ Subject string } }
	if err := json.Unmarshal(asked(t, w, w.Priya, "case.search", `{"text":"collections"}`)["a0"], &found); err != nil || len(found.Cases) != 1 {
		t.Errorf("found %+v (%v), want %s", found, err, w.Case(t, other).Ref)
	}
	// Its requester may look at the section, and searches nothing through it.
	got := asked(t, w, core.PersonActor(w.Amara, "Amara"), "case.search", `{"text":"collections"}`)["a0"]
	if refusal(t, got) != "Only staff may search in cases." {
		t.Errorf("the requester is answered %s", got)
	}
}

func TestWhatAPluginKeepsIsOfItsCaseOrItsOwn(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	one := w.Script(t, map[string]string{
		"submit": `{"v":1,"state":{},"view":{"t":"page","label":"Kept"},"effects":[{"t":"store.put","args":{"key":"n","value":{"a":[1,2]}}},{"t":"store.put","args":{"key":"all","value":7,"shared":true}}]}`,
		"view":   `{"v":1,"asks":[{"id":"n","t":"store.get","args":{"key":"n"}},{"id":"all","t":"store.get","args":{"key":"all","shared":true}},{"id":"keys","t":"store.list","args":{}}]}`,
		"any":    shows,
	})
	submit(t, w, one, "section", nil)
	got := answersIn(t, w, w.Priya, one.Case.ID)
	if string(got["n"]) != `{"value":{"a":[1,2]}}` || string(got["all"]) != `{"value":7}` || string(got["keys"]) != `{"keys":["n"]}` {
		t.Errorf("what it kept is %s", got)
	}
	two := asked(t, w, w.Priya, "store.get", `{"key":"n"}`, "store.get", `{"key":"all","shared":true}`)
	if string(two["a0"]) != `{}` || string(two["a1"]) != `{"value":7}` {
		t.Errorf("on another case it has %s", two)
	}
}

func TestAPluginLooksInTheListsThatWereGranted(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	list := lookups.List{Key: "streets", Name: "Streets", Columns: []string{"ward"}}
	rows := []lookups.Row{{Value: "1", Label: "Mill Lane", Cells: []string{"North"}}, {Value: "2", Label: "Mill Street", Cells: []string{"South"}}, {Value: "3", Label: "Old Lane", Cells: []string{"South"}}}
	if err := w.Lookups.Put(t.Context(), core.SystemActor(), list, rows); err != nil {
		t.Fatal(err)
	}
	got := asked(t, w, w.Priya, "lookup.find", `{"list":"streets","text":"mil sou"}`, "lookup.find", `{"list":"streets","value":"3"}`,
		"lookup.find", `{"list":"schools","text":"x"}`, "lookup.find", `{"list":"streets","text":"' & | !"}`)
	if string(got["a0"]) != `{"rows":[{"value":"2","label":"Mill Street","columns":{"ward":"South"}}]}` {
		t.Errorf("words find %s", got["a0"])
	}
	if !strings.Contains(string(got["a1"]), "Old Lane") || string(got["a3"]) != `{"rows":[]}` {
		t.Errorf("a value finds %s, signs find %s", got["a1"], got["a3"])
	}
	if refusal(t, got["a2"]) == "" {
		t.Errorf("a list that was not granted is answered %s", got["a2"])
	}
}

func TestWhatWasNotGrantedIsNotAnswered(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{Grant: pluginhost.Grant{"context:case.description"}})
	got := asked(t, w, w.Priya, "case.read", `{"ref":"CMP-2222-2222"}`, "case.search", `{"same_requester":true}`, "store.get", `{"key":"n"}`,
		"lookup.find", `{"list":"streets"}`, "http.request", `{"url":"https://example.org"}`, "made.up", `{}`)
	for id, answer := range got {
		if said := refusal(t, answer); !strings.HasSuffix(said, "was not granted.") && !strings.HasPrefix(said, "There is nothing that is asked as") {
			t.Errorf("%s: %s", id, answer)
		}
	}
	seen := w.Script(t, map[string]string{"any": `{"v":1,"state":{},"view":{"t":"page","label":"All","items":[{"t":"text","text":"$REQUEST"}]}}`})
	shown, err := w.Details.Show(t.Context(), w.Priya, seen, "section")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"Collections missed", string(seen.Case.Ref), "Amara", "Priya", "new"} {
		if strings.Contains(strings.ReplaceAll(shown.View.Items[0].Text, "$REQUEST", ""), `"`+word+`"`) {
			t.Errorf("it was shown %q: %s", word, shown.View.Items[0].Text)
		}
	}
}

func TestAPluginThatAsksWithoutEndIsStopped(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	ask := func(id string) string {
		return `{"v":1,"asks":[{"id":"` + id + `","t":"store.get","args":{"key":"n"}}]}`
	}
	many := strings.Repeat(`{"id":"%d","t":"store.get","args":{"key":"n"}},`, 11)
	for what, script := range map[string]map[string]string{
		"four rounds":  {"start": ask("1"), "answer1": ask("2"), "answer2": ask("3"), "answer3": ask("4"), "answer4": shows},
		"eleven asks":  {"start": `{"v":1,"asks":[` + strings.TrimSuffix(fmt.Sprintf(many, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), ",") + `]}`, "any": shows},
		"one id twice": {"start": ask("1"), "answer1": ask("1"), "any": shows},
		"id too long":  {"start": ask(strings.Repeat("x", 65)), "any": shows},
		"no id at all": {"start": ask(""), "any": shows},
	} {
		_, err := w.Details.Show(t.Context(), w.Priya, w.Script(t, script), "section")
		if core.KindOf(err) != core.ErrUnavailable {
			t.Errorf("%s: %v", what, err)
		}
		w.Clock.Advance(2 * time.Minute) // no breaker stands in the way of the next
	}
	three := w.Script(t, map[string]string{"start": ask("1"), "answer1": ask("2"), "answer2": ask("3"), "answer3": shows})
	if got := answersIn(t, w, w.Priya, three.Case.ID); len(got) != 3 {
		t.Errorf("three rounds give %d answers", len(got))
	}
}

type looked struct{ ActorID, What, Through string }

func TestWhatAPluginWasShownIsWrittenDownOnceAMinute(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	other := w.Case(t, w.Raise(t))
	seen := w.Script(t, asking("case.read", fmt.Sprintf(`{"ref":%q}`, other.Ref)))
	for range 3 {
		answersIn(t, w, w.Priya, seen.Case.ID)
	}
	of := func(id core.CaseID) []looked {
		t.Helper()
		rows, err := postgres.All[looked](t.Context(), w.Pool, `SELECT actor_id, what, through FROM access_log WHERE case_id = $1 ORDER BY at, what`, id)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	want := looked{w.Priya.ID, "section section: was shown description, fields:cost, fields:remedy, ref, status, subject", hosttest.Through}
	if got := of(seen.Case.ID); len(got) != 1 || got[0] != want {
		t.Errorf("of the case itself is written %+v, want %+v", got, want)
	}
	if got := of(other.ID); len(got) != 1 || got[0] != (looked{w.Priya.ID, "section section: read it", hosttest.Through}) {
		t.Errorf("of the other case is written %+v", got)
	}
	w.Clock.Advance(time.Minute)
	answersIn(t, w, w.Priya, seen.Case.ID)
	answersIn(t, w, w.Tomasz, seen.Case.ID)
	if got := of(seen.Case.ID); len(got) != 3 {
		t.Errorf("a minute later is written %+v", got)
	}
	looks, more, err := w.Cases.Looks(t.Context(), w.Priya, w.See(t, w.Priya, seen.Case.ID), true, 1)
	if err != nil || more || len(looks) != 3 || looks[0].Through != hosttest.Through {
		t.Errorf("the screen lists %+v, %v, %v", looks, more, err)
	}
	if _, _, err := w.Cases.Looks(t.Context(), core.PersonActor(w.Amara, ""), w.See(t, core.PersonActor(w.Amara, ""), seen.Case.ID), true, 1); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("the requester is answered %v", err)
	}
}

func TestAnEffectThatIsNoneOfItsBusinessRefusesTheWholeAnswer(t *testing.T) {
	t.Parallel()
	w := hosttest.New(t, hosttest.Options{})
	for what, effect := range map[string]string{
		"not granted":         `{"t":"case.close","args":{"reason":"upheld"}}`,
		"outside its pattern": `{"t":"case.set_field","args":{"field":"depth","value":3}}`,
		"an unknown member":   `{"t":"case.set_field","args":{"field":"remedy","value":"x","by":"Priya"}}`,
		"no arguments":        `{"t":"case.set_field"}`,
		"another's store":     `{"t":"store.put","args":{"key":"n","value":1,"plugin":"casement.complaint"}}`,
	} {
		seen := w.Script(t, map[string]string{
			"any":   `{"v":1,"state":{"saved":true},"view":{"t":"page","label":"Done"},"effects":[{"t":"note.add","args":{"body":"First"}},` + effect + `]}`,
			"start": `{"v":1,"state":{},"view":{"t":"form","id":"f","label":"Form"}}`,
		})
		before := len(w.Kinds(t, seen.Case.ID))
		_, err := w.Details.Turn(t.Context(), w.Priya, seen, "section", sent(nil))
		if core.KindOf(err) != core.ErrUnavailable {
			t.Errorf("%s: %v", what, err)
		}
		if after := len(w.Kinds(t, seen.Case.ID)); after != before {
			t.Errorf("%s: %d events were recorded", what, after-before)
		}
		w.Clock.Advance(2 * time.Minute)
	}
}
