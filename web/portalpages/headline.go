package portalpages

import (
	"fmt"
	"strings"

	"github.com/casement-dev/casement/core"
)

// headline says in one or two sentences what is happening with a case. The
// organisation's own words for the status come first, if they are a sentence.
func (p *Pages) headline(t *told) string {
	cs, noun := t.Case, typeWord(t.Type)
	if cs.IsFinal() {
		return p.endWords(t)
	}
	words := ownSentence(statusWords(cs, t.Type))
	if words == "" {
		words = map[core.StatusKind]string{
			core.StatusStart:    "We have received your " + noun + ".",
			core.StatusOpen:     "We are working on your " + noun + ".",
			core.StatusWaiting:  "We need something from you before we can go on.",
			core.StatusResolved: "We have replied to your " + noun + ".",
		}[cs.StatusKind]
	}
	switch {
	case cs.StatusKind == core.StatusResolved, cs.StatusKind == core.StatusWaiting:
		return words
	case len(t.open) > 0:
		return words + " We need an answer from you to go on."
	case t.promise.By != "" && t.holder != "":
		return fmt.Sprintf("%s %s will reply by %s.", words, t.holder, t.promise.By)
	case t.promise.By != "":
		return fmt.Sprintf("%s You will hear from us by %s.", words, t.promise.By)
	}
	return words
}

// ownSentence is the public name of a status as a sentence: "We are looking
// into it". A single word, such as "Received", is none.
func ownSentence(words string) string {
	if len(strings.Fields(words)) < 3 {
		return ""
	}
	return sentence(upperFirst(words))
}

// endWords say how a case ended.
func (p *Pages) endWords(t *told) string {
	cs, noun := t.Case, typeWord(t.Type)
	when := p.on(cs.ClosedAt)
	switch t.ended {
	case core.CaseWithdrawn:
		return fmt.Sprintf("You withdrew your %s %s.", noun, when)
	case core.CaseCancelled:
		return fmt.Sprintf("We cancelled your %s %s.%s", noun, when, labelled(" Reason: ", outcomeWords(cs, t.Type)))
	}
	return fmt.Sprintf("We closed your %s %s.%s", noun, when, labelled(" Outcome: ", outcomeWords(cs, t.Type)))
}

// labelled puts a label before words, if there are any.
func labelled(label, words string) string {
	if words == "" {
		return ""
	}
	return label + sentence(lowerFirst(words))
}
