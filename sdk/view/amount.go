package view

import "strings"

// Amount reads an amount of money as people type it, "£1,234.5", and writes it
// as it is kept, "1234.50"; unit, which may be "", may stand before or behind
// it. Commas and spaces group thousands; at most two digits follow the point.
func Amount(typed, unit string) (amount string, ok bool) {
	s := strings.ReplaceAll(strings.TrimSpace(typed), "\u2212", "-")
	minus := strings.HasPrefix(s, "-")
	s = strings.TrimSpace(strings.TrimPrefix(s, "-"))
	if unit != "" {
		s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, unit), unit))
	}
	if !minus {
		minus = strings.HasPrefix(s, "-")
		s = strings.TrimPrefix(s, "-")
	}
	whole, parts, point := strings.Cut(s, ".")
	whole, ok = ungrouped(whole)
	if !ok || !digits(parts) || len(parts) > 2 || point && parts == "" || whole == "" && parts == "" {
		return "", false
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	amount = whole + "." + (parts + "00")[:2]
	if minus && strings.Trim(amount, "0.") != "" {
		amount = "-" + amount
	}
	return amount, true
}

// ungrouped takes the separators out of "1,234,567", where they part thousands.
func ungrouped(s string) (string, bool) {
	groups := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\u00a0' || r == '\u202f' })
	joined := strings.Join(groups, "")
	if len(groups) > 1 {
		for _, group := range groups[1:] {
			if len(group) != 3 {
				return "", false
			}
		}
		if len(groups[0]) > 3 {
			return "", false
		}
	}
	return joined, digits(joined) && (len(groups) > 0 || s == "")
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
