package attachments

import (
	"bytes"

	"github.com/casement-dev/casement/core"
)

// Look judges a file that is not kept here, such as one of a mail that waits, by
// the rules that hold for those that are: its name is cleaned, and what it holds
// must be what the name claims. It returns that name and the media type. Errors:
// invalid, with a sentence, for what would not be taken.
func Look(name string, body []byte, l core.AttachmentLimit) (clean, media string, err error) {
	l = limitOf(l)
	clean = CleanName(name)
	k, ok := claimedKind(clean)
	switch {
	case !ok || !k.allowedBy(l):
		return clean, "", notAllowed(clean, l)
	case len(body) == 0:
		return clean, "", core.InvalidField("file", "The file “%s” is empty.", clean)
	case !k.begins(body[:min(len(body), headSize)]):
		return clean, "", notWhatItSays(clean)
	}
	if k.whole != nil {
		if err := judged(clean, k.whole(bytes.NewReader(body), int64(len(body)))); err != nil {
			return clean, "", err
		}
	}
	return clean, k.media, nil
}
