package main

import (
	"testing"

	"github.com/casement-dev/casement/sdk/sdktest"
)

func TestAQuestionBecomesACaseToCallBack(t *testing.T) {
	f := sdktest.Start(t, Form).WantStep("call")
	f.Submit("about", "Which bin?").WantError("name", "phone")
	f.Submit("about", "Which bin?", "name", "Ada", "phone", "01632 960 001", "when", "morning").WantStep("check")
	raise := f.WantRow("When", "In the morning").Submit().WantDone()
	if raise.Subject != "Call back Ada" || raise.Requester.Phone != "01632 960 001" {
		t.Errorf("the case is %+v", raise)
	}
}
