package pluginhost_test

import (
	"testing"

	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/details"
	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/core/pluginhost/hosttest"
	"github.com/casement-dev/casement/sdk/view"
)

// sent is a form that was submitted with answers.
func sent(answers view.Answers) details.Sent {
	return details.Sent{
		What:    func(*view.Node) details.Pressed { return details.Pressed{Kind: dialogue.Submit} },
		Answers: func(*view.Node) view.Answers { return answers },
	}
}

func submit(t *testing.T, w *hosttest.World, seen *cases.Seen, key string, answers view.Answers) details.Shown {
	t.Helper()
	shown, err := w.Details.Turn(t.Context(), w.Priya, seen, key, sent(answers))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.Log())
	}
	return shown
}
