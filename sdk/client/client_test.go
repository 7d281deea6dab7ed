package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/casement-dev/casement/sdk/client"
)

// server answers with what is given, one after another, and counts.
func server(t *testing.T, answers ...func(http.ResponseWriter, *http.Request)) (*client.Client, *atomic.Int32) {
	t.Helper()
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(asked.Add(1))
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(s.Close)
	c, err := client.New(s.URL, "casement_test")
	if err != nil {
		t.Fatal(err)
	}
	return c, &asked
}

func busy(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }

func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestAWriteIsSentAgainUnderTheSameNameUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	var names []string
	note := func(next func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			names = append(names, r.Header.Get("Idempotency-Key"))
			next(w, r)
		}
	}
	done := func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"ref":"CMP-7K2M-4QX9","version":2}`)) }
	c, asked := server(t, note(busy), note(hangUp), note(done))
	got, err := c.Note(t.Context(), "CMP-7K2M-4QX9", "staff", "x")
	if err != nil || got.Version != 2 || asked.Load() != 3 {
		t.Fatalf("%+v, %v, after %d requests", got, err, asked.Load())
	}
	if names[0] == "" || names[0] != names[1] || names[0] != names[2] {
		t.Errorf("it went under the names %v", names)
	}
}

func TestARefusalIsNotSentAgain(t *testing.T) {
	t.Parallel()
	c, asked := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		w.Write([]byte(`{"status":422,"detail":"The case cannot be raised as it is.","errors":[{"location":"body.subject","message":"Enter a subject."}]}`))
	})
	_, err := c.Raise(t.Context(), client.NewCase{Type: "complaint"})
	var p *client.Problem
	if !errors.As(err, &p) || p.Status != 422 || asked.Load() != 1 {
		t.Fatalf("%v after %d requests", err, asked.Load())
	}
	if want := "The case cannot be raised as it is. [body.subject: Enter a subject.]"; p.Error() != want {
		t.Errorf("%q, want %q", p.Error(), want)
	}
}

func TestAnUploadThatMayHaveHappenedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	c, asked := server(t, busy)
	if _, err := c.Upload(t.Context(), "complaint", "x.txt", http.NoBody); client.StatusOf(err) != 503 || asked.Load() != 1 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

func TestAKeyIsGivenToNobodyElse(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	c, _ := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	if _, err := c.Case(t.Context(), "CMP-7K2M-4QX9"); client.StatusOf(err) != http.StatusFound {
		t.Errorf("a redirect: %v", err)
	}
	for _, address := range []string{"", "casework.example.org", "ftp://casework.example.org", "https://"} {
		if _, err := client.New(address, "k"); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
	if _, err := client.New("https://casework.example.org", ""); err == nil {
		t.Error("no key is taken for one")
	}
}

func TestWhoeverGivesUpDoesNotWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		w.Header().Set("Retry-After", "3600")
		busy(w, r)
	})
	if _, err := c.Case(ctx, "CMP-7K2M-4QX9"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
