package pluginpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/gallery/gallerytest"
	"github.com/casement-dev/casement/web/pluginpages"
)

func TestThePagesHaveNoBarriers(t *testing.T) {
	gallerytest.Look(t, pluginpages.Source())
}
