package meilitest_test

import (
	"net/http"
	"testing"

	"github.com/casement-dev/casement/core/search/meili/meilitest"
)

func TestTheServerEndsWhenKilledAndComesBackOnTheSameAddress(t *testing.T) {
	s := meilitest.New(t)
	healthy := func() bool {
		answer, err := http.Get(s.URL + "/health")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}
	if !healthy() {
		t.Fatal("it does not answer")
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if healthy() {
		t.Error("it answers after it was killed")
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if !healthy() {
		t.Error("it does not answer again")
	}
}
