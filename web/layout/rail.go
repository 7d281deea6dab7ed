package layout

import "github.com/casement-dev/casement/web/render"

// entry returns one of the places the rail may lead to.
func entry(key string) (render.Entry, bool) {
	switch key {
	case "mywork":
		return render.Entry{Label: "My work", Icon: "home", URL: "/mywork", Press: "m"}, true
	case "queues":
		return render.Entry{Label: "Queues", Icon: "queue", URL: "/queues", Press: "q"}, true
	case "search":
		return render.Entry{Label: "Search", Icon: "search", URL: "/search", Press: "s"}, true
	case "tasks":
		return render.Entry{Label: "Tasks", Icon: "task", URL: "/tasks", Press: "t"}, true
	case "calendar":
		return render.Entry{Label: "Calendar", Icon: "calendar", URL: "/calendar", Press: "k"}, true
	case "dashboards":
		return render.Entry{Label: "Dashboards", Icon: "chart", URL: "/dashboards", Press: "d"}, true
	case "knowledge":
		return render.Entry{Label: "Knowledge", Icon: "book", URL: "/knowledge", Press: "w"}, true
	case "configuration":
		return render.Entry{Label: "Configuration", Icon: "gear", URL: "/configuration", Press: "c"}, true
	case "imports":
		return render.Entry{Label: "Imports", Icon: "download", URL: "/imports", Press: "i"}, true
	case "plugins":
		return render.Entry{Label: "Plugins", Icon: "plug", URL: "/plugins", Press: "p", Bad: "faults"}, true
	case "people":
		return render.Entry{Label: "People", Icon: "people", URL: "/people", Press: "e"}, true
	case "webhooks":
		return render.Entry{Label: "Webhooks", Icon: "bolt", URL: "/webhooks", Press: "h"}, true
	case "triage":
		return render.Entry{Label: "Mail to sort", Icon: "mail", URL: "/triage", Press: "r"}, true
	case "mail":
		return render.Entry{Label: "Outgoing mail", Icon: "mail", URL: "/mail", Press: "o"}, true
	}
	return render.Entry{}, false
}

// Entries returns the named places of the rail, in the order given, with their
// counts. A key that is no place is left out.
func Entries(counts map[string]int, keys ...string) []render.Entry {
	var out []render.Entry
	for _, key := range keys {
		if e, ok := entry(key); ok {
			e.Key, e.Count = key, counts[key]
			out = append(out, e)
		}
	}
	return out
}
