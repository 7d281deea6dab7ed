package casestest

const calendar = `{
	"key": "offices", "name": "Offices", "zone": "Europe/London",
	"hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"], "wed": ["09:00-17:00"], "thu": ["09:00-17:00"], "fri": ["09:00-17:00"]}
}`

// ComplaintType is the case type of the small council.
const ComplaintType = `{
	"name": {"en": "Complaint", "cy": "Cwyn"},
	"reference": {"prefix": "CMP"},
	"form": {},
	"calendar": "offices",
	"groups": {
		"raise": ["everyone"],
		"manage": ["complaints-team"],
		"reassign_to": ["complaints-team", "highways"],
		"escalation": ["complaints-leads", "heads-of-service"],
		"enquiry": ["contact-centre"]
	},
	"subtypes": [
		{"key": "waste", "name": "Waste"},
		{"key": "roads", "name": "Roads", "group": "highways"}
	],
	"priorities": [{"key": "low", "name": "Low"}, {"key": "normal", "name": "Normal"}, {"key": "high", "name": "High"}],
	"statuses": [
		{"key": "new", "kind": "start", "name": "New", "public": "Received"},
		{"key": "in-progress", "kind": "open", "name": "In progress"},
		{"key": "waiting", "kind": "waiting", "name": "Waiting for requester", "public": "We need something from you", "to": ["in-progress"]},
		{"key": "resolved", "kind": "resolved", "name": "Resolved", "public": "We have replied"},
		{"key": "reopened", "kind": "open", "name": "Reopened"},
		{"key": "closed", "kind": "final", "name": "Closed"},
		{"key": "cancelled", "kind": "final", "name": "Cancelled"}
	],
	"stages": [
		{"key": "stage-1", "name": "Stage 1"},
		{"key": "stage-2", "name": "Stage 2", "requires": {"tasks": ["response"]}},
		{"key": "ombudsman", "name": "Ombudsman", "requires": {"fields": ["finding"]}}
	],
	"reopen": {"to": "reopened", "within": "28 days", "clear_assignee": true, "targets": "restart"},
	"targets": [
		{"key": "acknowledge", "name": "Acknowledge", "starts": "raised", "stops": "first_response",
			"within": "5 working days", "remind": [{"before": "1 working day"}]},
		{"key": "respond", "name": "Full response", "starts": "raised", "stops": "resolved", "within": "10 working days",
			"pause": ["open_question", "waiting"], "extend": {"at_most": "10 working days", "reason": "required"},
			"remind": [{"before": "2 working days"}], "ladder": [{"after": "0"}, {"after": "5 working days"}]}
	],
	"tasks": [
		{"key": "response", "name": "Write the response", "assign_to": ["complaints-team"], "within": "5 working days", "limits": {"min": 1, "max": 3}},
		{"key": "history", "name": "Check the history", "assign_to": ["highways"], "when_raised": true, "cancelable": true}
	],
	"fields": [
		{"key": "depth", "kind": "number", "label": "Depth in centimetres"},
		{"key": "finding", "kind": "choice", "label": "Finding", "private": true, "searchable": true,
			"choices": [{"key": "upheld", "name": "Upheld"}, {"key": "not-upheld", "name": "Not upheld"}]}
	],
	"reasons": {
		"close": [{"key": "upheld", "name": "Upheld"}, {"key": "not-upheld", "name": "Not upheld"}],
		"reassign": [{"key": "wrong-team", "name": "Wrong team"}, {"key": "specialist", "name": "Specialist"}],
		"escalate": [{"key": "vulnerable", "name": "Vulnerable person"}]
	}
}`
