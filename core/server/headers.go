package server

import (
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// contentPolicy lets a page load from its own server and nothing else. There
// is no inline script or style anywhere, and no page may be framed.
const contentPolicy = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data: blob:"

// policyWith lets pictures come from further origins as well: those of a tile
// server.
func policyWith(images []string) string {
	policy := contentPolicy // which ends with img-src
	for _, origin := range images {
		policy += " " + origin
	}
	return policy
}

// secureEveryAnswer puts the security headers on whatever Fiber answers, also
// where no middleware runs. A handler may tighten a header for its own answer
// (a download is sandboxed), because it runs afterwards.
func (a *App) secureEveryAnswer() {
	server := a.fiber.Server()
	answer := server.Handler
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		a.secureAnswer(&ctx.Response.Header)
		answer(ctx)
	}
}

func (a *App) secureAnswer(h *fasthttp.ResponseHeader) {
	h.Set(fiber.HeaderContentSecurityPolicy, a.policy)
	h.Set(fiber.HeaderReferrerPolicy, "same-origin")
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderXFrameOptions, "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set(fiber.HeaderPermissionsPolicy, "camera=(), microphone=(), geolocation=(self), payment=(), usb=()")
	// Pages show people's matters: no cache may keep them. Assets override this.
	h.Set(fiber.HeaderCacheControl, "no-store")
	if a.secure {
		h.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
}
