package sectionpages

import (
	"html/template"

	"github.com/casement-dev/casement/web/render"
)

// samples are the states of a section that the gallery shows and tests execute.
func samples() []render.Sample {
	page := SectionPage{
		ID: "section-outcome", URL: "#", Staff: true, News: "#", Live: "case:CMP-7K2M-4QX9", Back: render.Link{Label: "CMP-7K2M-4QX9", URL: "#"}, Title: "Complaint outcome",
		Summary: "What came of it.", Drawn: template.HTML(`<p>Upheld in part.</p>`), // ours: no word of anybody
	}
	begun, trouble, portal := page, page, page
	begun.Begun, begun.Stale, begun.Discard = true, true, "#"
	trouble.Drawn, trouble.Trouble = "", "This section is not available just now. The rest of the case is not affected."
	portal.Staff, portal.News = false, ""
	view := render.View{Template: "sectionpages/section", Part: "sectionpages/section-body", Nav: "queues", Title: page.Title}
	public := view
	public.Layout, public.Nav, public.Back = render.Public, "cases", page.Back
	whole := func(name string, v render.View, data SectionPage) render.Sample {
		return render.Sample{Template: "sectionpages/section", Name: name, View: v, Data: data}
	}
	return []render.Sample{
		whole("saved", view, page), whole("begun, and overtaken", view, begun), whole("broken", view, trouble), whole("portal", public, portal),
		{Template: "sectionpages/section-body", Name: "saved", Data: page}, {Template: "sectionpages/section-body", Name: "broken", Data: trouble},
	}
}
