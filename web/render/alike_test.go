package render_test

import (
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/casement-dev/casement/web/render"
)

type mark struct{ Label string }

func TestAlikeComponentsAreWrittenAlike(t *testing.T) {
	e, err := render.New(render.Options{Sources: []render.Source{{Package: "marks", Files: fstest.MapFS{
		"mark.html": {Data: []byte(`<b>{{.Label}}</b>`)},
		"list.html": {Data: []byte(`{{range .}}{{same "marks/mark" .}}{{end}}`)},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var w strings.Builder
		if err := e.Render(&w, "marks/list", []mark{{"new"}, {"<i>"}, {"new"}}); err != nil {
			t.Fatal(err)
		}
		if w.String() != "<b>new</b><b>&lt;i&gt;</b><b>new</b>" {
			t.Errorf("got %s", w.String())
		}
	}
	if err := e.Render(io.Discard, "marks/list", [][]string{{"a list"}}); err == nil || !strings.Contains(err.Error(), "cannot be compared") {
		t.Errorf("what cannot be compared is shown: %v", err)
	}
}
