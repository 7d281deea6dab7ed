package casetypes

import (
	"embed"
	"fmt"
	"slices"

	"github.com/casement-dev/casement/core"
)

//go:embed shipped/*.yaml
var shippedFiles embed.FS

// Shipped returns the configuration files that come with the program: the
// calendar first, since case types name it.
func Shipped() ([]File, error) {
	order := []string{"northmoor-offices.yaml", "complaint.yaml", "enquiry.yaml", "report.yaml"}
	out := make([]File, len(order))
	for i, name := range order {
		text, err := shippedFiles.ReadFile("shipped/" + name)
		if err != nil {
			return nil, fmt.Errorf("read the shipped configuration: %w", err)
		}
		out[i] = File{Name: name, Source: text}
	}
	return out, nil
}

// ShippedGroups lists the groups that the shipped case types name, sorted.
// They must exist before those can be published.
func ShippedGroups() []string {
	return []string{"complaints-leads", "complaints-resolved", "complaints-team", "contact-centre", "customer-services",
		"heads-of-service", "highways", "parks", "waste"}
}

// GroupsNamed lists the groups that a case type names anywhere, sorted, the
// public and "manager" left out.
func GroupsNamed(t *core.CaseType) []string {
	var out []string
	for _, groups := range t.Groups {
		out = append(out, groups...)
	}
	for _, s := range t.Subtypes {
		out = append(out, s.Group)
	}
	for _, task := range t.Tasks {
		out = append(out, task.AssignTo...)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(g string) bool {
		return g == "" || g == core.Everyone || g == core.SignedIn || g == Manager
	})
}
