package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/sdk/view"
)

var visit = forms.Visit{Zone: time.UTC, Language: "en"}

// answer begins a form and sends its steps; each is a step and pairs.
func answer(t *testing.T, w *intaketest.World, typ string, v forms.Visit, steps ...[]string) (token string, d *forms.Draft) {
	t.Helper()
	token, _, err := w.Forms.Begin(t.Context(), w.Type(t, typ), v)
	if err != nil {
		t.Fatal(err)
	}
	return token, goOn(t, w, token, typ, v, steps...)
}

func goOn(t *testing.T, w *intaketest.World, token, typ string, v forms.Visit, steps ...[]string) (d *forms.Draft) {
	t.Helper()
	for _, step := range steps {
		var shown forms.Shown
		var err error
		d, shown, err = w.Forms.Turn(t.Context(), token, typ, step[0], v, forms.Sent{Kind: forms.Submit, Answers: func(*view.Node) view.Answers {
			out := view.Answers{}
			for i := 1; i < len(step); i += 2 {
				out[step[i]] = append(out[step[i]], step[i+1])
			}
			return out
		}})
		if err != nil || shown.Refused {
			t.Fatalf("%v: %+v, %v", step, shown, err)
		}
	}
	return d
}

var (
	forMyself = []string{"for", "for", "myself"}
	anonymous = []string{"for", "for", "anonymous"}
	pothole   = []string{"what", "kind", "pothole", "what", "A hole.\nIt grows.", "when", "2026-10-09"}
	millLane  = []string{"where", "where", "Mill Lane", "where", "53.48", "where", "-2.24"}
	fillIt    = []string{"outcome", "wanted", "Fill it"}
	ada       = []string{"you", "name", "Ada Lovelace", "email", "ada@example.org", "phone", "01632 960 001"}
	check     = []string{"check"}
)

func submit(t *testing.T, w *intaketest.World, by core.Actor, d *forms.Draft) intake.Receipt {
	t.Helper()
	receipt, err := w.Intake.Submit(t.Context(), by, d)
	if err != nil {
		t.Fatalf("submit: %v\n%s", err, w.Log)
	}
	return receipt
}

func count(t *testing.T, w *intaketest.World, sql string, args ...any) (n int) {
	t.Helper()
	if err := w.Pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAComplaintForMyselfBecomesACaseOfThePersonWithTheAddress(t *testing.T) {
	w := intaketest.New(t)
	token, d := answer(t, w, intaketest.Complaint, visit, forMyself, pothole, millLane, fillIt, ada, check)
	receipt := submit(t, w, core.AnonymousActor(), d)
	cs := w.Case(t, receipt.Case)
	if cs.Ref != receipt.Ref || cs.Subtype != "pothole" || cs.Fields["incident-date"] != "2026-10-09" || cs.Fields["desired-outcome"] != "Fill it" || len(cs.Fields) != 2 {
		t.Errorf("%+v", cs)
	}
	if cs.Address != "Mill Lane" || cs.Place.Lat != 53.48 || cs.Channel != core.ChannelWeb || cs.Anonymous || cs.Group == "" || cs.Description != "A hole.\nIt grows." {
		t.Errorf("%+v", cs)
	}
	person, err := w.People.FindPerson(t.Context(), core.SystemActor(), cs.Requester)
	if err != nil || person.Email != "ada@example.org" || cs.Contact.Name != "Ada Lovelace" || cs.Contact.Phone != "01632 960 001" {
		t.Errorf("%+v, %v, contact %+v", person, err, cs.Contact)
	}
	seen, by, err := w.Cases.FindByToken(t.Context(), receipt.Token)
	if err != nil || seen.Case.ID != cs.ID || by.PersonID() != cs.Requester {
		t.Errorf("the tracking link opens %v as %+v, %v", seen, by, err)
	}
	var form, review string
	if err := w.Pool.QueryRow(t.Context(), `SELECT form, review::text FROM submissions WHERE case_id = $1`, cs.ID).Scan(&form, &review); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(form, "casement.complaint/complaint@1.0.0+s1.") || !strings.Contains(review, "What is it about") && !strings.Contains(review, "About") {
		t.Errorf("form %q, review %s", form, review)
	}
	again, err := w.Forms.Open(t.Context(), token, intaketest.Complaint)
	if err != nil || again.RaisedAt.IsZero() || again.Raise != nil || again.State != nil || again.Case != cs.ID || again.Page == nil {
		t.Errorf("the draft after it: %+v, %v", again, err)
	}
	if second := submit(t, w, core.AnonymousActor(), again); second != receipt {
		t.Errorf("submitted again: %+v", second)
	}
}

func TestTheSameAddressIsTheSamePersonAndIsNotOverwritten(t *testing.T) {
	w := intaketest.New(t)
	_, d := answer(t, w, intaketest.Complaint, visit, forMyself, pothole, millLane, fillIt, []string{"you", "name", "Not Amara", "email", "AMARA@example.org"}, check)
	cs := w.Case(t, submit(t, w, core.AnonymousActor(), d).Case)
	person, err := w.People.FindPerson(t.Context(), core.SystemActor(), w.Amara)
	if err != nil || cs.Requester != w.Amara || person.Name != "Amara Okonkwo-Lindqvist" || cs.Contact.Name != "Not Amara" {
		t.Errorf("%+v, %+v, %v", cs, person, err)
	}
}

func TestSomebodySignedInIsTheRequesterAndSomebodyElseIsNamed(t *testing.T) {
	w := intaketest.New(t)
	by := core.PersonActor(w.Amara, "Amara")
	_, d := answer(t, w, intaketest.Complaint, visit, []string{"for", "for", "other", "their_name", "Ngozi Okonkwo", "relationship", "daughter"}, pothole, millLane, fillIt, ada, check)
	cs := w.Case(t, submit(t, w, by, d).Case)
	if cs.Requester != w.Amara || cs.OnBehalfOf != "Ngozi Okonkwo" || cs.Contact.Email != "ada@example.org" {
		t.Errorf("%+v", cs)
	}
}

func TestWhateverIsRepeatedThereIsOneCase(t *testing.T) {
	w := intaketest.New(t)
	_, d := answer(t, w, intaketest.Complaint, visit, forMyself, pothole, millLane, fillIt, []string{"you", "name", "Nobody Known", "phone", "01632 960 002"}, check)
	receipts := make([]intake.Receipt, 6)
	errs := make([]error, len(receipts))
	var wg sync.WaitGroup
	for i := range receipts {
		wg.Go(func() { receipts[i], errs[i] = w.Intake.Submit(t.Context(), core.AnonymousActor(), d) })
	}
	wg.Wait()
	for i := range receipts {
		if errs[i] != nil || receipts[i] != receipts[0] {
			t.Errorf("%d: %+v, %v", i, receipts[i], errs[i])
		}
	}
	if n := count(t, w, `SELECT count(*) FROM cases`); n != 1 {
		t.Errorf("%d cases", n)
	}
	if n := count(t, w, `SELECT count(*) FROM persons WHERE name = 'Nobody Known'`); n != 1 {
		t.Errorf("%d people of one form", n)
	}
}

func TestACrashBetweenTheCaseAndTheDraftMakesNoSecondCase(t *testing.T) {
	w := intaketest.New(t)
	_, d := answer(t, w, intaketest.Complaint, visit, forMyself, pothole, millLane, fillIt, ada, check)
	first := submit(t, w, core.AnonymousActor(), d)
	// As if the last statement had not run.
	if _, err := w.Pool.Exec(t.Context(), `UPDATE form_drafts SET raised_at = NULL, raise = '{"subject":"x","requester":{"name":"Other"}}', sending_at = $1`, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	d, err := w.Forms.Again(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := w.Intake.Submit(ctx, core.AnonymousActor(), d); core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("while another server may be at it: %v", err)
	}
	w.Clock.Advance(31 * time.Second)
	if again := submit(t, w, core.AnonymousActor(), d); again != first {
		t.Errorf("%+v, then %+v", first, again)
	}
	if n := count(t, w, `SELECT count(*) FROM cases`); n != 1 {
		t.Errorf("%d cases", n)
	}
}

func TestNothingOfWhoSentAnAnonymousFormIsKeptAnywhere(t *testing.T) {
	w := intaketest.New(t)
	person, err := w.People.FindOrCreate(t.Context(), core.SystemActor(), people.Details{Name: "Zebedee Quillfeather", Email: "zebedee@quill.example", Phone: "01632 960 777"})
	if err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]core.Actor{"a customer": core.PersonActor(person.ID, person.Name), "staff": w.Priya} {
		v := visit
		v.Viewer = &forms.Viewer{Name: person.Name, Email: person.Email, Phone: person.Phone}
		before := mentions(t, w, person.ID.String(), w.Priya.ID, "Quillfeather", "zebedee@", "960 777")
		token, _ := answer(t, w, intaketest.Complaint, v, forMyself, pothole, millLane)
		d, err := w.Forms.Open(t.Context(), token, intaketest.Complaint)
		if err != nil {
			t.Fatal(err)
		}
		attach(t, w, d, "hole.png", picture(t))
		d = goOn(t, w, token, intaketest.Complaint, v, fillIt, []string{"you", "name", person.Name, "email", person.Email}, anonymous, check)
		receipt := submit(t, w, by, d)
		cs := w.Case(t, receipt.Case)
		if !cs.Anonymous || !cs.Requester.IsZero() || cs.Contact != (core.Contact{}) || !cs.Creator.IsZero() {
			t.Errorf("%s: %+v", name, cs)
		}
		if n := count(t, w, `SELECT count(*) FROM attachments WHERE case_id = $1 AND actor_kind = 'anonymous' AND actor_id = ''`, cs.ID); n != 1 {
			t.Errorf("%s: %d files by nobody", name, n)
		}
		for table, lines := range mentions(t, w, person.ID.String(), w.Priya.ID, "Quillfeather", "zebedee@", "960 777") {
			if fmt.Sprint(lines) != fmt.Sprint(before[table]) {
				t.Errorf("%s: %s now says %q", name, table, lines)
			}
		}
		if strings.Contains(w.Log.String(), "Quill") || strings.Contains(w.Log.String(), person.ID.String()) {
			t.Errorf("%s: the log says %s", name, w.Log)
		}
	}
	// The search finds a name where there is one.
	_, d := answer(t, w, intaketest.Complaint, visit, forMyself, pothole, millLane, fillIt, []string{"you", "name", person.Name, "email", person.Email}, check)
	submit(t, w, core.AnonymousActor(), d)
	found := mentions(t, w, "Quillfeather")
	for _, table := range []string{"persons", "cases", "submissions"} {
		if len(found[table]) == 0 {
			t.Errorf("a name in %s was not found", table)
		}
	}
}

// mentions finds every row of every table that holds one of some words.
func mentions(t *testing.T, w *intaketest.World, words ...string) map[string][]string {
	t.Helper()
	rows, err := w.Pool.Query(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	if err := rows.Err(); err != nil || len(tables) < 15 {
		t.Fatalf("only %d tables, %v", len(tables), err)
	}
	out := map[string][]string{}
	for _, table := range tables {
		found, err := w.Pool.Query(t.Context(), `SELECT r::text FROM `+table+` r`) // bytea as hexadecimal digits
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		for found.Next() {
			var line string
			if err := found.Scan(&line); err != nil {
				t.Fatal(err)
			}
			for _, word := range words {
				if word != "" && (strings.Contains(line, word) || strings.Contains(line, fmt.Sprintf("%x", word))) {
					out[table] = append(out[table], line)
					break
				}
			}
		}
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestWhatHasNoPlaceInTheTypeIsLeftOutAndTheCaseIsRaisedAllTheSame(t *testing.T) {
	w := intaketest.New(t)
	_, d := answer(t, w, intaketest.Wilful, visit, []string{"one", "what", "fix it"})
	cs := w.Case(t, submit(t, w, core.AnonymousActor(), d).Case)
	if cs.Subtype != "other" || len(cs.Fields) != 1 || cs.Fields["desired-outcome"] != "fix it" || cs.Place != nil || len([]rune(cs.Subject)) > 200 || strings.Contains(cs.Description, "\x00") {
		t.Errorf("%+v", cs)
	}
	if cs.Contact.Name != "Zed Wilful" || cs.Contact.Email != "not an address" || cs.Requester.IsZero() {
		t.Errorf("%+v of %v", cs.Contact, cs.Requester)
	}
	for _, word := range []string{"subtype made-up", "group made-up", "field made-up", "field lessons", "field incident-date"} {
		if !strings.Contains(w.Log.String(), word) {
			t.Errorf("the log does not name %q: %s", word, w.Log)
		}
	}
}

func TestLettersThatCannotBeShownCostNobodyTheirComplaint(t *testing.T) {
	w := intaketest.New(t)
	_, d := answer(t, w, intaketest.Complaint, visit, forMyself, []string{"what", "kind", "other", "what", "Pasted\x0cfrom\x07 a\u0085 PDF\x1b[0m"}, millLane,
		[]string{"outcome", "wanted", "Bell\x07"}, []string{"you", "name", "A\x08da", "email", "ada@example.org"}, check)
	cs := w.Case(t, submit(t, w, core.AnonymousActor(), d).Case)
	if cs.Description != "Pasted\nfrom a PDF[0m" || cs.Contact.Name != "Ada" || cs.Fields["desired-outcome"] != "Bell" {
		t.Errorf("%q, %q, %q", cs.Description, cs.Contact.Name, cs.Fields)
	}
}

func TestOnlyThoseWhomTheTypeLetsMayRaiseIt(t *testing.T) {
	w := intaketest.New(t)
	w.Change(t, intaketest.Complaint, func(typ *core.CaseType) {
		typ.Groups[core.DutyRaise] = []string{core.SignedIn}
	})
	_, d := answer(t, w, intaketest.Complaint, visit, forMyself, pothole, millLane, fillIt, ada, check)
	if _, err := w.Intake.Submit(t.Context(), core.AnonymousActor(), d); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("not signed in: %v", err)
	}
	if cs := w.Case(t, submit(t, w, core.PersonActor(w.Amara, "Amara"), d).Case); cs.Requester != w.Amara {
		t.Errorf("%+v", cs)
	}
}

func picture(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// question is the file question of the complaint's page "outcome".
func question(t *testing.T, w *intaketest.World, d *forms.Draft) *view.Node {
	t.Helper()
	shown, err := w.Forms.Show(t.Context(), d, "outcome", visit)
	if err != nil || shown.View.Field("files") == nil {
		t.Fatalf("%+v, %v", shown, err)
	}
	return shown.View.Field("files")
}

func attach(t *testing.T, w *intaketest.World, d *forms.Draft, name string, content []byte) {
	t.Helper()
	if err := w.Intake.Attach(t.Context(), d, question(t, w, d), name, bytes.NewReader(content)); err != nil {
		t.Fatalf("attach %s: %v", name, err)
	}
}

func TestFilesGoWithTheCaseAndOnesThatDoNotFitAreRefused(t *testing.T) {
	w := intaketest.New(t)
	token, _ := answer(t, w, intaketest.Complaint, visit, forMyself, pothole, millLane)
	d, err := w.Forms.Open(t.Context(), token, intaketest.Complaint)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one.png", "two.png", "three.png"} {
		attach(t, w, d, name, picture(t))
	}
	for name, content := range map[string][]byte{
		"letter.txt": []byte("Text is fine for the type, but not for the question."), "fake.png": []byte("not a picture"), "empty.png": nil, "program.exe": []byte("MZ"),
	} {
		err := w.Intake.Attach(t.Context(), d, question(t, w, d), name, bytes.NewReader(content))
		if core.KindOf(err) != core.ErrInvalid || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 { // a second click takes nothing else away
		if err := w.Intake.Detach(t.Context(), d, "files", d.Files["files"][0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.Files["files"]) != 1 { // both clicks named the first file there was
		t.Fatalf("%+v", d.Files)
	}
	for range 4 {
		attach(t, w, d, "more.png", picture(t))
	}
	if err := w.Intake.Attach(t.Context(), d, question(t, w, d), "sixth.png", bytes.NewReader(picture(t))); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("a sixth file: %v", err)
	}
	d = goOn(t, w, token, intaketest.Complaint, visit, fillIt, ada, check)
	receipt := submit(t, w, core.AnonymousActor(), d)
	if n := count(t, w, `SELECT count(*) FROM attachments WHERE case_id = $1 AND source = 'form' AND draft_id IS NULL`, receipt.Case); n != 5 {
		t.Errorf("%d files on the case", n)
	}
}

func TestAScriptIsToldFromAPerson(t *testing.T) {
	begun := time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)
	if !intake.TooQuick(begun, begun.Add(time.Second)) || intake.TooQuick(begun, begun.Add(intake.Quickest)) {
		t.Error("the least time is not kept")
	}
	if intake.Trapped(" \n") || !intake.Trapped("http://spam.example") {
		t.Error("the unseen field")
	}
}
