package abi

// The types of [Ask], with their arguments and what answers them. Each must be
// in the manifest's needs and granted; what is found is within the reach of the
// person on whose behalf the plugin runs, whatever was granted.
const (
	AskCase   = "case.read"    // [CaseRead], answered by a [Case]
	AskSearch = "case.search"  // [CaseSearch], answered by [CasesFound]
	AskKept   = "store.get"    // [StoreGet], answered by [StoreValue]
	AskKeys   = "store.list"   // [StoreList], answered by [StoreKeys]
	AskHTTP   = "http.request" // [HTTPRequest], answered by an [HTTPResponse]. A pattern in needs names hosts: "*.example.org"
	AskLookup = "lookup.find"  // [LookupFind], answered by [LookupFound]. A pattern names lists
)

// EffectKeep keeps a value for later: its arguments are a [StorePut]. It is in
// force when everything else of the response is.
const EffectKeep = "store.put"

// CaseRead asks for another case, by its reference.
type CaseRead struct {
	Ref string `json:"ref"`
}

// CaseSearch asks for cases, newest first. Without Text and the Same members it
// finds nothing.
type CaseSearch struct {
	Text          string   `json:"text,omitempty"`
	Types         []string `json:"types,omitempty"`
	Kinds         []string `json:"kinds,omitempty"` // of status: start, open, waiting, resolved, final
	SameAddress   bool     `json:"same_address,omitempty"`
	SameRequester bool     `json:"same_requester,omitempty"`
	Within        int      `json:"within,omitempty"` // metres around the place of this case, at most 5,000
	Limit         int      `json:"limit,omitempty"`  // at most 50; 0 is 20
}

// CasesFound answers a [CaseSearch]. Cases hold what the grant shows of a case.
type CasesFound struct {
	Cases []CaseFound `json:"cases"`
	More  bool        `json:"more,omitempty"`
}

// CaseFound is one case that was found.
type CaseFound struct {
	Case
	Metres int `json:"metres,omitempty"` // from the place of this case, when Within was asked for
}

// StorePut keeps a value under a key: of this case, or, Shared, of the plugin.
// Without a value the key is forgotten.
type StorePut struct {
	Key    string `json:"key"` // 1 to 100 bytes
	Value  Raw    `json:"value,omitempty"`
	Shared bool   `json:"shared,omitempty"`
}

// StoreGet asks for a value that was kept.
type StoreGet struct {
	Key    string `json:"key"`
	Shared bool   `json:"shared,omitempty"`
}

// StoreValue answers a [StoreGet]; without a value nothing is kept.
type StoreValue struct {
	Value Raw `json:"value,omitempty"`
}

// StoreList asks which keys begin so.
type StoreList struct {
	Prefix string `json:"prefix,omitempty"`
	Shared bool   `json:"shared,omitempty"`
	Limit  int    `json:"limit,omitempty"` // at most 100, which 0 is
}

// StoreKeys answers a [StoreList], in order.
type StoreKeys struct {
	Keys []string `json:"keys"`
	More bool     `json:"more,omitempty"`
}

// HTTPRequest asks for a request to a host that was granted. In URL, headers
// and body {{secret:name}} stands for a secret that the administrator entered.
type HTTPRequest struct {
	Method  string            `json:"method,omitempty"` // GET when empty
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
}

// HTTPResponse answers an [HTTPRequest]. The body is text; what is not UTF-8
// arrives in base64.
type HTTPResponse struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"` // Content-Type, ETag, Last-Modified, Retry-After
	Body    string            `json:"body,omitempty"`
	Base64  bool              `json:"base64,omitempty"`
}

// LookupFind asks for rows of a list that the administrator keeps.
type LookupFind struct {
	List  string `json:"list"`
	Text  string `json:"text,omitempty"`  // words that begin so, in any column
	Value string `json:"value,omitempty"` // or the row with this value
	Limit int    `json:"limit,omitempty"` // at most 50; 0 is 20
}

// LookupFound answers a [LookupFind].
type LookupFound struct {
	Rows []LookupRow `json:"rows"`
	More bool        `json:"more,omitempty"`
}

// LookupRow is one row of a list.
type LookupRow struct {
	Value   string            `json:"value"`
	Label   string            `json:"label"`
	Columns map[string]string `json:"columns,omitempty"`
}
