package viewtree

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/sdk/view"
)

// chart is a chart as it is drawn: every place in hundredths of the room there
// is, so that the words beside it keep their size on a telephone.
type chart struct {
	Kind    string
	Heads   []string   // of the table: one a series
	Rows    []chartRow // of the table, and of bars that lie
	Key     []series
	Said    string // for screen readers, what the picture shows
	Ticks   []string
	Lines   []string // where ticks are, from above: "33.33%"
	Zero    string   // where zero is, when it is not at the edge: of lying bars from the start, else from above
	Drawn   []series
	Below   []below
	Ends    []end
	Sizer   end // the widest of the ends
	Several bool
}

type chartRow struct {
	Label string
	Cells []chartCell
}

type chartCell struct {
	Series   string
	Class    int // of the series, from 1
	Text     string
	X, Width string // of a lying bar
}

// series is one line, or the standing bars of one colour.
type series struct {
	Class  int
	Label  string
	Points string // of a line, in a square of 100
	Dots   []dot
	Bars   []box
}

type dot struct{ X, Y string }

type box struct{ X, Y, Width, Height string }

// below is a label below the chart. Wide ones are shown where there is room.
type below struct {
	At, Text, Anchor string
	Wide             bool
}

// end is the last value of a line, with its name where there is room.
type end struct{ At, Text, Name string }

// Lying bars have their names beside them; beyond so many, bars stand.
const maxLying = 12

func (c *chart) template() string {
	if c.Kind == view.KindBar && len(c.Rows) <= maxLying {
		return "chart-lying"
	}
	return "chart-plot"
}

func drawChart(n *view.Node) *chart {
	c := &chart{Kind: n.Kind, Several: len(n.Series) > 1}
	points := 0
	least, most := 0.0, 0.0
	for _, s := range n.Series {
		points = len(s.Points)
		for _, p := range s.Points {
			least, most = min(least, p.Value), max(most, p.Value)
		}
	}
	for i, s := range n.Series {
		label := s.Label
		if label == "" {
			label = n.Label
		}
		c.Heads = append(c.Heads, label)
		c.Key = append(c.Key, series{Class: i + 1, Label: label})
	}
	low, high, step := scale(least, most)
	c.table(n, points, low, high)
	if c.template() == "chart-lying" {
		return c
	}
	c.axis(n, low, high, step)
	for i := range n.Series {
		c.draw(i, n, low, high)
	}
	c.labels(n, points)
	c.ends(n, low, high)
	c.Said = c.say(n)
	return c
}

// scale is a range of round numbers around zero and all values, and the step
// between them.
func scale(least, most float64) (low, high, step float64) {
	if most-least < 1e-6 { // all alike, or as good as that
		most = least + 1
	}
	rough := (most - least) / 4
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	step = power * 10
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= rough*0.999 {
			step = m * power
			break
		}
	}
	return math.Floor(least/step+1e-9) * step, math.Ceil(most/step-1e-9) * step, step
}

// hundredth is how far a value is from low to high, from 0 to 100.
func hundredth(v, low, high float64) float64 { return (v - low) / (high - low) * 100 }

func percent(f float64) string {
	s := strconv.FormatFloat(f, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}

func plain(f float64) string { return strings.TrimSuffix(percent(f), "%") }

// table makes the rows of the table, with their bars.
func (c *chart) table(n *view.Node, points int, low, high float64) {
	zero := hundredth(0, low, high)
	if low < 0 {
		c.Zero = percent(zero)
	}
	for j := range points {
		r := chartRow{Label: n.Series[0].Points[j].Label}
		for i, s := range n.Series {
			v := s.Points[j].Value
			at := hundredth(v, low, high)
			r.Cells = append(r.Cells, chartCell{
				Series: c.Heads[i], Class: i + 1, Text: withUnit(number(v), n.Unit),
				X: percent(min(at, zero)), Width: percent(math.Abs(at - zero)),
			})
		}
		c.Rows = append(c.Rows, r)
	}
}

// axis makes the ticks, from above.
func (c *chart) axis(n *view.Node, low, high, step float64) {
	count := int(math.Round((high - low) / step))
	for i := count; i >= 0; i-- {
		c.Ticks = append(c.Ticks, withUnit(number(low+float64(i)*step), n.Unit))
		c.Lines = append(c.Lines, percent(100-float64(i)/float64(count)*100))
	}
	c.Zero = percent(100 - hundredth(0, low, high))
}

// across is where the middle of point j stands.
func across(kind string, j, points int) float64 {
	if kind == view.KindBar {
		return (float64(j) + 0.5) / float64(points) * 100
	}
	if points == 1 {
		return 50
	}
	return float64(j) / float64(points-1) * 100
}

func (c *chart) draw(i int, n *view.Node, low, high float64) {
	s := series{Class: i + 1, Label: c.Heads[i]}
	points := n.Series[i].Points
	var line []string
	for j, p := range points {
		x, y := across(n.Kind, j, len(points)), 100-hundredth(p.Value, low, high)
		if n.Kind == view.KindBar {
			zero := 100 - hundredth(0, low, high)
			width := 76.0 / float64(len(points)) / float64(len(n.Series))
			left := x - 38/float64(len(points)) + float64(i)*width
			s.Bars = append(s.Bars, box{percent(left), percent(min(y, zero)), percent(width * 0.94), percent(math.Abs(y - zero))})
			continue
		}
		line = append(line, plain(x)+","+plain(y))
		if len(points) <= 16 || j == len(points)-1 {
			s.Dots = append(s.Dots, dot{percent(x), percent(y)})
		}
	}
	s.Points = strings.Join(line, " ")
	c.Drawn = append(c.Drawn, s)
}

// labels chooses which labels stand below: as many as fit a telephone, and as
// many as fit a wide page.
func (c *chart) labels(n *view.Node, points int) {
	longest := 1
	for _, p := range n.Series[0].Points {
		longest = max(longest, len([]rune(p.Label)))
	}
	longest = min(longest, 14)
	every := func(room int) int { // room in characters
		fit := max(room/(longest+2), 1)
		return max((points+fit-1)/fit, 1)
	}
	wide, narrow := every(72), every(30)
	for wide > 1 && narrow%wide != 0 {
		narrow++
	}
	for j, p := range n.Series[0].Points {
		if j%wide != 0 {
			continue
		}
		b := below{At: percent(across(n.Kind, j, points)), Text: clip(p.Label, 14), Anchor: "middle", Wide: j%narrow != 0}
		if n.Kind == view.KindLine && points > 1 {
			switch j {
			case 0:
				b.Anchor = "start"
			case points - 1:
				b.Anchor = "end"
			}
		}
		c.Below = append(c.Below, b)
	}
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return s
}

// ends says the last value of every line beside it, apart enough to be read.
func (c *chart) ends(n *view.Node, low, high float64) {
	if n.Kind != view.KindLine || len(c.Rows) == 0 {
		return
	}
	type at struct {
		y float64
		i int
	}
	var list []at
	for i, s := range n.Series {
		list = append(list, at{100 - hundredth(s.Points[len(s.Points)-1].Value, low, high), i})
	}
	slices.SortStableFunc(list, func(a, b at) int { return cmp.Compare(a.y, b.y) })
	const apart = 9.0
	for range 100 { // those that are too close move away from each other, and stay in the picture
		for k := 1; k < len(list); k++ {
			if near := apart - (list[k].y - list[k-1].y); near > 0 {
				list[k-1].y -= near / 2
				list[k].y += near / 2
			}
		}
		for k := range list {
			list[k].y = min(max(list[k].y, float64(k)*apart), 100-float64(len(list)-1-k)*apart)
		}
	}
	last := c.Rows[len(c.Rows)-1]
	for _, l := range list {
		e := end{At: percent(l.y), Text: last.Cells[l.i].Text}
		if c.Several {
			e.Name = clip(c.Heads[l.i], 14)
		}
		c.Ends = append(c.Ends, e)
		if len([]rune(e.Text+e.Name)) > len([]rune(c.Sizer.Text+c.Sizer.Name)) {
			c.Sizer = e
		}
	}
}

// say puts the picture into words: every series from where to where.
func (c *chart) say(n *view.Node) string {
	if len(c.Rows) == 0 {
		return n.Label + ": nothing to show yet."
	}
	first, last := c.Rows[0], c.Rows[len(c.Rows)-1]
	words := []string{n.Label + ", " + first.Label + " to " + last.Label + "."}
	for i, s := range n.Series {
		least, most := 0, 0
		for j, p := range s.Points {
			if p.Value < s.Points[least].Value {
				least = j
			}
			if p.Value > s.Points[most].Value {
				most = j
			}
		}
		text := func(j int) string { return c.Rows[j].Cells[i].Text + " (" + c.Rows[j].Label + ")" }
		what := "From "
		if c.Several {
			what = c.Heads[i] + ": from "
		}
		words = append(words, what+first.Cells[i].Text+" to "+last.Cells[i].Text+"; least "+text(least)+", most "+text(most)+".")
	}
	return strings.Join(append(words, "All figures are in the table below."), " ")
}
