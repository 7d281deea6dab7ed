// Package mailin lets a program bring mail, under /mail-in: a mail server's
// delivery agent, or a mail service that calls when mail comes. What becomes of
// the mail is core/intake/mailbox.
//
//	POST /mail-in/MAILBOX
//	Content-Type: message/rfc822
//	Authorization: Bearer SECRET
//
// The body is one mail as it came. Instead of the secret, the request may carry
// X-Casement-Signature: sha256= and the HMAC-SHA256 of the body under the secret,
// in hexadecimal. A mail that is brought again is answered as the first time and
// taken once, so a request whose answer was lost may be repeated.
package mailin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// Prefix is where mail is brought.
const Prefix = "/mail-in"

// SignatureHeader carries the proof that a request comes from who knows the
// secret.
const SignatureHeader = "X-Casement-Signature"

// Options are what the endpoint is made of; all are required.
type Options struct {
	// Secret is that of a mailbox; "" when no mail may be brought to it.
	Secret func(mailbox string) string
	// Take keeps a mail; known says that it had come before.
	Take func(ctx context.Context, mailbox string, raw []byte) (known bool, err error)
	Log  *slog.Logger
}

// API takes mail from programs.
type API struct{ Options }

// New makes the endpoint.
func New(o Options) *API { return &API{o} }

// Register hangs it on a group at [Prefix].
func (a *API) Register(r fiber.Router) { r.Post("/:mailbox", a.bring) }

// answer is what a program is told.
type answer struct {
	Taken bool   `json:"taken"`
	Known bool   `json:"known,omitempty"` // it had come before
	Error string `json:"error,omitempty"`
}

func (a *API) bring(c *fiber.Ctx) error {
	mailbox, body := c.Params("mailbox"), c.Body()
	// One answer for a mailbox that there is not and for a wrong secret.
	if !proves(a.Secret(mailbox), c.Get(fiber.HeaderAuthorization), c.Get(SignatureHeader), body) {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
		return refuse(c, http.StatusUnauthorized, "There is no such mailbox, or this is not its secret.")
	}
	switch kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";"); {
	case !strings.EqualFold(strings.TrimSpace(kind), "message/rfc822"):
		return refuse(c, http.StatusUnsupportedMediaType, "Send the mail as it came, as message/rfc822.")
	case len(body) == 0:
		return refuse(c, http.StatusUnprocessableEntity, "The mail is empty.")
	}
	known, err := a.Take(c.UserContext(), mailbox, append([]byte(nil), body...))
	switch core.KindOf(err) {
	case core.ErrInvalid, core.ErrTooLarge:
		return refuse(c, http.StatusRequestEntityTooLarge, err.Error())
	}
	if err != nil {
		a.Log.Error("a mail that was brought could not be kept", "mailbox", mailbox, "error", err)
		return refuse(c, http.StatusServiceUnavailable, "The mail could not be kept. Bring it again in a minute.")
	}
	return c.JSON(answer{Taken: true, Known: known})
}

func refuse(c *fiber.Ctx, status int, words string) error {
	return c.Status(status).JSON(answer{Error: words})
}

// proves reports whether a request comes from who knows the secret.
func proves(secret, authorization, signature string, body []byte) bool {
	if secret == "" {
		return false
	}
	if bearer, ok := strings.CutPrefix(authorization, "Bearer "); ok {
		said, known := sha256.Sum256([]byte(strings.TrimSpace(bearer))), sha256.Sum256([]byte(secret))
		return subtle.ConstantTimeCompare(said[:], known[:]) == 1
	}
	raw, ok := strings.CutPrefix(signature, "sha256=")
	said, err := hex.DecodeString(raw)
	if !ok || err != nil {
		return false
	}
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return hmac.Equal(said, h.Sum(nil))
}
