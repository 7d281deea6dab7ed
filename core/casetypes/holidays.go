package casetypes

import (
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/us"

	"github.com/casement-dev/casement/core"
)

// Regions lists the regions whose public holidays are known, sorted.
func Regions() []string {
	return []string{"england-and-wales", "france", "germany", "ireland", "netherlands", "new-zealand",
		"northern-ireland", "scotland", "united-states"}
}

func regionHolidays(region string) ([]*cal.Holiday, bool) {
	switch region {
	case "england-and-wales":
		return append(slices.Clone(gb.Holidays), stateFuneral()), true
	case "northern-ireland":
		return append(slices.Clone(gb.Holidays), stateFuneral(),
			onDate("St Patrick's Day", time.March, 17), onDate("Battle of the Boyne", time.July, 12)), true
	case "scotland":
		return append(scottish(), stateFuneral()), true
	case "ireland":
		return ie.Holidays, true
	case "france":
		return fr.Holidays, true
	case "germany":
		return de.Holidays, true
	case "netherlands":
		return nl.Holidays, true
	case "new-zealand":
		return nz.Holidays, true
	case "united-states":
		return us.Holidays, true
	}
	return nil, false
}

// scottish is what the library has of the United Kingdom with Scotland's own
// days in place of England's.
func scottish() []*cal.Holiday {
	second := &cal.Holiday{Name: "2nd January", Month: time.January, Day: 2, Func: cal.CalcDayOfMonth,
		Observed: []cal.AltDay{ // 1 January, if moved, is observed first
			{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 2}, {Day: time.Monday, Offset: 1}}}
	out := []*cal.Holiday{second, gb.SummerHolidayScotland, onDate("St Andrew's Day", time.November, 30)}
	for _, h := range gb.Holidays {
		if h != gb.SummerHoliday && h != gb.EasterMonday {
			out = append(out, h)
		}
	}
	return out
}

// stateFuneral is a single day that the library lacks.
func stateFuneral() *cal.Holiday {
	return &cal.Holiday{Name: "State Funeral of Queen Elizabeth II", Month: time.September, Day: 19,
		Func: cal.CalcDayOfMonth, StartYear: 2022, EndYear: 2022}
}

// onDate is a holiday on a date, observed on Monday when that is at a weekend.
func onDate(name string, month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{Name: name, Month: month, Day: day, Func: cal.CalcDayOfMonth,
		Observed: []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 1}}}
}

// holidaysOf works out the days on which holidays are observed. Where two fall
// on one day, both names stand.
func holidaysOf(list []*cal.Holiday, from, until int) []core.Holiday {
	named := map[core.Date][]string{}
	for year := from; year <= until; year++ {
		for _, h := range list {
			if _, observed := h.Calc(year); !observed.IsZero() {
				date := core.DateOf(observed)
				if !slices.Contains(named[date], h.Name) {
					named[date] = append(named[date], h.Name)
				}
			}
		}
	}
	out := make([]core.Holiday, 0, len(named))
	for date, names := range named {
		slices.Sort(names)
		out = append(out, core.Holiday{Date: date, Name: strings.Join(names, ", ")})
	}
	return out
}
