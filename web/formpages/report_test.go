package formpages_test

import (
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/intake/intaketest"
)

// it is the address of a step of the shipped form for reports.
func it(step string) string { return "/forms/" + intaketest.ReportIt + "/" + step }

func TestAReportGoesFromItsPlaceToTheReference(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t).begin(intaketest.ReportIt)
	b.wants("Where is it?", "data-map-pick", `data-nearby="/forms/report-it/nearby"`)
	b.refused(422, "f:place", "").wants("Say where it is")
	b.send(it("what"), "f:place", "Mill Lane", "f:place:lat", "54.978", "f:place:lng", "-1.617").wants("Street light", "ring 999", `accept="image/jpeg`)
	b.send(it("you"), "f:kind", "pothole", "f:bad", "danger", "f:details", "As deep as a boot")
	b.send(it("check"), "f:hear", "yes", "f:name", "Ada Lovelace", "f:email", "ada@example.org").wants("Mill Lane", "Somebody could be hurt", "Send my report")
	ref := b.sendAway()
	b.wants("Thank you for telling us", "tell you by email")
	cs := s.find(t, ref)
	if cs.Subtype != "pothole" || cs.Subject != "Pothole: Mill Lane" || cs.Fields["dangerous"] != true || cs.Place == nil || cs.Contact.Email != "ada@example.org" {
		t.Errorf("%+v", cs)
	}
}

func TestAReportWithoutANameNamesNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	b := s.browser(t).signIn(core.PersonActor(s.Amara, "Amara")).begin(intaketest.ReportIt)
	b.send(it("what"), "f:place", "Mill Lane").send(it("you"), "f:kind", "tree", "f:bad", "worse", "f:details", "Leans")
	b.send(it("check"), "f:hear", "no").lacks("Amara")
	cs := s.find(t, b.sendAway())
	if !cs.Anonymous || !cs.Requester.IsZero() || cs.Fields["dangerous"] != false {
		t.Errorf("%+v", cs)
	}
}
