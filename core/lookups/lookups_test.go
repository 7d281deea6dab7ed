package lookups_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases/casestest"
	"github.com/casement-dev/casement/core/lookups"
)

var configurator = core.Actor{Kind: core.ActorStaff, ID: "x", Name: "Priya", Roles: []core.Role{core.RoleConfigurator}}

func upload(t *testing.T, s *lookups.Service, csv string) error {
	t.Helper()
	columns, rows, err := lookups.ReadCSV(strings.NewReader(csv))
	if err != nil {
		return err
	}
	return s.Put(t.Context(), configurator, lookups.List{Key: "streets", Name: "Streets", Columns: columns}, rows)
}

func labels(f lookups.Found) string {
	var out []string
	for _, r := range f.Rows {
		out = append(out, r.Label)
	}
	return strings.Join(out, ", ")
}

func TestAListIsUploadedFoundInAndReplaced(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	s := lookups.New(w.DB, w.Clock)
	if err := upload(t, s, "\ufeffvalue;Label;Ward;Post code\n1;Mill Lane;North;NM1 1AA\n2;\"Mill; Street\";South;\n3;;;\n"); err != nil {
		t.Fatal(err)
	}
	list, err := s.List(t.Context(), "streets")
	if err != nil || list.Rows != 3 || strings.Join(list.Columns, "|") != "Ward|Post code" || list.ChangedBy != "Priya" {
		t.Errorf("%+v, %v", list, err)
	}
	for typed, want := range map[string]string{"mill": "Mill Lane, Mill; Street", "MIL nor": "Mill Lane", "nm1": "Mill Lane", "ane": "", "": "Mill Lane, Mill; Street, 3", "!": "", "mill:*|street": "Mill; Street"} {
		found, err := s.Find(t.Context(), lookups.Query{List: "streets", Text: typed})
		if err != nil || labels(found) != want {
			t.Errorf("%q finds %q, %v; want %q", typed, labels(found), err, want)
		}
	}
	found, err := s.Find(t.Context(), lookups.Query{List: "streets", Value: "2"})
	if err != nil || len(found.Rows) != 1 || strings.Join(found.Rows[0].Cells, "|") != "South|" {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err = s.Find(t.Context(), lookups.Query{List: "streets", Limit: 1}); err != nil || !found.More || len(found.Rows) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	if err := upload(t, s, "value,label\n9,Other Road\n"); err != nil {
		t.Fatal(err)
	}
	if found, err = s.Find(t.Context(), lookups.Query{List: "streets"}); err != nil || labels(found) != "Other Road" {
		t.Errorf("after it was replaced: %q, %v", labels(found), err)
	}
	if err := s.Delete(t.Context(), configurator, "streets"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(t.Context(), lookups.Query{List: "streets"}); core.KindOf(err) != core.ErrNotFound {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestAListThatIsNotSoundChangesNothing(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	s := lookups.New(w.DB, w.Clock)
	if err := upload(t, s, "value,label\n1,Mill Lane\n"); err != nil {
		t.Fatal(err)
	}
	for what, csv := range map[string]string{
		"nothing": "", "no value column": "label\nx\n", "a value twice": "value\n1\n1\n", "a row too short": "value,label\n1\n", "no value": "value,label\n,x\n",
		"an open quote": "value,label\n1,\"x\n", "not UTF-8": "value\n\xff\n", "a column without a name": "value,\n1,2\n", "a long cell": "value\n" + strings.Repeat("x", 501) + "\n",
		"too many columns": "value" + strings.Repeat(",c", 21) + "\n1" + strings.Repeat(",1", 21) + "\n",
	} {
		if err := upload(t, s, csv); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if found, err := s.Find(t.Context(), lookups.Query{List: "streets"}); err != nil || labels(found) != "Mill Lane" {
		t.Errorf("%q, %v", labels(found), err)
	}
	if err := s.Put(t.Context(), w.Priya, lookups.List{Key: "streets", Name: "x"}, nil); core.KindOf(err) != core.ErrForbidden {
		t.Errorf("somebody who is no configurator: %v", err)
	}
}

func TestAListHasSoManyRowsAtMost(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	s := lookups.New(w.DB, w.Clock)
	var csv strings.Builder
	csv.WriteString("value,label\n")
	for i := range lookups.MaxRows {
		fmt.Fprintf(&csv, "%d,Street %d\n", i, i)
	}
	if err := upload(t, s, csv.String()); err != nil {
		t.Fatal(err)
	}
	if found, err := s.Find(t.Context(), lookups.Query{List: "streets", Text: "street 24999"}); err != nil || labels(found) != "Street 24999" {
		t.Errorf("%q, %v", labels(found), err)
	}
	csv.WriteString("one,more\n")
	if err := upload(t, s, csv.String()); core.KindOf(err) != core.ErrInvalid {
		t.Errorf("one more: %v", err)
	}
}

func TestWhatSomebodyMeansIsOneRowOrNone(t *testing.T) {
	t.Parallel()
	w := casestest.New(t)
	s := lookups.New(w.DB, w.Clock)
	if err := upload(t, s, "value,label\nm1,Mill Lane\nm2,Mill Street\no1,Old Road\no2,Old Road\nMill Lane,A trap\n7,www.northmoor.gov.uk Depot\n"); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{
		"m2": "m2", " mill  STREET ": "m2", "Mill Lane": "Mill Lane", "mill lane": "m1", "Old Road": "", "Mill": "", "mill s": "", "": "", "\x00": "", "'": "",
		"WWW.northmoor.gov.uk depot": "7", strings.Repeat("x", 501): "",
	} {
		value, ok, err := s.Choose(t.Context(), "streets", typed)
		if err != nil || ok != (want != "") || value != want {
			t.Errorf("%.20q is %q, %v, %v; want %q", typed, value, ok, err, want)
		}
	}
	if _, ok, err := s.Choose(t.Context(), "schools", "m1"); ok || err != nil {
		t.Errorf("a list that is not there: %v, %v", ok, err)
	}
	for value, want := range map[string]string{"m1": "Mill Lane", "m9": "", "": ""} {
		if label, err := s.Label(t.Context(), "streets", value); err != nil || label != want {
			t.Errorf("%q is called %q, %v", value, label, err)
		}
	}
	short, err := s.Short(t.Context(), "streets")
	if err != nil || len(short) != 6 || short[1].Label != "Mill Street" {
		t.Errorf("%+v, %v", short, err)
	}
	if err := upload(t, s, "value\n"+strings.Repeat("a", 3)+"\n"+manyRows(lookups.MaxFound)); err != nil {
		t.Fatal(err)
	}
	if short, err = s.Short(t.Context(), "streets"); err != nil || len(short) != 0 {
		t.Errorf("a long list is given whole: %d rows, %v", len(short), err)
	}
}

func manyRows(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "row %d\n", i)
	}
	return out.String()
}
