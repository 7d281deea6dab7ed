package cases

import "context"

// Watch sees every request that comes to the door, for figures and traces. It
// returns the context the request goes on with, and what is called with how it
// ended. It is called by many at once and must be quick.
type Watch func(ctx context.Context, r Request) (context.Context, func(err error))

// Watched sets who watches the door. It is set while the program is wired.
func (s *Service) Watched(w Watch) { s.watch = w }

// Name says what a request does, by the name of its first command: "case.claim".
// It holds nothing of what was sent.
func (r Request) Name() string {
	if len(r.Changes) == 0 || len(r.Changes[0].Commands) == 0 {
		return ""
	}
	return string(r.Changes[0].Commands[0].Name())
}
