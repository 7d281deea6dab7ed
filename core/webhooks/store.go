package webhooks

import (
	"time"

	"github.com/casement-dev/casement/core"
)

const endpointColumns = `id, no, key, name, url, kinds, types, client_id, is_on, off_reason, secret, old_secret, old_until, failing_since, created_at, changed_at`

const (
	selectEndpoints = `SELECT ` + endpointColumns + ` FROM webhook_endpoints ORDER BY lower(name), no`

	selectOn = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE is_on ORDER BY no`

	selectEndpointByNo = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE no = $1`

	selectEndpointByKey = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE key = $1`

	selectEndpoint = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE id = $1`

	lockEndpoint = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE no = $1 FOR UPDATE`

	countEndpoints = `SELECT count(*)::int FROM webhook_endpoints`

	insertEndpoint = `INSERT INTO webhook_endpoints (id, key, name, url, kinds, types, client_id, secret, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING no`

	updateEndpoint = `UPDATE webhook_endpoints SET name = $2, url = $3, kinds = $4, types = $5, client_id = $6, changed_at = $7 WHERE id = $1`

	updateSwitch = `UPDATE webhook_endpoints SET is_on = $2, off_reason = $3, failing_since = NULL, changed_at = $4 WHERE id = $1`

	updateSecret = `UPDATE webhook_endpoints SET old_secret = secret, old_until = $3, secret = $2, changed_at = $4 WHERE id = $1`

	deleteEndpoint = `DELETE FROM webhook_endpoints WHERE id = $1`
)

type endpointRow struct {
	ID           EndpointID
	No           int
	Key          string
	Name         string
	URL          string
	Kinds        []core.EventKind
	Types        []string
	ClientID     core.ClientID
	IsOn         bool
	OffReason    string
	Secret       []byte
	OldSecret    []byte
	OldUntil     *time.Time
	FailingSince *time.Time
	CreatedAt    time.Time
	ChangedAt    time.Time
}

func (r endpointRow) noun() Endpoint {
	return Endpoint{
		ID: r.ID, No: r.No, Key: r.Key, Name: r.Name, URL: r.URL, Kinds: r.Kinds, Types: r.Types, As: r.ClientID, On: r.IsOn, OffReason: r.OffReason,
		OldUntil: orZero(r.OldUntil), FailingSince: orZero(r.FailingSince), CreatedAt: r.CreatedAt.UTC(), ChangedAt: r.ChangedAt.UTC(),
	}
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

const (
	insertDelivery = `INSERT INTO webhook_deliveries (id, endpoint_id, case_id, event_seq, version, kind, aspects, actor_kind, happened_at, state, next_at, queued_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10, $10) ON CONFLICT (endpoint_id, event_seq) DO NOTHING`

	insertTest = `INSERT INTO webhook_deliveries (id, endpoint_id, kind, happened_at, state, tries, claim, next_at, queued_at)
VALUES ($1, $2, $3, $4, 'waiting', 1, 1, $5, $4)`

	claimDue = `UPDATE webhook_deliveries SET claim = claim + 1, tries = tries + 1, next_at = $3 WHERE id IN (
	SELECT id FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'waiting' AND next_at <= $2 ORDER BY next_at, no LIMIT $4 FOR UPDATE SKIP LOCKED
) RETURNING ` + claimedColumns

	claimedColumns = `id, no, case_id, version, kind, aspects, actor_kind, happened_at, tries, claim`

	insertAttempt = `INSERT INTO webhook_attempts (delivery_id, claim, at, took_ms, status, answer, problem) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`

	settleDelivery = `UPDATE webhook_deliveries SET state = $3, next_at = $4, finished_at = $5 WHERE id = $1 AND claim = $2 AND state = 'waiting'`

	updateTook = `UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL`

	updateFailed = `UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, $2) WHERE id = $1 RETURNING failing_since`

	updateOff = `UPDATE webhook_endpoints SET is_on = false, off_reason = $2, changed_at = $3 WHERE id = $1 AND is_on`

	selectDue = `SELECT e.id FROM webhook_endpoints e WHERE e.is_on AND EXISTS (
	SELECT FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.state = 'waiting' AND d.next_at <= $1) ORDER BY e.no`

	deleteOld = `DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE queued_at < $1 AND state <> 'waiting' LIMIT 10000)`

	deleteOldSecrets = `UPDATE webhook_endpoints SET old_secret = NULL, old_until = NULL WHERE old_until <= $1`
)

// claimed is a delivery in the hands of one server, for one attempt.
type claimed struct {
	ID         DeliveryID
	No         int64
	CaseID     core.CaseID
	Version    core.Version
	Kind       core.EventKind
	Aspects    []string
	ActorKind  string
	HappenedAt time.Time
	Tries      int
	Claim      int // tells this attempt from later ones
}

const deliveryColumns = `d.id, d.no, d.kind, d.state, d.tries, d.round, d.next_at, d.queued_at, d.finished_at, coalesce(c.ref, '') AS ref,
	coalesce(a.status, 0)::int AS status, coalesce(a.took_ms, 0)::int AS took_ms, coalesce(a.problem, '') AS problem`

const deliveryTables = ` FROM webhook_deliveries d LEFT JOIN cases c ON c.id = d.case_id
LEFT JOIN LATERAL (SELECT status, took_ms, problem FROM webhook_attempts t WHERE t.delivery_id = d.id ORDER BY t.claim DESC LIMIT 1) a ON true`

const (
	selectDeliveries = `SELECT ` + deliveryColumns + deliveryTables + `
WHERE d.endpoint_id = $1 AND ($2 = '' OR d.state = $2) AND d.no < $3 ORDER BY d.no DESC LIMIT $4`

	selectDelivery = `SELECT ` + deliveryColumns + deliveryTables + ` WHERE d.endpoint_id = $1 AND d.no = $2`

	selectAttempts = `SELECT at, took_ms, status, answer, problem FROM webhook_attempts WHERE delivery_id = $1 ORDER BY claim DESC LIMIT 100`

	updateAgain = `UPDATE webhook_deliveries SET state = 'waiting', tries = 0, round = round + 1, next_at = $3, finished_at = NULL
WHERE endpoint_id = $1 AND no = $2 AND state <> 'waiting'`

	updateRangeAgain = `UPDATE webhook_deliveries SET state = 'waiting', tries = 0, round = round + 1, next_at = $5, finished_at = NULL
WHERE id IN (SELECT id FROM webhook_deliveries WHERE endpoint_id = $1 AND queued_at >= $2 AND queued_at < $3
	AND (state = 'given_up' OR $4 AND state = 'delivered') ORDER BY no LIMIT 10000)`
)

type deliveryRow struct {
	ID         DeliveryID
	No         int64
	Kind       core.EventKind
	State      State
	Tries      int
	Round      int
	NextAt     *time.Time
	QueuedAt   time.Time
	FinishedAt *time.Time
	Ref        core.Reference
	Status     int
	TookMs     int
	Problem    string
}

type attemptRow struct {
	At      time.Time
	TookMs  int
	Status  int
	Answer  string
	Problem string
}
