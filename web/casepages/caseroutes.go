package casepages

import "github.com/casement-dev/casement/web/render"

// RegisterCase hangs on the page of a case with everything that is done there,
// and raising a case for a caller, for every staff user.
func (p *Pages) RegisterCase(r render.Routes) {
	r.Get("/cases/new", p.showNew) // before /cases/:ref, which would take "new" for a reference
	r.Post("/cases/new", p.raise)
	r.Get("/cases/new/callers", p.callers)

	r.Get("/cases/:ref", p.show(tabSummary))
	r.Get("/cases/:ref/details", p.show(tabDetails))
	r.Get("/cases/:ref/tasks", p.show(tabTasks))
	r.Get("/cases/:ref/history", p.show(tabHistory))
	r.Get("/cases/:ref/history/new", p.newEntries)
	r.Get("/cases/:ref/attachments", p.show(tabAttachments))
	r.Post("/cases/:ref/attachments", p.upload)
	r.Get("/cases/:ref/attachments/:no<int>", p.preview)
	r.Get("/cases/:ref/attachments/:no<int>/file", p.download)
	r.Get("/cases/:ref/attachments/:no<int>/view", p.view)
	r.Get("/cases/:ref/emails", p.show(tabEmails))
	r.Get("/cases/:ref/emails/write", p.showLetter)
	r.Post("/cases/:ref/emails/write", p.writeLetter)
	r.Post("/cases/:ref/emails/draft", p.keepLetterDraft)
	r.Post("/cases/:ref/emails/:no<int>/again", p.sendAgain)
	r.Get("/cases/:ref/links", p.show(tabLinks))
	r.Get("/cases/:ref/links/find", p.foundCases)
	r.Get("/cases/:ref/access", p.showAccess)

	r.Get("/cases/:ref/head", p.head)
	r.Get("/cases/:ref/side", p.side)
	r.Post("/cases/:ref/presence", p.presence)
	r.Post("/cases/:ref/compose", p.compose)
	r.Post("/cases/:ref/draft", p.keepDraft)
	r.Get("/cases/:ref/act/:act", p.showAct)
	r.Post("/cases/:ref/act/:act", p.doAct)
}
