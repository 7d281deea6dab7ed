package pluginhost

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/forms"
)

// designedForms are the forms of plugins, of which one asks what was made in the
// designer: it is told what with every call, in its configuration.
type designedForms struct{ formProvider }

// Serve implements [forms.Provider]. A form without code that was begun goes on
// with the version it was begun with: its pin says which.
func (f designedForms) Serve(ctx context.Context, call forms.Call) (forms.Reply, error) {
	key := call.Type.Form.Design
	if key == "" || call.Config != nil {
		return f.formProvider.Serve(ctx, call)
	}
	designs := f.host.services.Designs
	if designs == nil {
		return forms.Reply{}, core.Unavailable(nil, "This form is not installed.")
	}
	version, pin := 0, call.Pin
	if len(call.State) > 0 {
		var ok bool
		if version, pin, ok = readDesignPin(pin); !ok {
			return forms.Reply{}, changed()
		}
	}
	d, version, err := designs.Published(ctx, key, version)
	if core.KindOf(err) == core.ErrNotFound {
		return forms.Reply{}, core.Unavailable(err, "This form is not there any more.")
	}
	if err != nil {
		return forms.Reply{}, err
	}
	call.Pin = pin
	if call.Config, err = d.Config(""); err != nil {
		return forms.Reply{}, err
	}
	reply, err := f.formProvider.Serve(ctx, call)
	if err == nil {
		reply.Pin = designPin(version, reply.Pin)
	}
	return reply, err
}

// designPin is the pin of a state that a version of a form has made through the
// plugin: "v3/1.0.0+s1.3fa9c2d1e0ab".
func designPin(version int, plugin string) string { return fmt.Sprintf("v%d/%s", version, plugin) }

func readDesignPin(pin string) (version int, plugin string, ok bool) {
	head, plugin, found := strings.Cut(pin, "/")
	number, marked := strings.CutPrefix(head, "v")
	version, err := strconv.Atoi(number)
	return version, plugin, found && marked && err == nil && version > 0
}
