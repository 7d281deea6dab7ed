package host

import "strconv"

var months = [...]string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// SayDate writes a date, or the date of a time in RFC 3339, as people do: 9
// November 2026. Anything else stays as it is.
func SayDate(date string) string {
	year, month, day, ok := parts(date)
	if !ok {
		return date
	}
	return strconv.Itoa(day) + " " + months[month-1] + " " + strconv.Itoa(year)
}

// ConfigList returns a setting the administrator made that is a list of texts;
// nil when there is none.
func (c *Ctx) ConfigList(name string) []string {
	elements, _ := Elements([]byte(c.Config(name)))
	var list []string
	for _, e := range elements {
		list = append(list, Text(e))
	}
	return list
}

// ConfigInt returns a setting the administrator made that is a whole number, and
// otherwise when there is none.
func (c *Ctx) ConfigInt(name string, otherwise int) int {
	n, err := strconv.Atoi(c.Config(name))
	if err != nil {
		return otherwise
	}
	return n
}
