package postgresindex

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
	"github.com/casement-dev/casement/core/search"
)

// statistics is what the database has measured of the index: how often common
// words are, and when cases were raised. It decides how a search is done and
// never what it finds.
type statistics struct {
	rows   float64
	words  []commonWord // by word
	often  map[string]float64
	rarest float64     // how often the rarest of them is
	raised []time.Time // quantiles, oldest first; nil when not measured

	profiles      map[int32]float64 // how many cases of all have a profile
	rarestProfile float64
}

type commonWord struct {
	word string
	part float64 // of all cases
}

type statisticsRow struct {
	Rows         float64
	Words        []string
	Parts        []float32
	Raised       []time.Time
	Profiles     []int32
	ProfileParts []float32
}

// ample is how many more cases are looked at than are guessed to be enough: to
// look twice takes longer.
const ample = 1.25

// statisticsAge is how old statistics may be. The database measures rarely.
const statisticsAge = 30 * time.Second

// measured keeps the statistics for a while.
type measured struct {
	mu   sync.Mutex
	at   time.Time
	last *statistics
}

// statistics reads what the database has measured.
func (x *Index) statistics(ctx context.Context) (*statistics, error) {
	now := x.clock.Now()
	x.measured.mu.Lock()
	defer x.measured.mu.Unlock()
	if x.measured.last != nil && now.Sub(x.measured.at).Abs() < statisticsAge {
		return x.measured.last, nil
	}
	row, err := postgres.One[statisticsRow](ctx, x.db.Pool(), core.NotFound("There is no search index."), selectStatistics)
	if err != nil {
		return nil, fmt.Errorf("read the statistics of the index: %w", err)
	}
	st := &statistics{rows: max(row.Rows, 0), raised: row.Raised, often: make(map[string]float64, len(row.Words))}
	for i, word := range row.Words {
		if i < len(row.Parts) {
			part := float64(row.Parts[i])
			st.words, st.often[word] = append(st.words, commonWord{word, part}), part
			if st.rarest == 0 || part < st.rarest {
				st.rarest = part
			}
		}
	}
	st.profiles = make(map[int32]float64, len(row.Profiles))
	for i, id := range row.Profiles {
		if i < len(row.ProfileParts) {
			part := float64(row.ProfileParts[i])
			st.profiles[id] = part
			if st.rarestProfile == 0 || part < st.rarestProfile {
				st.rarestProfile = part
			}
		}
	}
	slices.SortFunc(st.words, func(a, b commonWord) int { return strings.Compare(a.word, b.word) })
	x.measured.last, x.measured.at = st, now
	return st, nil
}

// beginning lists the common words that begin with a prefix.
func (st *statistics) beginning(prefix string) []commonWord {
	from := sort.Search(len(st.words), func(i int) bool { return st.words[i].word >= prefix })
	to := from
	for to < len(st.words) && strings.HasPrefix(st.words[to].word, prefix) {
		to++
	}
	return st.words[from:to]
}

// part guesses which part of all cases matches the terms.
func (st *statistics) part(t search.Terms) float64 {
	if len(t.All) == 0 {
		return min(1, st.rarest)
	}
	all := 1.0
	for _, term := range t.All {
		for i, word := range term.Words {
			part := st.rarest
			if often, ok := st.often[word]; ok {
				part = often
			}
			if term.Prefix && i == len(term.Words)-1 {
				part = 0
				for _, w := range st.beginning(word) {
					part += w.part
				}
				part = max(min(1, part), st.rarest)
			}
			all *= part
		}
	}
	return all
}

// reach guesses which part of all cases lies in the scopes.
func (st *statistics) reach(scopes []int32) float64 {
	part := 0.0
	for _, scope := range scopes {
		if often, ok := st.often[scopeMark(scope)]; ok {
			part += often
		} else {
			part += st.rarest
		}
	}
	return min(1, part)
}

// profiled guesses which part of all cases has one of some profiles.
func (st *statistics) profiled(ids []int32) float64 {
	part := 0.0
	for _, id := range ids {
		if often, ok := st.profiles[id]; ok {
			part += often
		} else {
			part += st.rarestProfile
		}
	}
	return min(1, part)
}

// newest is the instant after which about a part of all cases were raised, not
// counting those raised after another instant, if one is given; zero when that
// is not known or when it is nearly all of them.
func (st *statistics) newest(part float64, before time.Time) time.Time {
	if len(st.raised) < 20 {
		return time.Time{}
	}
	last := len(st.raised) - 1
	if !before.IsZero() {
		last, _ = slices.BinarySearchFunc(st.raised, before, time.Time.Compare)
	}
	at := float64(last) - part*float64(len(st.raised)-1)
	if at <= float64(len(st.raised))*0.1 {
		return time.Time{}
	}
	return st.raised[min(int(at), len(st.raised)-2)]
}

// oldest is the instant before which about a part of all cases were raised.
func (st *statistics) oldest(part float64) time.Time {
	if len(st.raised) < 20 || part >= 0.9 {
		return time.Time{}
	}
	at := int(float64(len(st.raised)-1)*part) + 1
	return st.raised[max(1, min(at, len(st.raised)-1))]
}

// many is how many matches are too many to look at all of them when so many are
// needed.
func many(needed int) float64 { return min(common, 4*float64(needed)) }

// since is the instant from which on about as many cases match as are needed of
// those expected; zero when all must be looked at.
func (st *statistics) since(expected float64, needed int, before time.Time) time.Time {
	if expected < many(needed) {
		return time.Time{}
	}
	return st.newest(float64(needed)*ample/expected, before)
}

// until is the same from the oldest on.
func (st *statistics) until(expected float64, needed int) time.Time {
	if expected < many(needed) {
		return time.Time{}
	}
	return st.oldest(float64(needed) * ample / expected)
}

// cheaper reports whether the index of words, which expects so many matches of
// which so many are needed, passes fewer cases than are to be read otherwise.
func (st *statistics) cheaper(expected float64, needed, otherwise int) bool {
	return min(expected, ample*float64(needed)) < apart*float64(otherwise)
}
