package pluginhost

import (
	"context"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/core/pluginstore"
	"github.com/casement-dev/casement/core/search"
)

// Services are what the host does for plugins that were granted it. Each may
// be missing: then what needs it is refused in words.
type Services struct {
	Commands Commands
	Cases    *cases.Service
	Search   *search.Service
	Files    *attachments.Service
	People   *people.Service
	Store    *pluginstore.Service
	Lookups  *lookups.Service
	Designs  *formdesigns.Service
	// Zone is that of the organisation.
	Zone func(ctx context.Context) (*time.Location, error)
	// Contact is how the person who acts is reached.
	Contact func(ctx context.Context, by core.Actor) (core.Contact, error)
	// Secrets are what the administrator entered for a plugin, by name.
	Secrets func(ctx context.Context, plugin string) (map[string]string, error)
	// HTTP makes requests; nil for none.
	HTTP *Outside
}

// Provide says what the host does for plugins. It is called while the program
// is wired, before the first plugin is.
func (h *Host) Provide(s Services) { h.services = s }
