package sdktest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/actions"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/sdktest"
	"github.com/casement-dev/casement/sdk/tasks"
)

// judge notes what a harness says of a plugin that does wrong.
type judge struct {
	testing.TB
	said string
}

func (j *judge) Helper() {}
func (j *judge) Errorf(format string, args ...any) {
	j.said += fmt.Sprintf(format, args...) + "\n"
}
func (j *judge) Fatalf(format string, args ...any) {
	j.Errorf(format, args...)
	runtime.Goexit()
}
func (j *judge) Fatal(args ...any) { j.Fatalf("%s", fmt.Sprint(args...)) }

// says runs f and gives the harness's words.
func says(t *testing.T, f func(t testing.TB)) string {
	j := &judge{TB: t}
	done := make(chan bool)
	go func() {
		defer close(done)
		f(j)
	}()
	<-done
	return j.said
}

type line struct{ Text string }

func oneStep(view func(c *tasks.Ctx, l *line) forms.Page, then func(c *tasks.Ctx, l *line)) tasks.Task[line] {
	return tasks.Task[line]{ID: "x", Steps: []tasks.Step[line]{{
		ID: "a", View: view, Outcomes: []tasks.Outcome[line]{{ID: "go", Label: "Go", Then: then}},
	}}}
}

func TestTheHarnessFindsWhatTheHostWouldRefuse(t *testing.T) {
	page := func(c *tasks.Ctx, l *line) forms.Page {
		return forms.Page{Title: "T", Body: forms.Body{forms.Line("text", &l.Text, "Text")}}
	}
	calls := 0
	for want, wrong := range map[string]func(t testing.TB){
		"two answers": func(t testing.TB) {
			sdktest.StartTask(t, oneStep(func(c *tasks.Ctx, l *line) forms.Page {
				calls++
				return forms.Page{Title: fmt.Sprint(calls)}
			}, nil))
		},
		"refuse the view": func(t testing.TB) {
			sdktest.StartTask(t, oneStep(func(c *tasks.Ctx, l *line) forms.Page {
				return forms.Page{Title: "T", Body: forms.Body{forms.Line("1 2", &l.Text, "Text")}}
			}, nil))
		},
		"fault: ": func(t testing.TB) {
			sdktest.StartTask(t, oneStep(page, func(c *tasks.Ctx, l *line) { panic("no") })).Submit()
		},
		"by nobody": func(t testing.TB) {
			sdktest.StartTask(t, oneStep(func(c *tasks.Ctx, l *line) forms.Page {
				host.Search(c, abi.CaseSearch{Text: "x"})
				return page(c, l)
			}, nil))
		},
		"for the 4th time": func(t testing.TB) {
			sdktest.RunAction(t, actions.Action{ID: "x", Run: func(c *actions.Ctx) {
				for i := range 9 {
					if _, ok := host.Kept(c, fmt.Sprint(i)); !ok {
						return
					}
				}
			}}, nil)
		},
		"no button": func(t testing.TB) { sdktest.StartTask(t, oneStep(page, nil)).Press("gone") },
		"its own view forbids": func(t testing.TB) {
			sdktest.StartTask(t, oneStep(func(c *tasks.Ctx, l *line) forms.Page {
				return forms.Page{Title: "T", Body: forms.Body{
					forms.Line("text", &l.Text, "Text"), forms.If(l.Text == "", forms.Line("gone", new(string), "Gone").Required("Needed")),
				}}
			}, func(c *tasks.Ctx, l *line) { c.Done("Done") })).Submit("text", "x")
		},
		"want the outcome": func(t testing.TB) {
			sdktest.StartTask(t, oneStep(page, func(c *tasks.Ctx, l *line) { c.Done("Done") })).Submit().WantOutcome("Else")
		},
		"does not want to be woken": func(t testing.TB) { sdktest.StartTask(t, oneStep(page, nil)).Timer() },
	} {
		if got := says(t, wrong); !strings.Contains(got, want) {
			t.Errorf("want %q, the harness says %q", want, got)
		}
	}
}

func TestWhatTheManifestNeedsIsAllowed(t *testing.T) {
	t.Chdir("testdata/plugin")
	task := oneStep(func(c *tasks.Ctx, l *line) forms.Page {
		host.HTTP(c, abi.HTTPRequest{URL: "https://a.example.org/x"})
		return forms.Page{Title: "T"}
	}, func(c *tasks.Ctx, l *line) {
		c.SetField("remedy-cost", 3)
		c.AddNote("x")
		c.Done("Done")
	})
	sdktest.StartTask(t, task, func(r *sdktest.Run) {
		sdktest.Answer(r, abi.AskHTTP, func(abi.HTTPRequest) (abi.HTTPResponse, error) { return abi.HTTPResponse{Status: 200}, nil })
	}).Submit().WantOutcome("Done").WantEffects("case.set_field", "note.add")
}

func TestWhatTheManifestDoesNotNeedIsRefused(t *testing.T) {
	t.Chdir("testdata/plugin")
	for want, then := range map[string]func(c *tasks.Ctx, l *line){
		"does not need the effect case.set_field": func(c *tasks.Ctx, l *line) { c.SetField("secret", "x") },
		"does not need the effect case.claim":     func(c *tasks.Ctx, l *line) { c.Claim() },
	} {
		task := oneStep(func(*tasks.Ctx, *line) forms.Page { return forms.Page{Title: "T"} }, func(c *tasks.Ctx, l *line) {
			then(c, l)
			c.Done("Done")
		})
		if got := says(t, func(t testing.TB) { sdktest.StartTask(t, task).Submit() }); !strings.Contains(got, want) {
			t.Errorf("want %q, the harness says %q", want, got)
		}
	}
	if got := says(t, func(t testing.TB) { sdktest.RunAction(t, actions.Action{ID: "x"}, nil) }); !strings.Contains(got, "is a task") {
		t.Errorf("a task of the manifest is an action: %q", got)
	}
}

// A test of a form. In a test of yours t is the test's own.
func Example() {
	t := new(testing.T)
	form := forms.Form[line]{
		ID: "say", Title: "Say it",
		Steps: []forms.Step[line]{{ID: "say", View: func(c *forms.Ctx, l *line) forms.Page {
			return forms.Page{Body: forms.Body{forms.Line("text", &l.Text, "What is it?").Required("Say what it is")}}
		}}},
		Submit: func(c *forms.Ctx, l *line) forms.Raise { return forms.Raise{Subject: l.Text} },
	}
	f := sdktest.Start(t, form).WantStep("say")
	f.Submit().WantMessage("text", "Say what it is")
	fmt.Println(f.Submit("text", "A hole").WantDone().Subject)
	// Output: A hole
}
