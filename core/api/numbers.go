package api

import (
	"math"
	"strconv"
	"strings"
)

// numbers reads n numbers separated by commas. The result has n entries even
// when ok is false.
func numbers(list string, n int) (out []float64, ok bool) {
	out = make([]float64, n)
	parts := strings.Split(list, ",")
	if len(parts) != n {
		return out, false
	}
	for i, part := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return out, false
		}
		out[i] = v
	}
	return out, true
}
