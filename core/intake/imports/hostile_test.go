package imports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/casetypes"
)

const plain = "casement: 1\nkind: import\nsource: s\nzone: Europe/London\ndates: YYYY-MM-DD\n%salias: id\n" +
	"case: { type: { text: t }, subject: words, channel: { text: web }, raised: day }\n"

func mapping(t testing.TB, extra string) *Mapping {
	t.Helper()
	m, err := Decode(casetypes.File{Name: "m", Source: fmt.Appendf(nil, plain, extra)})
	if err != nil {
		t.Fatalf("%v\n%v", err, casetypes.FindingsOf(err))
	}
	return m
}

// rows reads a whole file: what each row says of the columns, or what is wrong.
func rows(t testing.TB, m *Mapping, r io.Reader) (read []string, problems []string) {
	t.Helper()
	in, err := Open(r, m)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, problem, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return read, problems
		case err != nil:
			t.Fatal(err)
		case problem != nil:
			problems = append(problems, fmt.Sprintf("%d: %s", row.Line, problem.Reason))
		default:
			read = append(read, fmt.Sprintf("%d: %s|%s|%s", row.Line, row.text("id"), row.text("words"), row.text("day")))
		}
	}
}

func TestABrokenRowCostsNoOther(t *testing.T) {
	for name, c := range map[string]struct {
		file     string
		read     string
		problems string
	}{
		"a quote that is never closed": {"id,words,day\n1,\"open,2\n3,c,d\n4,e,f\n", "3: 3|c|d 4: 4|e|f", "2: A quote is opened and never closed."},
		"letters after a quote":        {"id,words,day\n1,\"a\"b,c\n2,c,d\n", "3: 2|c|d", "2: There are letters after a closing quote; a quote that is meant is written twice."},
		"too few and too many":         {"id,words,day\n1,2\n1,2,3,4\n5,6,7\n", "4: 5|6|7", "2: It has 2 values, but there are 3 columns. 3: It has 4 values, but there are 3 columns."},
		"a NUL":                        {"id,words,day\n1,a\x00b,c\n5,6,7\n", "3: 5|6|7", "2: It holds a NUL, which is no letter."},
		"no UTF-8":                     {"id,words,day\n1,caf\xe9,c\n5,6,7\n", "3: 5|6|7", "2: It is not UTF-8 text; say encoding: windows-1252 in the mapping if it comes from an old system."},
		"a row of a megabyte":          {"id,words,day\n1," + strings.Repeat("x", maxRow) + ",c\n5,6,7\n", "3: 5|6|7", "2: It is longer than 1 MB; perhaps a quote is never closed."},
		"ten thousand columns":         {"id,words,day\n" + strings.Repeat("a,", 10_000) + "\n5,6,7\n", "3: 5|6|7", "2: It has more than 2000 values."},
		"quotes, lines and blanks":     {"\xef\xbb\xbf\r\n id ,words,day\r\n\r\n1,\"a \"\"b\"\", \r\nc\",d\r\n  \r\n2,,\r\n", "4: 1|a \"b\", \r\nc|d 7: 2||", ""},
		"no end of the last line":      {"id,words,day\n1,2,3", "2: 1|2|3", ""},
		"old Macintosh":                {"id,words,day\r1,2,3\r4,5,6", "1: 1|2|3 1: 4|5|6", ""},
		"nothing but a header":         {"id,words,day", "", ""},
	} {
		read, problems := rows(t, mapping(t, ""), strings.NewReader(c.file))
		if got := strings.Join(read, " "); got != c.read {
			t.Errorf("%s: read %.200q, want %q", name, got, c.read)
		}
		if got := strings.Join(problems, " "); got != c.problems {
			t.Errorf("%s: says %q, want %q", name, got, c.problems)
		}
	}
}

func TestABrokenJSONLineCostsNoOther(t *testing.T) {
	file := strings.Join([]string{
		`{"id":1,"words":"a","day":"b"}`, `{"id":`, ``, `[1]`, `null`, `{"id":2} {"id":3}`, `{"id":4,"words":"\u0000"}`, "{\"id\":\"\xff\"}",
		strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100), `{"id":"` + strings.Repeat("x", maxRow) + `"}`,
		`{"id":5,"words":["x",null,2.50,{"y":1}],"day":true}`, `{"id":12345678901234567890}`,
	}, "\n")
	read, problems := rows(t, mapping(t, "file: { format: jsonl }\n"), strings.NewReader(file))
	if got, want := strings.Join(read, " "), "1: 1|a|b 11: 5|x, 2.50|true 12: 12345678901234567890||"; got != want {
		t.Errorf("read %q, want %q", got, want)
	}
	if len(problems) != 8 || problems[0] != "2: It is not a JSON object in one line." || problems[7] != "10: It is longer than 1 MB." {
		t.Errorf("it says %q", problems)
	}
}

// endless gives a line over and over.
type endless struct {
	line []byte
	left int64
	at   int
}

func (e *endless) Read(p []byte) (n int, err error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	for n < len(p) && e.left > 0 {
		k := copy(p[n:], e.line[e.at:])
		n, e.at, e.left = n+k, (e.at+k)%len(e.line), e.left-int64(k)
	}
	return n, nil
}

func TestAFileOfManyMegabytesIsReadInLittleMemory(t *testing.T) {
	const size = 40 << 20
	m := mapping(t, "")
	in, err := Open(io.MultiReader(strings.NewReader("id,words,day\n"), &endless{line: []byte("1,\"some words, \"\"quoted\"\"\",2022-01-01\n"), left: size}), m)
	if err != nil {
		t.Fatal(err)
	}
	most := uint64(0)
	for n := 0; ; n++ {
		if _, _, err = in.Next(); err != nil {
			break
		}
		if n%100_000 == 0 {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			most = max(most, stats.HeapInuse)
		}
	}
	if position, line := in.At(); !errors.Is(err, io.EOF) || position < size || line < 1_000_000 {
		t.Errorf("it stopped at byte %d, line %d: %v", position, line, err)
	}
	if most > 64<<20 {
		t.Errorf("it took %d MB", most>>20)
	}
}

func TestAFileOfOneEndlessLineIsPassedOver(t *testing.T) {
	for _, line := range []string{"x", `"`, `"x`} {
		_, problems := rows(t, mapping(t, ""), io.MultiReader(strings.NewReader("id,words,day\n"), &endless{line: []byte(line), left: 20 << 20}))
		if len(problems) != 1 {
			t.Errorf("%q: %d problems", line, len(problems))
		}
	}
}

func TestAFileThatCannotBeMeantIsRefused(t *testing.T) {
	for name, file := range map[string]string{
		"nothing": "", "a blank": " \n\n", "no such column": "id,words\n", "a column twice": "id,words,day,id\n", "UTF-16": "\xff\xfei\x00d\x00", "a spreadsheet": "PK\x03\x04",
		"a broken header": "\"id,words,day\n", "a header of ten thousand": strings.Repeat("a,", 10_000) + "id,words,day\n", "a header that is not UTF-8": "id,words,day,\xff\n",
	} {
		if _, err := Open(strings.NewReader(file), mapping(t, "")); core.KindOf(err) != core.ErrInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadingGoesOnAtAnyRow(t *testing.T) {
	file := "id,words,day\n1,\"a\nb\",c\n\"open\n2,c,d\n3,e,f\n"
	m := mapping(t, "")
	whole, _ := Open(strings.NewReader(file), m)
	var positions, lines []int64
	for {
		position, line := whole.At()
		positions, lines = append(positions, position), append(lines, line)
		if _, _, err := whole.Next(); err != nil {
			break
		}
	}
	want, _ := rows(t, m, strings.NewReader(file))
	for i := range positions {
		in, err := Open(strings.NewReader(file), m)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Skip(positions[i], lines[i]); err != nil {
			t.Fatal(err)
		}
		var got []string
		for {
			row, problem, err := in.Next()
			if err != nil {
				break
			}
			if problem == nil {
				got = append(got, fmt.Sprintf("%d: %s|%s|%s", row.Line, row.text("id"), row.text("words"), row.text("day")))
			}
		}
		if len(got) > len(want) || strings.Join(got, " ") != strings.Join(want[len(want)-len(got):], " ") {
			t.Errorf("from %d on: %q, want the end of %q", positions[i], got, want)
		}
	}
	in, _ := Open(strings.NewReader(file), m)
	if err := in.Skip(1<<30, 9); core.KindOf(err) != core.ErrConflict {
		t.Errorf("a file that became shorter: %v", err)
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte("id,words,day\n1,\"a\"\"b\",c\n2,\"open\n3,d,e"), false)
	f.Add([]byte("id,words,day\r\n1,2\r3,4,5\n\x00,,\n\xff,,"), false)
	f.Add([]byte(`{"id":1,"words":["a",{"b":[]}],"day":null}`+"\n{\n[]\n"), true)
	csv, jsonl := mapping(f, ""), mapping(f, "file: { format: jsonl }\n")
	f.Fuzz(func(t *testing.T, file []byte, lines bool) {
		m := csv
		if lines {
			m = jsonl
		}
		in, err := Open(bytes.NewReader(file), m)
		if err != nil {
			if core.KindOf(err) != core.ErrInvalid {
				t.Fatalf("opening: %v", err)
			}
			return
		}
		position, _ := in.At()
		for {
			row, problem, err := in.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if row.End <= position || row.End > int64(len(file)) {
				t.Fatalf("a row ends at %d, after %d", row.End, position)
			}
			if position = row.End; problem == nil && strings.ContainsRune(row.text("words"), 0) {
				t.Fatal("a NUL came through")
			}
		}
		if position, _ := in.At(); position != int64(len(file)) {
			t.Fatalf("%d of %d bytes were read", position, len(file))
		}
	})
}

func FuzzMapping(f *testing.F) {
	f.Add(fmt.Appendf(nil, plain, ""))
	f.Add(fmt.Appendf(nil, plain, "file: { delimiter: tab, header: false, columns: [id, words, day] }\nwhen: [{ column: id, matches: 'x+' }]\n"))
	f.Add([]byte("casement: 1\nkind: import\nalias: { first: [a, { text: \"{b}{{\", split: '/', part: -1, map: { x: y }, unknown: keep }] }\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		m, err := Decode(casetypes.File{Name: "m", Source: source})
		if err != nil {
			if core.KindOf(err) != core.ErrInvalid || len(casetypes.FindingsOf(err)) == 0 {
				t.Fatalf("it is refused without a word: %v", err)
			}
			return
		}
		// Whatever is understood can be asked of any row.
		row := Row{Line: 1, cells: jsonCells{map[string]any{"id": "1", "words": "a / b", "day": "2022-01-01"}}}
		if _, err := convert(t.Context(), m, row, onePublished); err != nil {
			t.Fatal(err)
		}
	})
}

func onePublished(context.Context, string) (*core.CaseType, error) {
	return &core.CaseType{Key: "t", Statuses: []core.Status{{Key: "new", Kind: core.StatusStart}, {Key: "closed", Kind: core.StatusFinal}}}, nil
}
