package viewtree

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decimal writes a number as machines read it.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// number writes a number for people: thousands grouped, at most two decimals,
// four where it is small.
func number(f float64) string {
	decimals := 2
	if f > -0.1 && f < 0.1 {
		decimals = 4
	}
	s := strconv.FormatFloat(f, 'f', decimals, 64)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "\u2212", s[1:]
	}
	whole, rest, point := strings.Cut(s, ".")
	if whole == "0" && !point {
		sign = ""
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + rest
	}
	return sign + whole
}

// unitAround says whether a unit stands before a number, as signs of money do,
// or behind it.
func unitAround(unit string) (before, after string) {
	if r, _ := utf8.DecodeRuneInString(unit); unicode.Is(unicode.Sc, r) {
		return unit, ""
	}
	return "", unit
}

// withUnit puts a unit beside a number that is written already.
func withUnit(number, unit string) string {
	before, after := unitAround(unit)
	if before != "" {
		if rest, minus := strings.CutPrefix(number, "\u2212"); minus {
			return "\u2212" + before + rest
		}
		return before + number
	}
	if after == "" || after == "%" {
		return number + after
	}
	return number + "\u00a0" + after
}
