package casetypes

import "github.com/casement-dev/casement/core"

const (
	maxTags      = 20
	maxTagLength = 40 // letters
)

func reportsSection() Section {
	return Section{
		Key: "reports", Name: "Public reports",
		Parts: func(t *core.CaseType) []Part { return []Part{{Key: "reports", Value: &t.Reports}} },
	}
}

func open311Section() Section {
	return Section{
		Key: "open311", Name: "Open311",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "open311", Value: &t.Open311}} },
		Validate: validateOpen311,
	}
}

func validateOpen311(c *Check) {
	r := c.Type.Open311
	if r.Publish && !r.Offered {
		c.Say(At("open311", "publish"), "Cases are published through Open311 only for a type that is offered there. Add “offered: true”.")
	}
	if r.Words && !r.Publish {
		c.Say(At("open311", "words"), "Descriptions are shown only with cases that are published. Add “publish: true”.")
	}
	if len(r.Tags) > maxTags {
		c.Say(At("open311", "tags"), "A type may have %d tags at most.", maxTags)
	}
	for i, tag := range r.Tags {
		if clean, wrong := core.CleanLine(tag, maxTagLength); wrong != "" || clean == "" {
			c.Say(At("open311", "tags", i), "A tag is one line of at most %d letters.", maxTagLength)
		}
	}
	c.Once("tag", r.Tags, func(i int) Path { return At("open311", "tags", i) })
}
