package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/webhooks"
)

// Whoever looks at a page of the console sees the bell ring without asking.
func TestTheBellRingsWhileOneLooks(t *testing.T) {
	in := install(t, "--demo")
	priya := in.signIn("priya@northmoor.example")
	priya.WaitURL("/mywork")
	priya.WaitFor(`#bell`)
	before := priya.Attribute(`#bell`, "aria-label")
	tomasz := in.signIn("tomasz@northmoor.example")
	tomasz.WaitURL("/mywork")
	tomasz.Go(in.url + "/cases/new?type=complaint")
	tomasz.Type(`#new-case input[name="name"]`, "Maeve Corrigan")
	tomasz.Type(`#new-case input[name="subject"]`, "The lamp on Weir View is out")
	if tomasz.Count(`input[name="assign"]:checked`) > 0 { // the group is told of what nobody has
		tomasz.Click(`input[name="assign"]`)
	}
	tomasz.Follow(`#new-case .button-main`)
	tomasz.WaitURL("/cases/CMP-")
	priya.WaitUntil("the bell rings", fmt.Sprintf(`document.querySelector('#bell').getAttribute('aria-label') !== %q`, before))
	priya.Press("g", "b")
	priya.WaitURL("/notifications")
	priya.WaitForText(`.notice`, "raised this case")
	priya.Accessible()
	if pictures := os.Getenv("CASEMENT_PICTURES"); pictures != "" {
		priya.Screenshot(pictures+"/bell.png", 1440, 900, false)
	}
	link := priya.Attribute(`.notice a`, "href")
	priya.Follow(`.notice a`)
	priya.WaitURL(link)
	priya.Go(in.url + "/notifications")
	priya.WaitUntil("what was opened is read", fmt.Sprintf(`!document.querySelector('.notice.is-unread a[href=%q]')`, link))
}

// webhooksRaised is how many cases are raised while a server is killed.
const webhooksRaised = 40

func TestWebhooksAreDeliveredThoughAServerIsKilled(t *testing.T) {
	f := newFleet(t)
	killed := make(chan struct{})
	var mu sync.Mutex
	came, cases := map[string]int{}, map[string]bool{}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var told struct {
			Data struct{ Case struct{ Ref string } }
		}
		raw, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(raw, &told)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		<-killed // something is under way when the server ends
		mu.Lock()
		defer mu.Unlock()
		came[r.Header.Get("webhook-id")]++
		cases[told.Data.Case.Ref] = true
	}))
	defer receiver.Close()
	morag := f.hireWorker("Morag", []core.Role{core.RoleAdministrator}, "complaints-team")
	_, _, err := f.door.webhooks.Add(t.Context(), morag.Actor, webhooks.Input{Key: "tests", Name: "Tests", URL: receiver.URL, Kinds: []core.EventKind{core.CaseRaised}})
	if err != nil {
		t.Fatal(err)
	}
	raised := map[string]bool{}
	for i := range webhooksRaised {
		raised[f.ref(f.raise(morag.Actor, fmt.Sprintf("Number %d", i)))] = true
		if i == webhooksRaised/2 {
			f.eventually("something is being delivered", func() bool { return f.count(`SELECT count(*) FROM webhook_deliveries WHERE claim > 0`) > 0 })
			f.end(f.elected(), os.Kill)
			close(killed)
		}
	}
	f.eventually("every case was told of", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(cases) == webhooksRaised
	})
	f.eventually("every delivery is settled", func() bool {
		if err := os.WriteFile(f.clock, []byte("+2m"), 0o600); err != nil { // claims of the server that was killed have run out
			t.Fatal(err)
		}
		return f.count(`SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'`) == 0
	})
	f.is(webhooksRaised, "deliveries", `SELECT count(*) FROM webhook_deliveries`)
	mu.Lock()
	defer mu.Unlock()
	twice := 0
	for _, n := range came {
		twice += n - 1
	}
	for ref := range raised {
		if !cases[ref] {
			t.Errorf("%s was not told of", ref)
		}
	}
	if len(came) != webhooksRaised {
		t.Errorf("%d different messages came", len(came))
	}
	t.Logf("%d messages, %d of them twice", len(came), twice)
}
