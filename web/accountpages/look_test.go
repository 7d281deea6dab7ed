package accountpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/accountpages"
	"github.com/casement-dev/casement/web/gallery/gallerytest"
)

func TestThePagesOfWhatOneIsToldHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, accountpages.Source())
}
