package followers_test

import (
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/followers"
)

// town is the small council with public reports beside its complaints.
type town struct {
	*casestest.World
	*followers.Service
}

func open(t *testing.T) *town {
	t.Helper()
	t.Parallel()
	w := casestest.New(t)
	w.Publish(t, casetypes.KindCaseType, "street", `{"key":"street","name":"Street","reference":{"prefix":"STR"},"calendar":"offices",
		"groups":{"manage":["highways"],"raise":["everyone"]},"statuses":[{"key":"new","kind":"start"},{"key":"done","kind":"final"}],
		"reasons":{"close":[{"key":"fixed","name":"Fixed"}]},"reports":{"public":true}}`)
	return &town{w, followers.New(w.DB)}
}

func (w *town) hole(t *testing.T) core.CaseID {
	t.Helper()
	id := core.NewID[core.CaseID]()
	w.Do(t, core.PersonActor(w.Amara, "Amara"), id, &cases.Raise{Type: "street", Subject: "Hole", Channel: core.ChannelWeb, Requester: w.Amara})
	return id
}

func (w *town) numbers(t *testing.T, id core.CaseID) []core.Follower {
	t.Helper()
	all, err := w.ToTell(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAnybodyKnownMayFollowAPublicReport(t *testing.T) {
	w := open(t)
	id, brendan := w.hole(t), core.PersonActor(w.Brendan, "Brendan")
	w.Do(t, brendan, id, &followers.Add{Hears: core.HearsEnd})
	w.Do(t, brendan, id, &followers.Add{}) // changes what is heard
	if all := w.numbers(t, id); len(all) != 1 || all[0].No != 1 || all[0].Person != w.Brendan || all[0].Hears != core.HearsAll {
		t.Errorf("the followers are %+v", all)
	}
	w.Do(t, w.Ines, id, &followers.Add{})
	if n, err := w.Count(t.Context(), id); err != nil || n != 2 {
		t.Errorf("%d follow, %v", n, err)
	}
	w.Do(t, brendan, id, &followers.Remove{})
	w.Do(t, brendan, id, &followers.Remove{}) // a second click
	if follows, err := w.Follows(t.Context(), brendan, id); err != nil || follows {
		t.Errorf("Brendan still follows: %v, %v", follows, err)
	}
	w.Do(t, brendan, id, &followers.Add{})
	if all := w.numbers(t, id); len(all) != 2 || all[1].No != 3 {
		t.Errorf("numbers are given twice: %+v", all)
	}
}

func TestFollowingOpensNothingElse(t *testing.T) {
	w := open(t)
	id, brendan := w.hole(t), core.PersonActor(w.Brendan, "Brendan")
	w.Do(t, brendan, id, &followers.Add{})
	if _, err := w.Cases.Find(t.Context(), brendan, w.Case(t, id).Ref, core.MayRequest); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("a follower finds the case: %v", err)
	}
	w.Refuses(t, core.ErrForbidden, brendan, id, &cases.Withdraw{})
	w.Refuses(t, core.ErrForbidden, brendan, id, &followers.Remove{No: 99})
}

func TestWhoMayNotFollow(t *testing.T) {
	w := open(t)
	public, private := w.hole(t), w.Raise(t)
	w.Refuses(t, core.ErrNotFound, core.PersonActor(w.Brendan, "Brendan"), private, &followers.Add{})
	w.Refuses(t, core.ErrNotFound, core.AnonymousActor(), public, &followers.Add{})
	w.Refuses(t, core.ErrNotFound, w.Other, public, &followers.Add{})
	w.Refuses(t, core.ErrConflict, core.PersonActor(w.Amara, "Amara"), public, &followers.Add{})
	w.Refuses(t, core.ErrInvalid, core.PersonActor(w.Brendan, "Brendan"), public, &followers.Add{Hears: "everything"})
	if _, err := w.Pool.Exec(t.Context(), `UPDATE cases SET confidentiality = 'restricted' WHERE id = $1`, public); err != nil {
		t.Fatal(err)
	}
	w.Refuses(t, core.ErrNotFound, core.PersonActor(w.Brendan, "Brendan"), public, &followers.Add{})
}

func TestStaffWhoWorkTheCaseMayEndAFollowingAndTheLinkToo(t *testing.T) {
	w := open(t)
	id := w.hole(t)
	w.Do(t, core.PersonActor(w.Brendan, "Brendan"), id, &followers.Add{})
	w.Do(t, w.Ines, id, &followers.Remove{No: 1})
	if all := w.numbers(t, id); len(all) != 0 {
		t.Errorf("still followed by %+v", all)
	}
	w.Do(t, core.PersonActor(w.Brendan, "Brendan"), id, &followers.Add{})
	w.Publish(t, casetypes.KindCaseType, "street", `{"key":"street","name":"Street","reference":{"prefix":"STR"},"calendar":"offices",
		"groups":{"manage":["highways"]},"statuses":[{"key":"new","kind":"start"},{"key":"done","kind":"final"}]}`)
	w.Do(t, core.SystemActor(), id, &followers.End{Person: w.Brendan}) // although it is public no more
	w.Do(t, core.SystemActor(), id, &followers.End{Person: w.Brendan})
	if all := w.numbers(t, id); len(all) != 0 {
		t.Errorf("still followed by %+v", all)
	}
	w.Refuses(t, core.ErrForbidden, w.Ines, id, &followers.End{Person: w.Brendan})
}

func TestTheHistoryNamesNoFollower(t *testing.T) {
	w := open(t)
	id := w.hole(t)
	w.Do(t, w.Ines, id, &followers.Add{})
	w.Do(t, core.PersonActor(w.Brendan, "Brendan"), id, &followers.Add{})
	var bodies string
	err := w.Pool.QueryRow(t.Context(), `SELECT string_agg(convert_from(b.body, 'UTF8'), ' ') FROM event_bodies b JOIN events e ON e.seq = b.seq
		WHERE e.stream_id = $1 AND e.kind = 'follower.added'`, id.String()).Scan(&bodies)
	if err != nil || strings.Contains(bodies, w.Brendan.String()) || strings.Contains(bodies, "Brendan") {
		t.Errorf("%s, %v", bodies, err)
	}
}

func TestAPictureIsPublicWhenStaffSaySoAlone(t *testing.T) {
	w := open(t)
	id, files := w.hole(t), attachments.New(w.DB, nil, w.Clock)
	add := func(no int, kind string, audience core.Audience) {
		t.Helper()
		_, err := w.Pool.Exec(t.Context(), `INSERT INTO attachments (id, case_id, no, name, kind, size, sha256, audience, source, actor_kind, actor_id, created_at)
			VALUES ($1, $2, $3, 'a', $4, 1, '\x00', $5, 'form', 'anonymous', '', $6)`, core.NewID[core.AttachmentID](), id, no, kind, audience, casestest.Start)
		if err != nil {
			t.Fatal(err)
		}
	}
	shown := func() int {
		t.Helper()
		all, err := files.OfReport(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	add(1, "image/jpeg", core.Public)
	add(2, "application/pdf", core.Public)
	add(3, "image/png", core.Staff)
	if shown() != 0 {
		t.Error("a picture is public before anybody has looked at it")
	}
	w.Do(t, w.Ines, id, &attachments.Show{No: 1, Shown: true})
	w.Refuses(t, core.ErrConflict, w.Ines, id, &attachments.Show{No: 2, Shown: true})
	w.Refuses(t, core.ErrConflict, w.Ines, id, &attachments.Show{No: 3, Shown: true})
	w.Refuses(t, core.ErrForbidden, core.PersonActor(w.Amara, "Amara"), id, &attachments.Show{No: 1, Shown: true})
	if n := shown(); n != 1 {
		t.Errorf("%d pictures are public, want 1", n)
	}
	w.Do(t, w.Ines, id, &attachments.Show{No: 1})
	if shown() != 0 {
		t.Error("a picture is still public after it was taken off")
	}
	other := w.Raise(t)
	if _, err := w.Pool.Exec(t.Context(), `UPDATE attachments SET case_id = $1 WHERE no = 1`, other); err != nil {
		t.Fatal(err)
	}
	w.Refuses(t, core.ErrConflict, w.Priya, other, &attachments.Show{No: 1, Shown: true})
}
