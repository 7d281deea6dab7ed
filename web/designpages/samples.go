package designpages

import (
	"time"

	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/formdesigns"
	"github.com/casement-dev/casement/web/layout"
	"github.com/casement-dev/casement/web/render"
)

// samples are the states that the gallery shows and tests execute.
func samples() []render.Sample {
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	long := "Zuständigkeitsprüfung und Rechtsbehelfsbelehrungsverfahren"
	name := layout.Field{Name: "name", Label: "Name"}
	list := ListPage{May: true, Name: name, Key: layout.Field{Name: "key", Label: "Key"}, From: layout.Field{Name: "from", Label: "Begin with", Options: []layout.Option{{Label: "Two pages"}}},
		Forms: []FormRow{
			{Summary: formdesigns.Summary{Key: "bulky-waste", Name: "Bulky waste", Version: 3, PublishedAt: at, Drafted: true, ChangedAt: at, ChangedBy: "Priya Raghunathan"}, URL: "#", Types: []layout.Option{{Label: "Report", Value: "#"}}},
			{Summary: formdesigns.Summary{Key: "long", Name: long + " استمارة", Drafted: true, ChangedAt: at}, URL: "#"},
		}}
	refused := list
	refused.File, refused.Findings = "Choose a YAML file.", casetypes.Findings{{Line: 3, Message: "“colour” is not known here."}}
	d := formdesigns.Empty("Bulky waste")
	d.Pages[0].Fields = append(d.Pages[0].Fields,
		formdesigns.Field{Key: "kind", Kind: formdesigns.OneOf, Label: long, Choices: []formdesigns.Choice{{Key: "sofa", Name: "A sofa"}, {Key: "bed", Name: "A bed"}}},
		formdesigns.Field{Key: "total", Kind: formdesigns.Calculated, Label: "Total"})
	d.Pages[1].When = formdesigns.Condition{All: []formdesigns.Test{{Field: "kind", Op: "is", Value: "sofa"}, {Field: "what", Op: "filled"}}}
	findings := d.Check(casetypes.Sheet{}, nil)
	design := func(i, j int) DesignPage {
		page := DesignPage{Name: d.Name, URL: "/configuration/forms/x", Key: "x", Version: 3, Kept: true, Step: 2, Said: "Changed “Kind”", By: "Priya", ChangedAt: at, CanUndo: true, May: true,
			Kinds: []layout.Option{{Value: "text", Label: "Line of text"}}, Types: []layout.Option{{Label: "Report", Value: "#"}}}
		path := casetypes.Path{}
		if i >= 0 {
			path, page.Page = casetypes.At("pages", i), d.Pages[i].Key
		}
		if j >= 0 {
			path, page.Field = path.And("fields", j), d.Pages[i].Fields[j].Key
		}
		e := editor{d: &d, findings: findings, at: path.String()}
		switch {
		case j >= 0:
			page.Panel = e.field(i, j, nil)
		case i >= 0:
			page.Panel = e.page(i)
		default:
			page.Panel = e.whole()
		}
		draft := formdesigns.Draft{Key: "x", Definition: d, Step: 2, Findings: findings}
		page.outline(&draft)
		page.previewOf(&draft, i)
		page.Preview = ""
		return page
	}
	clean := design(-1, -1)
	clean.Kept, clean.Problems, clean.Types = false, nil, nil
	version := VersionRow{Version: casetypes.Version{Key: "x", Version: 2, At: at, Note: "Asked for by the board."}, By: "Casement", Current: true, File: "#", Preview: "#"}
	of := func(v render.View, name string, data any) render.Sample {
		return render.Sample{Template: v.Template, Name: name, View: v, Data: data}
	}
	part := func(name string, data any) render.Sample {
		return render.Sample{Template: "designpages/" + name, Name: "one", Data: data}
	}
	question := design(0, 1)
	look := render.View{Template: "designpages/versions", Title: "Versions", Nav: nav}
	return []render.Sample{
		of(listView, "two", list), of(listView, "refused", refused), of(listView, "none, to look at", ListPage{}),
		of(designView(clean), "the whole form, published", clean), of(designView(design(1, -1)), "a page", design(1, -1)),
		of(designView(design(0, 0)), "a question", design(0, 0)), of(designView(design(0, 1)), "a choice with long words", design(0, 1)),
		of(designView(design(0, 2)), "a calculated value, to be put right", design(0, 2)), of(designView(design(1, 0)), "a person", design(1, 0)),
		of(look, "one", VersionsPage{Name: "Bulky waste", URL: "#", May: true, Rows: []VersionRow{version}}), of(look, "none", VersionsPage{Name: "Bulky waste", URL: "#"}),
		part("add", question), part("tools", question), part("page-tools", question), part("where", question), part("group", question.Panel.Groups[1]),
		part("input", question.Panel.Groups[0].Inputs[0]), part("condition", design(1, -1).Panel.Groups[1].Condition),
		of(previewView, "with a problem", PreviewPage{Problem: "The form has no page yet."}), of(previewView, "at its end", PreviewPage{Done: true, Again: "#"}),
	}
}
