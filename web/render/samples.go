package render

import (
	"fmt"
	"io"
	"strings"
)

// isFrame reports whether a template only makes sense around a page; samples of
// pages show it.
func isFrame(name string) bool {
	switch name {
	case Console, Public, SignIn, Bare, "layout/field-about":
		return true
	}
	return false
}

// CheckSamples executes every template with each of its samples, and refuses a
// template that has none. Tests call it; the gallery shows the same samples.
func (e *Engine) CheckSamples() error {
	var faults []string
	sampled := map[string]bool{}
	for _, sample := range e.Samples() {
		sampled[sample.Template] = true
		if err := e.ExecuteSample(io.Discard, sample); err != nil {
			faults = append(faults, fmt.Sprintf("%s (%s): %v", sample.Template, sample.Name, err))
		}
	}
	for _, name := range e.Names() {
		if !sampled[name] && !isFrame(name) {
			faults = append(faults, name+": there is no sample of it")
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("render: %s", strings.Join(faults, "\n"))
	}
	return nil
}

// ExecuteSample writes one sample: a page in its layout, or a fragment alone.
func (e *Engine) ExecuteSample(w io.Writer, sample Sample) error {
	view := sample.View
	layout := ""
	if view.Template != "" {
		if view.Template != sample.Template {
			return fmt.Errorf("render: the sample of %s has a view of %s", sample.Template, view.Template)
		}
		if layout = view.Layout; layout == "" {
			layout = Console
		}
	}
	return e.execute(w, sample.Template, layout, sample.Data, bound{view: view})
}
