package meili

import (
	"encoding/json"
	"slices"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core/search"
)

// keyOverdue is the one key of [search.FacetDue].
const keyOverdue = "overdue"

// attributeOf is the attribute that is counted for a facet; "" for one whose
// keys are conditions.
func attributeOf(facet search.Facet) string {
	if facet == search.FacetAssignee {
		return "assignee"
	}
	return facetAttributes[facet]
}

// apart lists the facets that are narrowed: each is counted in a question of its
// own, without its narrowing. The page itself counts the others.
func (n narrowed) apart() []search.Facet {
	var out []search.Facet
	for _, facet := range facetOrder {
		if attributeOf(facet) != "" && n.facets[facet] != "" {
			out = append(out, facet)
		}
	}
	return out
}

// beside are the attributes that are counted with the page.
func (n narrowed) beside() []string {
	var out []string
	for _, facet := range facetOrder {
		if attribute := attributeOf(facet); attribute != "" && n.facets[facet] == "" {
			out = append(out, attribute)
		}
	}
	return out
}

// counting are the questions that count facets, beside that for the page.
func (x *Index) counting(n narrowed, t search.Terms, loose bool) []*meilisearch.SearchRequest {
	late := count(x.request(n.all(search.FacetDue)+" AND "+overdue(x.Clock.Now()), t, loose))
	out := []*meilisearch.SearchRequest{late}
	for _, facet := range n.apart() {
		question := count(x.request(n.all(facet), t, loose))
		question.Facets = []string{attributeOf(facet)}
		out = append(out, question)
	}
	return out
}

// counts reads the answers to the question for the page and to those of
// [Index.counting] after it.
func counts(r search.Reader, n narrowed, results []meilisearch.SearchResponse) (map[search.Facet]map[string]int, error) {
	out := map[search.Facet]map[string]int{search.FacetDue: {keyOverdue: int(results[1].TotalHits)}}
	page, apart := results[0], n.apart()
	for _, facet := range facetOrder {
		answer, total := page, int(page.EstimatedTotalHits)
		if i := slices.Index(apart, facet); i >= 0 {
			answer = results[2+i]
			total = int(answer.TotalHits)
		}
		attribute := attributeOf(facet)
		if attribute == "" {
			continue
		}
		var found map[string]map[string]int
		if len(answer.FacetDistribution) > 0 {
			if err := json.Unmarshal(answer.FacetDistribution, &found); err != nil {
				return nil, unavailable(err, "read the facets")
			}
		}
		out[facet] = keysOf(r, facet, found[attribute], total)
	}
	return out, nil
}

// keysOf names what was counted as filters name it. The server does not count
// what is empty: that is what is left of all.
func keysOf(r search.Reader, facet search.Facet, found map[string]int, total int) map[string]int {
	left := total
	for _, n := range found {
		left -= n
	}
	if len(found) >= maxFacetKeys {
		left = 0 // some were not told
	}
	if facet == search.FacetAssignee {
		return map[string]int{string(search.AssigneeMe): found[r.Staff], string(search.AssigneeNone): max(0, left)}
	}
	out := map[string]int{}
	for key, n := range found {
		out[key] = n
	}
	if left > 0 {
		out[""] = left
	}
	return out
}
