package open311

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/intake"
)

// Bounds of a report, from the specification where it has them.
const (
	maxDescription = 4000 // letters
	maxMediaURL    = 2000 // bytes
	maxParameters  = 200
)

// receipt is what a program gets for a report.
type receipt struct {
	ID      string `json:"service_request_id" xml:"service_request_id"`
	Notice  string `json:"service_notice" xml:"service_notice"`
	Account string `json:"account_id" xml:"account_id"`
}

// errNoKey is what whoever shows no key that we know is told.
var errNoKey = core.Forbidden("The api_key is missing or not known.")

// submit takes a report.
func (a *API) submit(c *fiber.Ctx) (document, error) {
	sent, err := parameters(c)
	if err != nil {
		return document{}, err
	}
	key := cmp.Or(sent.Get("api_key"), c.Query("api_key"))
	if key == "" {
		return document{}, errNoKey
	}
	by, err := a.Client(c.UserContext(), key)
	if kind := core.KindOf(err); kind == core.ErrNotFound || kind == core.ErrForbidden || kind == core.ErrInvalid {
		return document{}, errNoKey
	}
	if err != nil {
		return document{}, err
	}
	code := sent.Get("service_code")
	if code == "" {
		return document{}, core.InvalidField("service_code", "No service_code was provided.")
	}
	t, subtype, err := a.typeOf(c.UserContext(), code)
	if err != nil {
		return document{}, err
	}
	report, err := reportOf(t, subtype, sent)
	if err != nil {
		return document{}, err
	}
	if sender := c.Get("Idempotency-Key"); sender != "" {
		sum := sha256.Sum256([]byte(sender))
		report.Key = "open311:" + hex.EncodeToString(sum[:])
	}
	made, err := a.Intake.Report(c.UserContext(), by, report)
	if err != nil {
		return document{}, err
	}
	notice := "Thank you. Keep the number: it is how you follow your report."
	return document{fiber.StatusOK, "service_requests", list[receipt]{"request", []receipt{{string(made.Ref), notice, sent.Get("account_id")}}}}, nil
}

// parameters reads what was sent: a form, in either of its encodings. A JSON
// body is not of the specification, and is refused in words.
func parameters(c *fiber.Ctx) (url.Values, error) {
	out := url.Values{}
	add := func(name, value string) error {
		if len(out) >= maxParameters {
			return core.Invalid("A report has at most %d parameters.", maxParameters)
		}
		if !utf8.ValidString(name) || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
			return core.InvalidField("parameters", "What was sent is not text in UTF-8.")
		}
		out.Add(name, strings.TrimSpace(value))
		return nil
	}
	kind := c.Get(fiber.HeaderContentType)
	switch {
	case strings.HasPrefix(kind, fiber.MIMEMultipartForm):
		form, err := c.MultipartForm()
		if err != nil {
			return nil, core.Invalid("The multipart form cannot be read.")
		}
		if len(form.File) > 0 {
			return nil, core.InvalidField("media", "Files are not taken here. Send the address of a picture as media_url.")
		}
		for name, values := range form.Value {
			for _, value := range values {
				if err := add(name, value); err != nil {
					return nil, err
				}
			}
		}
	case kind == "" || strings.HasPrefix(kind, fiber.MIMEApplicationForm):
		for name, value := range c.Request().PostArgs().All() {
			if err := add(string(name), string(value)); err != nil {
				return nil, err
			}
		}
	default:
		return nil, core.Invalid("A report is sent as a form (application/x-www-form-urlencoded).")
	}
	return out, nil
}

// attributeName is how an answer to a question of the definition is named.
var attributeName = regexp.MustCompile(`^attribute\[([^\[\]]{1,100})\](?:\[\d*\])?$`)

// reportOf understands what was sent, and says of everything what is wrong.
func reportOf(t *core.CaseType, subtype string, sent url.Values) (intake.Report, error) {
	wrong := map[string]string{}
	r := intake.Report{
		Type: t.Key, Subtype: subtype, Channel: core.ChannelAPI, Description: sent.Get("description"), Address: sent.Get("address_string"),
		Fields: map[string][]string{}, By: "open311",
		Contact: core.Contact{
			Name:  strings.TrimSpace(sent.Get("first_name") + " " + sent.Get("last_name")),
			Email: sent.Get("email"), Phone: sent.Get("phone"),
		},
	}
	if utf8.RuneCountInString(r.Description) > maxDescription {
		wrong["description"] = "At most 4,000 letters, please."
	}
	r.Place = placeOf(sent, wrong)
	if id := sent.Get("address_id"); id != "" && r.Address == "" {
		r.Address = id
	}
	if wantsPlace(t) && r.Place == nil && r.Address == "" && len(wrong) == 0 {
		wrong["location"] = "Say where it is: lat and long, or address_string, or address_id."
	}
	for name, values := range sent {
		found := attributeName.FindStringSubmatch(name)
		if found == nil {
			continue
		}
		for _, v := range values {
			if v != "" {
				r.Fields[found[1]] = append(r.Fields[found[1]], v)
			}
		}
	}
	dates(t, r.Fields)
	beside(&r, sent, wrong)
	if len(wrong) > 0 {
		return r, &core.Error{Kind: core.ErrInvalid, Message: "The report cannot be taken as it is.", Fields: wrong}
	}
	return r, nil
}

// placeOf reads the coordinates; half of them is a mistake, and so are those of
// nowhere.
func placeOf(sent url.Values, wrong map[string]string) *core.Point {
	lat, long := sent.Get("lat"), sent.Get("long")
	if lat == "" && long == "" {
		return nil
	}
	north, err := strconv.ParseFloat(lat, 64)
	east, other := strconv.ParseFloat(long, 64)
	p := core.Point{Lat: north, Lng: east}
	// What is not a number compares with nothing, so it is not valid either.
	if err != nil || other != nil || !p.Valid() {
		wrong["lat"] = "lat and long are degrees (WGS 84), both or neither."
		return nil
	}
	return &p
}

// wantsPlace reports whether a report of the type is of no use without a place.
func wantsPlace(t *core.CaseType) bool {
	return slices.ContainsFunc(t.Fields, func(f core.Field) bool { return f.Is == core.UsePlace && f.Required })
}

// dates cuts instants down to days, which is what our fields hold.
func dates(t *core.CaseType, fields map[string][]string) {
	for key, values := range fields {
		if field, ok := t.Field(key); ok && field.Kind == core.FieldDate {
			for i, v := range values {
				if day, _, ok := strings.Cut(v, "T"); ok {
					values[i] = day
				}
			}
		}
	}
}

// beside keeps what else was sent with the submission, for staff to see. The
// picture stays where it is: nothing is fetched from addresses that strangers
// name.
func beside(r *intake.Report, sent url.Values, wrong map[string]string) {
	if raw := sent.Get("media_url"); raw != "" {
		u, err := url.Parse(raw)
		if err != nil || len(raw) > maxMediaURL || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			wrong["media_url"] = "This is not the address of a picture."
		} else {
			r.Beside = append(r.Beside, core.ReviewRow{Question: "Picture (address given by the sender)", Answer: u.String()})
		}
	}
	for _, name := range []string{"account_id", "device_id"} {
		if v := sent.Get(name); v != "" && len(v) <= 200 {
			r.Beside = append(r.Beside, core.ReviewRow{Question: name, Answer: v})
		}
	}
}
