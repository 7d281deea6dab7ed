package accountpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/accountpages"
)

func TestThePagesOfWhatOneIsToldHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, accountpages.Source())
}
