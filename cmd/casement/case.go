package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/casement-dev/casement/sdk/client"
)

// caseCommand works with cases of an installation through its API, from
// wherever it is.
type caseCommand struct {
	List  caseListCommand  `cmd:"" help:"List cases."`
	Show  caseShowCommand  `cmd:"" help:"Show a case."`
	Raise caseRaiseCommand `cmd:"" help:"Raise a case."`
	Do    caseDoCommand    `cmd:"" help:"Give a command for a case, such as case-claim or task-add title=Look."`
	Note  caseNoteCommand  `cmd:"" help:"Say something on a case."`
	Close caseCloseCommand `cmd:"" help:"Close a case."`
	Watch caseWatchCommand `cmd:"" help:"Print what happens, as it happens."`
}

// remote is how the installation is reached.
type remote struct {
	Server string `help:"Address of the installation." env:"CASEMENT_SERVER" default:"http://127.0.0.1:8080" placeholder:"URL"`
	Key    string `help:"API key; better in the environment, where the list of processes does not show it." env:"CASEMENT_API_KEY" placeholder:"KEY"`
	JSON   bool   `help:"Print JSON." name:"json"`
}

func (r *remote) client() (*client.Client, error) {
	if r.Key == "" {
		return nil, errors.New("there is no key: set CASEMENT_API_KEY to one that an administrator made")
	}
	return client.New(r.Server, r.Key)
}

// print writes a value as JSON, or as it is read.
func (r *remote) print(out io.Writer, value any, read func(io.Writer)) error {
	if r.JSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(value)
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	read(table)
	return table.Flush()
}

type caseListCommand struct {
	remote   `embed:""`
	Only     string   `help:"all, open, closed, unclaimed, unopened, reopened, waiting or overdue." default:"open"`
	Type     []string `help:"Keys of case types."`
	Group    []string `help:"Keys of groups."`
	Status   string   `help:"Key of a status."`
	Priority string   `help:"Key of a priority."`
	Sort     string   `help:"due or newest."`
	Limit    int      `help:"How many at most." default:"50"`
}

// Run implements the command.
func (cmd *caseListCommand) Run(ctx context.Context, out io.Writer) error {
	c, err := cmd.client()
	if err != nil {
		return err
	}
	filter := client.Filter{Only: cmd.Only, Types: cmd.Type, Groups: cmd.Group, Status: cmd.Status, Priority: cmd.Priority, Sort: cmd.Sort}
	found := []client.Case{}
	for cs, err := range c.Cases(ctx, filter) {
		if err != nil {
			return err
		}
		if len(found) == cmd.Limit {
			break
		}
		found = append(found, cs)
	}
	return cmd.print(out, found, func(w io.Writer) {
		fmt.Fprintln(w, "CASE\tSTATUS\tPRIORITY\tDUE\tWITH\tSUBJECT")
		for _, cs := range found {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", cs.Ref, cs.Status.Name, nameIn(cs.Priority), moment(cs.DueAt), holder(cs), oneLine(cs.Subject))
		}
	})
}

type caseShowCommand struct {
	remote `embed:""`
	Case   string `arg:"" help:"Its reference."`
}

// Run implements the command.
func (cmd *caseShowCommand) Run(ctx context.Context, out io.Writer) error {
	c, err := cmd.client()
	if err != nil {
		return err
	}
	cs, err := c.Case(ctx, cmd.Case)
	if err != nil {
		return err
	}
	return cmd.print(out, cs, func(w io.Writer) {
		fmt.Fprintf(w, "%s\t%s\n", cs.Ref, oneLine(cs.Subject))
		row := func(name, value string) {
			if value != "" {
				fmt.Fprintf(w, "%s\t%s\n", name, oneLine(value))
			}
		}
		row("Type", cs.Type.Name)
		row("Status", cs.Status.Name)
		row("Stage", nameIn(cs.Stage))
		row("Subtype", nameIn(cs.Subtype))
		row("Priority", nameIn(cs.Priority))
		row("With", holder(cs))
		if cs.Contact != nil {
			row("Requester", strings.Join(strings.Fields(cs.Contact.Name+" "+cs.Contact.Email+" "+cs.Contact.Phone), " "))
		}
		row("Raised", moment(&cs.RaisedAt))
		for _, t := range cs.Targets {
			row(t.Name, t.Words)
		}
		row("Outcome", nameIn(cs.Outcome))
		row("Page", cs.URL)
	})
}

type caseRaiseCommand struct {
	remote      `embed:""`
	Type        string   `required:"" help:"Key of the case type."`
	Subject     string   `required:"" help:"What it is about, in a line."`
	Description string   `help:"What happened; - reads it from standard input."`
	Subtype     string   `help:"Key of a subtype."`
	Priority    string   `help:"Key of a priority."`
	Channel     string   `help:"web, telephone, counter, letter, email or api." default:"api"`
	Name        string   `help:"Name of the requester."`
	Email       string   `help:"Email address of the requester."`
	Phone       string   `help:"Telephone number of the requester."`
	Address     string   `help:"Of the place, in words."`
	Field       []string `help:"A field of the type: key=value. Values that are JSON (a number, true, a list) are sent as such." placeholder:"KEY=VALUE"`
	As          string   `help:"Idempotency key: the same one raises one case, however often it is sent." placeholder:"NAME"`
}

// Run implements the command.
func (cmd *caseRaiseCommand) Run(ctx context.Context, out io.Writer) error {
	c, err := cmd.client()
	if err != nil {
		return err
	}
	in := client.NewCase{
		Type: cmd.Type, Subject: cmd.Subject, Subtype: cmd.Subtype, Priority: cmd.Priority, Channel: cmd.Channel, Address: cmd.Address,
	}
	if in.Description, err = textOf(cmd.Description); err != nil {
		return err
	}
	if cmd.Name != "" || cmd.Email != "" || cmd.Phone != "" {
		in.Contact = &client.Contact{Name: cmd.Name, Email: cmd.Email, Phone: cmd.Phone}
	}
	if in.Fields, err = members(cmd.Field); err != nil {
		return err
	}
	raised, err := c.Raise(ctx, in, underKey(cmd.As)...)
	if err != nil {
		return err
	}
	return cmd.print(out, raised, func(w io.Writer) {
		fmt.Fprintf(w, "%s\tis raised.\nFollow it\t%s\n", raised.Ref, raised.Tracking)
	})
}

type caseDoCommand struct {
	remote  `embed:""`
	Case    string   `arg:"" help:"Its reference."`
	Command string   `arg:"" help:"The command, as in the description of the API: case-claim, task-add."`
	With    []string `arg:"" optional:"" help:"What it takes: key=value. Values that are JSON are sent as such." placeholder:"KEY=VALUE"`
	Version int64    `help:"The version that was seen: refused when what the command touches has changed since."`
	As      string   `help:"Idempotency key." placeholder:"NAME"`
}

// Run implements the command.
func (cmd *caseDoCommand) Run(ctx context.Context, out io.Writer) error {
	with, err := members(cmd.With)
	if err != nil {
		return err
	}
	options := underKey(cmd.As)
	if cmd.Version > 0 {
		options = append(options, client.IfVersion(cmd.Version))
	}
	return cmd.give(ctx, out, cmd.Case, client.Command{Name: cmd.Command, With: with}, options...)
}

type caseNoteCommand struct {
	remote `embed:""`
	Case   string `arg:"" help:"Its reference."`
	Text   string `arg:"" help:"What to say; - reads it from standard input."`
	Public bool   `help:"The requester reads it, and is told."`
}

// Run implements the command.
func (cmd *caseNoteCommand) Run(ctx context.Context, out io.Writer) error {
	body, err := textOf(cmd.Text)
	if err != nil {
		return err
	}
	audience := "staff"
	if cmd.Public {
		audience = "public"
	}
	return cmd.give(ctx, out, cmd.Case, client.Command{Name: "note-add", With: map[string]string{"body": body, "audience": audience}})
}

type caseCloseCommand struct {
	remote `embed:""`
	Case   string `arg:"" help:"Its reference."`
	Reason string `required:"" help:"Key of one of the type’s closure reasons."`
}

// Run implements the command.
func (cmd *caseCloseCommand) Run(ctx context.Context, out io.Writer) error {
	return cmd.give(ctx, out, cmd.Case, client.Command{Name: "case-close", With: map[string]string{"reason": cmd.Reason}})
}

// give gives one command for a case and says what came of it.
func (r *remote) give(ctx context.Context, out io.Writer, ref string, command client.Command, options ...client.Option) error {
	c, err := r.client()
	if err != nil {
		return err
	}
	done, err := c.DoAll(ctx, ref, []client.Command{command}, options...)
	if err != nil {
		return err
	}
	return r.print(out, done, func(w io.Writer) {
		fmt.Fprintf(w, "%s is at version %d.\n", done.Ref, done.Version)
		for what, no := range done.Made {
			fmt.Fprintf(w, "It has a new %s, number %s.\n", what, no)
		}
	})
}

type caseWatchCommand struct {
	remote `embed:""`
	After  string `help:"Where to begin: a place of an earlier run, or the beginning with an empty text." default:"now"`
	Once   bool   `help:"Stop at the end of the feed."`
}

// Run implements the command. It prints until it is stopped.
func (cmd *caseWatchCommand) Run(ctx context.Context, out io.Writer) error {
	c, err := cmd.client()
	if err != nil {
		return err
	}
	show := func(page client.Feed) error {
		for _, e := range page.Events {
			if cmd.JSON {
				if err := json.NewEncoder(out).Encode(e); err != nil {
					return err
				}
				continue
			}
			by := e.By.Name
			if by == "" {
				by = e.By.Kind
			}
			fmt.Fprintf(out, "%s  %s  %-24s %s\n", e.RecordedAt.UTC().Format(time.RFC3339), e.Ref, e.Kind, oneLine(by))
		}
		return nil
	}
	if cmd.Once {
		for after := cmd.After; ; {
			page, err := c.Feed(ctx, after, 500, 0)
			if err != nil {
				return err
			}
			if err := show(page); err != nil || !page.More {
				return err
			}
			after = page.Next
		}
	}
	for page, err := range c.Follow(ctx, cmd.After) {
		if err != nil {
			return err
		}
		if err := show(page); err != nil {
			return err
		}
	}
	return nil
}

// members reads key=value pairs; a value that is JSON stands for itself, any
// other is text.
func members(pairs []string) (map[string]any, error) {
	out := map[string]any{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("%q is not of the form key=value", pair)
		}
		var parsed any
		if json.Unmarshal([]byte(value), &parsed) != nil {
			parsed = value
		}
		out[key] = parsed
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// maxTyped bounds what is read from standard input, in bytes.
const maxTyped = 1 << 20

func textOf(text string) (string, error) {
	if text != "-" {
		return text, nil
	}
	raw, err := io.ReadAll(io.LimitReader(os.Stdin, maxTyped))
	return string(raw), err
}

func underKey(key string) []client.Option {
	if key == "" {
		return nil
	}
	return []client.Option{client.WithKey(key)}
}

func nameIn(k *client.Keyed) string {
	if k == nil {
		return ""
	}
	return k.Name
}

func holder(cs client.Case) string {
	if cs.Assignee != nil {
		return cs.Assignee.Name + " (" + cs.Group + ")"
	}
	return cs.Group
}

func moment(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Local().Format("Mon 2 Jan 15:04")
}

// oneLine keeps what others wrote to one line, and a terminal safe from it.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}
