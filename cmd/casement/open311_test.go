package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
	"github.com/casement-dev/casement/web/webtest"
)

// open311Client is where the client that others wrote is installed.
const open311Client = "../../core/api/open311/testdata/client"

// installClient installs what npm has of it, pinned by the lock beside it.
func installClient(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(open311Client, "node_modules", "open311")); err == nil {
		return
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--loglevel=error")
	npm.Dir = open311Client
	if out, err := npm.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("install the Open311 client: %v\n%s", err, out)
		}
		t.Skipf("*** npm could not install the Open311 client, so it is not tested: %v ***\n%s", err, out)
	}
}

// A client of Open311 that others wrote reports a pothole to the running server
// and asks how it stands (RAISE-11).
func TestAClientOfOpen311CreatesAndReadsARequest(t *testing.T) {
	if testing.Short() {
		t.Skip("installs a client with npm")
	}
	installClient(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	site := "http://" + ln.Addr().String()
	p := furnished(t, false, core.SystemClock{}, "--public-url", site)
	admin := p.hire(t, "Morag Sinclair", []core.Role{core.RoleAdministrator})
	_, key, err := p.people.CreateClient(t.Context(), admin.Actor(), people.ClientInput{
		Name: "Northmoor app", Types: []string{"report"}, Permissions: []core.Permission{core.MayRaise},
	})
	if err != nil {
		t.Fatal(err)
	}
	app, err := p.newServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	webtest.Serve(t, app, ln)

	var out, complaints bytes.Buffer
	node := exec.CommandContext(t.Context(), "node", "report.js", site, key)
	node.Dir, node.Stdout, node.Stderr = open311Client, &out, &complaints
	if err := node.Run(); err != nil {
		t.Fatalf("the client fails: %v\n%s", err, complaints.String())
	}
	var heard struct {
		Endpoint   string
		Attributes []string
		Made       struct {
			ID string `json:"service_request_id"`
		}
		Read    map[string]any
		Listed  int
		Refused string
	}
	if err := json.Unmarshal(out.Bytes(), &heard); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if heard.Endpoint != site+"/open311/v2/" || heard.Listed != 1 || !strings.Contains(heard.Refused, "400") || !strings.Contains(heard.Refused, "location") {
		t.Errorf("the client heard %s", out.String())
	}
	if heard.Read["service_request_id"] != heard.Made.ID || heard.Read["status"] != "open" || heard.Read["lat"] != 54.9712 {
		t.Errorf("the client reads %v", heard.Read)
	}
	ref, err := core.ParseReference(heard.Made.ID)
	if err != nil {
		t.Fatal(err)
	}
	var subtype, group, actor string
	err = p.db.Pool().QueryRow(t.Context(), `SELECT c.subtype, c.group_key, e.actor_kind FROM cases c JOIN events e ON e.stream_id = c.id::text AND e.version = 1
		WHERE c.ref = $1`, ref).Scan(&subtype, &group, &actor)
	if err != nil || subtype != "pothole" || group != "highways" || actor != string(core.ActorClient) {
		t.Errorf("the case is a %s with %s, raised by a %s: %v", subtype, group, actor, err)
	}
}
