package details

import (
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/forms"
	"github.com/casement-dev/casement/sdk/host"
	"github.com/casement-dev/casement/sdk/internal/guest"
	"github.com/casement-dev/casement/sdk/state"
)

// Details is a section over a struct of variables S.
type Details[S any] struct {
	ID string // entry of the manifest

	// Fields names the fields of the case that the section shows or keeps. Optional.
	Fields func(f *Fields, s *S)

	// Keep names variables of the section's own that last and are no fields of
	// the case. Optional.
	Keep func(k *state.Keeper, s *S)

	// View draws what there is to read.
	View func(c *Ctx, s *S) forms.Page

	// Edit draws the form. Without it the section is only read.
	Edit func(c *Ctx, s *S) forms.Page

	// Button are the words on the button that leads from View to Edit; "Change"
	// when empty.
	Button string

	// Check is for rules over several fields of Edit: it calls c.Error. Optional.
	Check func(c *Ctx, s *S)

	// Save is called when the form was sent and nothing is wrong with it. The
	// fields named in Fields are written without further ado, before it.
	// Optional.
	Save func(c *Ctx, s *S)

	// Press is for buttons and tables of View and Edit. What it changes in
	// variables of Keep lasts; where c.Editable is false nothing can be kept.
	// Optional.
	Press func(c *Ctx, s *S, p forms.Pressed)

	// StateVersion is the manifest's state.version. Migrate brings a state of an
	// earlier one forward; it is called once for each version in between.
	StateVersion int
	Migrate      func(old *state.Old)
}

// Ctx is all a section may know, and what it may want done.
type Ctx struct {
	host.Ctx
	opens  bool
	closes bool
}

// Open shows the form; for Press.
func (c *Ctx) Open() { c.opens, c.closes = true, false }

// Close shows what there is to read; for Press.
func (c *Ctx) Close() { c.closes, c.opens = true, false }

// ForStaff reports whether staff look, and not the requester in the portal.
func (c *Ctx) ForStaff() bool { return c.Reader != abi.ReaderRequester }

// Serve makes the module answer for the section. Call it from an init function:
// in a plugin main never runs.
func Serve[S any](d Details[S]) { guest.Module.Add(d.ID, abi.KindDetails, d.Handle) }

// Fields carries fields of the case into variables, and those that were changed
// back into the case.
type Fields struct {
	c      *Ctx
	saving bool
	before map[string]string // values as they were read, as JSON
}

// Text is a field of text, a choice or a date.
func (f *Fields) Text(key string, p *string) {
	f.field(key, func(values []string) { *p = first(values) }, func() any { return *p })
}

// Number is a field of a number or an amount, kept as it was typed.
func (f *Fields) Number(key string, p *string) {
	f.field(key, func(values []string) { *p = first(values) }, func() any {
		if *p == "" {
			return nil
		}
		return host.Number(*p)
	})
}

// YesNo is a field of yes or no: "yes", "no" or "".
func (f *Fields) YesNo(key string, p *string) {
	f.field(key, func(values []string) { *p = first(values) }, func() any {
		if *p == "" {
			return nil
		}
		return *p == "yes"
	})
}

// Texts is a field of several choices.
func (f *Fields) Texts(key string, p *[]string) {
	f.field(key, func(values []string) { *p = values }, func() any {
		if len(*p) == 0 {
			return nil
		}
		return *p
	})
}

func (f *Fields) field(key string, read func([]string), value func() any) {
	if !f.saving {
		read(f.c.Fields(key))
		f.before[key] = string(host.JSON(value()))
		return
	}
	if now := value(); string(host.JSON(now)) != f.before[key] {
		f.c.SetField(key, now)
	}
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
