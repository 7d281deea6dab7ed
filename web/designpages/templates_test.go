package designpages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/designpages"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, designpages.Source()) }
