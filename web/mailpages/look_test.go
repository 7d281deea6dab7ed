package mailpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/mailpages"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, mailpages.Source())
}
