package api

import (
	"context"
	"net/http"
	"time"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/people"
)

// Person is a customer.
type Person struct {
	ID        string    `json:"id" format:"uuid"`
	No        int       `json:"no" doc:"Names the person in addresses." example:"14"`
	Name      string    `json:"name" example:"Amara Okonkwo-Lindqvist"`
	Email     string    `json:"email,omitempty"`
	Phone     string    `json:"phone,omitempty"`
	Address   string    `json:"address,omitempty"`
	Language  string    `json:"language,omitempty" example:"en"`
	CreatedAt time.Time `json:"created_at"`
}

// PersonDetails is what is known of a person.
type PersonDetails struct {
	Name     string `json:"name,omitempty" maxLength:"200" example:"Amara Okonkwo-Lindqvist"`
	Email    string `json:"email,omitempty" maxLength:"320"`
	Phone    string `json:"phone,omitempty" maxLength:"50"`
	Address  string `json:"address,omitempty" maxLength:"500"`
	Language string `json:"language,omitempty" maxLength:"35"`
}

func shapePerson(p core.Person) Person {
	return Person{p.ID.String(), p.No, p.Name, p.Email, p.Phone, p.Address, p.Language, p.CreatedAt.UTC()}
}

type findPeopleIn struct {
	Query string `query:"q" required:"true" minLength:"2" maxLength:"200" doc:"A name, telephone number, email address, address or postcode, or a part of one." example:"amara"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

// PersonList is people who were found.
type PersonList struct {
	People []Person `json:"people" doc:"The likeliest first."`
}

type PersonIn struct {
	No int `path:"no" minimum:"1" maximum:"2147483647" doc:"Number of the person." example:"14"`
}

func (a *API) findPeople(ctx context.Context, in *findPeopleIn) (*bodyOut[PersonList], error) {
	found, err := a.options.People.SearchPersons(ctx, actorOf(ctx), in.Query, in.Limit)
	out := &bodyOut[PersonList]{PersonList{[]Person{}}}
	for _, p := range found {
		out.Body.People = append(out.Body.People, shapePerson(p))
	}
	return out, err
}

func (a *API) getPerson(ctx context.Context, in *PersonIn) (*bodyOut[Person], error) {
	p, err := a.options.People.FindPersonByNo(ctx, actorOf(ctx), in.No)
	if err != nil {
		return nil, err
	}
	return &bodyOut[Person]{shapePerson(p)}, nil
}

type addPersonIn struct{ Body PersonDetails }

func (a *API) addPerson(ctx context.Context, in *addPersonIn) (*bodyOut[Person], error) {
	by := actorOf(ctx)
	if !by.HasRight(core.RightWritePeople) {
		return nil, core.Forbidden("This program may not add people: an administrator can give it the right people.write.")
	}
	p, err := a.options.People.FindOrCreate(ctx, by, people.Details(in.Body))
	if err != nil {
		return nil, err
	}
	return &bodyOut[Person]{shapePerson(p)}, nil
}

type changePersonIn struct {
	PersonIn
	Body PersonDetails
}

func (a *API) changePerson(ctx context.Context, in *changePersonIn) (*bodyOut[Person], error) {
	by := actorOf(ctx)
	p, err := a.options.People.FindPersonByNo(ctx, by, in.No)
	if err != nil {
		return nil, err
	}
	if err := a.options.People.UpdatePerson(ctx, by, p.ID, people.Details(in.Body)); err != nil {
		return nil, err
	}
	return a.getPerson(ctx, &in.PersonIn)
}

func (a *API) registerPeople() {
	register(a, operation{
		id: "find-people", method: http.MethodGet, path: "/people", tag: tagPeople, where: "query", need: "the right people.read",
		summary: "Find people", says: "Finds customers by whatever is known of them.",
	}, a.findPeople)
	register(a, operation{
		id: "get-person", method: http.MethodGet, path: "/people/{no}", tag: tagPeople, where: "path", need: "the right people.read",
		summary: "Get a person", says: "What is known of a customer.",
	}, a.getPerson)
	register(a, operation{
		id: "add-person", method: http.MethodPost, path: "/people", tag: tagPeople, where: "body", need: "the rights people.read and people.write",
		summary: "Find or add a person", says: "The person with this email address, who is added if there is none. A record that exists is only added to, so a repeat is harmless; without an email address somebody new is added each time.",
	}, a.addPerson)
	register(a, operation{
		id: "change-person", method: http.MethodPut, path: "/people/{no}", tag: tagPeople, where: "body", need: "the rights people.read and people.write",
		summary: "Change what is known of a person", says: "All of it is replaced by what is sent.",
	}, a.changePerson)
}
