package meili

import (
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/casement-dev/casement/core/search"
)

// exactly are the attributes in which words are looked for as they were typed,
// by how much they weigh.
var exactly = []string{"a", "b", "c", "d"}

// loosely is the attribute in which typing errors are forgiven.
const loosely = "words"

// maxFound is how many results the server counts: all.
const maxFound = 100_000_000

// maxFacetKeys is how many keys of one facet are counted.
const maxFacetKeys = 5000

// settings are those of every index of ours. A search that takes most of the
// time it has is answered with what was found by then, in no good order.
func settings(patience time.Duration) *meilisearch.Settings {
	return &meilisearch.Settings{
		SearchableAttributes: append(append([]string{}, exactly...), loosely),
		FilterableAttributes: []string{
			"sheet", "scope", "access", "except", "requester", "type", "subtype", "kind", "status", "stage", "group", "priority", "channel",
			"assignee", "raised", "due", "closed", "fields", "_geo",
		},
		SortableAttributes: []string{"raised", "due"},
		RankingRules:       []string{"sort", "words", "typo", "attribute", "proximity", "exactness", "raised:desc"},
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled: true,
			// As core/search forgives them.
			MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 4, TwoTypos: 8},
			DisableOnAttributes: exactly,
			DisableOnWords:      []string{},
			DisableOnNumbers:    true,
		},
		Pagination: &meilisearch.Pagination{MaxTotalHits: maxFound},
		Faceting: &meilisearch.Faceting{
			MaxValuesPerFacet: maxFacetKeys,
			SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeCount},
		},
		SearchCutoffMs: (patience * 3 / 4).Milliseconds(),
	}
}

// facetAttributes are the attributes that are counted as facets, by facet.
var facetAttributes = map[search.Facet]string{
	search.FacetType: "type", search.FacetSubtype: "subtype", search.FacetKind: "kind", search.FacetStatus: "status", search.FacetStage: "stage",
	search.FacetGroup: "group", search.FacetPriority: "priority", search.FacetChannel: "channel",
}
