package main

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

const (
	minute = time.Minute
	hour   = time.Hour
	day    = 24 * time.Hour
)

// northmoor is where addresses of the town are that does not exist.
var northmoor = map[string]core.Point{
	"14 Larkspur Court, Chapel Rise, NM4 2QT": {Lat: 54.9731, Lng: -2.1042},
	"27 Weir View, NM3 9PL":                   {Lat: 54.9694, Lng: -2.1118},
	"5 Orchard Close, NM4 1ES":                {Lat: 54.9757, Lng: -2.0965},
	"3 Mill Lane, NM1 1AB":                    {Lat: 54.9789, Lng: -2.0991},
	"88 Station Road, NM2 6JH":                {Lat: 54.9668, Lng: -2.0937},
	"61 Chapel Rise, NM4 2QR":                 {Lat: 54.9741, Lng: -2.1051},
	"Nether Wick cemetery":                    {Lat: 54.9607, Lng: -2.1214},
}

// write puts down what everybody does in the three weeks before today.
func (pl *play) write(today time.Time) {
	pl.writeComplaints(func(back int, clock string) time.Time { return pl.workday(today, back, clock) })
	pl.writeReports(func(back int, clock string) time.Time { return pl.workday(today, back, clock) })
	pl.writeEnquiries(func(back int, clock string) time.Time { return pl.workday(today, back, clock) })
}

func (pl *play) writeComplaints(on func(back int, clock string) time.Time) {
	complaint := func(subject, description, subtype, address string) cases.Raise {
		r := cases.Raise{Type: "complaint", Subject: subject, Description: description, Subtype: subtype, Address: address}
		if place, ok := northmoor[address]; ok {
			r.Place = &place
		}
		return r
	}

	waste := complaint("Clinical-waste collections missed at Larkspur Court five weeks running",
		"The yellow clinical-waste sacks outside flat 14 have not been collected for five weeks. I have telephoned four times and each time was told it would be “the next working day”. My mother’s dialysis waste is now in the hallway. Please do not tell us to ring again.",
		"missed-collection", "14 Larkspur Court, Chapel Rise, NM4 2QT")
	waste.OnBehalfOf, waste.Priority = "Ngozi Okonkwo", "high"
	pl.raise(on(8, "16:50"), 0, waste).
		then(16*hour+16*minute, "priya", cases.StartWork{}).
		then(2*hour+14*minute, "priya", private("Round sheets show “no access, gate locked” on all five dates. The gate code changed a month ago and nobody told the contractor. @Tomasz Wiśniewski, can you confirm with the depot before I write to her?")).
		then(minute, "priya", task("investigate", "waste", "Confirm with the depot that the new gate code has reached the crew, and when they come next.")).
		then(day, "priya", ask("I am sorry about this. Could the crew leave empty containers inside the inner door, and who can let them in on a Thursday morning?")).
		then(27*hour+10*minute, "", answer("Yes to the inner door. Mrs Ferreira at number 12 is in every Thursday before 11. The new code is with you already; I gave it on the telephone.")).
		then(91*minute, "tomasz", private("Confirmed with the depot: code updated, first collection next Thursday before 10:00. They accept the fault."))

	pl.raise(on(12, "09:20"), 3, complaint("Housing officer did not attend three booked inspections",
		"Three appointments, three days off work without pay, and nobody came or rang. The damp in the children’s room is worse each time.", "housing", "27 Weir View, NM3 9PL")).
		then(26*hour, "tomasz", cases.StartWork{}).
		then(hour, "tomasz", public("I am sorry that three visits were missed. I have asked the housing team why, and for a visit this week at a time that suits you.")).
		then(3*day, "tomasz", set("finding", "upheld"), set("remedy", "An inspection on Thursday at 4pm with the surveyor, and £150 for three days without pay."), set("cost", 150.0),
			set("lessons", "Visits were booked in a diary that nobody read any more."), set("lessons-public", "Whoever books a visit is now asked on the same day whether somebody is going."),
			set("action-owner", "Housing repairs")).
		then(minute, "tomasz", &cases.Close{Reason: "upheld"}).
		then(2*day, "", &cases.AskAgain{})

	pl.raise(on(14, "11:05"), 4, complaint("Council-tax bill sent to a man who died in March",
		"I have told you twice that my father died. Yesterday another reminder came, in his name, threatening court.", "council-tax", "5 Orchard Close, NM4 1ES")).
		then(5*hour, "priya", cases.StartWork{}).
		then(20*minute, "priya", public("I am very sorry, and sorry for your loss. I have stopped the reminders today and am finding out how this could happen twice.")).
		then(10*minute, "priya", task("stage-1-response", "", "Draft the response and an apology; ask Revenues for the ledger."), task("information", "customer-services",
			"Revenues keep the ledger. Please find out:\n- Was the death reported to us before March ended? (yes/no)\n- On which day were the reminders stopped? (date)\n- Who sent the second one, and why?"))

	pl.raise(on(2, "15:02"), 1, complaint("Dropped kerb refused without a reason",
		"My application was refused by a letter of one line. My neighbour’s was allowed in May.", "other", "3 Mill Lane, NM1 1AB"))

	pl.raise(on(1, "16:40"), 2, complaint("Noise from the leisure-centre chiller between 02:00 and 05:00",
		"It hums and then shrieks. I have recordings from eleven nights.", "other", "88 Station Road, NM2 6JH"))

	pl.raise(on(5, "10:14"), -1, complaint("Rude reply from the parking team",
		"I asked how to pay and was told that “people like you always find out”.", "staff", "")).
		then(50*minute, "tomasz", cases.StartWork{}).
		then(2*day, "tomasz", public("Thank you for telling us. This is not how anybody should be spoken to. I am listening to the recording of the call."))

	pl.raise(on(9, "08:47"), 5, complaint("Blue-badge renewal lost, second time",
		"Sent by recorded delivery on the 2nd, signed for by your post room on the 4th, and now you say you never had it. The old badge ends on Friday.", "other", "")).
		then(3*hour, "priya", cases.StartWork{}).
		then(30*minute, "priya", pl.gives("identity", "priya", "complaints-team", "Before a temporary badge goes out by post: is this the holder of the badge, and is this their address?")).
		then(day, "priya", ask("Could you send us a photograph of the receipt with the tracking number? The post room can then find the envelope."))

	pl.raise(on(4, "13:30"), 6, complaint("School transport left a child at the roadside",
		"The driver would not wait one minute. My daughter is eight.", "staff", "61 Chapel Rise, NM4 2QR")).
		then(40*minute, "tomasz", cases.StartWork{}).
		then(5*minute, "tomasz", pl.gives("acknowledge", "tomasz", "complaints-team", "Her mother is to hear from us today, not in five days.")).
		then(5*minute, "tomasz", &cases.Escalate{Reason: "vulnerable"}).
		then(hour, "tomasz", pl.gives("approval", "yusuf", "complaints-leads", "May we pay for a taxi to school until the driver question is settled? About £40 a week.")).
		then(3*hour, "yusuf", private("I have spoken to the operator. The driver is off the route until we have heard both sides."))

	pl.raise(on(1, "10:12"), 7, complaint("شكوى بشأن إيقاف إعانة السكن",
		"تم إيقاف إعانة السكن دون إشعار، ولم يرد أحد على رسائلي.", "housing", ""))

	lost := complaint("Grave marker removed without telling the family",
		"Mrs Ashworth rang in tears. The marker on her husband’s grave was taken away in the tidy-up and nobody wrote to her.", "staff", "Nether Wick cemetery")
	lost.Channel = core.ChannelTelephone
	pl.raise(on(6, "14:05"), 8, lost).
		then(70*minute, "priya", cases.StartWork{}).
		then(hour, "priya", task("investigate", "parks", "Where is the marker now, and who decided? Mrs Ashworth has no email: ring her.")).
		then(26*hour, "priya", done(1, "Kofi Mensah rang: it is in the store at Nether Wick, undamaged. The contractor cleared the whole row; nobody looked at the register.")).
		then(hour, "priya", pl.gives("follow-up", "kofi", "parks", "Before the weekend:\n- Bring the marker back to the row (required)\n- Write to the other eleven families (required)\n- Tell the contractor to look at the register")).
		then(5*minute, "priya", task("feedback", "customer-services", "Ring Mrs Ashworth once the marker stands again. She has no email."))

	pl.raise(on(16, "12:00"), 1, complaint("Library closed during published hours",
		"The door said open. The door was wrong, three Saturdays running.", "other", "")).
		then(4*hour, "priya", cases.StartWork{}).
		then(2*day, "priya", public("You are right. The hours changed and the sign and our pages did not. Both are put right today.")).
		then(day, "priya", set("finding", "upheld"), set("remedy", "An apology, the right hours on the door and on our pages, and a reservation kept for you."),
			set("lessons", "Facilities change signs only when the web team tells them. Nobody did."), set("lessons-public", "A change of hours now goes to the door, the pages and the telephone line on the same day.")).
		then(minute, "priya", &cases.Close{Reason: "upheld"})
}

func (pl *play) writeReports(on func(back int, clock string) time.Time) {
	report := func(subject, description, subtype, address string, lat, lng float64) cases.Raise {
		return cases.Raise{Type: "report", Subject: subject, Description: description, Subtype: subtype, Address: address, Place: &core.Point{Lat: lat, Lng: lng}}
	}
	pl.raise(on(3, "07:55"), 2, report("Sinkhole at the junction of Mill Lane and the B6318", "About a metre across and getting bigger. Somebody has put a chair in it.", "pothole", "Mill Lane, at the B6318", 54.9802, -2.0988)).
		then(30*minute, "ines", cases.StartWork{}).
		then(5*minute, "ines", &cases.ChangePriority{To: "urgent"}).
		then(2*hour, "ines", public("The road is closed at the junction. We dig tomorrow.")).
		then(10*minute, "ines", pl.gives("repair", "ines", "highways", "The junction is closed until this is done.\n- Temporary plate tonight (required)\n- Dig, and find where the water comes from (required)\n- Fill and compact (required)\n- Open the road"))
	pl.raise(on(7, "18:31"), -1, report("Street light 4471 out", "Dark from the bus stop to the underpass.", "street-light", "Weir View, by the underpass", 54.9689, -2.1101)).
		then(15*hour, "ines", cases.StartWork{}).
		then(2*day, "ines", &cases.ChangeStatus{To: "fixed"})
	pl.raise(on(1, "12:20"), 0, report("Mattresses and a fridge behind the garages", "Third time this autumn.", "fly-tipping", "Chapel Rise garages", 54.9735, -2.1029))
	pl.raise(on(2, "09:09"), 4, report("Branch hanging over the swings", "It moves in the wind and the children do not care.", "tree", "Eastgate Park", 54.9710, -2.1070)).
		then(3*hour, "kofi", cases.StartWork{})
	pl.raise(on(15, "10:45"), 6, report("Pavement lifted by roots", "Two people have fallen already.", "pavement", "61 Chapel Rise", 54.9739, -2.1050)).
		then(5*hour, "ines", cases.StartWork{})
}

func (pl *play) writeEnquiries(on func(back int, clock string) time.Time) {
	enquiry := func(subject, description, subtype string) cases.Raise {
		return cases.Raise{Type: "enquiry", Subject: subject, Description: description, Subtype: subtype}
	}
	pl.raise(on(1, "11:11"), 5, enquiry("Which day is the garden-waste collection in winter?", "The calendar on the door is from last year.", "bins"))
	pl.raise(on(3, "14:22"), 3, enquiry("Can I pay council tax over twelve months?", "It is ten months now and January is hard.", "council-tax")).
		then(2*hour, "priya", cases.StartWork{}).
		then(10*minute, "priya", public("Yes. Fill in the form on our page before 15 March and the next year is spread over twelve months.")).
		then(5*minute, "priya", &cases.ChangeStatus{To: "answered"})
	pl.raise(on(2, "16:05"), 7, enquiry("Registering a birth with a translator", "My wife speaks Arabic. May her sister translate?", "births-marriages")).
		then(hour, "morag", cases.Claim{})
	pl.raise(on(11, "09:40"), 1, enquiry("Parking for a removal van on Mill Lane", "Two days in the first week of the month.", "roads")).
		then(3*hour, "ines", cases.StartWork{}).
		then(hour, "ines", public("Suspended for you on both days; the signs go up the evening before.")).
		then(minute, "ines", &cases.Close{Reason: "answered"})
}
