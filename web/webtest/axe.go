package webtest

import (
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/chromedp"
)

// Violation is a barrier that axe found: a rule and the elements that break it.
type Violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"` // minor, moderate, serious, critical
	Help   string `json:"help"`
	Nodes  []struct {
		HTML           string `json:"html"`
		FailureSummary string `json:"failureSummary"`
	} `json:"nodes"`
}

// String is the rule and, below it, each element with what is wrong.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for _, node := range v.Nodes {
		fmt.Fprintf(&b, "\n  %s\n    %s", node.HTML, strings.ReplaceAll(node.FailureSummary, "\n", "\n    "))
	}
	return b.String()
}

// What axe is asked for: everything up to level AA of WCAG 2.2 and what axe calls
// best practice, or what depends on light or dark alone.
const (
	axeAll     = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`
	axeColours = `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`
)

// axeRun runs it; its verb is what for.
const axeRun = `axe.run(document, {
	resultTypes: ['violations'],
	runOnly: %s,
}).then(r => r.violations.map(({id, impact, help, nodes}) =>
	({id, impact: impact ?? '', help, nodes: nodes.map(({html, failureSummary}) => ({html, failureSummary: failureSummary ?? ''}))})))`

// Axe returns the barriers of the page as it is now.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	return p.axe(axeAll)
}

func (p *Page) axe(rules string) []Violation {
	p.t.Helper()
	if !ask[bool](p, `'axe' in window`) { // half a megabyte, once for each page
		path, err := moduleFile("web/assets/node_modules/axe-core/axe.min.js")
		if err != nil {
			need(p.t, err)
		}
		source, err := os.ReadFile(path)
		if err != nil {
			need(p.t, fmt.Errorf("axe is not installed (run \"npm ci\" in web/assets): %w", err))
		}
		// Evaluated from outside, it is not subject to the page's own policy.
		if err := p.run(chromedp.Evaluate[chromedp.Void](string(source))); err != nil {
			p.fail(err, "load axe")
		}
	}
	return ask[[]Violation](p, strings.ReplaceAll(axeRun, "%s", rules))
}

// Accessible fails the test for each barrier of the page as it is now.
func (p *Page) Accessible() {
	p.t.Helper()
	for _, violation := range p.Axe() {
		p.t.Errorf("%s: %v", p.URL(), violation)
	}
}

// Legible fails the test for words that cannot be told from their ground on the
// page as it is now: what of [Page.Accessible] may differ between light and dark.
func (p *Page) Legible() {
	p.t.Helper()
	for _, violation := range p.axe(axeColours) {
		p.t.Errorf("%s: %v", p.URL(), violation)
	}
}
