package mailin_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core/api/mailin"
)

const (
	secret = "a secret of some length"
	mail   = "From: amara@example.org\r\nSubject: Bins\r\n\r\nThey were left full.\r\n"
)

func signed(key, body string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

func TestMailIsTakenFromWhoeverKnowsTheSecretAndFromNobodyElse(t *testing.T) {
	for name, test := range map[string]struct {
		mailbox, kind, bearer, signature, body string
		fails                                  bool
		status, taken                          int
	}{
		"with the secret":               {mailbox: "cases", bearer: secret, body: mail, status: http.StatusOK, taken: 1},
		"with a signature":              {mailbox: "cases", signature: signed(secret, mail), body: mail, status: http.StatusOK, taken: 1},
		"with parameters of its kind":   {mailbox: "cases", kind: "message/rfc822; charset=utf-8", bearer: secret, body: mail, status: http.StatusOK, taken: 1},
		"without either":                {mailbox: "cases", body: mail, status: http.StatusUnauthorized},
		"with another secret":           {mailbox: "cases", bearer: "guessed", body: mail, status: http.StatusUnauthorized},
		"with another key's signature":  {mailbox: "cases", signature: signed("guessed", mail), body: mail, status: http.StatusUnauthorized},
		"with another body's signature": {mailbox: "cases", signature: signed(secret, mail), body: mail + "More.", status: http.StatusUnauthorized},
		"with half a signature":         {mailbox: "cases", signature: "sha256=zz", body: mail, status: http.StatusUnauthorized},
		"to no mailbox":                 {mailbox: "parks", bearer: secret, body: mail, status: http.StatusUnauthorized},
		"to one that takes none":        {mailbox: "closed", bearer: "", body: mail, status: http.StatusUnauthorized},
		"as a form":                     {mailbox: "cases", kind: "application/x-www-form-urlencoded", bearer: secret, body: mail, status: http.StatusUnsupportedMediaType},
		"empty":                         {mailbox: "cases", bearer: secret, status: http.StatusUnprocessableEntity},
		"and not kept":                  {mailbox: "cases", bearer: secret, body: mail, fails: true, status: http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			taken := 0
			app := fiber.New()
			mailin.New(mailin.Options{
				Secret: func(mailbox string) string {
					if mailbox == "cases" {
						return secret
					}
					return ""
				},
				Take: func(_ context.Context, mailbox string, raw []byte) (bool, error) {
					if test.fails {
						return false, errors.New("the database is gone")
					}
					if taken++; mailbox != "cases" || string(raw) != test.body {
						t.Errorf("taken for %q: %q", mailbox, raw)
					}
					return false, nil
				},
				Log: slog.New(slog.DiscardHandler),
			}).Register(app.Group(mailin.Prefix))
			request := httptest.NewRequest(http.MethodPost, "/mail-in/"+test.mailbox, strings.NewReader(test.body))
			request.Header.Set("Content-Type", "message/rfc822")
			if test.kind != "" {
				request.Header.Set("Content-Type", test.kind)
			}
			if test.bearer != "" {
				request.Header.Set("Authorization", "Bearer "+test.bearer)
			}
			if test.signature != "" {
				request.Header.Set(mailin.SignatureHeader, test.signature)
			}
			response, err := app.Test(request, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			said, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != test.status || taken != test.taken {
				t.Errorf("answered %d (%s), %d taken; want %d, %d; %v", response.StatusCode, said, taken, test.status, test.taken, err)
			}
			if strings.Contains(string(said), "database") {
				t.Errorf("a stranger learns of %s", said)
			}
		})
	}
}
