package casetypes_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

// awkward are texts that mean something to YAML, or nearly.
var awkward = []string{"yes", "no", "null", "~", "1", "1.5", "0x10", "2026-12-25", "true", "<<", "=", "- a", "a: b", "a #b",
	"? x", "{x}", "[x]", "what?, now", "'", "\"", "|", ">", "&a", "*a", "!a", "%a", "@a", "`a", " lead", "trail ", "", "\n",
	"a\nb\n", "\ta", "Cŵn a chathod", "مرحبا", "🎉", "12:30", "1_000", "---", "...", "a,b", "x:"}

func anyWords() *rapid.Generator[string] {
	runes := rapid.RuneFrom([]rune("abc XYZ 019 :,?-[]{}#&*!|>'\"%@`~.\\/\n\tŵéد🎉"))
	return rapid.OneOf(rapid.SampledFrom(awkward), rapid.StringOfN(runes, 1, 40, -1))
}

func anyKey() *rapid.Generator[string] { return rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,12}`) }

func anyText() *rapid.Generator[core.Text] {
	languages := rapid.SampledFrom([]string{"en", "cy", "en-GB", "fr"})
	return rapid.Map(rapid.MapOfN(languages, anyWords(), 1, 3), func(m map[string]string) core.Text { return m })
}

func anySpan() *rapid.Generator[core.Span] {
	units := rapid.SampledFrom([]core.Unit{core.Minutes, core.Hours, core.Days, core.Weeks, core.Months, core.Years,
		core.WorkingMinutes, core.WorkingHours, core.WorkingDays})
	return rapid.Custom(func(t *rapid.T) core.Span {
		return core.Span{Count: rapid.IntRange(1, 100).Draw(t, "count"), Unit: units.Draw(t, "unit")}
	})
}

// anyArgument draws what a command may take, as JSON has it.
func anyArgument(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		switch kind := rapid.IntRange(0, 3+depth).Draw(t, "kind"); kind {
		case 0:
			return rapid.Bool().Draw(t, "bool")
		case 1:
			return float64(rapid.IntRange(-1<<40, 1<<40).Draw(t, "number")) / 8
		case 2:
			return nil
		case 3:
			return anyWords().Draw(t, "words")
		case 4:
			return []any{anyArgument(depth-1).Draw(t, "item"), anyArgument(depth-1).Draw(t, "item")}
		}
		return map[string]any{anyKey().Draw(t, "name"): anyArgument(depth-1).Draw(t, "member")}
	})
}

// fill draws a value of any type that configuration consists of.
func fill(t *rapid.T, v reflect.Value, enums map[reflect.Type][]string) {
	switch v.Addr().Interface().(type) {
	case *core.Text:
		v.Set(reflect.ValueOf(anyText().Draw(t, "text")))
		return
	case *core.Distance:
		v.Set(reflect.ValueOf(core.Distance(rapid.IntRange(0, int(core.MaxDistance)).Draw(t, "distance"))))
		return
	case *core.Span:
		v.Set(reflect.ValueOf(anySpan().Draw(t, "span")))
		return
	case *core.Promise:
		p := core.Promise{Span: anySpan().Draw(t, "span"), FirstDay: rapid.IntRange(0, 1).Draw(t, "first"), EndOfDay: rapid.Bool().Draw(t, "end")}
		p.Roll = rapid.SampledFrom(append(core.Rolls(), core.RollNone)).Draw(t, "roll")
		v.Set(reflect.ValueOf(p))
		return
	case *core.Arguments:
		if n := rapid.IntRange(0, 3).Draw(t, "n"); n > 0 {
			with := core.Arguments{}
			for range n {
				with[anyKey().Draw(t, "argument")] = anyArgument(2).Draw(t, "value")
			}
			v.Set(reflect.ValueOf(with))
		}
		return
	case *core.FormRule:
		if rapid.Bool().Draw(t, "plugin") {
			v.Set(reflect.ValueOf(core.FormRule{Plugin: "casement." + anyKey().Draw(t, "id"), Entry: anyKey().Draw(t, "entry")}))
		}
		return
	}
	if words := enums[v.Type()]; words != nil {
		v.SetString(rapid.SampledFrom(words).Draw(t, "word"))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "set") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), enums)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("file") == "-" {
				continue
			}
			switch f := v.Type().Field(i); {
			case f.Tag.Get("json") == "-" || f.Name == "Version":
			case f.Name == "Key":
				v.Field(i).SetString(anyKey().Draw(t, "key"))
			default:
				fill(t, v.Field(i), enums)
			}
		}
	case reflect.Slice:
		if n := rapid.IntRange(0, 3).Draw(t, "n"); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i), enums)
			}
		}
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(t, key, enums)
			fill(t, value, enums)
			if k := value.Kind(); k == reflect.String || value.Len() > 0 {
				m.SetMapIndex(key, value)
			}
		}
		if m.Len() > 0 {
			v.Set(m)
		}
	case reflect.String:
		v.SetString(anyWords().Draw(t, "words"))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.IntRange(0, 1<<30).Draw(t, "int")))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	default:
		t.Fatalf("no way to draw a %s", v.Type())
	}
}

func wordsOf[S ~string](list ...S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func anyCaseType() *rapid.Generator[*core.CaseType] {
	enums := map[reflect.Type][]string{
		reflect.TypeFor[core.StatusKind]():  wordsOf(core.StatusKinds()...),
		reflect.TypeFor[core.FieldKind]():   wordsOf(core.FieldKinds()...),
		reflect.TypeFor[core.Duty]():        wordsOf(core.Duties()...),
		reflect.TypeFor[core.AfterSave]():   wordsOf("", core.AfterStay, core.AfterList, core.AfterNext),
		reflect.TypeFor[core.ReopenClock](): wordsOf("", core.ReopenResume, core.ReopenRestart),
		reflect.TypeFor[core.PauseReason](): wordsOf(core.PauseOpenQuestion, core.PauseWaiting),
		reflect.TypeFor[core.Moment](): wordsOf(core.MomentRaised, core.MomentFirstResponse, core.MomentResolved,
			"stage:stage-1", "task:a", "status: odd"),
		reflect.TypeFor[core.HandChange](): wordsOf(core.HandChanges()...),
		reflect.TypeFor[core.Channel]():    wordsOf(core.Channels()...),
		reflect.TypeFor[core.FieldUse]():   wordsOf("", core.UseSubject, core.UsePlace, core.UseEmail),
	}
	return rapid.Custom(func(t *rapid.T) *core.CaseType {
		out := new(core.CaseType)
		fill(t, reflect.ValueOf(out).Elem(), enums)
		return out
	})
}

func TestWhatIsWrittenIsReadBackAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyCaseType().Draw(t, "type")
		file, err := casetypes.Encode(casetypes.Sections(), want)
		if err != nil {
			t.Fatal(err)
		}
		doc, findings := casetypes.Decode(casetypes.File{Name: "x.yaml", Source: file}, casetypes.Sections())
		if len(findings) > 0 {
			t.Fatalf("%v\n%s", findings, file)
		}
		if !reflect.DeepEqual(doc.CaseType, want) {
			t.Fatalf("read back as\n%#v\nwant\n%#v\nfrom\n%s", doc.CaseType, want, file)
		}
	})
}

func TestShippedFilesSurviveExportAndImport(t *testing.T) {
	for _, name := range []string{"complaint.yaml", "enquiry.yaml", "report.yaml"} {
		want := shipped(t, name).CaseType
		file, err := casetypes.Encode(casetypes.Sections(), want)
		if err != nil {
			t.Fatal(err)
		}
		doc, findings := casetypes.Decode(casetypes.File{Name: name, Source: file}, casetypes.Sections())
		if len(findings) > 0 || !reflect.DeepEqual(doc.CaseType, want) {
			t.Errorf("%s came back different: %v\n%s", name, findings, file)
		}
	}
	want := shipped(t, "northmoor-offices.yaml").Calendar
	file, err := casetypes.EncodeCalendar(*want)
	if err != nil {
		t.Fatal(err)
	}
	doc, findings := casetypes.Decode(casetypes.File{Name: "c.yaml", Source: file}, casetypes.Sections())
	if len(findings) > 0 || !reflect.DeepEqual(doc.Calendar, want) {
		t.Errorf("the calendar came back different: %v\n%.2000s", findings, file)
	}
}

func TestTwoDifferentTypesHaveADifferenceToTell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyCaseType().Draw(t, "a"), anyCaseType().Draw(t, "b")
		b.Key = a.Key
		if changes := casetypes.Diff(casetypes.Sections(), a, a); len(changes) > 0 {
			t.Fatalf("a type differs from itself: %v", changes)
		}
		if changes := casetypes.Diff(casetypes.Sections(), a, b); len(changes) == 0 && !reflect.DeepEqual(a, b) {
			t.Fatalf("nothing is told of the difference between\n%#v\nand\n%#v", a, b)
		}
	})
}

func FuzzDecode(f *testing.F) {
	files, err := casetypes.Shipped()
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(file.Source)
	}
	for _, s := range []string{"casement: 1\nkind: calendar\nkey: x\nhours: {mon-sun: [00:00-24:00]}", "a: &x [*x]", "[[[[", "? ? ?", "\xff", "a: !!binary aGk="} {
		f.Add([]byte(s))
	}
	sections, known := casetypes.Sections(), surroundings()
	f.Fuzz(func(t *testing.T, source []byte) {
		doc, findings := casetypes.Decode(casetypes.File{Name: "fuzz.yaml", Source: source}, sections)
		if len(findings) > 0 {
			for _, finding := range findings {
				if finding.Message == "" {
					t.Fatalf("a finding says nothing: %+v", finding)
				}
			}
			return
		}
		doc.Check(sections, known)
		if doc.CaseType == nil {
			again(t, doc, func() ([]byte, error) { return casetypes.EncodeCalendar(*doc.Calendar) })
			return
		}
		again(t, doc, func() ([]byte, error) { return casetypes.Encode(sections, doc.CaseType) })
	})
}

func again(t *testing.T, doc casetypes.Document, encode func() ([]byte, error)) {
	t.Helper()
	file, err := encode()
	if err != nil {
		t.Fatal(err)
	}
	back, findings := casetypes.Decode(casetypes.File{Name: "again.yaml", Source: file}, casetypes.Sections())
	if len(findings) > 0 {
		t.Fatalf("%v\n%s", findings, file)
	}
	if !reflect.DeepEqual(back.CaseType, doc.CaseType) || !reflect.DeepEqual(back.Calendar, doc.Calendar) {
		t.Fatalf("read back as another:\n%s", file)
	}
}
