package api

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
)

// File is a file that was uploaded and is on no case yet.
type File struct {
	ID   string `json:"id" format:"uuid" doc:"Names it for attachment-add, attachment-send or the raising of a case, within a day."`
	Name string `json:"name" example:"photo.jpg"`
	Kind string `json:"kind" doc:"Media type, checked against the contents." example:"image/jpeg"`
	Size int64  `json:"size" doc:"Bytes."`
}

type uploadIn struct {
	Type    string `query:"type" required:"true" maxLength:"100" doc:"Key of the case type it is for, whose limits hold." example:"complaint"`
	RawBody multipart.Form
}

type attachIn struct {
	CaseIn
	WriteIn
	Audience string `query:"audience" enum:"public,staff,private" doc:"Who reads it; as the case type says when left out."`
	RawBody  multipart.Form
}

// fileOf returns the one file of a form.
func fileOf(form multipart.Form) (*multipart.FileHeader, error) {
	for name := range form.Value {
		return nil, core.InvalidField(name, "This form has one part: file.")
	}
	for name, files := range form.File {
		if name != "file" || len(files) != 1 {
			return nil, core.InvalidField(name, "This form has one part: file.")
		}
	}
	if len(form.File["file"]) != 1 {
		return nil, core.InvalidField("file", "Send a file in a part named file.")
	}
	return form.File["file"][0], nil
}

func (a *API) receive(ctx context.Context, form multipart.Form, limit core.AttachmentLimit) (core.Attachment, error) {
	header, err := fileOf(form)
	if err != nil {
		return core.Attachment{}, err
	}
	f, err := header.Open()
	if err != nil {
		return core.Attachment{}, err
	}
	defer f.Close()
	return a.options.Attachments.Upload(ctx, actorOf(ctx), attachments.Incoming{Name: header.Filename, Limit: limit}, f)
}

func (a *API) upload(ctx context.Context, in *uploadIn) (*bodyOut[File], error) {
	grant, err := a.options.Cases.GrantOf(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	if len(grant.On(in.Type)) == 0 {
		return nil, core.NotFound("There is no case type “%s” that this program may work with.", clip(in.Type))
	}
	t, err := a.options.Cases.Types().Published(ctx, in.Type)
	if err != nil {
		return nil, err
	}
	f, err := a.receive(ctx, in.RawBody, t.Attachments)
	if err != nil {
		return nil, err
	}
	return &bodyOut[File]{File{f.ID.String(), f.Name, f.Kind, f.Size}}, nil
}

func (a *API) attach(ctx context.Context, in *attachIn) (*doneOut, error) {
	seen, err := a.find(ctx, in.CaseIn, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	if !seen.MayDo(core.MayWork) {
		return nil, core.Forbidden("This program may not put files on this case.")
	}
	f, err := a.receive(ctx, in.RawBody, seen.Type.Attachments)
	if err != nil {
		return nil, err
	}
	add := &attachments.Add{Files: []core.AttachmentID{f.ID}, Audience: core.Audience(in.Audience)}
	// A key cannot be kept for this: each time the file is another one.
	in.Key = ""
	return a.do(ctx, in.CaseIn, in.WriteIn, []cases.Command{add})
}

type downloadIn struct {
	CaseIn
	No int `path:"no" minimum:"1" doc:"Number of the file under its case."`
}

func (a *API) download(ctx context.Context, in *downloadIn) (*huma.StreamResponse, error) {
	seen, err := a.find(ctx, in.CaseIn, core.MayEnquire)
	if err != nil {
		return nil, err
	}
	file, err := a.options.Attachments.Find(ctx, seen, in.No)
	if err != nil {
		return nil, err
	}
	contents, err := a.options.Attachments.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	if err := a.options.Cases.LogLook(ctx, actorOf(ctx), seen.Case.ID, "attachment "+file.Name); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer contents.Close()
		c.SetHeader("Content-Type", "application/octet-stream")
		c.SetHeader("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(file.Name))
		c.SetHeader("Content-Security-Policy", "default-src 'none'; sandbox")
		if _, err := io.Copy(c.BodyWriter(), contents); err != nil {
			a.options.Log.Error("failed", "operation", "get-attachment", "error", err)
		}
	}}, nil
}

func (a *API) registerFiles() {
	register(a, operation{
		id: "upload-file", method: http.MethodPost, path: "/uploads", tag: tagParts, where: "body", status: http.StatusCreated, need: "anything on the case type",
		summary: "Upload a file", says: "Takes a file that a command is to put on a case: when raising it, or beside a note. It waits for a day.",
	}, a.upload)
	register(a, operation{
		id: "attach-file", method: http.MethodPost, path: "/cases/{ref}/attachments", tag: tagParts, where: "body", status: http.StatusCreated, need: "case.work",
		summary: "Put a file on a case", says: "Uploads a file and puts it on the case in one step. A repeat is another file: use upload-file and attachment-add with an Idempotency-Key where that matters.",
	}, a.attach)
	register(a, operation{
		id: "get-attachment", method: http.MethodGet, path: "/cases/{ref}/attachments/{no}", tag: tagParts, where: "path", need: "case.enquire",
		summary: "Download a file", says: "The contents of a file, as they were sent. They are somebody else’s bytes: do not open them where scripts run.",
	}, a.download)
}
