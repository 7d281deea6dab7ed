package forms

import (
	"strconv"
	"strings"
)

var months = [...]string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// dateParts reads 2026-11-09; ok says that it is a day of the calendar. The
// time package would do it, at the price of its weight in every guest.
func dateParts(s string) (year, month, day int, ok bool) {
	parts := strings.Split(s, "-")
	if len(parts) != 3 || len(parts[0]) != 4 || len(parts[1]) != 2 || len(parts[2]) != 2 {
		return 0, 0, 0, false
	}
	var n [3]int
	for i, p := range parts {
		for _, c := range []byte(p) {
			if c < '0' || c > '9' {
				return 0, 0, 0, false
			}
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	year, month, day = n[0], n[1], n[2]
	return year, month, day, month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && year > 0
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && year%100 != 0 || year%400 == 0 {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func dateMistake(s string) string {
	year, month, day, ok := dateParts(s)
	switch {
	case ok:
		return ""
	case month >= 1 && month <= 12 && day > daysIn(year, month) && day <= 31:
		return "Enter a date that exists: " + months[month-1] + " has " + strconv.Itoa(daysIn(year, month)) + " days"
	case len(strings.Split(s, "-")) == 3 && (strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") || strings.Contains(s, "--")):
		return "Enter day, month and year"
	}
	return "Enter a date that exists, like 9 11 2026"
}

// sayDate writes a date as people do; anything else stays as it is.
func sayDate(s string) string {
	year, month, day, ok := dateParts(s)
	if !ok {
		return s
	}
	return strconv.Itoa(day) + " " + months[month-1] + " " + strconv.Itoa(year)
}
