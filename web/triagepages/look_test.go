package triagepages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/triagepages"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, triagepages.Source())
}
