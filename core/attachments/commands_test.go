package attachments_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
)

func ids(files ...core.Attachment) []core.AttachmentID {
	out := make([]core.AttachmentID, len(files))
	for i, f := range files {
		out[i] = f.ID
	}
	return out
}

// see looks at a case as somebody.
func (c council) see(t *testing.T, by core.Actor, id core.CaseID, needs core.Permission) *cases.Seen {
	t.Helper()
	seen, err := c.Cases.Find(t.Context(), by, c.Case(t, id).Ref, needs)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

// names lists what somebody can read of a case's files.
func (c council) names(t *testing.T, by core.Actor, id core.CaseID, needs core.Permission) string {
	t.Helper()
	found, err := c.OfCase(t.Context(), c.see(t, by, id, needs))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range found {
		out = append(out, a.Name)
	}
	return strings.Join(out, " ")
}

func TestStaffAddFilesThatAreNumberedAndRecordedWithoutTheirNames(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	one, two := c.upload(t, c.Priya, "secret-name.jpg", jpegPicture(t)), c.upload(t, c.Priya, "two.jpg", jpegPicture(t))
	made := c.Do(t, c.Priya, id, &attachments.Add{Files: ids(one, two)}).Made
	if made["attachment"] != "2" {
		t.Errorf("made %v", made)
	}
	three := c.upload(t, c.Priya, "three.jpg", jpegPicture(t))
	c.Do(t, c.Priya, id, &attachments.Add{Files: ids(three), Audience: core.Public})
	if got := c.names(t, c.Priya, id, core.MayView); got != "secret-name.jpg two.jpg three.jpg" {
		t.Errorf("staff see %q", got)
	}
	amara := core.PersonActor(c.Amara, "Amara")
	if got := c.names(t, amara, id, core.MayRequest); got != "three.jpg" {
		t.Errorf("the requester sees %q", got)
	}
	found, err := c.Find(t.Context(), c.see(t, c.Priya, id, core.MayView), 1)
	if err != nil || found.By.Name != "Priya Raghunathan" || found.Source != attachments.SourceStaff || found.CaseID != id {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := c.Find(t.Context(), c.see(t, amara, id, core.MayRequest), 1); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("the requester finds a file of staff: %v", err)
	}
	event := c.Last(t, id, core.AttachmentAdded)
	if event.About["attachment"] != three.ID.String() || event.About["audience"] != "public" {
		t.Errorf("recorded %v", event.About)
	}
	history, err := json.Marshal(c.History(t, id))
	if err != nil || bytes.Contains(history, []byte("secret-name")) {
		t.Errorf("the history names the file, %v", err)
	}
	c.Rewinds(t, id)
}

func TestAFileIsAddedOnceByTheOneWhoUploadedIt(t *testing.T) {
	c := open(t)
	id, other := c.Raise(t), c.Raise(t)
	file := c.upload(t, c.Priya, "a.jpg", jpegPicture(t))
	c.Refuses(t, core.ErrConflict, c.Tomasz, id, &attachments.Add{Files: ids(file)})
	c.Refuses(t, core.ErrConflict, c.Priya, id, &attachments.Add{Files: ids(file, file)})
	c.Refuses(t, core.ErrConflict, c.Priya, id, &attachments.Add{Files: ids(file)}, &attachments.Add{Files: ids(file)})
	c.Do(t, c.Priya, id, &attachments.Add{Files: ids(file)})
	c.Refuses(t, core.ErrConflict, c.Priya, other, &attachments.Add{Files: ids(file)})
	c.Refuses(t, core.ErrConflict, c.Priya, id, &attachments.Add{Files: []core.AttachmentID{core.NewID[core.AttachmentID]()}})
	c.Refuses(t, core.ErrInvalid, c.Priya, id, &attachments.Add{})
	c.Refuses(t, core.ErrInvalid, c.Priya, id, &attachments.Add{Files: make([]core.AttachmentID, 101)})
}

func TestTwoWhoAddAtOnceGetNumbersOfTheirOwn(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	var wg sync.WaitGroup
	for range 8 {
		file := c.upload(t, c.Priya, "a.jpg", jpegPicture(t))
		wg.Go(func() {
			if _, err := c.Cases.Do(t.Context(), c.Priya, cases.One(id, 0, &attachments.Add{Files: ids(file)})); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	found, err := c.OfCase(t.Context(), c.see(t, c.Priya, id, core.MayView))
	if err != nil || len(found) != 8 {
		t.Fatalf("%d files, %v", len(found), err)
	}
	for i, a := range found {
		if a.No != i+1 {
			t.Errorf("file %d has the number %d", i+1, a.No)
		}
	}
}

func TestOneFileForTwoCasesGoesToOne(t *testing.T) {
	c := open(t)
	file := c.upload(t, c.Priya, "a.jpg", jpegPicture(t))
	var mu sync.Mutex
	var wg sync.WaitGroup
	won := 0
	for range 4 {
		id := c.Raise(t)
		wg.Go(func() {
			_, err := c.Cases.Do(t.Context(), c.Priya, cases.One(id, 0, &attachments.Add{Files: ids(file)}))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if core.KindOf(err) != core.ErrConflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d cases have the file", won)
	}
}

func TestWhoMayNotWorkACaseMayNotTouchItsFiles(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	file := c.upload(t, c.Priya, "a.jpg", jpegPicture(t))
	c.Do(t, c.Priya, id, &attachments.Add{Files: ids(file)})
	amara := core.PersonActor(c.Amara, "Amara")
	brendan := core.PersonActor(c.Brendan, "Brendan")
	for _, command := range []cases.Command{
		&attachments.Add{Files: ids(file)}, &attachments.Delete{No: 1}, &attachments.Publish{No: 1, Audience: core.Public},
	} {
		c.Refuses(t, core.ErrNotFound, c.Other, id, command)
		c.Refuses(t, core.ErrForbidden, amara, id, command)
		c.Refuses(t, core.ErrNotFound, brendan, id, command)
	}
	c.Refuses(t, core.ErrForbidden, c.Priya, id, &attachments.Send{Add: attachments.Add{Files: ids(file)}})
}

func TestTheRequesterSendsFilesThatStayTheirs(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	amara := core.PersonActor(c.Amara, "Amara")
	file := c.upload(t, amara, "proof.jpg", jpegPicture(t))
	c.Do(t, amara, id, &attachments.Send{Add: attachments.Add{Files: ids(file), Audience: core.Private}})
	if got := c.names(t, amara, id, core.MayRequest); got != "proof.jpg" {
		t.Errorf("the requester sees %q", got)
	}
	c.Refuses(t, core.ErrConflict, c.Priya, id, &attachments.Publish{No: 1, Audience: core.Staff})
	again := c.upload(t, amara, "proof.jpg", jpegPicture(t))
	c.Refuses(t, core.ErrInvalid, amara, id, &attachments.Send{Add: attachments.Add{Files: ids(again), Source: attachments.SourceStaff}})
	c.Do(t, c.Priya, id, &cases.Close{Reason: "upheld"})
	c.Refuses(t, core.ErrConflict, amara, id, &attachments.Send{Add: attachments.Add{Files: ids(again)}})
}

func TestTheFilesOfAFormGoWithTheCaseItRaisesAndNameNobodyAnonymous(t *testing.T) {
	c := open(t)
	draft, other := c.draft(t), c.draft(t)
	// Uploaded while signed in; the last page then says "anonymous".
	amara := core.PersonActor(c.Amara, "Amara")
	file, err := c.Upload(t.Context(), amara, attachments.Incoming{Name: "a.jpg", Draft: draft}, bytes.NewReader(jpegPicture(t)))
	if err != nil {
		t.Fatal(err)
	}
	raise := func(draft core.DraftID) (core.CaseID, error) {
		id := core.NewID[core.CaseID]()
		_, err := c.Cases.Do(t.Context(), core.AnonymousActor(), cases.One(id, 0,
			&cases.Raise{Type: "complaint", Subject: "A pothole", Channel: core.ChannelWeb, Anonymous: true},
			&attachments.Enclose{Add: attachments.Add{Files: ids(file), Draft: draft}}))
		return id, err
	}
	if _, err := raise(other); core.KindOf(err) != core.ErrConflict {
		t.Errorf("with another form's file: %v", err)
	}
	if _, err := raise(core.DraftID{}); core.KindOf(err) != core.ErrConflict {
		t.Errorf("without the form: %v", err)
	}
	id, err := raise(draft)
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.OfCase(t.Context(), c.see(t, c.Priya, id, core.MayView))
	if err != nil || len(found) != 1 || found[0].No != 1 || found[0].Source != attachments.SourceForm || found[0].Audience != core.Public {
		t.Fatalf("found %+v, %v", found, err)
	}
	if by := found[0].By; by.Kind != core.ActorAnonymous || by.ID != "" || by.Name != "" {
		t.Errorf("the file of an anonymous form names %+v", by)
	}
	later := c.upload(t, c.Priya, "b.jpg", jpegPicture(t))
	c.Refuses(t, core.ErrForbidden, c.Priya, id, &attachments.Enclose{Add: attachments.Add{Files: ids(later)}})
}

func TestACaseHasRoomForAsManyFilesAsItsTypeSays(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	for range attachments.DefaultFiles {
		c.Do(t, c.Priya, id, &attachments.Add{Files: ids(c.upload(t, c.Priya, "a.jpg", jpegPicture(t)))})
	}
	more := c.upload(t, c.Priya, "a.jpg", jpegPicture(t))
	c.Refuses(t, core.ErrInvalid, c.Priya, id, &attachments.Add{Files: ids(more)})
	c.Do(t, c.Priya, id, &attachments.Delete{No: 3})
	if made := c.Do(t, c.Priya, id, &attachments.Add{Files: ids(more)}).Made; made["attachment"] != "21" {
		t.Errorf("a number was used again: %v", made)
	}
}

func TestADeletedFileIsGoneForEverybodyAndItsDeletionRecorded(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	file := c.upload(t, c.Priya, "a.jpg", jpegPicture(t))
	c.Do(t, c.Priya, id, &attachments.Add{Files: ids(file), Audience: core.Public})
	c.Refuses(t, core.ErrNotFound, c.Tomasz, id, &attachments.Delete{No: 1}, &attachments.Delete{No: 1})
	c.Do(t, c.Tomasz, id, &attachments.Delete{No: 1})
	if got := c.names(t, c.Priya, id, core.MayView); got != "" {
		t.Errorf("staff see %q", got)
	}
	c.Refuses(t, core.ErrNotFound, c.Priya, id, &attachments.Delete{No: 1})
	c.Refuses(t, core.ErrNotFound, c.Priya, id, &attachments.Publish{No: 1, Audience: core.Staff})
	if event := c.Last(t, id, core.AttachmentDeleted); event.About["attachment"] != file.ID.String() || event.Actor.ID != c.Tomasz.ID {
		t.Errorf("recorded %+v", event)
	}
}

func TestPublishingIsRecordedAndOnlyWhenItChangesSomething(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	c.Do(t, c.Priya, id, &attachments.Add{Files: ids(c.upload(t, c.Priya, "a.jpg", jpegPicture(t)))})
	version := c.Case(t, id).Version
	c.Do(t, c.Priya, id, &attachments.Publish{No: 1, Audience: core.Staff})
	if got := c.Case(t, id).Version; got != version {
		t.Errorf("nothing changed, and the version went from %d to %d", version, got)
	}
	c.Do(t, c.Priya, id, &attachments.Publish{No: 1, Audience: core.Public})
	if got := c.names(t, core.PersonActor(c.Amara, "Amara"), id, core.MayRequest); got != "a.jpg" {
		t.Errorf("the requester sees %q", got)
	}
	if event := c.Last(t, id, core.AttachmentPublished); event.About["was"] != "staff" || event.About["audience"] != "public" {
		t.Errorf("recorded %v", event.About)
	}
	c.Refuses(t, core.ErrInvalid, c.Priya, id, &attachments.Publish{No: 1, Audience: "everybody"})
	c.Refuses(t, core.ErrForbidden, c.Priya, id, &attachments.Publish{No: 1, Audience: core.Private})
}

// Numbers stand in addresses, where anybody may write any.
func TestANumberThatNoFileCanHaveIsNotFound(t *testing.T) {
	c := open(t)
	id := c.Raise(t)
	seen := c.see(t, c.Priya, id, core.MayView)
	for _, no := range []int{0, -1, 1 << 40} {
		if _, err := c.Find(t.Context(), seen, no); core.KindOf(err) != core.ErrNotFound {
			t.Errorf("%d gave %v", no, err)
		}
		c.Refuses(t, core.ErrNotFound, c.Priya, id, &attachments.Delete{No: no})
		c.Refuses(t, core.ErrNotFound, c.Priya, id, &attachments.Publish{No: no, Audience: core.Public})
	}
}
