package importpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/importpages"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, importpages.Source())
}
