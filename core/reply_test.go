package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/casement-dev/casement/core"
)

func TestAReplyTokenProvesACaseToItsRecipientUntilItsDay(t *testing.T) {
	secret, other := core.Secret{1}, core.Secret{2}
	now := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
	cs := core.NewID[core.CaseID]()
	token := secret.ReplyToken(cs, "Amara@Example.org", now)
	if len(token) != core.ReplyTokenLength || token != strings.ToLower(token) {
		t.Fatalf("the token is %q", token)
	}
	for name, test := range map[string]struct {
		secret core.Secret
		token  string
		sender string
		at     time.Time
		ok     bool
		want   core.ReplyProof
	}{
		"its recipient":                {secret, token, "amara@example.org", now, true, core.ReplyProof{Case: cs, Ours: true, Theirs: true}},
		"changed to capitals on a way": {secret, strings.ToUpper(token), "amara@example.org", now, true, core.ReplyProof{Case: cs, Ours: true, Theirs: true}},
		"the day after":                {secret, token, "amara@example.org", now.Add(time.Hour), true, core.ReplyProof{Case: cs, Ours: true, Theirs: true, Expired: true}},
		"somebody else":                {secret, token, "brendan@example.org", now, true, core.ReplyProof{Case: cs, Ours: true}},
		"another installation":         {other, token, "amara@example.org", now, true, core.ReplyProof{Case: cs}},
		"too short":                    {secret, token[:40], "amara@example.org", now, false, core.ReplyProof{}},
		"no letters of it":             {secret, strings.Repeat("1", core.ReplyTokenLength), "amara@example.org", now, false, core.ReplyProof{}},
	} {
		got, ok := test.secret.OpenReplyToken(test.token, test.sender, test.at)
		if ok != test.ok || got != test.want {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, ok, test.want, test.ok)
		}
	}
}

func TestNoLetterOfAReplyTokenCanBeChanged(t *testing.T) {
	secret, now := core.Secret{1}, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	token := secret.ReplyToken(core.NewID[core.CaseID](), "amara@example.org", now.AddDate(0, 6, 0))
	for i := range token {
		letter := byte('a')
		if token[i] == letter {
			letter = 'q'
		}
		forged := token[:i] + string(letter) + token[i+1:]
		// The last letter carries one bit that means nothing.
		if proof, ok := secret.OpenReplyToken(forged, "amara@example.org", now); ok && proof.Holds() && i < len(token)-1 {
			t.Errorf("with letter %d changed, %q is believed", i, forged)
		}
	}
}
