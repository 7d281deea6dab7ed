package viewtree

import (
	"html/template"

	"github.com/casement-dev/casement/sdk/view"
)

// Body draws what stands below the heading of a page, for a host that heads it
// itself.
func (r *Renderer) Body(tree *view.Node, p Page) (template.HTML, error) {
	d := &drawing{r: r, page: p, root: tree}
	return d.all(tree.Items, 2)
}
