package render

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"sync"
)

// maxAlike bounds how many components are kept: a few hundred kilobytes.
const maxAlike = 2000

// alike keeps components as they were written, by their template and what they
// show. There are few statuses and stages, and a list has one of each in every
// row: executing their templates again and again is half of what a row costs.
type alike struct {
	mu   sync.RWMutex
	kept map[component]template.HTML
}

type component struct {
	name string
	data any
}

// same executes a template that stands between elements, or gives what it wrote
// before for equal data. The template must show its data alone: no token, no
// time, nothing of the request.
func (e *Engine) same(b *bound, name string, data any) (template.HTML, error) {
	if !reflect.ValueOf(data).Comparable() {
		return "", fmt.Errorf("%s is shown a %T, which cannot be compared", name, data)
	}
	key := component{name, data}
	if written, ok := e.alike.get(key); ok {
		return written, nil
	}
	var w strings.Builder
	if err := b.write(&w, name, data); err != nil {
		return "", err
	}
	written := template.HTML(w.String())
	e.alike.keep(key, written)
	return written, nil
}

func (a *alike) get(key component) (template.HTML, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	written, ok := a.kept[key]
	return written, ok
}

func (a *alike) keep(key component, written template.HTML) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil || len(a.kept) >= maxAlike {
		a.kept = map[component]template.HTML{}
	}
	a.kept[key] = written
}
