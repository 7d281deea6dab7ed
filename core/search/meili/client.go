package meili

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core"
)

// How long the server may take.
const (
	searchPatience = 2 * time.Second // unless told otherwise
	adminPatience  = 10 * time.Second
	sendPatience   = time.Minute      // for one batch of sheets
	taskPatience   = 10 * time.Minute // for the server to work through one
)

// maxAnswer bounds what the server may answer, in bytes: MaxCounted places on
// a map are a tenth of it.
const maxAnswer = 32 << 20

// newServer makes the way to the server. Three habits of the library are
// avoided: a request it tries again has lost its body, answers it asks to be
// compressed are held up by 40 ms, and it reads answers of any length.
func newServer(url, key string) meilisearch.ServiceManager {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true
	transport.MaxIdleConnsPerHost = 32
	client := &http.Client{
		Transport:     bounded{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return meilisearch.New(strings.TrimRight(url, "/"), meilisearch.WithAPIKey(key), meilisearch.WithCustomClient(client), meilisearch.DisableRetries())
}

// bounded cuts answers off that are too long to be meant.
type bounded struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	}
	return answer, err
}

// codeOf is the server's own name of what went wrong: "index_not_found"; ""
// when it gave none.
func codeOf(err error) string {
	var failed *meilisearch.Error
	if errors.As(err, &failed) {
		return failed.MeilisearchApiError.Code
	}
	return ""
}

// tooLarge reports whether a request was refused for its size, by the server
// or by a proxy before it.
func tooLarge(err error) bool {
	var failed *meilisearch.Error
	return errors.As(err, &failed) && failed.StatusCode == http.StatusRequestEntityTooLarge
}

// unavailable is the error for everything that goes wrong there: whatever the
// reason, another engine can answer. The server repeats words of the request
// in its messages, so its code is told and not its message.
func unavailable(err error, doing string) error {
	var failed *meilisearch.Error
	switch {
	case !errors.As(err, &failed):
	case failed.MeilisearchApiError.Code != "":
		err = fmt.Errorf("%s (status %d)", failed.MeilisearchApiError.Code, failed.StatusCode)
	case failed.OriginError != nil:
		err = failed.OriginError
	case failed.StatusCode != 0:
		err = fmt.Errorf("status %d", failed.StatusCode)
	}
	return core.Unavailable(fmt.Errorf("meilisearch: %s: %w", doing, err), "The search engine is not answering.")
}

// taskError is a task that the server took and could not do.
type taskError struct{ kind, code string }

func (e *taskError) Error() string { return fmt.Sprintf("meilisearch: %s failed: %s", e.kind, e.code) }

// isTask reports whether a task failed with one of the server's codes.
func isTask(err error, codes ...string) bool {
	var failed *taskError
	if !errors.As(err, &failed) {
		return false
	}
	for _, code := range codes {
		if failed.code == code {
			return true
		}
	}
	return false
}

// done waits until the server has worked through a task, and through all that
// were queued before it.
func (x *Index) done(ctx context.Context, task *meilisearch.TaskInfo, err error) error {
	if err != nil {
		return unavailable(err, "queue a task")
	}
	ctx, cancel := context.WithTimeout(ctx, taskPatience)
	defer cancel()
	const shortest, longest = 5 * time.Millisecond, 200 * time.Millisecond
	wait := time.NewTimer(shortest)
	defer wait.Stop()
	for pause := shortest; ; pause = min(pause*3/2, longest) {
		select {
		case <-ctx.Done():
			return unavailable(ctx.Err(), "wait for a task")
		case <-wait.C:
		}
		t, err := x.server.GetTaskWithContext(ctx, task.TaskUID)
		if err != nil {
			return unavailable(err, "ask for a task")
		}
		switch t.Status {
		case meilisearch.TaskStatusSucceeded:
			return nil
		case meilisearch.TaskStatusFailed, meilisearch.TaskStatusCanceled:
			return &taskError{string(t.Type), t.Error.Code}
		}
		wait.Reset(pause)
	}
}
