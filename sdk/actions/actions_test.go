package actions_test

import (
	"errors"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/actions"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/sdktest"
)

func tell() actions.Action {
	return actions.Action{ID: "tell", Run: func(c *actions.Ctx) {
		if c.Occurred != nil && c.Is("status") != "closed" {
			c.Done("Nothing to tell")
			return
		}
		token, ok := host.Kept(c, "sent")
		if ok && token != nil {
			c.Done("Told before: " + host.Text(token))
			return
		}
		answer, ok := host.HTTP(c, abi.HTTPRequest{
			Method: "POST", URL: c.Config("url"), Headers: map[string]string{"Authorization": "{{secret:token}}"},
			Body: string(host.Object("ref", c.Case.Ref, "was", c.Was("status"))),
		})
		if !ok || answer.Status != 201 {
			c.AddNote("never seen")
			c.Fail("It could not be told: " + c.Trouble())
			return
		}
		members, _ := host.Members(abi.Raw(answer.Body))
		c.Keep("sent", host.Text(members["id"]))
		c.AddNote("The contractor knows.")
		c.Done("Told the contractor")
	}}
}

func contractor(answer abi.HTTPResponse, err error) sdktest.Setup {
	return func(r *sdktest.Run) {
		r.Config = abi.Raw(`{"url":"https://roads.example.org/jobs"}`)
		sdktest.Answer(r, abi.AskHTTP, func(abi.HTTPRequest) (abi.HTTPResponse, error) { return answer, err })
	}
}

var closed = &abi.Occurrence{
	Kind: "case.closed", At: "2026-11-09T12:00:00Z", By: "staff", From: map[string][]string{"status": {"open"}}, To: map[string][]string{"status": {"closed"}},
}

func TestAnActionAsksAndThenActs(t *testing.T) {
	r := sdktest.RunAction(t, tell(), closed, contractor(abi.HTTPResponse{Status: 201, Body: `{"id":"J-7"}`}, nil))
	r.WantOutcome("Told the contractor").WantEffects("store.put", "note.add").WantAsk(abi.AskKept, abi.AskHTTP)
	if args := string(r.Asked[1].Args); args != `{"method":"POST","url":"https://roads.example.org/jobs","headers":{"Authorization":"{{secret:token}}"},"body":"{\"ref\":\"CMP-7K2M-4QX9\",\"was\":\"open\"}"}` {
		t.Errorf("asked %s", args)
	}
	r.Send(&abi.Event{Type: abi.EventRun, Occurred: closed}).WantOutcome("Told before: J-7").WantAsk(abi.AskKept)
}

func TestAnActionThatFailsSaysWhyAndDoesNothing(t *testing.T) {
	r := sdktest.RunAction(t, tell(), nil, contractor(abi.HTTPResponse{}, errors.New("no answer in 5 s")))
	r.WantMessage("", "It could not be told: no answer in 5 s").WantEffects()
}

func TestAnActionOnAnotherEventSaysThatThereIsNothing(t *testing.T) {
	sdktest.RunAction(t, tell(), &abi.Occurrence{Kind: "case.opened"}).WantOutcome("Nothing to tell").WantAsk()
}

func TestAnActionKnowsNoOtherEvent(t *testing.T) {
	if _, err := tell().Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventSubmit}}); err == nil {
		t.Error("taken")
	}
}
