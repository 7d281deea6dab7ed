package workbench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/casement-dev/casement/core/dialogue"
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/view"
	"github.com/casement-dev/casement/web"
	"github.com/casement-dev/casement/web/viewtree"
)

// maxSent bounds what a browser may send at once, in bytes; of files nothing is
// kept but their names.
const maxSent = 64 << 20

// policy keeps the page to what is served here.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// Handler serves the bench. It answers to names of this machine only, and takes
// nothing from pages of others.
func (b *Bench) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.show)
	mux.HandleFunc("GET /goto", b.goTo)
	mux.HandleFunc("POST /turn", b.takeTurn)
	mux.HandleFunc("POST /do", b.do)
	mux.HandleFunc("GET /events", b.listen)
	mux.HandleFunc("GET "+web.AssetPrefix+"{name}", b.asset)
	mux.HandleFunc("GET /workbench.css", own("workbench.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /workbench.js", own("workbench.js", "text/javascript; charset=utf-8"))
	var guard http.CrossOriginProtection
	return guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r.Host) {
			// Some name that was made to lead here: the page of somebody else.
			http.Error(w, "The workbench answers on this machine only.", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxSent)
		mux.ServeHTTP(w, r)
	}))
}

func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// own serves a file of the bench's own.
func own(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		content, err := files.ReadFile(name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content)
	}
}

func (b *Bench) asset(w http.ResponseWriter, r *http.Request) {
	a, there := b.Assets.File(r.PathValue("name"))
	if !there {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", a.ContentType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.Body)
}

// listen tells a page that is open when there is something else to show.
func (b *Bench) listen(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	count := func(more int) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.open += more
	}
	count(1)
	defer count(-1)
	for {
		b.mu.Lock()
		name, revision, changed := "revision", b.revision, b.changed
		if b.building {
			name = "building"
		}
		b.mu.Unlock()
		if _, err := fmt.Fprintf(w, "event: %s\ndata: %d\n\n", name, revision); err != nil || flush.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

func (b *Bench) show(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out bytes.Buffer
	if err := b.page.write(&out, b.shown()); err != nil {
		b.Log.Error("draw the page", "error", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out.Bytes())
}

// with takes what was sent to the entry that is worked with, and leads back.
func (b *Bench) with(w http.ResponseWriter, r *http.Request, take func(ctx context.Context, s *session)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.current(); s != nil && b.host != nil && !b.closed {
		take(r.Context(), s)
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (b *Bench) goTo(w http.ResponseWriter, r *http.Request) {
	step := r.FormValue("step")
	b.with(w, r, func(ctx context.Context, s *session) {
		b.send(ctx, s, abi.Event{Type: abi.EventGoto, Action: step})
	})
}

// sentForm reads what a form sent, files and all.
func sentForm(r *http.Request) (url.Values, map[string][]*multipart.FileHeader, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err := r.ParseForm()
		return r.PostForm, nil, err
	}
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return nil, nil, err
	}
	return r.MultipartForm.Value, r.MultipartForm.File, nil
}

// takeTurn takes what was sent from the view, as a page of Casement does.
func (b *Bench) takeTurn(w http.ResponseWriter, r *http.Request) {
	sent, uploads, err := sentForm(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.MultipartForm != nil {
		defer func() { _ = r.MultipartForm.RemoveAll() }()
	}
	b.with(w, r, func(ctx context.Context, s *session) {
		if s.view == nil {
			return
		}
		did := viewtree.Pressed(s.view, sent)
		s.upload(uploads)
		answers := viewtree.Read(s.view, sent)
		s.notice, s.confirm = "", ""
		dialogue.Fill(s.view, answers)
		s.typed = &dialogue.Typed{Step: s.view.ID, Answers: answers}
		ev := abi.Event{Action: did.ID, Fields: answers, Files: s.filesOf()}
		switch did.Kind {
		case viewtree.ActionSubmit:
			ev.Type = abi.EventSubmit
		case viewtree.ActionBack:
			ev.Type = abi.EventBack
		case viewtree.ActionChange:
			ev.Type = abi.EventChange
		case viewtree.ActionPress:
			if did.Unconfirmed {
				s.confirm = did.ID
				return
			}
			ev.Type = abi.EventPress
			if did.Checks {
				ev.Type = abi.EventSubmit
			}
		case viewtree.ActionTable:
			if !did.Driven {
				if s.tables == nil {
					s.tables = map[string]viewtree.Sorting{}
				}
				s.tables[did.ID] = did.Sorting
				return
			}
			ev.Type = abi.EventPress
			maps.Copy(ev.Fields, did.Sorting.Fields())
		case viewtree.ActionRemove:
			s.files[did.Field] = slices.DeleteFunc(s.files[did.Field], func(f view.File) bool { return f.ID == did.File })
			return
		default:
			return // kept as it was typed
		}
		b.send(ctx, s, ev)
	})
}

// upload keeps of files what a plugin is told of them.
func (s *session) upload(uploads map[string][]*multipart.FileHeader) {
	for _, f := range s.view.Fields() {
		if f.Kind != view.KindFile {
			continue
		}
		for _, header := range uploads[viewtree.InputName(f.ID)] {
			if header.Filename == "" || header.Size == 0 {
				continue
			}
			file, err := header.Open()
			if err != nil {
				continue
			}
			sum := sha256.New()
			_, err = io.Copy(sum, file)
			file.Close()
			if err != nil {
				continue
			}
			if s.files == nil {
				s.files = map[string][]view.File{}
			}
			s.files[f.ID] = append(s.files[f.ID], view.File{
				ID: "file-" + strconv.Itoa(len(s.files[f.ID])+1) + "-" + hex.EncodeToString(sum.Sum(nil)[:4]), Name: header.Filename, Size: header.Size,
				Type: header.Header.Get("Content-Type"), SHA256: hex.EncodeToString(sum.Sum(nil)),
			})
		}
	}
}

// filesOf are, for every file question of the view, all files it has.
func (s *session) filesOf() map[string][]view.File {
	var out map[string][]view.File
	for _, f := range s.view.Fields() {
		if f.Kind == view.KindFile {
			if out == nil {
				out = map[string][]view.File{}
			}
			out[f.ID] = append([]view.File{}, s.files[f.ID]...)
		}
	}
	return out
}

// do is what the buttons beside the view do.
func (b *Bench) do(w http.ResponseWriter, r *http.Request) {
	sent, _, err := sentForm(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.with(w, r, func(ctx context.Context, s *session) {
		s.notice = ""
		switch sent.Get("do") {
		case "entry":
			b.choose(ctx, sent.Get("entry"))
		case "look":
			if look := sent.Get("look"); look == lookPublic || look == lookConsole {
				b.look = look
			}
		case "start":
			s.begin()
			b.send(ctx, s, abi.Event{Type: abi.EventStart})
		case "view":
			b.send(ctx, s, abi.Event{Type: abi.EventView})
		case "timer":
			if len(s.wakeAt) >= len("2026-11-09") {
				s.context.Now, s.context.Today = s.wakeAt, s.wakeAt[:len("2026-11-09")]
			}
			b.send(ctx, s, abi.Event{Type: abi.EventTimer})
		case "return":
			b.send(ctx, s, abi.Event{Type: abi.EventReturn, Text: sent.Get("text")})
		case "run":
			b.send(ctx, s, runOf(s, sent))
		case "answer", "refuse":
			b.answerByHand(ctx, s, sent)
		case "forget":
			s.given = nil
			s.notice = "What you answered is forgotten: you are asked again."
		case "sample":
			b.sample(ctx, s, sent)
		}
	})
}

// runOf is the event that sets an action off: something that happened, or its
// button.
func runOf(s *session, sent url.Values) abi.Event {
	ev := abi.Event{Type: abi.EventRun}
	if kind := sent.Get("kind"); kind != "" {
		ev.Occurred = &abi.Occurrence{Kind: kind, At: s.context.Now, By: "staff"}
		var changed struct {
			From map[string][]string `json:"from"`
			To   map[string][]string `json:"to"`
		}
		if text := strings.TrimSpace(sent.Get("changed")); text != "" {
			if err := json.Unmarshal([]byte(text), &changed); err != nil {
				s.notice = "What changed is not written as JSON: " + err.Error()
			}
		}
		ev.Occurred.From, ev.Occurred.To = changed.From, changed.To
	}
	return ev
}

// answerByHand gives the answers that were typed to what was asked.
func (b *Bench) answerByHand(ctx context.Context, s *session, sent url.Values) {
	t := s.pending
	if t == nil {
		return
	}
	answers := map[string]abi.Raw{}
	for i, a := range t.asks {
		text := strings.TrimSpace(sent.Get("answer-" + strconv.Itoa(i)))
		if sent.Get("do") == "refuse" {
			text = string(abi.Failure("not granted"))
		}
		var small bytes.Buffer
		if err := json.Compact(&small, []byte(text)); err != nil {
			s.notice = "The answer to " + a.Type + " is not written as JSON: " + err.Error()
			return
		}
		answers[a.ID] = small.Bytes()
	}
	for _, a := range t.asks {
		if s.given == nil {
			s.given = map[string]abi.Raw{}
		}
		s.given[askKey(a)] = answers[a.ID]
		t.Asked = append(t.Asked, asked{a.Type, string(a.Args), string(answers[a.ID]), "you"})
	}
	t.request = answering(t, answers)
	b.carry(ctx, s, t)
}

// sample takes the context and the settings as they were edited, and shows the
// view with them.
func (b *Bench) sample(ctx context.Context, s *session, sent url.Values) {
	request, err := abi.DecodeRequest([]byte(`{"v":1,"op":"event","ctx":` + sent.Get("context") + `}`))
	if err != nil {
		s.notice = "The sample is not written as it should be: " + err.Error()
		return
	}
	config := strings.TrimSpace(sent.Get("config"))
	if config != "" && !json.Valid([]byte(config)) {
		s.notice = "The settings are not written as JSON."
		return
	}
	s.context, s.config = request.Context, abi.Raw(config)
	if s.kind != abi.KindAction && len(s.state) > 0 && !s.done {
		b.send(ctx, s, abi.Event{Type: abi.EventView})
	}
}
