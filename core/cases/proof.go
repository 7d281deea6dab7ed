package cases

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/postgres"
)

const selectProvable = `SELECT c.id, c.contact, coalesce(p.email, '') AS person_email, coalesce(p.address, '') AS person_address
FROM cases c LEFT JOIN persons p ON p.id = c.requester_id WHERE c.ref = $1 AND NOT c.anonymous`

// provable is what the requester of a case knows about themselves.
type provable struct {
	ID            core.CaseID
	Contact       core.Contact
	PersonEmail   string
	PersonAddress string
}

const (
	maxProofs = 10 // tries of one reference
	proofsPer = time.Hour
)

// minPostcode is the least letters and digits of a postcode, so that a house
// number proves nothing.
const minPostcode = 5

// FindByProof returns the token that follows a case (see [Service.FindByToken])
// to somebody who knows its reference and the requester's postcode or email
// address. Every wrong pair gives the same not-found error. A case raised
// anonymously, or without either, cannot be found so.
//
// Postcodes of a town are few, so a reference may be tried ten times in an
// hour, from wherever and on whichever server, whether or not there is such a
// case: then the error is too many. Callers bound how often one address tries.
func (s *Service) FindByProof(ctx context.Context, ref, proof string) (string, error) {
	wrong := core.NotFound("We cannot find a case with this reference and this postcode or email address. Check both, and try again.")
	parsed, err := core.ParseReference(ref)
	if err != nil {
		return "", wrong
	}
	may, _, err := postgres.NewCounts(s.db).Try(ctx, s.secret.CountingKey("reference "+string(parsed)), maxProofs, proofsPer, s.clock.Now())
	if err != nil {
		return "", err
	}
	if !may {
		return "", &core.Error{Kind: core.ErrTooMany, Message: "This reference has been tried too often. Wait an hour, or telephone us."}
	}
	row, err := postgres.One[provable](ctx, s.db.Pool(), wrong, selectProvable, parsed)
	if err != nil {
		return "", err
	}
	if !row.provedBy(proof) {
		return "", wrong
	}
	return s.secret.TrackingToken(row.ID), nil
}

func (p provable) provedBy(proof string) bool {
	if strings.Contains(proof, "@") {
		email, err := core.ParseEmail(proof)
		return err == nil && (email == strings.ToLower(p.Contact.Email) || email == p.PersonEmail)
	}
	postcode := strings.Join(addressWords(proof), "")
	if len(postcode) < minPostcode || !strings.ContainsFunc(postcode, unicode.IsDigit) {
		return false
	}
	return hasPostcode(p.Contact.Address, postcode) || hasPostcode(p.PersonAddress, postcode)
}

// hasPostcode reports whether a word of an address, or two that follow one
// another, are the postcode.
func hasPostcode(address, postcode string) bool {
	words := addressWords(address)
	for i, word := range words {
		if word == postcode || i+1 < len(words) && word+words[i+1] == postcode && isPostcode(word, words[i+1]) {
			return true
		}
	}
	return false
}

// isPostcode tells the two words of a postcode ("NM1 2AB", "1017 AB") from a
// house and its street.
func isPostcode(first, second string) bool {
	hasDigit := func(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }
	return hasDigit(first) && (hasDigit(second) || len(first) >= 4 && len(second) <= 2)
}

// addressWords are the runs of letters and digits of an address, in capitals.
func addressWords(address string) []string {
	words := strings.FieldsFunc(strings.ToUpper(address), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
