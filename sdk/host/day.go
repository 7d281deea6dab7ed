package host

import "strconv"

// AddDays is the date so many days after date, or before it when days is
// negative: 2026-11-09. What is no date stays as it is. The time package would
// do it, at the price of its weight in every guest.
func AddDays(date string, days int) string {
	year, month, day, ok := parts(date)
	if !ok || days > 1_000_000 || days < -1_000_000 {
		return date
	}
	year, month, day = fromDays(toDays(year, month, day) + days)
	if year < 1 || year > 9999 {
		return date
	}
	return pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2)
}

// DaysBetween counts the days from one date to a later one; ok is false when one
// of them is no date. Times in RFC 3339 count by their dates.
func DaysBetween(from, to string) (days int, ok bool) {
	y1, m1, d1, ok1 := parts(from)
	y2, m2, d2, ok2 := parts(to)
	if !ok1 || !ok2 {
		return 0, false
	}
	return toDays(y2, m2, d2) - toDays(y1, m1, d1), true
}

// Date is the date of a time in RFC 3339, or a date itself.
func Date(at string) string {
	if len(at) > 10 {
		return at[:10]
	}
	return at
}

func parts(s string) (year, month, day int, ok bool) {
	s = Date(s)
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, 0, 0, false
	}
	year, err1 := strconv.Atoi(s[:4])
	month, err2 := strconv.Atoi(s[5:7])
	day, err3 := strconv.Atoi(s[8:])
	y, m, d := fromDays(toDays(year, month, day))
	return year, month, day, err1 == nil && err2 == nil && err3 == nil && year >= 1 && y == year && m == month && d == day
}

// toDays counts days in the proleptic Gregorian calendar from the first of
// March of the year 0, so that leap days end a year.
func toDays(year, month, day int) int {
	if month <= 2 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1
}

func fromDays(n int) (year, month, day int) {
	year = (10000*n + 14780) / 3652425
	rest := n - (365*year + year/4 - year/100 + year/400)
	if rest < 0 {
		year--
		rest = n - (365*year + year/4 - year/100 + year/400)
	}
	m := (100*rest + 52) / 3060
	day = rest - (m*306+5)/10 + 1
	if month = m + 3; month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}
