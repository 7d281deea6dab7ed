package accountpages

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// deviceOf says in words which browser a request comes from, as people know
// their own: "Firefox on Windows". It is a help for the eye and proves nothing.
func deviceOf(c *fiber.Ctx) string { return deviceName(c.Get(fiber.HeaderUserAgent)) }

// named is a mark in the User-Agent header and what it stands for. The first
// that fits counts: browsers name their ancestors too.
type named struct{ mark, name string }

var browsers = []named{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
	{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"},
}

var systems = []named{
	{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
	{"Mac OS X", "Mac"}, {"CrOS", "Chromebook"}, {"Linux", "Linux"},
}

func deviceName(userAgent string) string {
	browser, system := find(browsers, userAgent), find(systems, userAgent)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	}
	return system
}

func find(list []named, in string) string {
	for _, n := range list {
		if strings.Contains(in, n.mark) {
			return n.name
		}
	}
	return ""
}
