package pluginpages

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/plugins"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// InstallPage takes a package.
type InstallPage struct {
	Problem string
	MaxMiB  int
}

func installView() render.View {
	return render.View{Template: "pluginpages/install", Title: "Install a plugin", Nav: nav}
}

func (p *Pages) showInstall(c *fiber.Ctx) error {
	return render.Page(c, installView(), InstallPage{MaxMiB: plugins.MaxModule >> 20})
}

// install stores a package, to be looked at. Nothing of it serves yet.
func (p *Pages) install(c *fiber.Ctx) error {
	module, err := sentModule(c)
	if err == nil {
		var v plugins.Version
		if v, err = p.Plugins.Add(c.UserContext(), render.Actor(c), module, plugins.AddOptions{Later: true}); err == nil {
			return render.Done(c, versionAddress(v), render.Toast{})
		}
	}
	if kind := core.KindOf(err); kind != core.ErrInvalid && kind != core.ErrTooLarge {
		return err
	}
	page := InstallPage{Problem: said(err), MaxMiB: plugins.MaxModule >> 20}
	return render.Invalid(c, installView(), page)
}

// sentModule reads the file of the form.
func sentModule(c *fiber.Ctx) ([]byte, error) {
	header, err := c.FormFile("file")
	switch {
	case errors.Is(err, fasthttp.ErrMissingFile), errors.Is(err, fasthttp.ErrNoMultipartForm):
		return nil, core.Invalid("Choose the file of the plugin.")
	case err != nil:
		return nil, core.Invalid("The form could not be read. Send it again.")
	case header.Size == 0:
		return nil, core.Invalid("Choose the file of the plugin; this one is empty.")
	case header.Size > plugins.MaxModule:
		return nil, &core.Error{Kind: core.ErrTooLarge, Message: "A plugin may have 16 MiB at most."}
	}
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, plugins.MaxModule+1))
}

// said is what an error says to people.
func said(err error) string {
	var e *core.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "Something went wrong."
}

// Capability is one thing a version may see or do, with its switch.
type Capability struct {
	plugins.Capability
	ID string // of its switch
	On bool
}

// capabilitiesOf gives them in the order in which they are read: what it sees
// first. chosen says which are on; nil: those that were granted.
func capabilitiesOf(all []plugins.Capability, chosen []string) []Capability {
	out := make([]Capability, len(all))
	for i, c := range all {
		out[i] = Capability{Capability: c, On: c.Granted}
		if chosen != nil {
			out[i].On = slices.Contains(chosen, c.Key)
		}
	}
	slices.SortStableFunc(out, func(a, b Capability) int { return cmp.Compare(seen(b), seen(a)) })
	for i := range out {
		out[i].ID = "may-" + itoa(i)
	}
	return out
}

// seen puts what is only seen before what is done.
func seen(c Capability) int {
	if len(c.Key) > 8 && c.Key[:8] == "context:" {
		return 1
	}
	return 0
}

// Limits are what a version asks for of the machine.
type manifestLimits struct {
	Limits struct {
		MemoryMiB int `json:"memory_mib"`
		WallMS    int `json:"wall_ms"`
	} `json:"limits"`
	State struct {
		Version      int   `json:"version"`
		MigratesFrom []int `json:"migrates_from"`
	} `json:"state"`
}

// ReviewPage is a version that is looked at before it goes live.
type ReviewPage struct {
	Plugin    Header
	Version   plugins.Version
	URL       string
	Signature Signature
	Facts     []layout.Fact
	AddedAt   time.Time
	AddedBy   string
	Offers    []plugins.Entry
	May       []Capability
	New       int  // how many of May nobody has decided on
	First     bool // no version serves yet
	Live      bool // it is the one that serves
	Back      bool // it is older than the one that serves
	Before    string
	Unsigned  bool // an explicit yes is asked for
	Yes       bool // it was given
	Settings  []SettingField
	Secrets   []SecretField
	Button    string
	Heading   string
	States    string // what becomes of what was begun with the version before
	Problems  render.Problems
	CanRemove bool
	CanReplay bool
	RemoveURL string
	TryURL    string
	ReplayURL string
}

func reviewView(page ReviewPage) render.View {
	return render.View{Template: "pluginpages/review", Title: page.Heading + ", " + page.Version.Name, Nav: nav}
}

// review shows a version: what it is, who made it, and what it may do.
func (p *Pages) review(c *fiber.Ctx) error {
	one, v, err := p.reviewed(c)
	if err != nil {
		return err
	}
	page, err := p.reviewPage(c, one, v, nil)
	if err != nil {
		return err
	}
	return render.Page(c, reviewView(page), page)
}

func (p *Pages) reviewed(c *fiber.Ctx) (plugins.Plugin, plugins.Version, error) {
	one, err := p.find(c)
	if err != nil {
		return one, plugins.Version{}, err
	}
	v, err := p.version(c, one, c.Params("hash"))
	return one, v, err
}

func (p *Pages) reviewPage(c *fiber.Ctx, one plugins.Plugin, v plugins.Version, chosen []string) (ReviewPage, error) {
	ctx := c.UserContext()
	page := ReviewPage{
		Plugin: Header{ID: one.ID, Name: one.Name, URL: address(one.ID)}, Version: v, URL: versionAddress(v), Signature: signatureOf(v),
		AddedAt: v.AddedAt, AddedBy: v.AddedBy, First: one.Live == "", Live: one.Live == v.Hash, Before: one.Version,
		RemoveURL: versionAddress(v, "remove"), TryURL: address(one.ID, "try") + "?version=" + v.Hash[:shortHash],
		ReplayURL: address(one.ID, "replay") + "?version=" + v.Hash[:shortHash],
	}
	page.Unsigned = asksForYes(v)
	page.Back = !page.First && plugins.CompareVersions(v.Version, one.Version) < 0
	page.CanRemove = !page.Live && v.InUse == 0
	page.CanReplay = !page.First && !page.Live
	switch {
	case page.Live:
		page.Heading = "Version " + v.Version
	case page.First:
		page.Heading, page.Button = "Install "+v.Name, "Install"
	case page.Back:
		page.Heading, page.Button = "Roll back to "+v.Version, "Roll back to "+v.Version
	default:
		page.Heading, page.Button = "Upgrade to "+v.Version, "Upgrade to "+v.Version
	}
	page.Facts = []layout.Fact{
		{Term: "Publisher", Text: v.Publisher}, {Term: "Version", Text: v.Version}, {Term: "Name", Text: v.Plugin},
		{Term: "Size", Text: render.Bytes(v.Size)}, {Term: "Fingerprint", Text: v.Hash[:shortHash]},
	}
	var asks manifestLimits
	if err := json.Unmarshal(v.Manifest, &asks); err == nil && asks.Limits.MemoryMiB > 0 {
		page.Facts = append(page.Facts, layout.Fact{Term: "Memory", Text: "up to " + itoa(asks.Limits.MemoryMiB) + " MiB for each call"})
	}
	page.States = p.statesWords(c, one, v)
	var err error
	if page.Offers, err = p.Plugins.Offered(ctx, v.Hash); err != nil {
		return page, err
	}
	all, err := p.Plugins.Capabilities(ctx, v.Hash)
	if err != nil {
		return page, err
	}
	page.May = capabilitiesOf(all, chosen)
	for _, one := range all {
		if one.New {
			page.New++
		}
	}
	schema, secrets, err := p.Plugins.Settings(ctx, v.Hash)
	if err != nil {
		return page, err
	}
	page.Settings, page.Secrets = fieldsOf(schema, one.Config, nil), secretsOf(secrets, nil)
	return page, nil
}

// asksForYes reports whether nobody stands for a version, and no administrator
// has said yet that it is taken all the same.
func asksForYes(v plugins.Version) bool { return !v.Signed() && !v.Unsigned }

// statesWords says what becomes of what people have begun with the version that
// serves, when the other takes over.
func (p *Pages) statesWords(c *fiber.Ctx, one plugins.Plugin, v plugins.Version) string {
	if one.Live == "" || one.Live == v.Hash {
		return ""
	}
	live, err := p.Plugins.Version(c.UserContext(), one.Live)
	if err != nil {
		return ""
	}
	var from, to manifestLimits
	if json.Unmarshal(live.Manifest, &from) != nil || json.Unmarshal(v.Manifest, &to) != nil {
		return ""
	}
	switch {
	case live.InUse == 0:
		return "Nothing has been begun with version " + live.Version + " that is not finished."
	case from.State.Version == to.State.Version:
		return inUse(live.InUse) + " begun with version " + live.Version + " will go on with version " + v.Version + "."
	case slices.Contains(to.State.MigratesFrom, from.State.Version):
		return inUse(live.InUse) + " begun with version " + live.Version + " will be brought over to version " + v.Version + " when somebody goes on with them."
	}
	return inUse(live.InUse) + " begun with version " + live.Version + " will finish on it; what begins from now on is on version " + v.Version + "."
}

// letServe lets a version go live: install, upgrade and roll-back are one.
func (p *Pages) letServe(c *fiber.Ctx) error {
	one, v, err := p.reviewed(c)
	if err != nil {
		return err
	}
	chosen := sentValues(c, "may")
	refused := func(field, message string) error {
		page, err := p.reviewPage(c, one, v, chosen)
		if err != nil {
			return err
		}
		page.Yes = c.FormValue("unsigned") == "yes"
		page.Problems = render.Problems{Message: message, Items: []render.FieldProblem{{Field: field, Message: message}}}
		return render.Invalid(c, reviewView(page), page)
	}
	if c.FormValue("seen") != v.Hash[:shortHash] {
		return refused("may-h", "Read what this version may see and do, and decide again: the form was not whole.")
	}
	ctx, by := c.UserContext(), render.Actor(c)
	activate := p.Plugins.Activate
	if asksForYes(v) {
		if c.FormValue("unsigned") != "yes" {
			return refused("unsigned", "Say that you know where this package comes from, or leave it.")
		}
		activate = p.Plugins.ActivateUnsigned
	}
	after, err := activate(ctx, by, v.Hash, chosen)
	switch core.KindOf(err) {
	case core.ErrInvalid, core.ErrConflict:
		return refused("may-h", said(err))
	}
	if err != nil {
		return err
	}
	text := "Version " + v.Version + " is live."
	switch {
	case one.Live == v.Hash:
		text = "What it may do is changed."
	case one.Live == "":
		text = v.Name + " is installed. Case types can use it now."
	}
	return render.Done(c, address(after.ID), render.Toast{Text: text})
}

func (p *Pages) showRemoveVersion(c *fiber.Ctx) error {
	one, v, err := p.reviewed(c)
	if err != nil {
		return err
	}
	return p.askRemoveVersion(c, one, v, "")
}

func (p *Pages) askRemoveVersion(c *fiber.Ctx, one plugins.Plugin, v plugins.Version, problem string) error {
	page := AskPage{
		Crumbs: crumbs(one), Title: "Remove version " + v.Version + "?", About: v.Name, Problem: problem,
		Text:   "The file is deleted. To have this version again, somebody has to upload it again. The version that serves, settings and secrets stay as they are.",
		Action: versionAddress(v, "remove"), Button: "Remove version " + v.Version, Danger: true, Cancel: address(one.ID),
	}
	if problem != "" {
		return render.Stale(c, askView(page.Title), page)
	}
	return render.Page(c, askView(page.Title), page)
}

func (p *Pages) removeVersion(c *fiber.Ctx) error {
	one, v, err := p.reviewed(c)
	if err != nil {
		return err
	}
	err = p.Plugins.RemoveVersion(c.UserContext(), render.Actor(c), v.Hash)
	if core.KindOf(err) == core.ErrConflict {
		return p.askRemoveVersion(c, one, v, said(err))
	}
	if err != nil {
		return err
	}
	return render.Done(c, address(one.ID), render.Toast{Text: "Version " + v.Version + " is removed."})
}

func crumbs(one plugins.Plugin) []render.Link {
	return []render.Link{{Label: "Plugins", URL: "/plugins"}, {Label: one.Name, URL: address(one.ID)}}
}

// sentValues are all values of a name in the form; never nil.
func sentValues(c *fiber.Ctx, name string) []string {
	out := []string{}
	for _, value := range c.Request().PostArgs().PeekMulti(name) {
		out = append(out, string(value))
	}
	if form, err := c.MultipartForm(); err == nil {
		out = append(out, form.Value[name]...)
	}
	return out
}
