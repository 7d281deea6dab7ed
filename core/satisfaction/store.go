package satisfaction

import (
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/cases"
)

const insertScore = `INSERT INTO satisfaction (case_id, round, score, comment, channel, actor_kind, actor_id, given_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`

const updateScore = `UPDATE satisfaction SET score = $3, comment = $4, channel = $5, actor_kind = $6, actor_id = $7, changed_at = $8
WHERE case_id = $1 AND round = $2`

const scoreColumns = `case_id, round, score, comment, channel, actor_kind, actor_id, given_at, changed_at`

const selectScores = `SELECT ` + scoreColumns + ` FROM satisfaction WHERE case_id = $1 ORDER BY round DESC LIMIT 50`

type scoreRow struct {
	CaseID    core.CaseID
	Round     int
	Score     int
	Comment   string
	Channel   core.Channel
	ActorKind core.ActorKind
	ActorID   string
	GivenAt   time.Time
	ChangedAt time.Time
}

func (r scoreRow) noun() core.Satisfaction {
	return core.Satisfaction{
		CaseID: r.CaseID, Round: r.Round, Score: r.Score, Comment: r.Comment, Channel: r.Channel,
		By: core.Actor{Kind: r.ActorKind, ID: r.ActorID}, GivenAt: r.GivenAt.UTC(), ChangedAt: r.ChangedAt.UTC(),
	}
}

func loadScores(r *cases.Reads, into *[]scoreRow) {
	cases.ReadAll(r, selectScores, []any{r.Case}, func(found []scoreRow) { *into = found })
}
