package designpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/designpages"
	"github.com/casement-dev/casement/web/gallery/gallerytest"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, designpages.Source())
}
