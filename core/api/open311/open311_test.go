package open311_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/api/open311"
	"github.com/casement-dev/casement/core/cases"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/casetypes"
	"github.com/casement-dev/casement/core/intake"
	"github.com/casement-dev/casement/core/people"
)

// streetType can be reported, and its cases are public, words and all.
const streetType = `{"key":"street","name":"Street problem","description":"Potholes and lights.","reference":{"prefix":"STR"},
	"calendar":"offices","groups":{"manage":["highways"]},
	"subtypes":[{"key":"pothole","name":"Pothole"},{"key":"light","name":"Street light"}],
	"statuses":[{"key":"new","kind":"start","public":"Reported"},{"key":"done","kind":"final","public":"Closed"}],
	"reasons":{"close":[{"key":"fixed","name":"Fixed"}]},
	"fields":[{"key":"where","kind":"location","label":"Where?","is":"place","required":true},
		{"key":"depth","kind":"number","label":"How deep, in cm?"},
		{"key":"remedy","kind":"text","label":"Remedy","required":true,"of":"plugin:test.pliant/section"},
		{"key":"danger","kind":"yes_no","label":"Is it dangerous?","required":true},
		{"key":"seen","kind":"date","label":"Since when?"},
		{"key":"inspector","kind":"text","label":"Inspector","private":true}],
	"open311":{"offered":true,"publish":true,"words":true,"tags":["road","street"]}}`

// quietType can be reported, and nothing of it is public.
const quietType = `{"key":"quiet","name":"Quiet matter","reference":{"prefix":"QUI"},"calendar":"offices","groups":{"manage":["highways"]},
	"statuses":[{"key":"new","kind":"start"},{"key":"done","kind":"final"}],"open311":{"offered":true}}`

// city is the API of a small council.
type city struct {
	*testing.T
	*casestest.World
	site string
	key  string // of a program that may raise
	deaf string // of one that may not
}

func newCity(t *testing.T) *city {
	t.Parallel()
	c := &city{T: t, World: casestest.New(t)}
	c.Publish(t, casetypes.KindCaseType, "street", streetType)
	c.Publish(t, casetypes.KindCaseType, "quiet", quietType)
	staff := people.New(c.DB, people.Options{Clock: c.Clock, BaseURL: "http://northmoor.example"})
	admin := core.StaffActor(c.Priya.StaffID(), "Priya", core.RoleAdministrator)
	var err error
	if _, c.key, err = staff.CreateClient(t.Context(), admin, people.ClientInput{Name: "Street app", Types: []string{"street", "quiet"}, Permissions: []core.Permission{core.MayRaise}}); err != nil {
		t.Fatal(err)
	}
	if _, c.deaf, err = staff.CreateClient(t.Context(), admin, people.ClientInput{Name: "Reader", Types: []string{"complaint"}, Permissions: []core.Permission{core.MayView}}); err != nil {
		t.Fatal(err)
	}
	api := open311.New(open311.Options{
		Types: c.Types, Cases: c.Cases, Clock: c.Clock, BaseURL: "http://northmoor.example",
		Intake: intake.New(intake.Options{Types: c.Types, People: staff, Cases: c.Cases, Clock: c.Clock, Log: slog.New(slog.DiscardHandler)}),
		Client: func(ctx context.Context, key string) (core.Actor, error) {
			found, err := staff.ClientByKey(ctx, key)
			return found.Client.Actor(), err
		},
		Groups: func(context.Context) (map[string]string, error) {
			return map[string]string{"highways": "Highways"}, nil
		},
		Contact: func(context.Context) (string, error) { return "keys@northmoor.example", nil },
	})
	app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
	api.Register(app.Group(open311.Prefix))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := app.Test(r, -1)
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer answer.Body.Close()
		for name, values := range answer.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.StatusCode)
		io.Copy(w, answer.Body)
	}))
	t.Cleanup(server.Close)
	c.site = server.URL + open311.Prefix
	return c
}

// get asks, and fails unless the status is as wanted.
func (c *city) get(path string, want int) string {
	c.Helper()
	answer, err := http.Get(c.site + path)
	return c.read(path, answer, err, want)
}

func (c *city) post(path string, form url.Values, want int) string {
	c.Helper()
	answer, err := http.PostForm(c.site+path, form)
	return c.read(path, answer, err, want)
}

func (c *city) read(path string, answer *http.Response, err error, want int) string {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.Fatal(err)
	}
	if answer.StatusCode != want {
		c.Fatalf("%s answers %d, want %d: %s", path, answer.StatusCode, want, body)
	}
	return string(body)
}

// list reads a JSON answer.
func (c *city) list(body string) []map[string]any {
	c.Helper()
	var out []map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		c.Fatalf("%v in %s", err, body)
	}
	return out
}

func (c *city) pothole(change func(url.Values)) url.Values {
	form := url.Values{
		"api_key": {c.key}, "service_code": {"street.pothole"}, "lat": {"54.97"}, "long": {"-2.10"}, "address_string": {"Mill Lane"},
		"description": {"Deep, by the school gate."}, "first_name": {"Nia"}, "last_name": {"Price"}, "email": {"nia@example.org"}, "phone": {"07700 900123"},
		"attribute[danger]": {"true"}, "attribute[depth]": {"17"}, "attribute[seen]": {"2026-11-03T08:00:00Z"},
		"media_url": {"https://pictures.example.org/1.jpg"}, "account_id": {"a-1"},
	}
	if change != nil {
		change(form)
	}
	return form
}

// report sends a report and returns the case.
func (c *city) report(form url.Values) *core.Case {
	c.Helper()
	made := c.list(c.post("/requests.json", form, 200))
	if len(made) != 1 {
		c.Fatalf("one report became %v", made)
	}
	var id core.CaseID
	if err := c.Pool.QueryRow(c.Context(), `SELECT id FROM cases WHERE ref = $1`, made[0]["service_request_id"]).Scan(&id); err != nil {
		c.Fatal(err)
	}
	return c.Case(c.T, id)
}

// inXML is a service as clients read it.
type inXML struct {
	Code     string `xml:"service_code"`
	Name     string `xml:"service_name"`
	Metadata bool   `xml:"metadata"`
	Type     string `xml:"type"`
	Keywords string `xml:"keywords"`
	Group    string `xml:"group"`
}

func TestServicesAreTheSubtypesOfTypesThatAreOffered(t *testing.T) {
	c := newCity(t)
	var codes []string
	for _, s := range c.list(c.get("/services.json", 200)) {
		codes = append(codes, s["service_code"].(string))
	}
	if want := []string{"quiet", "street.light", "street.pothole"}; !slices.Equal(slices.Sorted(slices.Values(codes)), want) {
		t.Errorf("the services are %v, want %v", codes, want)
	}
	var listed struct {
		XMLName  xml.Name `xml:"services"`
		Services []inXML  `xml:"service"`
	}
	if err := xml.Unmarshal([]byte(c.get("/services.xml?jurisdiction_id=northmoor.example", 200)), &listed); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(listed.Services, func(s inXML) bool { return s.Code == "street.pothole" })
	if i < 0 {
		t.Fatalf("no potholes among %+v", listed.Services)
	}
	if s := listed.Services[i]; s.Name != "Pothole" || !s.Metadata || s.Type != "realtime" || s.Keywords != "road, street" || s.Group != "Street problem" {
		t.Errorf("the service is %+v", s)
	}
}

func TestADefinitionAsksThePublicFieldsAlone(t *testing.T) {
	c := newCity(t)
	var d struct {
		Code       string           `json:"service_code"`
		Attributes []map[string]any `json:"attributes"`
	}
	if err := json.Unmarshal([]byte(c.get("/services/street.pothole.json", 200)), &d); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, a := range d.Attributes {
		kinds[a["code"].(string)] = a["datatype"].(string)
	}
	if len(kinds) != 3 || kinds["depth"] != "number" || kinds["danger"] != "singlevaluelist" || kinds["seen"] != "datetime" {
		t.Errorf("the attributes are %v", kinds)
	}
	if body := c.get("/services/street.pothole.xml", 200); !strings.Contains(body, "<attribute><variable>true</variable><code>depth</code>") {
		t.Errorf("the definition in XML is %s", body)
	}
	c.get("/services/complaint.xml", 404)
	c.get("/services/street.nothing.json", 404)
}

func TestAReportBecomesACase(t *testing.T) {
	c := newCity(t)
	cs := c.report(c.pothole(nil))
	if cs.Type != "street" || cs.Subtype != "pothole" || cs.Channel != core.ChannelAPI || cs.Description != "Deep, by the school gate." ||
		cs.Address != "Mill Lane" || cs.Place == nil || *cs.Place != (core.Point{Lat: 54.97, Lng: -2.1}) || cs.Group != "highways" {
		t.Errorf("the case is %+v at %v", cs, cs.Place)
	}
	if cs.Contact.Name != "Nia Price" || cs.Contact.Email != "nia@example.org" || cs.Requester.IsZero() || cs.Anonymous {
		t.Errorf("its requester is %+v, %v", cs.Contact, cs.Requester)
	}
	if cs.Fields["depth"] != 17.0 || cs.Fields["danger"] != true || cs.Fields["seen"] != "2026-11-03" {
		t.Errorf("its fields are %v", cs.Fields)
	}
	var review string
	if err := c.Pool.QueryRow(t.Context(), `SELECT review::text FROM submissions WHERE case_id = $1`, cs.ID).Scan(&review); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(review, "https://pictures.example.org/1.jpg") {
		t.Errorf("the picture's address is lost: %s", review)
	}
	nobody := c.report(c.pothole(func(f url.Values) {
		for _, name := range []string{"first_name", "last_name", "email", "phone"} {
			f.Del(name)
		}
	}))
	if !nobody.Anonymous || !nobody.Requester.IsZero() {
		t.Errorf("a report of nobody has the requester %v", nobody.Requester)
	}
}

func TestWhatIsWrongIsSaidAndNothingIsRaised(t *testing.T) {
	c := newCity(t)
	for name, wrong := range map[string]struct {
		change func(url.Values)
		status int
		says   string
	}{
		"no key":                   {func(f url.Values) { f.Del("api_key") }, 403, "api_key"},
		"a key of nobody":          {func(f url.Values) { f.Set("api_key", "casement_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaa") }, 403, "api_key"},
		"a key for other types":    {func(f url.Values) { f.Set("api_key", c.deaf) }, 404, ""},
		"no service":               {func(f url.Values) { f.Del("service_code") }, 400, "service_code"},
		"a service there is not":   {func(f url.Values) { f.Set("service_code", "complaint") }, 404, "service_code"},
		"half a place":             {func(f url.Values) { f.Del("long") }, 400, "lat"},
		"a place beyond the earth": {func(f url.Values) { f.Set("lat", "123") }, 400, "lat"},
		"a place that is NaN":      {func(f url.Values) { f.Set("lat", "NaN") }, 400, "lat"},
		"no place":                 {func(f url.Values) { f.Del("lat"); f.Del("long"); f.Del("address_string") }, 400, "location"},
		"a required answer":        {func(f url.Values) { f.Del("attribute[danger]") }, 400, "danger"},
		"an unknown attribute":     {func(f url.Values) { f.Set("attribute[colour]", "red") }, 400, "colour"},
		"a field of staff":         {func(f url.Values) { f.Set("attribute[inspector]", "me") }, 400, "inspector"},
		"a field of a section":     {func(f url.Values) { f.Set("attribute[remedy]", "None") }, 400, "remedy"},
		"a number that is none":    {func(f url.Values) { f.Set("attribute[depth]", "deep") }, 400, "depth"},
		"a description too long":   {func(f url.Values) { f.Set("description", strings.Repeat("x", 4001)) }, 400, "description"},
		"a picture that is none":   {func(f url.Values) { f.Set("media_url", "javascript:alert(1)") }, 400, "media_url"},
		"bytes that are no text":   {func(f url.Values) { f.Set("description", "\xff\xfe") }, 400, "UTF-8"},
		"another city":             {func(f url.Values) { f.Set("jurisdiction_id", "elsewhere.example") }, 404, "jurisdiction_id"},
	} {
		form := c.pothole(wrong.change)
		failures := c.list(c.post("/requests.json", form, wrong.status))
		if len(failures) == 0 || !strings.Contains(failures[0]["description"].(string)+strings.Join(descriptions(failures), " "), wrong.says) {
			t.Errorf("%s is answered with %v", name, failures)
		}
		var inXML struct {
			XMLName xml.Name `xml:"errors"`
			Errors  []struct {
				Code int `xml:"code"`
			} `xml:"error"`
		}
		if err := xml.Unmarshal([]byte(c.post("/requests.xml", form, wrong.status)), &inXML); err != nil || len(inXML.Errors) == 0 || inXML.Errors[0].Code != wrong.status {
			t.Errorf("%s in XML: %+v, %v", name, inXML, err)
		}
	}
	var n int
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM cases`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d cases were raised all the same, %v", n, err)
	}
}

func descriptions(failures []map[string]any) []string {
	var out []string
	for _, f := range failures {
		out = append(out, f["description"].(string))
	}
	return out
}

func TestAReportSentTwiceUnderOneKeyIsOneCase(t *testing.T) {
	c := newCity(t)
	send := func() string {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.site+"/requests.json", strings.NewReader(c.pothole(nil).Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Idempotency-Key", "again")
		answer, err := http.DefaultClient.Do(request)
		return c.read("/requests.json", answer, err, 200)
	}
	if first, second := send(), send(); first != second {
		t.Errorf("the first answer is %s, the second %s", first, second)
	}
}

func TestOnlyWhatATypePublishesIsShown(t *testing.T) {
	c := newCity(t)
	public := c.report(c.pothole(nil))
	quiet := c.report(c.pothole(func(f url.Values) {
		f.Set("service_code", "quiet")
		for _, name := range []string{"attribute[danger]", "attribute[depth]", "attribute[seen]"} {
			f.Del(name)
		}
	}))
	complaint := c.Case(t, c.Raise(t))
	for _, hidden := range []*core.Case{quiet, complaint} {
		c.get("/requests/"+string(hidden.Ref)+".json", 404)
	}
	all := c.get("/requests.json", 200)
	for _, word := range []string{"Nia", "nia@example.org", "900123", string(quiet.Ref), string(complaint.Ref), "inspector", public.Subject} {
		if strings.Contains(all, word) {
			t.Errorf("%q is shown to everybody: %s", word, all)
		}
	}
	found := c.list(all)
	if len(found) != 1 {
		t.Fatalf("%d reports are listed, want 1: %s", len(found), all)
	}
	r := found[0]
	for key, want := range map[string]any{
		"service_request_id": string(public.Ref), "status": "open", "status_notes": "Reported", "service_code": "street.pothole", "service_name": "Pothole",
		"agency_responsible": "Highways", "address": "Mill Lane", "lat": 54.97, "long": -2.1, "description": "Deep, by the school gate.",
		"requested_datetime": casestest.Start.Format(time.RFC3339),
	} {
		if r[key] != want {
			t.Errorf("%s is %v, want %v", key, r[key], want)
		}
	}
	var inXML struct {
		XMLName  xml.Name `xml:"service_requests"`
		Requests []struct {
			ID   string  `xml:"service_request_id"`
			Lat  float64 `xml:"lat"`
			When string  `xml:"requested_datetime"`
		} `xml:"request"`
	}
	if err := xml.Unmarshal([]byte(c.get("/requests/"+string(public.Ref)+".xml", 200)), &inXML); err != nil || len(inXML.Requests) != 1 ||
		inXML.Requests[0].ID != string(public.Ref) || inXML.Requests[0].Lat != 54.97 || inXML.Requests[0].When != casestest.Start.Format(time.RFC3339) {
		t.Errorf("in XML it is %+v, %v", inXML, err)
	}
}

func TestReportsAreFoundByTimeStatusAndService(t *testing.T) {
	c := newCity(t)
	old := c.report(c.pothole(nil))
	c.Do(t, c.Ines, old.ID, &cases.Close{Reason: "fixed"})
	c.Clock.Advance(100 * 24 * time.Hour)
	light := c.report(c.pothole(func(f url.Values) { f.Set("service_code", "street.light") }))
	hole := c.report(c.pothole(nil))
	for query, want := range map[string][]*core.Case{
		"":                           {light, hole},
		"?service_code=street.light": {light},
		"?status=closed":             {},
		"?status=open,closed":        {light, hole},
		"?status=open&service_code=street.pothole":                                     {hole},
		"?start_date=2026-11-01T00:00:00Z":                                             {old},
		"?start_date=2026-11-01T00:00:00Z&end_date=2026-12-01T00:00:00Z&status=closed": {old},
		"?service_request_id=" + string(old.Ref) + "," + string(hole.Ref):              {old, hole},
		"?service_request_id=nonsense":                                                 {},
	} {
		var got, refs []string
		for _, r := range c.list(c.get("/requests.json"+query, 200)) {
			got = append(got, r["service_request_id"].(string))
		}
		for _, cs := range want {
			refs = append(refs, string(cs.Ref))
		}
		slices.Sort(got)
		slices.Sort(refs)
		if !slices.Equal(got, refs) {
			t.Errorf("%q finds %v, want %v", query, got, refs)
		}
	}
	for _, query := range []string{"?start_date=yesterday", "?status=lost", "?start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z",
		"?service_request_id=" + strings.Repeat("x,", 300)} {
		c.get("/requests.json"+query, 400)
	}
	c.get("/requests.json?service_code=quiet", 404)
	c.get("/requests.yaml", 400)
	c.get("/tokens/abc.json", 404)
}

func TestDiscoveryTellsWhereTheAPIIs(t *testing.T) {
	c := newCity(t)
	var d struct {
		Contact   string `json:"contact"`
		Endpoints []struct {
			URL           string   `json:"url"`
			Specification string   `json:"specification"`
			Formats       []string `json:"formats"`
		} `json:"endpoints"`
	}
	if err := json.Unmarshal([]byte(c.get("/discovery.json", 200)), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Endpoints) != 1 || d.Endpoints[0].URL != "http://northmoor.example/open311/v2" || len(d.Endpoints[0].Formats) != 2 || d.Contact != "keys@northmoor.example" {
		t.Errorf("discovery says %+v", d)
	}
	if body := c.get("/discovery.xml", 200); !strings.Contains(body, "<format>text/xml</format>") {
		t.Errorf("discovery in XML is %s", body)
	}
}
