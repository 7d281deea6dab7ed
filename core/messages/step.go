package messages

import (
	"fmt"
	"io"
	"strings"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
)

// Blocks are paid for before they begin. Liquid has no place for that, so the
// inspector puts a tag before each: {% casement_step WORK LINE LIST %}, which
// authors cannot write, since it is not on the list of tags. Values are paid for
// by the filters that show them.
const (
	stepTag = "casement_step"
	// budgetName is where a rendering keeps its budget among the data; it is no
	// name that an expression can have.
	budgetName = "casement budget"
)

// paid puts the price of a block before it: its conditions, and how often it runs
// when it is a loop.
func (i *inspector) paid(n *render.BlockNode) (render.Node, error) {
	work := weigh(n.Args)
	for _, clause := range n.Clauses {
		work += weigh(clause.Args)
	}
	list := ""
	if head := loopHead.FindStringSubmatch(n.Args); n.Name == "for" && head != nil {
		list = head[2]
	}
	source := fmt.Sprintf("{%% %s %d %d %s %%}", stepTag, work, n.SourceLoc.LineNo, list)
	step, err := i.config.Compile(source, parser.SourceLoc{LineNo: n.SourceLoc.LineNo})
	if err != nil {
		return nil, fromLiquid(err)
	}
	return &render.SeqNode{Children: []render.Node{step, n}}, nil
}

// compileStep makes what a step does when its place is reached.
func compileStep(args string) (func(io.Writer, render.Context) error, error) {
	var work, line int
	var list string
	if _, err := fmt.Sscan(strings.TrimSpace(args), &work, &line); err != nil {
		return nil, fmt.Errorf("read a step: %w", err)
	}
	var times expressions.Expression
	if _, err := fmt.Sscan(args, &work, &line, &list); err == nil {
		if times, err = expressions.Parse(list); err != nil {
			return nil, err
		}
	}
	return func(_ io.Writer, ctx render.Context) error {
		b, ok := ctx.Get(budgetName).(*budget)
		if !ok {
			return fmt.Errorf("a template is rendered without a budget")
		}
		b.line = line
		price := work
		if times != nil {
			value, err := ctx.Evaluate(times)
			if err != nil {
				return err
			}
			items, _ := value.([]any)
			price += len(items)
		}
		return b.spend(price)
	}, nil
}
