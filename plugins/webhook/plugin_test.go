package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/sdktest"
)

var closed = &abi.Occurrence{
	Kind: "case.closed", At: "2026-11-09T12:00:00Z", By: "staff", From: map[string][]string{"status": {"in-progress"}}, To: map[string][]string{"status": {"closed"}},
}

// configured runs with a configuration against another system that answers so.
// What it was sent goes to got.
func configured(config string, status int, err error, got *abi.HTTPRequest) sdktest.Setup {
	return func(r *sdktest.Run) {
		r.Config = abi.Raw(config)
		r.Context.Case.Subject, r.Context.Case.Status = "A “hole”\n{{secret:token}}", "closed"
		sdktest.Answer(r, abi.AskHTTP, func(q abi.HTTPRequest) (abi.HTTPResponse, error) {
			if got != nil {
				*got = q
			}
			return abi.HTTPResponse{Status: status}, err
		})
	}
}

const address = `{"url":"https://hooks.example.org/in?x=1"}`

func TestAnEventIsSentInTheStandardMessage(t *testing.T) {
	var got abi.HTTPRequest
	sdktest.RunAction(t, Send, closed, configured(address, 202, nil, &got)).WantAsk(abi.AskHTTP).WantOutcome("Sent to hooks.example.org, which answered 202").WantEffects()
	if want := `{"event":"case.closed","at":"2026-11-09T12:00:00Z","case":{"ref":"CMP-7K2M-4QX9","type":"complaint","status":"closed"}}`; got.Body != want {
		t.Errorf("sent %s", got.Body)
	}
	if got.Method != "POST" || got.URL != "https://hooks.example.org/in?x=1" || got.Headers["Content-Type"] != "application/json" {
		t.Errorf("sent %+v", got)
	}
	if got.Headers["Idempotency-Key"] != "c1.case.closed.2026-11-09T12:00:00Z" {
		t.Errorf("the key is %q", got.Headers["Idempotency-Key"])
	}
	if _, sent := got.Headers["Authorization"]; sent {
		t.Error("authorization without any")
	}
}

func TestTheTemplateIsFilledInAsJSON(t *testing.T) {
	config, _ := json.Marshal(map[string]any{
		"url": "https://hooks.example.org", "authorization": "Bearer {{secret:token}}",
		"template": `{"about":"{{ case.subject }}","where":["{{case.address}}","{{case.lat}}"],"risk":"{{field:at-risk}}","was":"{{status.before}}","key":"{{secret:token}}"}`,
	})
	var got abi.HTTPRequest
	r := sdktest.RunAction(t, Send, closed, configured(string(config), 200, nil, &got), func(r *sdktest.Run) {
		r.Context.Case.Place = &abi.Place{Address: "Mill Lane", Point: &abi.Point{Lat: 53.5, Lng: -2}}
		r.Context.Case.Fields["at-risk"] = []string{"yes"}
	})
	r.WantOutcome("Sent to hooks.example.org, which answered 200")
	var read map[string]any
	if err := json.Unmarshal([]byte(got.Body), &read); err != nil {
		t.Fatalf("%v: %s", err, got.Body)
	}
	if read["about"] != "A “hole”\n{{secret:token}}" || read["risk"] != "yes" || read["was"] != "in-progress" || read["where"].([]any)[0] != "Mill Lane" {
		t.Errorf("sent %s", got.Body)
	}
	if got.Headers["Authorization"] != "Bearer {{secret:token}}" {
		t.Errorf("authorization %q", got.Headers["Authorization"])
	}
	if strings.Count(got.Body, "{{secret:token}}") != 1 {
		t.Errorf("the subject of a case asks for the secret: %s", got.Body)
	}
}

func TestAPressedButtonIsSentWithoutAnEvent(t *testing.T) {
	var got abi.HTTPRequest
	sdktest.RunAction(t, Send, nil, configured(`{"url":"https://hooks.example.org","events":["case.closed"]}`, 200, nil, &got)).WantOutcome("Sent to hooks.example.org, which answered 200")
	if !strings.Contains(got.Body, `"event":"button","at":"2026-11-09T12:00:00Z"`) || got.Headers["Idempotency-Key"] != "c1.1" {
		t.Errorf("sent %+v", got)
	}
}

func TestWhatMayBetterGoLaterIsTriedAgain(t *testing.T) {
	sdktest.RunAction(t, Send, closed, configured(address, 0, errors.New("no answer within 5 s"), nil)).WantMessage("", "It could not be sent to hooks.example.org: no answer within 5 s")
	for _, status := range []int{408, 429, 500, 503} {
		sdktest.RunAction(t, Send, closed, configured(address, status, nil, nil)).WantError("")
	}
}

func TestWhatIsRefusedIsNotSentAgain(t *testing.T) {
	r := sdktest.RunAction(t, Send, closed, configured(address, 404, nil, nil)).WantOutcome("hooks.example.org refused it: it answered 404")
	if len(r.Last.Log) != 1 || r.Last.Log[0] != "case.closed was refused with 404" {
		t.Errorf("the log has %q", r.Last.Log)
	}
}

func TestOtherEventsAreNotSent(t *testing.T) {
	config := `{"url":"https://hooks.example.org","events":["case.raised","case.reopened"]}`
	sdktest.RunAction(t, Send, closed, configured(config, 200, nil, nil)).WantAsk().WantOutcome("Not sent: case.closed is not among the events that are")
}

func TestAWrongConfigurationIsSaid(t *testing.T) {
	for config, says := range map[string]string{
		``:                                   "No address beginning with https:// is configured",
		`{"url":"http://hooks.example.org"}`: "No address beginning with https:// is configured",
		`{"url":"https://hooks.example.org","template":"{\"a\":\"{{case.ref\"}"}`:                          "The template has {{ without }}",
		`{"url":"https://hooks.example.org","template":"{\"a\":\"{{case.requester}}\"}"}`:                  "The template names “case.requester”, which there is not",
		`{"url":"https://hooks.example.org","template":"{\"a\":\"{{` + strings.Repeat("x", 50) + `}}\"}"}`: "The template names “" + strings.Repeat("x", 40) + "…”, which there is not",
		`{"url":"https://hooks.example.org","template":"Hello {{case.ref}}"}`:                              "The template does not make JSON",
		`{"url":"https://hooks.example.org","template":"[\"{{case.ref}}\""}`:                               "The template does not make JSON",
	} {
		sdktest.RunAction(t, Send, closed, configured(config, 200, nil, nil)).WantAsk().WantMessage("", says)
	}
	sdktest.RunAction(t, Send, closed, configured(`{"url":"https://hooks.example.org","template":"[\"{{case.ref}}\"]"}`, 200, nil, nil)).WantAsk(abi.AskHTTP)
}
