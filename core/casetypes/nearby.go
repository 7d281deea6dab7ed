package casetypes

import (
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/casement-dev/casement/core"
)

var distanceType = reflect.TypeFor[core.Distance]()

// Bounds of what may be shown to whoever is about to report.
const (
	maxNearbyWithin = core.Distance(2_000)
	maxNearbyDays   = 730
)

func nearbySection() Section {
	return Section{
		Key: "nearby", Name: "Reported nearby",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "nearby", Value: &t.Nearby}} },
		Validate: validateNearby,
	}
}

func validateNearby(c *Check) {
	r := c.Type.Nearby
	if !r.Shown() {
		if r.Days != 0 || r.Within != 0 {
			c.Say(At("nearby"), "What was reported nearby needs both: within what distance, such as 150 metres, and for how many days.")
		}
		return
	}
	if r.Within > maxNearbyWithin {
		c.Say(At("nearby", "within"), "Nearby is %s at most.", maxNearbyWithin)
	}
	if r.Days < 1 || r.Days > maxNearbyDays {
		c.Say(At("nearby", "days"), "Between 1 and %d days can be looked back.", maxNearbyDays)
	}
	for _, f := range c.Type.Fields {
		if f.Is == core.UsePlace {
			return
		}
	}
	if c.Type.Form.Plugin == "" {
		c.Say(At("nearby"), "Nothing can be nearby: no field of the form is the place (“is: place”).")
	}
}

// distanceSchema is how files write a distance.
func distanceSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "string", Pattern: "^[0-9]+ (m|metres?|meters?|km|kilometres?|kilometers?)$", Description: "A distance: 150 metres, 2 km.",
	}
}
