package webhookpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/webhookpages"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, webhookpages.Source())
}
