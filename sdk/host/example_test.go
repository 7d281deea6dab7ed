package host_test

import (
	"fmt"

	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/actions"
	"github.com/casement-dev/casement/sdk/host"
)

// An ask reads like a call. The first time the action is run the answer is not
// there: what it returns is the question. The second time it is.
func ExampleSearch() {
	action := actions.Action{ID: "count", Run: func(c *actions.Ctx) {
		found, ok := host.Search(c, abi.CaseSearch{SameAddress: true})
		if !ok {
			c.Fail("The search did not answer: " + c.Trouble())
			return
		}
		c.Done(fmt.Sprint("There are ", len(found.Cases), " more"))
	}}
	asked, _ := action.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventRun}})
	fmt.Println(asked.Asks[0].Type, string(asked.Asks[0].Args))

	answers := map[string]abi.Raw{asked.Asks[0].ID: abi.Raw(`{"cases":[{"id":"1"},{"id":"2"}]}`)}
	done, _ := action.Handle(&abi.Request{Op: abi.OpEvent, Event: &abi.Event{Type: abi.EventAnswer, Of: abi.EventRun, Answers: answers}})
	fmt.Println(done.Outcome)
	// Output:
	// case.search {"same_address":true}
	// There are 2 more
}

// What an HTTP request brought is read member by member.
func ExampleMembers() {
	members, ok := host.Members(abi.Raw(`{"job":{"id":"J-7"},"accepted":true}`))
	job, _ := host.Members(members["job"])
	fmt.Println(ok, host.Text(job["id"]), host.Text(members["accepted"]))
	// Output: true J-7 true
}

func ExampleAddDays() {
	fmt.Println(host.AddDays("2028-02-28", 2))
	// Output: 2028-03-01
}
