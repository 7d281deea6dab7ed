package main

import "strings"

// formats are the shapes that a text may have to have: each returns a message,
// or "".
var formats = map[string]func(string) string{
	"postcode": func(s string) string {
		s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
		// Outward code of two to four, inward code of a digit and two letters.
		if n := len(s); n < 5 || n > 7 || !letter(s[0]) || !digit(s[n-3]) || !letter(s[n-2]) || !letter(s[n-1]) || strings.IndexFunc(s, odd) >= 0 {
			return "Enter a full postcode, like M1 1AA"
		}
		return ""
	},
	"digits": func(s string) string {
		if strings.Trim(s, "0123456789") != "" {
			return "Enter digits only"
		}
		return ""
	},
	"web": func(s string) string {
		rest, secure := strings.CutPrefix(s, "https://")
		if !secure {
			rest, secure = strings.CutPrefix(s, "http://")
		}
		host, _, _ := strings.Cut(rest, "/")
		if !secure || !strings.Contains(host, ".") || strings.ContainsAny(s, " \t<>\"") {
			return "Enter a web address, like https://www.example.org"
		}
		return ""
	},
}

func letter(c byte) bool { return c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
func odd(r rune) bool    { return !(r >= 'A' && r <= 'Z' || r >= '0' && r <= '9') }
