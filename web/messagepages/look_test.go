package messagepages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/messagepages"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, messagepages.Source())
}
