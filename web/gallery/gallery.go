// Package gallery shows every page and component with its samples, in
// development: empty, one, many, long words, right-to-left text, errors. Tests
// execute the same samples.
package gallery

import (
	"bytes"
	"embed"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{
		Package: "gallery",
		Files:   files,
		Samples: append(treeSamples(), []render.Sample{
			{Template: "gallery/index", Name: "one package", View: indexView(), Data: Index{Packages: []Package{{Name: "layout", Pages: []Shown{{Number: 1, Template: "layout/problem", Name: "in public"}}, Parts: []Shown{{Number: 0, Template: "layout/chip", Name: "private", HTML: `<span class="chip">Private</span>`}}}}}},
			{Template: "gallery/index", Name: "nothing", View: indexView(), Data: Index{}},
		}...),
	}
}

func indexView() render.View { return render.View{Template: "gallery/index", Title: "Gallery"} }

// Index is all samples, by package.
type Index struct {
	Packages []Package
}

// Package is the samples of one package: whole pages, and parts that
// would cover others, as links; other parts as they are.
type Package struct {
	Name  string
	Pages []Shown
	Parts []Shown
}

// Shown is one sample.
type Shown struct {
	Number   int // its place among all samples, which is its address
	Template string
	Name     string
	HTML     template.HTML // of a part
}

// Pages shows the samples of an engine.
type Pages struct {
	engine *render.Engine
}

// New makes the gallery of everything that engine knows.
func New(engine *render.Engine) *Pages { return &Pages{engine: engine} }

// Register hangs the gallery on routes. It is for development: the samples are
// no secret, but they are nobody's business either.
func (p *Pages) Register(r render.Routes) {
	r.Get("/_gallery", p.index)
	r.Get("/_gallery/:number", p.show)
}

func (p *Pages) index(c *fiber.Ctx) error {
	var page Index
	for number, sample := range p.engine.Samples() {
		name, _, _ := strings.Cut(sample.Template, "/")
		at := slices.IndexFunc(page.Packages, func(pkg Package) bool { return pkg.Name == name })
		if at < 0 {
			at = len(page.Packages)
			page.Packages = append(page.Packages, Package{Name: name})
		}
		shown := Shown{Number: number, Template: sample.Template, Name: sample.Name}
		if sample.View.Template != "" || sample.Alone {
			page.Packages[at].Pages = append(page.Packages[at].Pages, shown)
			continue
		}
		var b bytes.Buffer
		if err := p.engine.ExecuteSample(&b, sample); err != nil {
			return err
		}
		shown.HTML = template.HTML(b.String())
		page.Packages[at].Parts = append(page.Packages[at].Parts, shown)
	}
	return render.Page(c, indexView(), page)
}

func (p *Pages) show(c *fiber.Ctx) error {
	samples := p.engine.Samples()
	number, err := strconv.Atoi(c.Params("number"))
	if err != nil || number < 0 || number >= len(samples) {
		return core.NotFound("There is no such sample.")
	}
	sample := samples[number]
	if sample.View.Template == "" {
		return render.Fragment(c, sample.Template, sample.Data)
	}
	return render.Page(c, sample.View, sample.Data)
}
