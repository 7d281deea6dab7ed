package pluginpages

import (
	"html/template"
	"math"
	"time"

	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web/render"
	"github.com/casement-dev/casement/web/viewtree"
)

// Figures is how a plugin did in the last 24 hours, on all servers.
type Figures struct {
	Total  plugins.Figures
	Within string // 9 in 10 calls were answered within this
	Took   template.HTML
	Faults template.HTML
	Fuel   string
}

// figuresOf draws the charts: one stretch an hour.
func (p *Pages) figuresOf(total plugins.Figures, hours []plugins.Figures) (Figures, error) {
	out := Figures{Total: total, Within: took(total.P90), Fuel: render.Number(int(min(total.MaxFuel, math.MaxInt)))}
	if total.Calls == 0 {
		return out, nil
	}
	times := view.Node{Type: view.Chart, Kind: view.KindLine, Label: "Milliseconds within which 9 in 10 calls were answered, by hour", Unit: "ms",
		Series: []view.Series{{Label: "9 in 10 within", Points: p.points(hours, func(f plugins.Figures) float64 {
			return math.Round(float64(f.P90)/float64(time.Millisecond)*100) / 100
		})}}}
	faults := view.Node{Type: view.Chart, Kind: view.KindBar, Label: "Faults, by hour",
		Series: []view.Series{{Label: "Faults", Points: p.points(hours, func(f plugins.Figures) float64 { return float64(f.Faults) })}}}
	var err error
	if out.Took, err = p.chart(times, "took-"); err != nil {
		return out, err
	}
	if total.Faults > 0 {
		out.Faults, err = p.chart(faults, "faults-")
	}
	return out, err
}

func (p *Pages) points(hours []plugins.Figures, of func(plugins.Figures) float64) []view.Datum {
	out := make([]view.Datum, len(hours))
	for i, f := range hours {
		out[i] = view.Datum{Label: f.From.In(p.Zone).Format("15:04"), Value: of(f)}
	}
	return out
}

func (p *Pages) chart(chart view.Node, prefix string) (template.HTML, error) {
	tree := view.Node{Type: view.Page, Label: chart.Label, Items: []view.Node{chart}}
	return p.tree.Body(&tree, viewtree.Page{Prefix: prefix, Level: 2, Icons: p.Asset("icons.svg"), Zone: p.Zone})
}
