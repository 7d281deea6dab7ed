package pluginhost_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/sdk/view"
)

// fromDatabase lets a world take its forms from the plugins in its database.
func fromDatabase(t *testing.T, w *intaketest.World) *plugins.Service {
	t.Helper()
	engine, err := wasm.New(wasm.Options{CacheDir: filepath.Join(os.TempDir(), "casement-test-plugin-cache"), Compile: wasm.CompileHere, LoadWait: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	w.Host = pluginhost.New(engine, w.Clock, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		w.Host.Close()
		engine.Close()
	})
	installed := plugins.New(w.DB, plugins.Options{Clock: w.Clock, Secret: core.Secret{1}, Runner: w.Host})
	w.Host.From(installed)
	if err := installed.Ship(t.Context(), fstest.MapFS{"complaint.wasm": {Data: intaketest.ComplaintModule(t)}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Host.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Restart()
	return installed
}

// complain fills in the complaint form and raises its case.
func complain(t *testing.T, w *intaketest.World, steps ...[]string) core.CaseID {
	t.Helper()
	v := forms.Visit{Zone: time.UTC, Language: "en"}
	token, d, err := w.Forms.Begin(t.Context(), w.Type(t, intaketest.Complaint), v)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		var shown forms.Shown
		d, shown, err = w.Forms.Turn(t.Context(), token, intaketest.Complaint, step[0], v, forms.Sent{Kind: forms.Submit, Answers: func(*view.Node) view.Answers {
			out := view.Answers{}
			for i := 1; i < len(step); i += 2 {
				out[step[i]] = append(out[step[i]], step[i+1])
			}
			return out
		}})
		if err != nil || shown.Refused {
			t.Fatalf("%v: %+v, %v", step, shown, err)
		}
	}
	receipt, err := w.Intake.Submit(t.Context(), core.AnonymousActor(), d)
	if err != nil {
		t.Fatal(err)
	}
	return receipt.Case
}

func TestWhatWasRecordedOfAFormGoesWithItsCaseAndOfAnAnonymousOneWithNobody(t *testing.T) {
	w := intaketest.New(t)
	installed := fromDatabase(t, w)
	about := [][]string{{"what", "kind", "pothole", "what", "A hole.", "when", "2026-10-09"}, {"where", "where", "Mill Lane", "where", "53.48", "where", "-2.24"}, {"outcome", "wanted", "Fill it"}}
	steps := append([][]string{{"for", "for", "myself"}}, about...)
	named := complain(t, w, append(steps, []string{"you", "name", "Ada Lovelace", "email", "ada@example.org", "phone", ""}, []string{"check"})...)
	steps = append([][]string{{"for", "for", "anonymous"}}, about...)
	w.Host.Flush(t.Context()) // what was said before it was known that nobody is to be named
	complain(t, w, append(steps, []string{"check"})...)
	w.Host.Flush(t.Context())
	w.Clock.Advance(time.Minute)
	w.Host.Flush(t.Context())

	calls, err := installed.Calls(t.Context(), "casement.complaint", 100)
	if err != nil || len(calls) != 7 {
		t.Errorf("%d calls are recorded, %v", len(calls), err)
	}
	var of int
	if err := w.Pool.QueryRow(t.Context(), `SELECT count(*) FROM plugin_calls WHERE case_id = $1 AND draft_id IS NULL`, named).Scan(&of); err != nil || of != 7 {
		t.Errorf("%d of them are the case's, %v", of, err)
	}
	pins, err := w.Forms.Pins(t.Context(), "casement.complaint")
	if err != nil || len(pins) != 0 {
		t.Errorf("raised forms hold versions: %v, %v", pins, err)
	}
	if _, _, err := w.Forms.Begin(t.Context(), w.Type(t, intaketest.Complaint), forms.Visit{Zone: time.UTC, Language: "en"}); err != nil {
		t.Fatal(err)
	}
	if pins, err = w.Forms.Pins(t.Context(), "casement.complaint"); err != nil || len(pins) != 1 {
		t.Errorf("a form that was begun: %v, %v", pins, err)
	}
}
