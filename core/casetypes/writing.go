package casetypes

import (
	"maps"
	"slices"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/messages"
)

// maxReplies bounds the saved replies of a case type.
const maxReplies = 200

func repliesSection() Section {
	return Section{
		Key: "replies", Name: "Saved replies and questions",
		Parts: func(t *core.CaseType) []Part {
			return []Part{{Key: "replies", Value: &t.Replies}, {Key: "questions", Value: &t.Questions}}
		},
		Validate: validateReplies,
	}
}

func validateReplies(c *Check) {
	at := At("replies")
	Entries(c, at, "saved reply", c.Type.Replies, func(r core.SavedReply) (string, core.Text) { return r.Key, r.Name })
	if len(c.Type.Replies) > maxReplies {
		c.Say(at, "A case type has %d saved replies at most.", maxReplies)
	}
	for i, r := range c.Type.Replies {
		if strings.TrimSpace(r.Subject) == "" || strings.Contains(r.Subject, "\n") {
			c.Say(at.And(i, "subject"), "The subject is one line.")
		}
		if strings.TrimSpace(r.Text) == "" {
			c.Say(at.And(i, "text"), "Write the reply.")
		}
		for name, source := range map[string]string{"subject": r.Subject, "text": r.Text} {
			if wrong := messages.CheckText(source); wrong != "" {
				c.Say(at.And(i, name), "%s", wrong)
			}
		}
		for j, group := range r.Groups {
			c.Exists(at.And(i, "groups", j), "group", group, c.Known.Groups)
		}
		c.Once("group", r.Groups, func(j int) Path { return at.And(i, "groups", j) })
	}
}

func satisfactionSection() Section {
	return Section{
		Key: "satisfaction", Name: "Satisfaction",
		Parts:    func(t *core.CaseType) []Part { return []Part{{Key: "satisfaction", Value: &t.Satisfied}} },
		Validate: validateSatisfaction,
	}
}

func validateSatisfaction(c *Check) {
	t, rule, at := c.Type, c.Type.Satisfied, At("satisfaction")
	if len(rule.Levels) > 0 && !rule.Ask {
		c.Say(at, "The levels say what answers lead to, and nobody is asked. Add ask: true, or leave them out.")
	}
	closes := false
	for _, score := range slices.Sorted(maps.Keys(rule.Levels)) {
		here := at.And("levels", score)
		if len(score) != 1 || score < "1" || score > "5" {
			c.Say(here, "“%s” is not a score. Scores are 1, 2, 3, 4 and 5.", shorten(score))
			continue
		}
		if !c.Exists(here, "status", rule.Levels[score], statusKeys(t)) {
			continue
		}
		to, _ := t.Status(rule.Levels[score])
		switch {
		case to.Kind == core.StatusFinal:
			closes = true
		case to.Key != t.Reopen.To:
			c.Say(here, "A score leads to the status that cases are reopened to (reopen.to), or to one that ends the case; “%s” is neither.", to.Key)
		}
	}
	if _, known := core.FindReason(t.Reasons.Close, rule.Reason); rule.Reason != "" && !known {
		c.Exists(at.And("reason"), "reason for closing", rule.Reason, keys(t.Reasons.Close, func(r core.Reason) string { return r.Key }))
	} else if closes && rule.Reason == "" {
		c.Say(at, "A score closes the case. Add the reason for which it is closed then: reason: …")
	}
}
