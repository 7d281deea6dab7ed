package guest

import (
	"errors"
	"strings"
	"testing"

	"github.com/casement-dev/casement/sdk/abi"
)

func call(t *testing.T, in string) *abi.Response {
	t.Helper()
	var e Entries
	e.Add("good", abi.KindForm, func(*abi.Request) (*abi.Response, error) { return &abi.Response{Done: true}, nil })
	e.Add("gives-up", abi.KindForm, func(*abi.Request) (*abi.Response, error) { return nil, errors.New("enough") })
	e.Add("panics", abi.KindTask, func(r *abi.Request) (*abi.Response, error) {
		return nil, []error{}[len(r.Entry)]
	})
	r, err := abi.DecodeResponse(e.Call([]byte(in), nil))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARequestReachesItsEntry(t *testing.T) {
	if r := call(t, `{"v":1,"op":"event","entry":"good"}`); !r.Done || r.V != abi.Version {
		t.Errorf("%+v", r)
	}
}

func TestAModuleSaysWhatItServes(t *testing.T) {
	d := call(t, `{"v":1,"op":"describe"}`).Describe
	if d == nil || d.ABI != abi.Version || len(d.Entries) != 3 || d.Entries[2].Kind != abi.KindTask {
		t.Errorf("%+v", d)
	}
}

func TestWhatGoesWrongIsAFaultThatSaysWhere(t *testing.T) {
	for in, want := range map[string]string{
		`{"v":1,"op":"event","entry":"gives-up"}`: "enough",
		`{"v":1,"op":"event","entry":"nobody"}`:   `no entry "nobody"`,
		`{"v":1,"op":"event","entry":"panics"}`:   "guest_test.go:",
		`{"v":`:                                   "cannot read the request",
	} {
		if fault := call(t, in).Fault; !strings.Contains(fault, want) {
			t.Errorf("%s: fault %q, want %q in it", in, fault, want)
		}
	}
}
