package webtest_test

import (
	"testing"
	"time"

	"github.com/casement-dev/casement/web/webtest"
)

// eventually waits for what the browser does in its own time.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(webtest.Patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if is() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("not in time")
		}
	}
}
