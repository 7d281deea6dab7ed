package suggest_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/gofiber/fiber/v2"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/lookups"
	"github.com/casement-dev/casement/web/suggest"
)

// streets is an installation with a list of three streets and one of thirty.
func streets(t *testing.T) *lookups.Service {
	t.Helper()
	w := casestest.New(t)
	lists := lookups.New(w.DB, w.Clock)
	short := []lookups.Row{{Value: "s1", Label: "Mill Lane"}, {Value: "s2", Label: "Mill Street"}, {Value: "s3", Label: "Old Road"}}
	var long []lookups.Row
	for i := range 30 {
		long = append(long, lookups.Row{Value: fmt.Sprint("r", i), Label: fmt.Sprintf("Road %02d", i)})
	}
	for key, rows := range map[string][]lookups.Row{"short": short, "long": long} {
		if err := lists.Put(t.Context(), core.SystemActor(), lookups.List{Key: key, Name: key}, rows); err != nil {
			t.Fatal(err)
		}
	}
	return lists
}

func TestRowsAreSuggestedForWhatWasTypedAndNoMoreThanFitOnAPage(t *testing.T) {
	t.Parallel()
	lists := streets(t)
	app := fiber.New()
	app.Get("/:list", func(c *fiber.Ctx) error { return suggest.Answer(c, lists, c.Params("list")) })
	for _, ask := range []struct {
		list, typed string
		rows        int
		first       string
		more        bool
	}{
		{"short", "mill", 2, "Mill Lane", false}, {"short", "", 3, "Mill Lane", false}, {"short", "no such street", 0, "", false},
		{"long", "", 10, "Road 00", true}, {"long", "road", 10, "Road 00", true}, {"long", "road 29", 1, "Road 29", false},
	} {
		res, err := app.Test(httptest.NewRequest("GET", "/"+ask.list+"?q="+url.QueryEscape(ask.typed), nil), 10_000)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Rows []struct{ Value, Label string }
			More bool
		}
		if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got.Rows == nil || len(got.Rows) != ask.rows || got.More != ask.more || ask.first != "" && got.Rows[0].Label != ask.first {
			t.Errorf("%q in the list %s suggests %+v", ask.typed, ask.list, got)
		}
		if kept := res.Header.Get("Cache-Control"); kept != "private, max-age=60" {
			t.Errorf("what is suggested is kept as %q", kept)
		}
	}
}

func TestAPageKnowsWhatWasChosenAndIsNeverBrokenByAList(t *testing.T) {
	t.Parallel()
	from := suggest.From(t.Context(), streets(t), func(list string) string { return "/rows/" + list })
	if got := from.URL("short"); got != "/rows/short" {
		t.Errorf("rows are suggested at %q", got)
	}
	if got := from.Label("short", "s3"); got != "Old Road" {
		t.Errorf("what was chosen is called %q", got)
	}
	if got := from.Label("short", "gone"); got != "" {
		t.Errorf("a row that is gone is called %q", got)
	}
	if rows := from.Rows("short"); len(rows) != 3 || rows[0].Value == "" || rows[0].Label == "" {
		t.Errorf("without scripts there is to choose from %+v", rows)
	}
	if rows, label := from.Rows("no-such-list"), from.Label("no-such-list", "s1"); len(rows) > 0 || label != "" {
		t.Errorf("a list that does not exist gives %+v, %q", rows, label)
	}
}
