package people

import (
	"context"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/postgres/pgtest"
)

// Whoever asks for an account that does not exist must wait for a hash as well,
// or the answer's speed would tell who has one. While no hash can be made, no
// answer comes.
func TestAnUnknownAccountCostsAHashAsAKnownOneDoes(t *testing.T) {
	s := New(postgres.NewDB(pgtest.New(t)), Options{})
	_, err := s.CreateUser(t.Context(), core.SystemActor(), UserInput{Name: "Ines Carvalho", Email: "ines@example.org", Password: "quiet harbour nine lamps"})
	if err != nil {
		t.Fatal(err)
	}
	for range cap(s.hasher.slots) {
		s.hasher.slots <- struct{}{}
	}
	for _, email := range []string{"ines@example.org", "nobody@example.org"} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_, err := s.SignIn(ctx, email, "wrong harbour seven lamps", "")
		cancel()
		if err == nil || core.KindOf(err) == core.ErrInvalid {
			t.Errorf("%s was answered without a hash: %v", email, err)
		}
	}
}
