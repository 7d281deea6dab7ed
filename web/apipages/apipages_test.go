package apipages_test

import (
	"testing"

	"github.com/casement-dev/casement/web/apipages"
	"github.com/casement-dev/casement/web/render/rendertest"
)

func TestEveryTemplateShowsItsSamples(t *testing.T) { rendertest.Check(t, apipages.Source()) }
