package meili

import (
	"context"
	"fmt"
	"strconv"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/events"
	"github.com/casement-dev/casement/core/postgres"
)

// stateID is the document that says how far an index has come. It stands in
// the index itself, so that whoever empties the server, or puts an older copy
// of its data back, puts the cursor back with it: what is missing is then read
// again. No reader reaches it.
const stateID = "state"

// state is that document. Its empty words make the attributes known to the
// server before any case has them.
type state struct {
	ID           string `json:"id"`
	Installation string `json:"installation"`
	Epoch        int64  `json:"epoch"`
	TX           string `json:"tx"` // more than a number in JSON can hold
	Seq          string `json:"seq"`
	A            string `json:"a"`
	B            string `json:"b"`
	C            string `json:"c"`
	D            string `json:"d"`
	Words        string `json:"words"`
}

// cursor is where the feed was when the index was as it is.
func (s state) cursor() (events.Cursor, error) {
	tx, err := strconv.ParseUint(s.TX, 10, 64)
	if err != nil {
		return events.Cursor{}, fmt.Errorf("read how far the index has come: %w", err)
	}
	seq, err := strconv.ParseInt(s.Seq, 10, 64)
	if err != nil {
		return events.Cursor{}, fmt.Errorf("read how far the index has come: %w", err)
	}
	return events.Cursor{Epoch: s.Epoch, TX: tx, Seq: seq}, nil
}

func stateOf(installation string, at events.Cursor) state {
	return state{
		ID: stateID, Installation: installation, Epoch: at.Epoch, TX: strconv.FormatUint(at.TX, 10), Seq: strconv.FormatInt(at.Seq, 10),
	}
}

// installation tells databases apart: one that was made anew has other cases.
func (x *Index) installation(ctx context.Context) (name string, epoch int64, err error) {
	row, err := postgres.One[installationRow](ctx, x.DB.Pool(), core.NotFound("The installation has no row of its own."), selectInstallation)
	if err != nil {
		return "", 0, fmt.Errorf("read which installation this is: %w", err)
	}
	return strconv.FormatInt(row.CreatedAt.UnixMicro(), 36), row.Epoch, nil
}

// state reads how far an index has come; nil when there is no such index, when
// it is not finished, or when it is of another database or of one before a
// restore.
func (x *Index) state(ctx context.Context, index string) (*state, error) {
	installation, epoch, err := x.installation(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, adminPatience)
	defer cancel()
	var s state
	err = x.server.Index(index).GetDocumentWithContext(ctx, stateID, &meilisearch.DocumentQuery{}, &s)
	switch codeOf(err) {
	case "index_not_found", "document_not_found":
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(err, "read how far the index has come")
	}
	if s.Installation != installation || s.Epoch != epoch {
		return nil, nil
	}
	return &s, nil
}
