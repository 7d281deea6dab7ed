package search

import (
	"cmp"
	"slices"

	"github.com/casement-dev/casement/core"
)

// Located is a match with its place, for [Clustered].
type Located struct {
	Pin
	Kind core.StatusKind
}

// Clustered draws matches on a part of the map: as they are when there are few,
// by cells when there are many. It is for engines that return the matches
// themselves; those outside the cells of the view are left out (see
// [View.Whole] for what to ask an engine for).
func Clustered(matches []Located, v View) Mapped {
	v = v.Fit()
	var out Mapped
	inView := matches[:0:0]
	first, last := v.Corners()
	for _, m := range matches {
		if within(core.CellAt(m.At, v.Zoom), first, last) {
			inView = append(inView, m)
		}
	}
	out.Total = len(inView)
	if len(inView) <= MaxPins {
		for _, m := range inView {
			out.Pins = append(out.Pins, m.Pin)
		}
		return out
	}
	sums := map[core.Cell]*Cluster{}
	for _, m := range inView {
		cell := core.CellAt(m.At, v.Zoom)
		sum := sums[cell]
		if sum == nil {
			sum = &Cluster{Box: cell.Box(), Kinds: map[core.StatusKind]int{}}
			sums[cell] = sum
		}
		sum.N++
		sum.Kinds[m.Kind]++
		sum.Centre.Lat += m.At.Lat
		sum.Centre.Lng += m.At.Lng
	}
	for _, sum := range sums {
		sum.Centre.Lat /= float64(sum.N)
		sum.Centre.Lng /= float64(sum.N)
		out.Clusters = append(out.Clusters, *sum)
	}
	SortClusters(out.Clusters)
	out.Clusters = out.Clusters[:min(len(out.Clusters), MaxClusters)]
	return out
}

// SortClusters puts the largest first, and those alike from north to south.
func SortClusters(all []Cluster) {
	slices.SortFunc(all, func(a, b Cluster) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(b.Centre.Lat, a.Centre.Lat), cmp.Compare(a.Centre.Lng, b.Centre.Lng))
	})
}
