package server_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
	"github.com/casement-dev/casement/core/server"
)

func TestTriesToSignInAreCountedForAllServersTogether(t *testing.T) {
	db := postgres.NewDB(pgtest.New(t))
	both := [2]*site{}
	for i := range both {
		both[i] = newSite(t, func(o *server.Options) {
			o.Tries = postgres.NewCounts(db)
			o.Limits = map[string]server.Rate{server.LimitSignIn: {Requests: 4, Per: time.Minute}, server.LimitForm: {Requests: 1, Per: time.Minute}}
		})
	}
	token, visit := both[0].form("")
	for n := range 6 {
		want := 200
		if n >= 4 {
			want = 429
		}
		if res := both[n%2].ask("POST", "/sign-in", "_csrf="+token, "Cookie", visit); res.StatusCode != want {
			t.Errorf("try %d: %d, want %d", n, res.StatusCode, want)
		}
	}
	for _, s := range both {
		s.clock.move(time.Minute)
	}
	if res := both[1].ask("POST", "/sign-in", "_csrf="+token, "Cookie", visit); res.StatusCode != 200 {
		t.Errorf("a minute later: %d", res.StatusCode)
	}
}

func TestMetricsAreForThisMachineUnlessAProxyStandsInBetweenOrForTheHolderOfTheToken(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}
		o.MetricsToken = "measure-for-measure"
	})
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "X-Forwarded-Proto", "Via"} {
		if res := s.ask("GET", "/metrics", "", header, "203.0.113.7"); res.StatusCode != 404 {
			t.Errorf("behind a proxy that sets %s: %d", header, res.StatusCode)
		}
	}
	if res := s.ask("GET", "/metrics", "", "X-Forwarded-For", "203.0.113.7", "Authorization", "Bearer measure-for-measure"); res.StatusCode != 200 {
		t.Errorf("with the token: %d", res.StatusCode)
	}
	for _, wrong := range []string{"Bearer measure", "Bearer ", "measure-for-measure"} {
		if res := s.ask("GET", "/metrics", "", "X-Forwarded-For", "203.0.113.7", "Authorization", wrong); res.StatusCode != 404 {
			t.Errorf("with %q: %d", wrong, res.StatusCode)
		}
	}
	if res := newSite(t, nil).ask("GET", "/metrics", "", "Authorization", "Bearer "); res.StatusCode != 404 {
		t.Errorf("an empty token opens the page where none is set: %d", res.StatusCode)
	}
}

func TestWhatIsDegradedIsNamedAndRequestsComeAllTheSame(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.MetricsFrom = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}
		o.Degraded = func(context.Context) []string { return []string{"mail: the mail server does not answer"} }
	})
	if res := s.ask("GET", "/readyz", ""); res.StatusCode != 200 || res.body != "ready\ndegraded: mail: the mail server does not answer\n" {
		t.Errorf("%d %q", res.StatusCode, res.body)
	}
	if res := s.ask("GET", "/readyz", "", "X-Forwarded-For", "203.0.113.7"); res.StatusCode != 200 || res.body != "ready\n" {
		t.Errorf("to the world: %d %q", res.StatusCode, res.body)
	}
}

func TestAServerThatDrainsIsNotReadyAndAnswersAndClosesAndStopsWhenEverybodyHasLeft(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.DrainTime = 20 * time.Second })
	entered, leave := make(chan struct{}), make(chan struct{})
	s.Public().Get("/slow", func(c *fiber.Ctx) error {
		close(entered)
		<-leave
		return c.SendString("done")
	})
	address, served := s.serve()
	client := &http.Client{Transport: &http.Transport{}}
	get := func(path string) (*http.Response, string) {
		t.Helper()
		res, err := client.Get("http://" + address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(body)
	}
	slow := make(chan string, 1)
	go func() {
		_, body := get("/slow")
		slow <- body
	}()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(context.Background()) }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for res, _ := get("/readyz"); res.StatusCode != 503; res, _ = get("/readyz") {
		<-tick.C
	}
	res, body := get("/track/one")
	if res.StatusCode != 200 || body != "tracked" || !res.Close {
		t.Errorf("while draining: %d %q, closes: %v", res.StatusCode, body, res.Close)
	}
	if res := s.ask("GET", "/live?topics=counts", "", "Cookie", "casement-session=priya"); res.StatusCode != 503 {
		t.Errorf("a live stream while draining: %d", res.StatusCode)
	}
	close(leave)
	if got := <-slow; got != "done" {
		t.Errorf("the request that ran: %q", got)
	}
	for _, end := range []<-chan error{stopped, served} {
		select {
		case err := <-end:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("it waits although everybody has left")
		}
	}
}

func TestAListenerHearsOnlyWhatIsItsBusinessAndIsToldToComeBackWhenTheServerStops(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.Hears = func(_ context.Context, by core.Actor, topics []string) ([]string, error) {
			if by.Name != "Priya Raghunathan" {
				return nil, nil
			}
			return slices.DeleteFunc(slices.Clone(topics), func(topic string) bool { return topic == "case:CMP-2" }), nil
		}
	})
	if res := s.ask("GET", "/live?topics=case:CMP-1", "", "Cookie", "casement-session=admin"); res.StatusCode != 404 {
		t.Errorf("nothing to hear: %d", res.StatusCode)
	}
	address, _ := s.serve()
	req, err := http.NewRequest("GET", "http://"+address+"/live?topics=case:CMP-1,case:CMP-2", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", "casement-session=priya")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	wait := func(begins string) string {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), "CMP-2") {
				t.Fatal("heard of a case that is none of their business")
			}
			if strings.HasPrefix(lines.Text(), begins) {
				return lines.Text()
			}
		}
		t.Fatalf("the stream ended before %q: %v", begins, lines.Err())
		return ""
	}
	wait(": listening")
	s.hub.Publish("case:CMP-2")
	s.hub.PublishAll()
	wait("data: case:CMP-1")
	stop, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(stop); err != nil {
		t.Fatal(err)
	}
	wait("retry: ")
	wait(": stopping")
}

func TestAPageWhoseSessionHasEndedIsToldSoAndStays(t *testing.T) {
	s := newSite(t, nil)
	for _, method := range []string{"GET", "POST"} {
		path := "/cases/CMP-1"
		if method == "POST" {
			path += "/note"
		}
		res := s.ask(method, path, "a=b", "Cookie", "casement-session=gone", "HX-Request", "true", "Sec-Fetch-Site", "same-origin",
			"HX-Current-URL", "http://casework.example/cases/CMP-1?tab=history")
		want := `{"signed-out":{"url":"/staff/sign-in?next=%2Fcases%2FCMP-1%3Ftab%3Dhistory"}}`
		if res.StatusCode != 401 || res.Header.Get("HX-Trigger") != want || res.Header.Get("HX-Redirect") != "" {
			t.Errorf("%s: %d %v", method, res.StatusCode, res.Header)
		}
	}
}
