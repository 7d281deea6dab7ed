package main

import (
	"math"
	"strconv"

	"github.com/casement-dev/casement/sdk/host"
)

// most is beyond what anybody counts; no calculation leaves it.
const most = 1e15

// calculate works out a field; "" while an answer that it needs is missing.
func (d *definition) calculate(a *answers, f *field) string {
	var values []string
	for _, key := range f.Work.Of {
		// Calculations use answers only, so that none can wait for itself.
		if _, from := d.find(key); from != nil && from.Kind != kindCalculated {
			values = append(values, d.all(a, key)...)
		}
	}
	switch f.Work.Op {
	case workCount:
		return strconv.Itoa(len(values))
	case workDays:
		if len(values) != 2 {
			return ""
		}
		days, ok := host.DaysBetween(values[0], values[1])
		if !ok {
			return ""
		}
		return strconv.Itoa(days)
	}
	total, seen := 0.0, 0
	for _, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			continue
		}
		switch seen++; {
		case seen == 1:
			total = n
		case f.Work.Op == workSum:
			total += n
		case f.Work.Op == workDifference:
			total -= n
		case f.Work.Op == workProduct:
			total *= n
		}
	}
	if seen == 0 || !(total < most && total > -most) {
		return ""
	}
	if f.Work.Money {
		return strconv.FormatFloat(math.Round(total*100)/100, 'f', 2, 64)
	}
	return decimal(math.Round(total*1e6) / 1e6)
}
