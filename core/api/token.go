package api

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// tokenLife is how long an access token is worth as much as its key.
const tokenLife = time.Hour

// giveToken answers an OAuth 2.0 client credentials request (RFC 6749 §4.4): a
// key for an access token. The client's id is its number or its name's
// identifier, as the administrator's page shows it; the secret is one of its
// keys. Errors have the form that OAuth gives them.
func (a *API) giveToken(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	if !strings.HasPrefix(strings.ToLower(c.Get(fiber.HeaderContentType)), fiber.MIMEApplicationForm) {
		return refuseToken(c, http.StatusBadRequest, "invalid_request", "Send the request as application/x-www-form-urlencoded.")
	}
	form, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return refuseToken(c, http.StatusBadRequest, "invalid_request", "The form could not be read.")
	}
	for name, values := range form {
		if len(values) > 1 {
			return refuseToken(c, http.StatusBadRequest, "invalid_request", "The parameter "+clip(name)+" stands twice.")
		}
	}
	if form.Get("grant_type") != "client_credentials" {
		return refuseToken(c, http.StatusBadRequest, "unsupported_grant_type", "Use grant_type=client_credentials.")
	}
	if form.Get("scope") != "" {
		return refuseToken(c, http.StatusBadRequest, "invalid_scope", "What a program may do is set by an administrator. Leave scope out.")
	}
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if header := c.Get(fiber.HeaderAuthorization); header != "" {
		if id, secret, err = basic(header); err != nil || form.Has("client_secret") {
			return refuseToken(c, http.StatusBadRequest, "invalid_request", "Send the credentials once: in the header or in the form.")
		}
	}
	key, err := a.options.People.ClientByKey(c.UserContext(), secret)
	if core.KindOf(err) == core.ErrNotFound || err == nil && key.Client.ID.String() != strings.ToLower(id) {
		c.Set(fiber.HeaderWWWAuthenticate, `Basic realm="casement"`)
		return refuseToken(c, http.StatusUnauthorized, "invalid_client", "The client id and secret do not belong together, or have ended.")
	}
	if err != nil {
		return err
	}
	now := a.options.Clock.Now()
	until := now.Add(tokenLife)
	if end := key.Client.ExpiresAt; !end.IsZero() && end.Before(until) {
		until = end
	}
	return c.JSON(fiber.Map{
		"access_token": a.options.Secret.AccessToken(key.ID, until), "token_type": "Bearer", "expires_in": int(until.Sub(now) / time.Second),
	})
}

// basic reads client credentials from a header (RFC 6749 §2.3.1).
func basic(header string) (id, secret string, err error) {
	scheme, encoded, _ := strings.Cut(header, " ")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !strings.EqualFold(scheme, "Basic") {
		return "", "", errors.New("these are no basic credentials")
	}
	id, secret, _ = strings.Cut(string(raw), ":")
	if id, err = url.QueryUnescape(id); err != nil {
		return "", "", err
	}
	secret, err = url.QueryUnescape(secret)
	return id, secret, err
}

func refuseToken(c *fiber.Ctx, status int, code, words string) error {
	return c.Status(status).JSON(fiber.Map{"error": code, "error_description": words})
}
