package editing

import (
	"embed"

	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

//go:embed *.html
var files embed.FS

// Source returns the templates and samples of this package.
func Source() render.Source {
	return render.Source{Package: "editing", Files: files, Samples: samples()}
}

func samples() []render.Sample {
	long := "Zuständigkeitsprüfung und Rechtsbehelfsbelehrungsverfahren"
	ask := Ask{Action: "/configuration/types/complaint/draft", Section: "statuses", Item: "statuses/waiting", Seen: "0a1b2c3d"}
	line := Input{Field: layout.Field{Name: "key", ID: "in-key", Label: "Key", Value: "waiting"}}
	wrong := line
	wrong.Error = "There is a status with this key already."
	words := Input{Field: layout.Field{Name: "name", ID: "in-name", Label: "Name", Hint: "Staff read it."}, Words: []layout.Field{
		{Name: "name.en", ID: "in-name-en", Label: "English", Value: "Waiting for requester"}, {Name: "name.cy", ID: "in-name-cy", Label: "Welsh", Value: "Yn aros"}}}
	area := words
	area.ID, area.Words = "in-about", []layout.Field{{Name: "about.en", ID: "in-about-en", Label: "About", Rows: 3, Value: long}}
	both := words
	both.ID, both.Error, both.Words = "in-both", "Words are missing here.", []layout.Field{{Name: "both.en", ID: "in-both-en", Label: "English", Rows: 3}, {Name: "both.ar", ID: "in-both-ar", Label: "Arabic", Rows: 3, Value: "شكوى"}}
	tick := Input{Field: layout.Field{Name: "clear", ID: "in-clear", Label: "It goes back to the group"}, Tick: true, On: true}
	ticks := Input{Field: layout.Field{Name: "to", ID: "in-to", Label: "May move to", Hint: "None: to any."}, Ticks: []Tick{{"open", "Open", true}, {"long", long, false}}}
	options := []layout.Option{{Label: "Nobody"}, {Value: "waste", Label: "Waste and recycling"}, {Value: "long", Label: long}}
	several := Input{Field: layout.Field{Name: "groups", ID: "in-groups", Label: "Told of escalations"}, Several: []layout.Field{
		{Name: "groups", ID: "in-groups-1", Label: "Told of escalations, level 1", Hint: "Level 1", Value: "waste", Options: options},
		{Name: "groups", ID: "in-groups-2", Label: "Told of escalations, level 2", Hint: "Level 2", Options: options}}}
	group := Group{Title: "Names", About: "In each language of the type.", Inputs: []Input{words, tick, ticks, several}}
	list := List{Key: "statuses", Title: "Statuses", Columns: []string{"Status", "Kind"}, Ordered: true, AddLabel: "Add a status", Ask: ask, Add: []Input{line}, Rows: []Row{
		{Item: "statuses/new", Label: "New", Sub: "new", URL: "#a", Cells: []Cell{{Text: "start"}}, First: true},
		{Item: "statuses/long", Label: long, Sub: "long", URL: "#b", Cells: []Cell{{Chip: &layout.Chip{Label: "Waiting", Icon: "pause", Tone: "warn"}}, {Switch: &Switch{Do: "switch:long", Label: long, On: true}}}, Bad: true, Last: true}}}
	none := List{Key: "stages", Columns: []string{"Stage"}, Nothing: "There is none yet.", Ask: ask}
	remove := &Remove{Item: "statuses/waiting", Noun: "status", Holds: "12 open cases have it.", Inputs: []Input{{Field: layout.Field{Name: "replacement", ID: "in-replacement", Label: "For them it becomes", Options: options}}},
		Breaks: []string{"statuses[0].to[1]: There is no status “waiting”."}, Ask: ask}
	part := func(template, name string, data any) render.Sample {
		return render.Sample{Template: "editing/" + template, Name: name, Data: data}
	}
	return []render.Sample{
		part("ask", "of a status", ask), part("input", "a line", line), part("input", "a line with a mistake", wrong), part("input", "words in two languages", words),
		part("input", "words in one language", area), part("input", "areas with a mistake", both), part("input", "a box", tick), part("input", "boxes", ticks), part("input", "several", several),
		part("group", "names", group), part("list", "two", list), part("list", "none", none), part("remove", "in use", remove), part("remove", "not in use", &Remove{Item: "statuses/x", Noun: "status", Ask: ask}),
		part("panel", "lists", Panel{Lists: []List{list, none}, Ask: ask}),
		part("panel", "an entry", Panel{Say: []string{"A status has one kind."}, Back: render.Link{Label: "Statuses", URL: "#"}, Groups: []Group{group}, Remove: remove, Ask: ask, Parts: []Part{{"editing/note", Note{Title: "A part"}}}}),
		part("note", "sentences", Note{Title: "The last 90 days", Sentences: []string{"7 of 236 complaints."}, Facts: []layout.Fact{{Term: "Late", Text: "2"}}, Link: render.Link{Label: "All 7 cases", URL: "#"}}),
		part("note", "a part", Note{Part: &Part{"layout/chip", layout.Chip{Label: "Live", Icon: "ok", Tone: "good"}}}),
	}
}
