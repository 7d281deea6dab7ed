package accountpages

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// PreferencesPage is how somebody wants to be told.
type PreferencesPage struct {
	Groups   []PreferenceGroup
	Hour     layout.Field
	Zone     layout.Field
	Problems render.Problems
}

// PreferenceGroup is kinds of events that belong together.
type PreferenceGroup struct {
	Name   string
	Fields []layout.Field
}

// preferenceWords are the kinds of events as the page calls them, in groups.
var preferenceWords = []struct {
	name  string
	kinds []kindWords
}{
	{"Cases", []kindWords{
		{core.CaseRaised, "A new case comes to your group", ""},
		{core.CaseAssigned, "A case is given to you", ""},
		{core.CaseReassigned, "A case is handed to you or your group", ""},
		{core.CaseReopened, "A case is reopened", ""},
		{core.CaseWithdrawn, "A case is withdrawn", ""},
		{core.CaseCancelled, "A case is cancelled", ""},
		{core.CaseResolved, "A case is resolved", ""},
		{core.CaseClosed, "A case is closed", ""},
		{core.StatusChanged, "The status changes", ""},
		{core.StageChanged, "The stage changes", ""},
		{core.WorkStarted, "Work begins", ""},
		{core.CaseClaimed, "Somebody claims a case", ""},
		{core.CaseReleased, "A case is put back", ""},
	}},
	{"Conversation", []kindWords{
		{core.UpdateAdded, "The requester adds something", ""},
		{core.QuestionAnswered, "A question is answered", ""},
		{core.QuestionUnanswered, "A question stays unanswered", ""},
		{core.NoteAdded, "A note is written", ""},
		{core.ContactChanged, "Contact details change", ""},
		{core.AttachmentAdded, "A file is added", ""},
	}},
	{"Tasks", []kindWords{
		{core.TaskAdded, "There is a new task", ""},
		{core.TaskAssigned, "A task is given to you or your group", ""},
		{core.TaskReturned, "A task is to be corrected", ""},
		{core.TaskAsked, "Somebody asks about a task", ""},
		{core.TaskAnswered, "Your question about a task is answered", ""},
		{core.TaskTimeRequested, "More time is asked for a task", ""},
		{core.TaskHandedBack, "A task is handed back", ""},
		{core.TaskCompleted, "A task is completed", ""},
		{core.AllTasksDone, "The last open task ends", ""},
		{core.TaskCancelledEvent, "A task is cancelled", ""},
		{core.TaskReminded, "A task is due soon", ""},
		{core.TaskBreached, "A task is late", "Always in the console: a promise was broken"},
	}},
	{"Targets", []kindWords{
		{core.TargetReminded, "A target is due soon", ""},
		{core.TargetBreached, "A target is overdue", "Always in the console: a promise was broken"},
		{core.TargetExtended, "A target has more time", ""},
		{core.CaseEscalated, "A case is escalated", "Always in the console: somebody asks for help"},
		{core.CaseDeEscalated, "A case is no longer escalated", ""},
	}},
}

type kindWords struct {
	kind core.EventKind
	says string
	hint string
}

// howWords are the ways of telling as the page calls them.
var howWords = map[notifications.How]string{
	notifications.AtOnce: "Mail at once", notifications.InDigest: "In the daily digest", notifications.InConsole: "In the console only", notifications.None: "Not at all",
}

var preferencesView = render.View{Template: "accountpages/preferences", Title: "How you are told"}

func preferencesPage(own notifications.Preferences, zone string, problems render.Problems) PreferencesPage {
	page := PreferencesPage{Problems: problems}
	left := notifications.Kinds()
	for _, g := range preferenceWords {
		group := PreferenceGroup{Name: g.name}
		for _, k := range g.kinds {
			if i := slices.Index(left, k.kind); i >= 0 {
				left = slices.Delete(left, i, i+1)
				group.Fields = append(group.Fields, howField(k, own, problems))
			}
		}
		page.Groups = append(page.Groups, group)
	}
	for _, kind := range left {
		last := &page.Groups[0]
		last.Fields = append(last.Fields, howField(kindWords{kind, notifications.EventWords(kind), ""}, own, problems))
	}
	page.Hour = layout.Field{Name: "hour", Label: "Sent on working days at", Value: strconv.Itoa(own.Hour), Error: problems.For("hour")}
	for hour := range 24 {
		page.Hour.Options = append(page.Hour.Options, layout.Option{Value: strconv.Itoa(hour), Label: fmt.Sprintf("%02d:00", hour)})
	}
	page.Zone = layout.Field{
		Name: "zone", Label: "Time zone", Hint: "Such as Europe/London. Left empty it is " + zone + ", as everywhere here.", Value: clip(own.Zone, 60), MaxLength: 60,
		Optional: true, Plain: true, Autocomplete: "off", Error: problems.For("zone"),
	}
	return page
}

func howField(k kindWords, own notifications.Preferences, problems render.Problems) layout.Field {
	field := layout.Field{
		Name: string(k.kind), ID: fieldID(k.kind), Label: k.says, Hint: k.hint, Value: string(own.Of(k.kind)), Error: problems.For(string(k.kind)),
	}
	for _, how := range notifications.Hows() {
		if how != notifications.None || notifications.CanBeSilenced(k.kind) {
			field.Options = append(field.Options, layout.Option{Value: string(how), Label: howWords[how]})
		}
	}
	return field
}

// fieldID names a field in the page: a full stop would mean a class to scripts.
func fieldID(kind core.EventKind) string {
	id := []byte("how-" + kind)
	for i, b := range id {
		if b == '.' || b == '_' {
			id[i] = '-'
		}
	}
	return string(id)
}

func (p *Pages) showPreferences(c *fiber.Ctx) error {
	own, err := p.options.Notifications.Preferences(c.UserContext(), render.Actor(c))
	if err != nil {
		return err
	}
	return render.Page(c, preferencesView, preferencesPage(own, p.options.Zone.String(), render.Problems{}))
}

func (p *Pages) setPreferences(c *fiber.Ctx) error {
	own := notifications.Preferences{How: map[core.EventKind]notifications.How{}, Zone: c.FormValue("zone")}
	fields := []string{"hour", "zone"}
	for _, kind := range notifications.Kinds() {
		fields = append(fields, string(kind))
		if how := c.FormValue(string(kind)); how != "" {
			own.How[kind] = notifications.How(how)
		}
	}
	hour, err := strconv.Atoi(c.FormValue("hour"))
	if err != nil {
		err = core.InvalidField("hour", "Choose an hour of the day.")
	} else {
		own.Hour = hour
		err = p.options.Notifications.SetPreferences(c.UserContext(), render.Actor(c), own)
	}
	if err != nil {
		return answerForm(c, preferencesView, err, func(problems render.Problems) any {
			return preferencesPage(own, p.options.Zone.String(), problems)
		}, fields...)
	}
	return render.Done(c, preferencesPath, render.Toast{Text: "Saved."})
}
