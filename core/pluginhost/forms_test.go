package pluginhost_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
	"github.com/casement-dev/casement/core/intake/intaketest"
	"github.com/casement-dev/casement/core/pluginhost"
	"github.com/casement-dev/casement/core/pluginhost/wasm"
	"github.com/casement-dev/casement/sdk/view"
)

// clock is moved by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func newHost(t *testing.T) (*pluginhost.Host, *clock, *strings.Builder) {
	t.Helper()
	c, log := &clock{time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)}, &strings.Builder{}
	return intaketest.NewHost(t, c, slog.New(slog.NewTextHandler(log, nil))), c, log
}

func call(plugin, entry string, kind forms.EventKind, answers ...string) forms.Call {
	typ := &core.CaseType{Key: "x", Form: core.FormRule{Plugin: plugin, Entry: entry}}
	c := forms.Call{
		Type: typ, Event: forms.Event{Kind: kind, Answers: view.Answers{}}, Now: time.Date(2026, 11, 17, 23, 30, 0, 0, time.UTC),
		Zone: time.FixedZone("Later", 3600), Language: "en", Seed: 7, Viewer: &forms.Viewer{Name: "Ada", Email: "ada@example.org"},
	}
	for i := 0; i < len(answers); i += 2 {
		c.Event.Answers[answers[i]] = append(c.Event.Answers[answers[i]], answers[i+1])
	}
	return c
}

func wilful(answer string) forms.Call {
	return call("test.wilful", "wilful", forms.Submit, "what", answer)
}

func statusOf(t *testing.T, h *pluginhost.Host, id string) pluginhost.Status {
	t.Helper()
	for _, s := range h.Status() {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("%s is not installed", id)
	return pluginhost.Status{}
}

func TestTheFormsOfInstalledPluginsAreListed(t *testing.T) {
	h, _, _ := newHost(t)
	if got := h.Forms(); !slices.Equal(got, []string{"casement.complaint/complaint", "casement.report/report", "test.wilful/wilful"}) {
		t.Errorf("%q", got)
	}
	if err := h.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAFormIsAnsweredInOurWords(t *testing.T) {
	h, _, _ := newHost(t)
	reply, err := h.FormProvider().Serve(t.Context(), call("casement.complaint", "complaint", forms.Start))
	if err != nil || reply.View.ID != "for" || len(reply.State) == 0 || !strings.HasPrefix(reply.Pin, "1.0.0+s1.") {
		t.Fatalf("%+v, %v", reply, err)
	}
	again, err := h.FormProvider().Serve(t.Context(), call("casement.complaint", "complaint", forms.Start))
	if err != nil || string(again.State) != string(reply.State) || again.Pin != reply.Pin {
		t.Errorf("the same call has another answer: %+v, %v", again, err)
	}
}

func TestAPluginSeesWhoIsSignedInOnlyIfItWasGranted(t *testing.T) {
	h, _, _ := newHost(t)
	reply, err := h.FormProvider().Serve(t.Context(), wilful("all right"))
	if err != nil || reply.Done == nil || strings.Contains(reply.Done.Description, "leaked") {
		t.Errorf("%+v, %v", reply.Done, err)
	}
}

func TestAnAnswerThatBreaksTheContractIsRefusedWholeAndCounted(t *testing.T) {
	for _, does := range []string{"trap", "loop", "nonsense", "page", "markup", "effect", "nothing"} {
		h, _, log := newHost(t)
		reply, err := h.FormProvider().Serve(t.Context(), wilful(does))
		var known *core.Error
		if !errors.As(err, &known) || known.Kind != core.ErrUnavailable || strings.Contains(known.Message, "wilful") || wasm.AsFault(err) == nil {
			t.Errorf("%s: got %+v, %v", does, reply, err)
			continue
		}
		s := statusOf(t, h, "test.wilful")
		if s.ID != "test.wilful" || s.LastFault == "" || s.LastFaultAt.IsZero() || !strings.Contains(log.String(), "plugin=test.wilful") {
			t.Errorf("%s: status %+v, log %s", does, s, log)
		}
	}
}

func TestAPluginThatKeepsFailingIsOffForFiveMinutesAndOthersAreNot(t *testing.T) {
	h, c, _ := newHost(t)
	serve := func(call forms.Call) error {
		_, err := h.FormProvider().Serve(t.Context(), call)
		return err
	}
	for range 4 {
		if err := serve(wilful("trap")); wasm.AsFault(err) == nil {
			t.Fatal(err)
		}
	}
	c.now = c.now.Add(61 * time.Second) // those four are forgotten
	for i := range 5 {
		if err := serve(wilful("trap")); wasm.AsFault(err) == nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if err := serve(wilful("all right")); core.KindOf(err) != core.ErrUnavailable || wasm.AsFault(err) != nil {
		t.Errorf("after five faults: %v", err)
	}
	if s := statusOf(t, h, "test.wilful"); !s.OffUntil.Equal(c.now.Add(5 * time.Minute)) {
		t.Errorf("%+v", s)
	}
	if err := serve(call("casement.complaint", "complaint", forms.Start)); err != nil {
		t.Errorf("another plugin: %v", err)
	}
	c.now = c.now.Add(5 * time.Minute)
	if err := serve(wilful("all right")); err != nil {
		t.Errorf("five minutes later: %v", err)
	}
}

func TestAStateOfAnotherVersionIsMigratedOrRefused(t *testing.T) {
	h, _, _ := newHost(t)
	from := func(pin string) error {
		c := call("test.wilful", "wilful", forms.View)
		c.Pin, c.State = pin, []byte(`{}`)
		_, err := h.FormProvider().Serve(t.Context(), c)
		return err
	}
	if err := from("0.9.0+s1.000000000000"); err != nil {
		t.Errorf("of the same version of states: %v", err)
	}
	for _, pin := range []string{"0.1.0+s0.000000000000", "", "7", "x+sy.z"} {
		if err := from(pin); core.KindOf(err) != core.ErrUnavailable {
			t.Errorf("of %q: %v", pin, err)
		}
	}
}

func TestAFormThatIsNotThereIsSaidToBe(t *testing.T) {
	h, _, _ := newHost(t)
	for _, c := range []forms.Call{call("org.nowhere", "x", forms.Start), call("test.wilful", "other", forms.Start)} {
		if _, err := h.FormProvider().Serve(t.Context(), c); core.KindOf(err) != core.ErrUnavailable {
			t.Errorf("%+v: %v", c.Type.Form, err)
		}
	}
	h.Close()
	if _, err := h.FormProvider().Serve(t.Context(), wilful("x")); core.KindOf(err) != core.ErrUnavailable {
		t.Errorf("of a closed host: %v", err)
	}
	if err := h.Install(intaketest.WilfulModule(t), nil); err == nil {
		t.Error("a closed host takes plugins")
	}
}
