package casepages

import (
	"context"
	"strconv"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/satisfaction"
	"github.com/casement-dev/casement/web/layout"
)

// scoreWords say a score: "4 of 5, Good".
func scoreWords(score int) string {
	return strconv.Itoa(score) + " of " + strconv.Itoa(core.MaxScore) + ", " + core.ScoreName(score, core.DefaultLanguage)
}

// satisfied are the facts about what the requester said of the case, the latest
// first.
func (p *Pages) satisfied(ctx context.Context, o *opened) ([]layout.Fact, error) {
	if p.Satisfaction == nil || !o.full {
		return nil, nil
	}
	given, err := p.Satisfaction.OfCase(ctx, o.Case.ID)
	if err != nil || len(given) == 0 {
		return nil, err
	}
	facts := []layout.Fact{{Term: "Satisfaction", Text: scoreWords(given[0].Score)}}
	if given[0].Comment != "" {
		facts = append(facts, layout.Fact{Term: "Comment", Text: "“" + given[0].Comment + "”"})
	}
	if len(given) > 1 {
		facts = append(facts, layout.Fact{Term: "Before that", Text: scoreWords(given[1].Score)})
	}
	return facts, nil
}

func maySatisfy(o *opened) bool {
	return o.MayDo(core.MayWork) && o.Type.Satisfied.Ask && !o.Case.IsOpen()
}

func satisfiedForm(_ context.Context, _ *Pages, o *opened, in input) (ActForm, error) {
	score := choose(in, "score", "How satisfied is "+o.firstName()+"?")
	for i := core.MaxScore; i > 0; i-- {
		score.Options = append(score.Options, layout.Option{Value: strconv.Itoa(i), Label: strconv.Itoa(i) + ", " + core.ScoreName(i, core.DefaultLanguage)})
	}
	return ActForm{
		Hint: "As they told us. A score may reopen or close the case.",
		Fields: []layout.Field{
			score, channelField(in),
			{Name: "comment", Label: "What else did they say?", Value: clipped(in.text("comment")), Rows: 3, Optional: true, MaxLength: core.MaxComment},
		},
	}, nil
}

func satisfiedCommands(_ context.Context, _ *Pages, _ *opened, in input) ([]cases.Command, error) {
	return []cases.Command{&satisfaction.Record{Score: in.number("score"), Comment: in.text("comment"), Channel: core.Channel(in.text("channel"))}}, nil
}
