package portalpages

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// FindPage finds one case without signing in.
type FindPage struct {
	Ref, Proof layout.Field
	Problems   render.Problems
}

var findView = render.View{Template: "portalpages/find", Layout: render.Public, Title: "Find your case"}

func findPage(ref, proof string, problems render.Problems) FindPage {
	return FindPage{
		Ref:      layout.Field{Name: "ref", Label: "Reference", Hint: "For example CMP-7K2M-4QX9. Capitals and hyphens do not matter.", Value: clip(ref, 60), MaxLength: 60, Width: "20", Autocomplete: "off", Plain: true, Error: problems.For("ref")},
		Proof:    layout.Field{Name: "postcode", Label: "Your postcode or email address", Hint: "As you gave it to us with this case", Value: clip(proof, 254), MaxLength: 254, Width: "20", Plain: true, Error: problems.For("postcode")},
		Problems: problems,
	}
}

func (p *Pages) showFind(c *fiber.Ctx) error {
	return render.Page(c, findView, findPage("", "", render.Problems{}))
}

// find leads to the tracking page of a case whose reference and postcode or
// email address somebody knows. Every wrong pair gets the same answer.
func (p *Pages) find(c *fiber.Ctx) error {
	ref, proof := c.FormValue("ref"), c.FormValue("postcode")
	again := func(problems render.Problems) error {
		return render.Invalid(c, findView, findPage(ref, proof, problems))
	}
	if strings.TrimSpace(ref) == "" || strings.TrimSpace(proof) == "" {
		return again(render.Problems{Items: missing(ref, proof)})
	}
	token, err := p.Cases.FindByProof(c.UserContext(), ref, proof)
	if core.KindOf(err) == core.ErrNotFound {
		return again(render.Problems{Message: "We cannot find a case with this reference and this postcode or email address"})
	}
	if err != nil {
		return err
	}
	return render.Done(c, "/track/"+token, render.Toast{})
}

func missing(ref, proof string) []render.FieldProblem {
	var out []render.FieldProblem
	if strings.TrimSpace(ref) == "" {
		out = append(out, render.FieldProblem{Field: "ref", Message: "Enter the reference."})
	}
	if strings.TrimSpace(proof) == "" {
		out = append(out, render.FieldProblem{Field: "postcode", Message: "Enter your postcode or email address."})
	}
	return out
}
