package pluginstore_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/pluginstore"
)

const plugin = "org.example.tidy"

func put(key, value string, shared bool) *pluginstore.Put {
	return &pluginstore.Put{Plugin: plugin, Key: key, Value: json.RawMessage(value), Shared: shared}
}

func TestAValueIsKeptReplacedAndForgotten(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	s, id, other := pluginstore.New(w.DB), w.Raise(t), w.Raise(t)
	want := func(cs core.CaseID, key, value string) {
		t.Helper()
		if got, err := s.Get(t.Context(), plugin, cs, key); err != nil || string(got) != value {
			t.Errorf("%s is %s, %v; want %s", key, got, err, value)
		}
	}
	w.Do(t, w.Priya, id, put("a", `{"n":1,"text":"\u0000"}`, false), put("b", `2`, false), put("a", `7`, true))
	want(id, "a", `{"n":1,"text":"\u0000"}`)
	want(other, "a", "")
	want(core.CaseID{}, "a", "7")
	if got, err := s.Get(t.Context(), "org.example.other", id, "a"); err != nil || got != nil {
		t.Errorf("another plugin reads %s, %v", got, err)
	}
	w.Do(t, w.Priya, id, put("a", `3`, false), put("b", "", false))
	want(id, "a", "3")
	want(id, "b", "")
	if keys, more, err := s.List(t.Context(), plugin, id, "", 0); err != nil || more || strings.Join(keys, " ") != "a" {
		t.Errorf("the keys are %v, %v, %v", keys, more, err)
	}
}

func TestKeysAreListedByTheirBeginning(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	s, id := pluginstore.New(w.DB), w.Raise(t)
	w.Do(t, w.Priya, id, put("x%1", `1`, false), put("x%2", `1`, false), put("x_3", `1`, false), put("y", `1`, false))
	if keys, more, err := s.List(t.Context(), plugin, id, "x%", 1); err != nil || !more || strings.Join(keys, " ") != "x%1" {
		t.Errorf("%v, %v, %v", keys, more, err)
	}
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	id := w.Raise(t)
	large := `"` + strings.Repeat("x", 60<<10) + `"`
	for what, cmd := range map[string]cases.Command{
		"a long value":  put("k", `"`+strings.Repeat("x", 64<<10)+`"`, false),
		"no key":        put("", `1`, false),
		"a long key":    put(strings.Repeat("k", 101), `1`, false),
		"a strange key": put("a\x00b", `1`, false),
		"no JSON":       put("k", `{`, false),
	} {
		w.Refuses(t, core.ErrInvalid, w.Priya, id, cmd)
		_ = what
	}
	w.Do(t, w.Priya, id, put("1", large, false), put("2", large, false), put("3", large, false), put("4", large, false))
	w.Refuses(t, core.ErrConflict, w.Priya, id, put("5", large, false))
	w.Do(t, w.Priya, id, put("4", `"smaller"`, false), put("5", large, false)) // room was made in the same change
	w.Refuses(t, core.ErrConflict, w.Priya, id, put("6", `1`, false), put("7", large, false))
	if got, err := pluginstore.New(w.DB).Get(t.Context(), plugin, id, "6"); err != nil || got != nil {
		t.Errorf("a part of what was refused is kept: %s, %v", got, err)
	}
}
