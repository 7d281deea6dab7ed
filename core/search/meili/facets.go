package meili

import (
	"encoding/json"
	"slices"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core/search"
)

// counted is one question whose answer counts facets, in the order in which
// they are asked.
type counted struct {
	facet search.Facet
	key   string // for a facet whose keys are conditions
	where string
}

// counted lists what is asked to count facets: those that nothing narrows in
// one question, each narrowed one without its own narrowing, and the keys that
// are no words of a sheet one by one.
func (n narrowed) counted(mine, overdue string) []counted {
	out := []counted{{where: n.all("")}}
	for _, facet := range facetOrder {
		if facetAttributes[facet] != "" && n.facets[facet] != "" {
			out = append(out, counted{facet: facet, where: n.all(facet)})
		}
	}
	others := n.all(search.FacetAssignee)
	return append(out,
		counted{search.FacetAssignee, string(search.AssigneeMe), others + " AND " + mine},
		counted{search.FacetAssignee, string(search.AssigneeNone), others + " AND " + nobodys},
		counted{search.FacetDue, keyOverdue, n.all(search.FacetDue) + " AND " + overdue},
	)
}

// keyOverdue is the one key of [search.FacetDue].
const keyOverdue = "overdue"

// counting are the questions that count facets.
func (x *Index) counting(r search.Reader, n narrowed, t search.Terms, loose bool) []*meilisearch.SearchRequest {
	var out []*meilisearch.SearchRequest
	for _, c := range n.counted(mine(r), overdue(x.Clock.Now())) {
		question := count(x.request(c.where, t, loose))
		switch {
		case c.key != "":
		case c.facet != "":
			question.Facets = []string{facetAttributes[c.facet]}
		default:
			for facet, attribute := range facetAttributes {
				if n.facets[facet] == "" {
					question.Facets = append(question.Facets, attribute)
				}
			}
			slices.Sort(question.Facets)
		}
		out = append(out, question)
	}
	return out
}

// counts reads the answers to [Index.counting], which follow that for the page.
func counts(n narrowed, results []meilisearch.SearchResponse) (map[search.Facet]map[string]int, error) {
	out := map[search.Facet]map[string]int{}
	for i, c := range n.counted("", "") {
		answer := results[i+1]
		if c.key != "" {
			if out[c.facet] == nil {
				out[c.facet] = map[string]int{}
			}
			out[c.facet][c.key] = int(answer.TotalHits)
			continue
		}
		var found map[string]map[string]int
		if len(answer.FacetDistribution) > 0 {
			if err := json.Unmarshal(answer.FacetDistribution, &found); err != nil {
				return nil, unavailable(err, "read the facets")
			}
		}
		for facet, attribute := range facetAttributes {
			if c.facet != "" && c.facet != facet || c.facet == "" && n.facets[facet] != "" {
				continue
			}
			out[facet] = found[attribute]
			if out[facet] == nil {
				out[facet] = map[string]int{}
			}
			if without := int(answer.TotalHits) - sum(out[facet]); without > 0 && len(out[facet]) < maxFacetKeys {
				out[facet][""] = without // the server does not count empty keys
			}
		}
	}
	return out, nil
}

func sum(counts map[string]int) int {
	n := 0
	for _, of := range counts {
		n += of
	}
	return n
}
