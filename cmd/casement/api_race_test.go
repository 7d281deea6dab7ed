package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/sdk/client"
)

func TestAKeyLetsAWriteHappenOnce(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	var running sync.WaitGroup
	answers := make([]said, 12)
	failed := make([]error, len(answers))
	for i := range answers {
		running.Go(func() { answers[i], failed[i] = p.try("POST", "/cases", newComplaint, "Idempotency-Key", "form-9f3c") })
	}
	running.Wait()
	replays := 0
	for i, a := range answers {
		if failed[i] != nil || a.status != 201 || a.text("ref") != answers[0].text("ref") || a.text("tracking_url") != answers[0].text("tracking_url") {
			t.Errorf("%v %d %s", failed[i], a.status, a.body)
		}
		if a.header.Get("Idempotent-Replayed") == "true" {
			replays++
		}
	}
	if replays != len(answers)-1 {
		t.Errorf("%d of %d were said to be repeats", replays, len(answers))
	}
	if list := p.must(200, "GET", "/cases?only=all&fields=ref", ""); strings.Count(string(list.body), "CMP-") != 1 {
		t.Errorf("there are several cases: %s", list.body)
	}
	a := p.refused(422, "POST", "/cases", strings.Replace(newComplaint, "missed", "late", 1), "Idempotency-Key", "form-9f3c")
	if a.text("errors.0.location") != "header.Idempotency-Key" {
		t.Errorf("another body under the key: %s", a.body)
	}
	// Another program's keys are its own.
	other := s.program("another", inputOfAll())
	if b := other.must(201, "POST", "/cases", newComplaint, "Idempotency-Key", "form-9f3c"); b.text("ref") == answers[0].text("ref") {
		t.Error("two programs share a key")
	}
}

func TestOfTwoWhoSawTheSameVersionOneIsToldWhatChanged(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	raised := p.must(201, "POST", "/cases", newComplaint)
	ref, seen := raised.text("ref"), raised.header.Get("ETag")
	var running sync.WaitGroup
	answers := make([]said, 8)
	failed := make([]error, len(answers))
	for i := range answers {
		to := []string{"high", "low"}[i%2]
		running.Go(func() {
			answers[i], failed[i] = p.try("POST", "/cases/"+ref+"/commands/case-change-priority", `{"to":"`+to+`"}`, "If-Match", seen)
		})
	}
	running.Wait()
	won := 0
	for i, a := range answers {
		switch {
		case failed[i] != nil:
			t.Error(failed[i])
		case a.status == 200:
			won++
		case a.status == 412 && a.text("changed.0") == "priority" && a.header.Get("Content-Type") == "application/problem+json":
		default:
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if won != 1 {
		t.Errorf("%d of them changed the priority", won)
	}
	// What touches something else goes through, and so does whoever looked again.
	now := p.must(200, "POST", "/cases/"+ref+"/commands/note-add", `{"body":"x"}`, "If-Match", seen).header.Get("ETag")
	p.must(200, "POST", "/cases/"+ref+"/commands/case-change-priority", `{"to":"normal"}`, "If-Match", now)
	p.refused(412, "POST", "/cases/"+ref+"/commands", `{"commands":[{"command":"note-add","with":{"body":"y"}},{"command":"case-change-priority","with":{"to":"high"}}]}`, "If-Match", now)
	if notes := p.must(200, "GET", "/cases/"+ref+"/notes", ""); notes.value("notes.1") != nil {
		t.Errorf("a part of what was refused happened: %s", notes.body)
	}
}

// Reading page by page while cases are raised misses and repeats none of those
// that were there.
func TestCursorsNamePlacesBetweenCases(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	there := map[string]int{}
	raise := func() string {
		s.council.clock.Advance(time.Second)
		return p.must(201, "POST", "/cases", newComplaint).text("ref")
	}
	for range 12 {
		there[raise()] = 0
	}
	for after := ""; ; {
		page := p.must(200, "GET", "/cases?sort=newest&limit=3&fields=ref&after="+after, "")
		for i := range 3 {
			if ref := page.text(fmt.Sprintf("cases.%d.ref", i)); ref != "" {
				there[ref]++
			}
		}
		raise()
		if after = page.text("next"); after == "" {
			break
		}
	}
	for ref, times := range there {
		if times != 1 {
			t.Errorf("%s was listed %d times", ref, times)
		}
	}
}

// Many write at once, and one reads: every event comes, once, and the events of
// a case in the order of its versions.
func TestTheFeedMissesNothingWhileManyWrite(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	const writers, cases = 6, 5
	var running sync.WaitGroup
	failed := make(chan error, writers)
	for range writers {
		running.Go(func() {
			for range cases {
				raised, err := p.try("POST", "/cases", newComplaint)
				if err == nil && raised.status == 201 {
					for n := range 2 {
						var a said
						if a, err = p.try("POST", "/cases/"+raised.text("ref")+"/commands/note-add", fmt.Sprintf(`{"body":"%d"}`, n)); err == nil && a.status != 200 {
							err = fmt.Errorf("%d %s", a.status, a.body)
						}
					}
				} else if err == nil {
					err = fmt.Errorf("%d %s", raised.status, raised.body)
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()

	versions := map[string]int64{}
	read := func(after string) (next string, more bool) {
		page := p.must(200, "GET", "/feed?limit=7&after="+after, "")
		for i := 0; page.value(fmt.Sprintf("events.%d", i)) != nil; i++ {
			at := fmt.Sprintf("events.%d.", i)
			ref, version := page.text(at+"ref"), int64(page.value(at+"version").(float64))
			if version != versions[ref]+1 {
				t.Errorf("after version %d of %s comes version %d", versions[ref], ref, version)
			}
			versions[ref] = version
		}
		return page.text("next"), page.value("more") == true
	}
	// The feed shows what no running transaction can come before: other tests have
	// theirs on this server, so that it may end a while after the writing has.
	complete := func() bool {
		if len(versions) != writers*cases {
			return false
		}
		for ref, version := range versions {
			if p.must(200, "GET", "/cases/"+ref+"?fields=version", "").value("version") != float64(version) {
				return false
			}
		}
		return true
	}
	after, more := "", true
	deadline := time.Now().Add(time.Minute)
	for writing := true; writing || more || !complete() && time.Now().Before(deadline); {
		select {
		case <-done:
			writing = false
		default:
		}
		if after, more = read(after); len(failed) > 0 {
			break
		}
	}
	select {
	case err := <-failed:
		t.Fatal(err)
	default:
	}
	if len(versions) != writers*cases {
		t.Errorf("the feed has %d cases of %d", len(versions), writers*cases)
	}
	for ref, version := range versions {
		cs := p.must(200, "GET", "/cases/"+ref+"?fields=version", "")
		if cs.value("version") != float64(version) {
			t.Errorf("the feed ends at version %d of %s, and it is %v", version, ref, cs.value("version"))
		}
	}
}

func TestTheFeedWaitsForWhatHappensNext(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	c, err := client.New(s.url, p.key)
	if err != nil {
		t.Fatal(err)
	}
	end, err := c.Feed(t.Context(), "now", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan client.Feed, 1)
	go func() {
		page, err := c.Feed(t.Context(), end.Next, 0, 20*time.Second)
		if err != nil {
			t.Error(err)
		}
		heard <- page
	}()
	raised, err := c.Raise(t.Context(), client.NewCase{Type: "complaint", Subject: "Listen"})
	if err != nil {
		t.Fatal(err)
	}
	page := <-heard
	if len(page.Events) == 0 || page.Events[0].Ref != raised.Ref || page.Events[0].Kind != "case.raised" {
		t.Errorf("heard %+v", page)
	}
}

// The Go client, against a real server: what its documentation shows.
func TestTheGoClientDoesWhatItsDocumentationShows(t *testing.T) {
	t.Parallel()
	s := openAPI(t)
	p := s.almighty()
	ctx := t.Context()
	c, err := client.New(s.url+"/", p.key)
	if err != nil {
		t.Fatal(err)
	}
	file, err := c.Upload(ctx, "complaint", "receipt.txt", strings.NewReader("Paid on the 2nd."))
	if err != nil {
		t.Fatal(err)
	}
	raised, err := c.Raise(ctx, client.NewCase{Type: "complaint", Subject: "Collections missed", Files: []string{file.ID}, Contact: &client.Contact{Name: "Amara", Email: "amara@example.org"}}, client.WithKey("a"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Raise(ctx, client.NewCase{Type: "complaint", Subject: "Collections missed", Files: []string{file.ID}, Contact: &client.Contact{Name: "Amara", Email: "amara@example.org"}}, client.WithKey("a")); err != nil || again.Ref != raised.Ref {
		t.Errorf("again: %+v, %v", again, err)
	}
	var files struct {
		Attachments []struct{ Name, Audience string }
	}
	if err := c.Get(ctx, "/cases/"+raised.Ref+"/attachments", nil, &files); err != nil || len(files.Attachments) != 1 || files.Attachments[0].Audience != "public" {
		t.Errorf("the files: %+v, %v", files, err)
	}
	if a := p.must(200, "GET", "/cases/"+raised.Ref+"/attachments/1", ""); string(a.body) != "Paid on the 2nd." || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the download: %v %s", a.header, a.body)
	}
	cs, err := c.Case(ctx, raised.Ref)
	if err != nil || cs.Subject != "Collections missed" || len(cs.Targets) == 0 {
		t.Fatalf("%+v, %v", cs, err)
	}
	done, err := c.Do(ctx, raised.Ref, client.Command{Name: "note-add", With: map[string]any{"body": "We asked the depot."}}, client.Command{Name: "case-change-priority", With: map[string]string{"to": "high"}})
	if err != nil || done.Made["note"] != "1" {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := c.DoAll(ctx, raised.Ref, []client.Command{{Name: "case-change-priority", With: map[string]string{"to": "low"}}}, client.IfVersion(cs.Version)); client.StatusOf(err) != 412 {
		t.Errorf("a stale change: %v", err)
	}
	if _, err := c.Note(ctx, raised.Ref, "public", ""); client.StatusOf(err) != 422 || err.Error() != "Write the note first." {
		t.Errorf("an empty note: %v", err)
	}
	if all, err := c.Batch(ctx, []client.Change{{Case: raised.Ref, Commands: []client.Command{{Name: "note-add", With: map[string]string{"body": "x"}}}}}); err != nil || len(all) != 1 {
		t.Errorf("a batch: %+v, %v", all, err)
	}
	n := 0
	for cs, err := range c.Cases(ctx, client.Filter{Types: []string{"complaint"}, Priority: "high"}) {
		if err != nil || cs.Ref != raised.Ref {
			t.Errorf("%+v, %v", cs, err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d cases of high priority", n)
	}
	if _, err := c.Close(ctx, raised.Ref, "upheld"); err != nil {
		t.Error(err)
	}
	history, err := c.History(ctx, raised.Ref, 0)
	if err != nil || history[len(history)-1].By.Name != "Program “Everything”" {
		t.Errorf("%+v, %v", history, err)
	}
}
