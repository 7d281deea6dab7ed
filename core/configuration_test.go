package core_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
)

func TestWhatReplacesAKeyStandsInForIt(t *testing.T) {
	recipe := &core.CaseType{
		Statuses: []core.Status{{Key: "new", Kind: core.StatusStart}, {Key: "on-hold", Kind: core.StatusWaiting}},
		Stages:   []core.Stage{{Key: "first"}, {Key: "second"}},
		Subtypes: []core.Subtype{{Key: "bins"}},
		ReplacedBy: core.Replacements{Statuses: map[string]string{"waiting": "on-hold"}, Stages: map[string]string{"b": "second"},
			Subtypes: map[string]string{"waste": "bins"}},
	}
	if s, ok := recipe.Status("waiting"); !ok || s.Key != "on-hold" {
		t.Errorf("waiting is %+v, %v", s, ok)
	}
	if s, i := recipe.Stage("b"); i != 1 || s.Key != "second" {
		t.Errorf("b is %+v at %d", s, i)
	}
	if s, ok := recipe.Subtype("waste"); !ok || s.Key != "bins" {
		t.Errorf("waste is %+v, %v", s, ok)
	}
	if s, ok := recipe.Status("gone"); ok {
		t.Errorf("a status that nothing replaced is %+v", s)
	}
	if _, i := recipe.Stage(""); i != -1 {
		t.Errorf("no stage is at %d", i)
	}
}
