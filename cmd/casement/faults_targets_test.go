package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

// envFaultTargets says how many targets fall due in the test below: "make
// faults" asks for 10,000.
const envFaultTargets = "CASEMENT_FAULT_TARGETS"

const (
	fewFaultTargets = 400 // without it
	manyPatient     = 10 * time.Minute
)

// TestFaultsBreachEachTargetOnce lets thousands of targets fall due at once, and
// kills the program and its database at random while it says so. Each target
// must be breached once, at its due time, and everybody told of it once.
func TestFaultsBreachEachTargetOnce(t *testing.T) {
	many := fewFaultTargets
	if asked, err := strconv.Atoi(os.Getenv(envFaultTargets)); err == nil && asked > 0 {
		many = asked
	}
	o := newOutage(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))

	o.raiseDue(many / 2) // a complaint promises two things from the start
	targets := o.count(`SELECT count(*) FROM targets WHERE stopped_at IS NULL AND next_at IS NOT NULL AND rule_key NOT LIKE 'task:%'`)
	if targets < many {
		t.Fatalf("%d targets run, want %d", targets, many)
	}
	o.pass(60 * 24 * time.Hour)
	began, servers, databases := time.Now(), 0, 0
	breached := func() int { return o.count(`SELECT count(*) FROM events WHERE kind = 'target.breached'`) }
	for at := 0; at < targets; {
		// The next fault comes after some more have been breached, at a random one
		// of the instants in between.
		at += 1 + chance.IntN(max(targets/5, 1))
		o.eventually("targets are breached", manyPatient, func() bool { return breached() >= min(at, targets) })
		if at >= targets {
			break
		}
		if chance.IntN(3) == 0 {
			o.killDatabase()
			databases++
		} else {
			o.killServer()
			servers++
		}
	}
	o.settleWithin(manyPatient)
	t.Logf("%d targets fell due, %d were breached, in %v; the server was killed %d times and PostgreSQL %d times",
		targets, breached(), time.Since(began).Round(time.Millisecond), servers, databases)

	o.is(targets, "breaches recorded", `SELECT count(*) FROM events WHERE kind = 'target.breached'`)
	o.is(targets, "targets breached, each once", `SELECT count(*) FROM (
		SELECT stream_id, aspects FROM events WHERE kind = 'target.breached' GROUP BY 1, 2 HAVING count(*) = 1) once`)
	o.is(0, "breaches at another time than the due time", `SELECT count(*) FROM events e
		JOIN targets t ON t.case_id::text = e.stream_id AND 'target:' || t.rule_key = ANY (e.aspects)
		WHERE e.kind = 'target.breached' AND e.happened_at <> t.due_at`)
	o.is(0, "targets that are due and not breached", `SELECT count(*) FROM targets WHERE next_at <= $1`, o.door.clock.Now())
	o.is(0, "messages of one event to one person that are there twice", `SELECT count(*) FROM (
		SELECT event_seq, recipient FROM outbox WHERE event_seq IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1) twice`)
	o.checkHistory()
}

// raiseDue raises cases through the door, several at once.
func (o *outage) raiseDue(n int) {
	o.t.Helper()
	left := make(chan int, n)
	for i := range n {
		left <- i
	}
	close(left)
	var clients sync.WaitGroup
	for range faultDoors {
		clients.Go(func() {
			for i := range left {
				request := cases.One(core.NewID[core.CaseID](), 0, &cases.Raise{
					Type: "complaint", Subject: fmt.Sprintf("Due %d", i), Description: "Nobody came.", Subtype: "other",
					Channel: core.ChannelTelephone, Contact: core.Contact{Name: "Caller"},
				})
				if _, err := o.door.cases.Do(o.t.Context(), o.priya, request); err != nil {
					o.t.Errorf("raise case %d: %v", i, err)
					return
				}
			}
		})
	}
	clients.Wait()
	if o.t.Failed() {
		o.t.FailNow()
	}
}
