package core

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Version counts the events of one stream. Whoever changes a case says which
// version they saw.
type Version int64

// Confidentiality says whether duties open a case at all.
type Confidentiality string

// The confidentialities. A restricted case is seen only by those named in
// case_access.
const (
	Normal     Confidentiality = "normal"
	Restricted Confidentiality = "restricted"
)

// Audience says who may read words.
type Audience string

// The audiences of words.
const (
	Public  Audience = "public"  // the requester too
	Staff   Audience = "staff"   // whoever may view the case; what a note's "private" means on screen
	Private Audience = "private" // those with MaySeePrivate
)

// Channel is how a case reached the organisation.
type Channel string

// The channels.
const (
	ChannelWeb       Channel = "web"
	ChannelTelephone Channel = "telephone"
	ChannelCounter   Channel = "counter"
	ChannelLetter    Channel = "letter"
	ChannelEmail     Channel = "email"
	ChannelAPI       Channel = "api"
)

// Channels lists the channels staff choose from.
func Channels() []Channel {
	return []Channel{ChannelWeb, ChannelTelephone, ChannelCounter, ChannelLetter, ChannelEmail, ChannelAPI}
}

// Contact is how the requester of a case is reached, as it stands on the case.
type Contact struct {
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
}

// Case is one matter somebody is answerable for. Its fields are what commands
// change; every change is recorded as an [Event] with before and after.
type Case struct {
	ID              CaseID
	Ref             Reference
	Type            string
	TypeVersion     int
	Version         Version
	Confidentiality Confidentiality

	Subject     string
	Description string
	Subtype     string
	Priority    string
	Channel     Channel
	Place       *Point
	Address     string         // of the place, in words
	Fields      map[string]any // as they are now; the submission keeps them as they were

	Status     string
	StatusKind StatusKind
	Stage      string
	Group      string
	Assignee   StaffID
	Creator    StaffID // who entered it for somebody
	Level      int     // escalation level: 0, 1, 2 …

	Requester  PersonID // zero when anonymous
	Anonymous  bool
	OnBehalfOf string // whom the case is for, when the requester is not that person
	Contact    Contact

	RaisedAt        time.Time
	ReceivedAt      time.Time // may be earlier than RaisedAt: post, counter, weekend mail
	OpenedAt        time.Time // when staff first opened it
	FirstResponseAt time.Time
	ResolvedAt      time.Time // first resolved or final status since raised or reopened
	ClosedAt        time.Time
	Outcome         string // closure or cancellation reason, by key
	Reopened        int    // how often

	// DueAt is when the next of its targets falls due, for lists. It follows
	// from the targets, so it is no aspect of its own.
	DueAt time.Time
}

// IsOpen reports whether somebody still has to work on the case.
func (cs *Case) IsOpen() bool { return cs.StatusKind.IsOpen() }

// IsFinal reports whether the case has ended.
func (cs *Case) IsFinal() bool { return cs.StatusKind == StatusFinal }

// Aspect names one thing about a case that a command changes and another
// person may have changed meanwhile: "status", "assignee", "field:depth".
type Aspect string

// FieldAspect is the aspect of a field.
func FieldAspect(key string) Aspect { return Aspect("field:" + key) }

// TargetAspect is the aspect of a target.
func TargetAspect(key string) Aspect { return Aspect("target:" + key) }

// The aspects of a case's own columns.
const (
	AspectSubject     Aspect = "subject"
	AspectStatus      Aspect = "status"
	AspectStage       Aspect = "stage"
	AspectSubtype     Aspect = "subtype"
	AspectPriority    Aspect = "priority"
	AspectGroup       Aspect = "group"
	AspectAssignee    Aspect = "assignee"
	AspectLevel       Aspect = "level"
	AspectContact     Aspect = "contact"
	AspectPlace       Aspect = "place"
	AspectReceived    Aspect = "received_at"
	AspectOutcome     Aspect = "outcome"
	AspectOpened      Aspect = "opened_at"
	AspectResponded   Aspect = "first_response_at"
	AspectResolved    Aspect = "resolved_at"
	AspectClosed      Aspect = "closed_at"
	AspectReopened    Aspect = "reopened"
	AspectConfidental Aspect = "confidentiality"
)

// place is how the place aspect is recorded.
type place struct {
	Point   *Point `json:"point,omitempty"`
	Address string `json:"address,omitempty"`
}

// column is an aspect that every case has: where its value is, and whether two
// cases have the same.
type column struct {
	aspect Aspect
	value  func(*Case) any
	same   func(a, b *Case) bool
}

// columnOf is a column whose values can be compared.
func columnOf[T comparable](aspect Aspect, of func(*Case) T) column {
	return column{aspect, func(cs *Case) any { return of(cs) }, func(a, b *Case) bool { return of(a) == of(b) }}
}

// columns lists the aspects that commands may change, beside the fields. Rewind
// and the difference that events record both come from this one list.
var columns = []column{
	columnOf(AspectSubject, func(cs *Case) string { return cs.Subject }),
	columnOf(AspectStatus, func(cs *Case) string { return cs.Status }),
	columnOf(AspectStage, func(cs *Case) string { return cs.Stage }),
	columnOf(AspectSubtype, func(cs *Case) string { return cs.Subtype }),
	columnOf(AspectPriority, func(cs *Case) string { return cs.Priority }),
	columnOf(AspectGroup, func(cs *Case) string { return cs.Group }),
	columnOf(AspectAssignee, func(cs *Case) StaffID { return cs.Assignee }),
	columnOf(AspectLevel, func(cs *Case) int { return cs.Level }),
	columnOf(AspectContact, func(cs *Case) Contact { return cs.Contact }),
	{AspectPlace, func(cs *Case) any { return place{cs.Place, cs.Address} }, func(a, b *Case) bool {
		return a.Address == b.Address && (a.Place == b.Place || a.Place != nil && b.Place != nil && *a.Place == *b.Place)
	}},
	columnOf(AspectReceived, func(cs *Case) time.Time { return cs.ReceivedAt }),
	columnOf(AspectOutcome, func(cs *Case) string { return cs.Outcome }),
	columnOf(AspectOpened, func(cs *Case) time.Time { return cs.OpenedAt }),
	columnOf(AspectResponded, func(cs *Case) time.Time { return cs.FirstResponseAt }),
	columnOf(AspectResolved, func(cs *Case) time.Time { return cs.ResolvedAt }),
	columnOf(AspectClosed, func(cs *Case) time.Time { return cs.ClosedAt }),
	columnOf(AspectReopened, func(cs *Case) int { return cs.Reopened }),
	columnOf(AspectConfidental, func(cs *Case) Confidentiality { return cs.Confidentiality }),
}

// Clone copies the case, so that a later difference can be taken.
func (cs *Case) Clone() *Case {
	c := *cs
	c.Fields = maps.Clone(cs.Fields)
	if cs.Place != nil {
		p := *cs.Place
		c.Place = &p
	}
	return &c
}

// Difference lists what changed between two states of one case, by aspect.
func Difference(before, after *Case) map[Aspect]Changed {
	out := map[Aspect]Changed{}
	for _, c := range columns {
		if !c.same(before, after) {
			out[c.aspect] = Changed{c.value(before), c.value(after)}
		}
	}
	for key, now := range after.Fields {
		if was := before.Fields[key]; !reflect.DeepEqual(was, now) {
			out[FieldAspect(key)] = Changed{was, now}
		}
	}
	for key, was := range before.Fields {
		if _, still := after.Fields[key]; !still {
			out[FieldAspect(key)] = Changed{was, nil}
		}
	}
	return out
}

// Changed is the value of an aspect before and after.
type Changed [2]any

// FieldKeys lists the keys of the fields that have a value, sorted.
func (cs *Case) FieldKeys() []string {
	return slices.Sorted(maps.Keys(cs.Fields))
}

// InitialsOf gives up to two capital letters for a name, for an avatar.
func InitialsOf(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[0]
	if len(words) == 1 {
		return strings.ToUpper(string(first))
	}
	return strings.ToUpper(string([]rune{first, []rune(words[len(words)-1])[0]}))
}

// Words names the aspect for a person: "status", "case manager".
func (a Aspect) Words() string {
	switch a {
	case AspectAssignee:
		return "case manager"
	case AspectLevel:
		return "escalation level"
	case AspectContact:
		return "contact details"
	}
	if key, ok := strings.CutPrefix(string(a), "field:"); ok {
		return "field “" + key + "”"
	}
	if key, ok := strings.CutPrefix(string(a), "target:"); ok {
		return "target “" + key + "”"
	}
	return strings.ReplaceAll(strings.TrimSuffix(string(a), "_at"), "_", " ")
}

// AspectsOf lists the value of every aspect of a case, as events record them.
func AspectsOf(cs *Case) map[Aspect]any {
	v := make(map[Aspect]any, len(columns)+len(cs.Fields))
	for _, c := range columns {
		v[c.aspect] = c.value(cs)
	}
	for key, value := range cs.Fields {
		v[FieldAspect(key)] = value
	}
	return v
}
