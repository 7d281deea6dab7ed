package main

import (
	"slices"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notifications"
)

func TestAReaderHearsOnlyOfCasesAndQueuesThatAreTheirBusiness(t *testing.T) {
	t.Parallel()
	p := furnished(t, false, core.SystemClock{})
	priya, kofi := p.hire(t, "Priya", nil, "complaints-team").Actor(), p.hire(t, "Kofi", nil).Actor()
	id := core.NewID[core.CaseID]()
	if _, err := p.cases.Do(t.Context(), priya, cases.One(id, 0, &cases.Raise{
		Type: "complaint", Subject: "Bins", Description: "Not collected.", Subtype: "other", Channel: core.ChannelTelephone, Contact: core.Contact{Name: "Amara"},
	})); err != nil {
		t.Fatal(err)
	}
	cs, err := p.cases.ByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	topics := []string{"case:" + string(cs.Ref), "case:" + string(core.NewReference("CMP")), "case:nonsense", "counts", "everything",
		notifications.Topic(priya.StaffID()), "notifications:", "queue:complaint", "work"}
	for _, test := range []struct {
		by   core.Actor
		want []string
	}{
		{priya, []string{"case:" + string(cs.Ref), "counts", notifications.Topic(priya.StaffID()), "queue:complaint", "work"}},
		{kofi, []string{"counts", "work"}},
		{core.AnonymousActor(), nil},
		{core.LinkActor(id, cs.Requester), nil},
	} {
		got, err := p.hears(t.Context(), test.by, topics)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s %s hears %v, want %v (%v)", test.by.Kind, test.by.Name, got, test.want, err)
		}
	}
}
