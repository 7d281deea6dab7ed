package lookuppages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/lookuppages"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, lookuppages.Source())
}
