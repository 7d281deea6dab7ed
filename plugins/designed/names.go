package main

// The kinds of question, as definitions name them.
const (
	kindText       = "text"
	kindLongText   = "long_text"
	kindEmail      = "email"
	kindTelephone  = "telephone"
	kindChoice     = "choice"
	kindChoices    = "choices"
	kindYesNo      = "yes_no"
	kindDate       = "date"
	kindNumber     = "number"
	kindMoney      = "money"
	kindFile       = "file"
	kindLocation   = "location"
	kindAddress    = "address"
	kindPerson     = "person"
	kindLookup     = "lookup"
	kindCalculated = "calculated"
	kindNote       = "note" // words to read, no question
)

// What a test may ask of an answer.
const (
	opIs       = "is"
	opIsNot    = "is_not"
	opContains = "contains"
	opFilled   = "filled"
	opEmpty    = "empty"
	opOver     = "over"
	opUnder    = "under"
)

// What may be worked out.
const (
	workSum        = "sum"
	workDifference = "difference"
	workProduct    = "product"
	workCount      = "count"
	workDays       = "days"
)

// What an answer may become of the case.
const (
	becomesSubject      = "subject"
	becomesDescription  = "description"
	becomesSubtype      = "subtype"
	becomesPlace        = "place"
	becomesRequester    = "requester" // a person
	becomesName         = "requester_name"
	becomesEmail        = "requester_email"
	becomesPhone        = "requester_phone"
	becomesBehalf       = "behalf" // a person
	becomesBehalfName   = "behalf_name"
	becomesRelationship = "behalf_relationship"
	becomesField        = "field:"
)

var (
	addressParts = []string{"line1", "line2", "town", "postcode"}
	personParts  = []string{"name", "email", "phone"}
)
