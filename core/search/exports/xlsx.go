package exports

import (
	"io"
	"time"

	"github.com/xuri/excelize/v2"
)

// xlsxSheet streams rows to a workbook, which excelize keeps in a temporary
// file once it is large. Text is stored as text: nothing in it is a formula.
type xlsxSheet struct {
	w    io.Writer
	book *excelize.File
	rows *excelize.StreamWriter
	at   int // the next row, from 1
	date int // style
}

const sheetName = "Cases"

func newXLSX(w io.Writer, columns []column) (_ *xlsxSheet, err error) {
	s := &xlsxSheet{w: w, book: excelize.NewFile(), at: 1}
	defer func() {
		if err != nil {
			s.discard()
		}
	}()
	if err := s.book.SetSheetName(s.book.GetSheetName(0), sheetName); err != nil {
		return nil, err
	}
	dateFormat := "yyyy-mm-dd hh:mm"
	if s.date, err = s.book.NewStyle(&excelize.Style{CustomNumFmt: &dateFormat, Alignment: &excelize.Alignment{Horizontal: "left"}}); err != nil {
		return nil, err
	}
	bold, err := s.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if s.rows, err = s.book.NewStreamWriter(sheetName); err != nil {
		return nil, err
	}
	for i, c := range columns {
		if err := s.rows.SetColWidth(i+1, i+1, c.width); err != nil {
			return nil, err
		}
	}
	if err := s.rows.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, XSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return nil, err
	}
	titles := make([]any, len(columns))
	for i, c := range columns {
		titles[i] = excelize.Cell{StyleID: bold, Value: c.title}
	}
	return s, s.set(titles)
}

func (s *xlsxSheet) add(cells []any) error {
	out := make([]any, len(cells))
	for i, cell := range cells {
		if t, ok := cell.(time.Time); ok {
			out[i] = excelize.Cell{StyleID: s.date, Value: t}
		} else {
			out[i] = cell
		}
	}
	return s.set(out)
}

func (s *xlsxSheet) set(cells []any) error {
	name, err := excelize.CoordinatesToCellName(1, s.at)
	if err != nil {
		return err
	}
	s.at++
	return s.rows.SetRow(name, cells)
}

func (s *xlsxSheet) end() error {
	if err := s.rows.Flush(); err != nil {
		return err
	}
	return s.book.Write(s.w)
}

func (s *xlsxSheet) discard() { _ = s.book.Close() } // temporary files, which nobody misses
