package people

import "strconv"

// plural says a number of things: "1 minute", "4 minutes".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
