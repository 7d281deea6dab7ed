package main

import (
	"github.com/casement-dev/casement/sdk/abi"
	"github.com/casement-dev/casement/sdk/state"
)

// definition is a form as the designer writes it. Casement has checked it when
// it was published; what does not fit is left out here and never a fault.
type definition struct {
	Title     string
	Subject   string // with answers in it: "{kind}: {what}"
	Anonymous condition
	Pages     []page
	Review    words
	Done      words

	show string // a page that is shown whatever its condition says: the designer's preview
}

type words struct{ Title, Text, Button string }

type page struct {
	Key, Title, Text string
	When             condition
	Fields           []field
	Checks           []check
	Repeat           int    // how often its questions may be asked; 0 and 1: once
	Another          string // the question whether there is another
}

type field struct {
	Key, Kind, Label, Hint, Short string

	Required  bool
	Message   string // when the answer is missing
	Min, Max  string
	MinLength int
	MaxLength int
	Format    string
	Unit      string
	Choices   []choice
	As        string // "list": a list that opens
	List      string
	Files     int
	Megabytes int
	Accept    []string
	Parts     []string // of a person
	Reach     bool     // of a person: email or telephone
	Becomes   string
	When      condition
	Work      work
}

type choice struct{ Key, Name, Hint string }

// work is how a calculated field comes about.
type work struct {
	Op    string
	Of    []string
	Money bool
}

// check refuses a page when its condition holds.
type check struct {
	Say, Field string
	When       condition
}

// condition holds when all of All and, if there are any, one of Any hold.
type condition struct{ All, Any []test }

type test struct{ Field, Op, Value string }

// readDefinition reads the member "definition" of the configuration.
func readDefinition(raw, show string) (*definition, error) {
	d := &definition{show: show}
	kept := map[string]abi.Raw{"definition": abi.Raw(raw)}
	err := state.Read(kept, func(k *state.Keeper, d *definition) { k.Group("definition", d.keep) }, d)
	return d, err
}

func (d *definition) keep(k *state.Keeper) {
	k.Text("title", &d.Title)
	k.Text("subject", &d.Subject)
	k.Group("anonymous", d.Anonymous.keep)
	state.List(k, "pages", &d.Pages, keepPage)
	k.Group("review", d.Review.keep)
	k.Group("done", d.Done.keep)
}

func (w *words) keep(k *state.Keeper) {
	k.Text("title", &w.Title)
	k.Text("text", &w.Text)
	k.Text("button", &w.Button)
}

func keepPage(k *state.Keeper, p *page) {
	k.Text("key", &p.Key)
	k.Text("title", &p.Title)
	k.Text("text", &p.Text)
	k.Group("when", p.When.keep)
	state.List(k, "fields", &p.Fields, keepField)
	state.List(k, "checks", &p.Checks, func(k *state.Keeper, c *check) {
		k.Text("say", &c.Say)
		k.Text("field", &c.Field)
		k.Group("when", c.When.keep)
	})
	k.Int("repeat", &p.Repeat)
	k.Text("another", &p.Another)
}

func keepField(k *state.Keeper, f *field) {
	k.Text("key", &f.Key)
	k.Text("kind", &f.Kind)
	k.Text("label", &f.Label)
	k.Text("hint", &f.Hint)
	k.Text("short", &f.Short)
	k.Bool("required", &f.Required)
	k.Text("message", &f.Message)
	k.Text("min", &f.Min)
	k.Text("max", &f.Max)
	k.Int("min_length", &f.MinLength)
	k.Int("max_length", &f.MaxLength)
	k.Text("format", &f.Format)
	k.Text("unit", &f.Unit)
	state.List(k, "choices", &f.Choices, keepChoice)
	k.Text("as", &f.As)
	k.Text("list", &f.List)
	k.Int("files", &f.Files)
	k.Int("megabytes", &f.Megabytes)
	k.Texts("accept", &f.Accept)
	k.Texts("parts", &f.Parts)
	k.Bool("reach", &f.Reach)
	k.Text("becomes", &f.Becomes)
	k.Group("when", f.When.keep)
	k.Group("work", func(k *state.Keeper) {
		k.Text("op", &f.Work.Op)
		k.Texts("of", &f.Work.Of)
		k.Bool("money", &f.Work.Money)
	})
}

func keepChoice(k *state.Keeper, c *choice) {
	k.Text("key", &c.Key)
	k.Text("name", &c.Name)
	k.Text("hint", &c.Hint)
}

func (c *condition) keep(k *state.Keeper) {
	state.List(k, "all", &c.All, keepTest)
	state.List(k, "any", &c.Any, keepTest)
}

func keepTest(k *state.Keeper, t *test) {
	k.Text("field", &t.Field)
	k.Text("op", &t.Op)
	k.Text("value", &t.Value)
}
