package accountpages

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/notifications"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// NoticesPath is where the bell leads.
const NoticesPath = "/notifications"

const preferencesPath = "/account/notifications"

// NoticesPage is what somebody was told in the console.
type NoticesPage struct {
	Tabs   layout.Tabs
	Days   []NoticeDay
	Empty  layout.Empty // shown when there are no days
	Newest int64        // the newest that is unread here; 0 when none is
	Paging layout.Paging
	URL    string // of this page, to come back to
	Live   string // the topic on which it is asked for again
}

// NoticeDay is the notifications of one day.
type NoticeDay struct {
	At   time.Time
	ID   string
	List []NoticeRow
}

// NoticeRow is one of them.
type NoticeRow struct {
	notifications.Notice
	Icon string
}

var noticesView = render.View{Template: "accountpages/notices", Part: "accountpages/notice-list", Title: "Notifications", Nav: "notifications"}

// reach is what the reader may view.
func (p *Pages) reach(c *fiber.Ctx) (cases.Reach, error) {
	return p.options.Cases.ReachOf(c.UserContext(), render.Actor(c), core.MayView)
}

func (p *Pages) showNotices(c *fiber.Ctx) error {
	all := c.Query("show") == "all"
	before, err := noticeNo(c.Query("before"))
	if err != nil {
		return err
	}
	reach, err := p.reach(c)
	if err != nil {
		return err
	}
	found, err := p.options.Notifications.Notices(c.UserContext(), reach, !all, before)
	if err != nil {
		return err
	}
	return render.Page(c, noticesView, noticesPage(found, all, before, p.options.Zone, notifications.Topic(reach.By.StaffID())))
}

func noticesPage(found notifications.Notices, all bool, before int64, zone *time.Location, topic string) NoticesPage {
	page := NoticesPage{
		Tabs: layout.Tabs{Label: "Notifications", Items: []layout.Tab{
			{Label: "Unread", URL: NoticesPath, Current: !all}, {Label: "All", URL: noticesURL(true, 0), Current: all},
		}},
		Empty:  layout.Empty{Icon: "ok", Title: "You have read everything", Text: "What happens on your cases is told here.", Link: render.Link{Label: "Show what you have read", URL: noticesURL(true, 0)}},
		Paging: layout.Paging{Label: "Pages of notifications"},
		URL:    noticesURL(all, before), Live: topic,
	}
	if all {
		page.Empty = layout.Empty{Icon: "bell", Title: "Nothing has happened yet", Text: "When a case is given to you, a question is answered or a target is near, it is told here. Notifications are kept for 90 days."}
	}
	if before != 0 {
		page.Paging.First = noticesURL(all, 0)
	}
	if found.Next != 0 {
		page.Paging.Next = noticesURL(all, found.Next)
	}
	for _, n := range found.List {
		n.At = n.At.In(zone)
		if last := len(page.Days) - 1; last < 0 || !sameDay(page.Days[last].At, n.At) {
			page.Days = append(page.Days, NoticeDay{At: n.At, ID: "day-" + n.At.Format(time.DateOnly)})
		}
		day := &page.Days[len(page.Days)-1]
		day.List = append(day.List, NoticeRow{n, noticeIcon(n.Kind)})
		if n.IsUnread() {
			page.Newest = max(page.Newest, n.ID)
		}
	}
	return page
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

func noticesURL(all bool, before int64) string {
	url, mark := NoticesPath, "?"
	if all {
		url, mark = url+"?show=all", "&"
	}
	if before != 0 {
		url += mark + "before=" + strconv.FormatInt(before, 10)
	}
	return url
}

// noticeNo reads the number of a notification; 0 for none.
func noticeNo(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	no, err := strconv.ParseInt(s, 10, 64)
	if err != nil || no < 1 {
		return 0, core.NotFound("There is no such notification.")
	}
	return no, nil
}

// noticeIcon is the shape beside the words.
func noticeIcon(kind core.EventKind) string {
	switch kind {
	case core.TargetReminded, core.TargetExtended, core.TaskReminded:
		return "clock"
	case core.TargetBreached, core.TaskBreached:
		return "warn"
	case core.CaseEscalated, core.CaseDeEscalated:
		return "flag"
	case core.QuestionAsked, core.QuestionAnswered, core.QuestionUnanswered:
		return "question"
	case core.NoteAdded, core.UpdateAdded:
		return "message"
	case core.AttachmentAdded, core.AttachmentPublished:
		return "clip"
	case core.TaskAdded, core.TaskAssigned, core.TaskReturned, core.TaskAsked, core.TaskAnswered, core.TaskTimeRequested, core.TaskHandedBack, core.TaskCompleted,
		core.TaskCancelledEvent, core.AllTasksDone:
		return "task"
	case core.CaseReopened:
		return "undo"
	case core.CaseClosed, core.CaseResolved, core.CaseCancelled, core.CaseWithdrawn:
		return "check"
	case core.CaseRaised:
		return "plus"
	}
	return "person"
}

// readNotice marks one as read.
func (p *Pages) readNotice(c *fiber.Ctx) error {
	no, err := noticeNo(c.Params("no"))
	if err != nil {
		return err
	}
	if err := p.options.Notifications.MarkRead(c.UserContext(), render.Actor(c), no); err != nil {
		return err
	}
	return render.Done(c, backTo(c), render.Toast{})
}

// readNotices marks all as read that were there when the page was made.
func (p *Pages) readNotices(c *fiber.Ctx) error {
	upTo, err := noticeNo(c.FormValue("up_to"))
	if err != nil {
		return err
	}
	if err := p.options.Notifications.MarkAllRead(c.UserContext(), render.Actor(c), upTo); err != nil {
		return err
	}
	return render.Done(c, NoticesPath, render.Toast{Text: "Everything is marked as read."})
}

// backTo is the page of notifications that a form was sent from.
func backTo(c *fiber.Ctx) string {
	before, err := noticeNo(c.FormValue("before"))
	if err != nil {
		before = 0
	}
	return noticesURL(c.FormValue("show") == "all", before)
}
