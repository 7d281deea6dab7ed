package server

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
)

// Where a write carries its CSRF token.
const (
	CSRFField  = "_csrf"
	CSRFHeader = "X-CSRF-Token"
)

const (
	nonceSize = 16 // bytes
	macSize   = sha256.Size
)

// keys are derived from the installation's secret, one for each purpose.
type keys struct {
	csrf  []byte
	visit []byte
	tries []byte
}

func deriveKeys(secret []byte) keys {
	derive := func(purpose string) []byte {
		key, err := hkdf.Key(sha256.New, secret, nil, "casement/"+purpose, sha256.Size)
		if err != nil {
			panic(err) // only for lengths that a constant cannot have
		}
		return key
	}
	return keys{csrf: derive("csrf"), visit: derive("visit"), tries: derive("tries")}
}

// subject is under what tries are counted in the database, from which nobody
// can read whose they were.
func (k keys) subject(what string) []byte {
	mac := hmac.New(sha256.New, k.tries)
	mac.Write([]byte(what))
	return mac.Sum(nil)
}

// CSRF returns a token that lets this browser, in this session, post a form.
// It is bound to the session; for visitors without one, to a random visit kept
// in a signed cookie. Signing in or out therefore ends every token made before.
// Each token looks different, so that compressing pages gives nothing away.
func (a *App) CSRF(c *fiber.Ctx) string {
	nonce := make([]byte, nonceSize)
	rand.Read(nonce)
	mac := a.csrfMAC(nonce, a.binding(c, true))
	return base64.RawURLEncoding.EncodeToString(append(nonce, mac...))
}

// checkCSRF refuses a write without a token made for this session or visit.
func (a *App) checkCSRF(c *fiber.Ctx) error {
	if isSafe(c.Method()) || isDrafts(c) {
		return c.Next()
	}
	token := c.Get(CSRFHeader)
	if token == "" {
		token = c.FormValue(CSRFField)
	}
	if !a.validCSRF(token, a.binding(c, false)) {
		return core.Forbidden("This page was open for too long, or cookies are off, so nothing was done. Go back, reload the page and send it again.")
	}
	return c.Next()
}

func (a *App) validCSRF(token, binding string) bool {
	if binding == "" || len(token) > 2*(nonceSize+macSize) {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != nonceSize+macSize {
		return false
	}
	return hmac.Equal(raw[nonceSize:], a.csrfMAC(raw[:nonceSize], binding))
}

func (a *App) csrfMAC(nonce []byte, binding string) []byte {
	mac := hmac.New(sha256.New, a.keys.csrf)
	mac.Write(nonce)
	mac.Write([]byte(binding))
	return mac.Sum(nil)
}

// binding returns what CSRF tokens of this browser are bound to, or "". With
// begin a visitor without one is given a visit.
func (a *App) binding(c *fiber.Ctx, begin bool) string {
	if token := SessionToken(c); token != "" {
		return "session:" + token
	}
	if id := a.visit(c); id != "" {
		return "visit:" + id
	}
	if !begin {
		return ""
	}
	id := rand.Text()
	c.Locals(visitKey, id)
	a.setCookie(c, "visit", id+"."+a.visitMAC(id), time.Time{})
	return "visit:" + id
}

// visit returns the visitor's id if the cookie that carries it is ours.
func (a *App) visit(c *fiber.Ctx) string {
	if id, ok := c.Locals(visitKey).(string); ok {
		return id
	}
	id, mac, _ := strings.Cut(c.Cookies(a.cookieName("visit")), ".")
	if id == "" || len(id) > 64 || !hmac.Equal([]byte(mac), []byte(a.visitMAC(id))) {
		return ""
	}
	c.Locals(visitKey, id)
	return id
}

func (a *App) visitMAC(id string) string {
	mac := hmac.New(sha256.New, a.keys.visit)
	mac.Write([]byte(id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
