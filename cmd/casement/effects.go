package main

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/casement-dev/casement/core"
	"github.com/casement-dev/casement/core/api"
	"github.com/casement-dev/casement/core/attachments"
	"github.com/casement-dev/casement/core/cases"
)

// effects are the commands of the table that a plugin may ask for: those that
// staff give who work, close, escalate or hand over a case. Which of them one
// plugin may have is for its grant.
type effects map[core.CommandName]reflect.Type

// needsOfEffects is what such commands need of staff.
var needsOfEffects = []core.Permission{core.MayWork, core.MayTask, core.MayClose, core.MayEscalate, core.MayReassign}

func newEffects() effects {
	out := effects{}
	for _, e := range commandTable() {
		_, inner := e.command.(cases.Inner)
		if name := e.command.Name(); !inner && slices.Contains(needsOfEffects, e.command.Needs()) && out[name] == nil {
			out[name] = reflect.TypeOf(e.command)
		}
	}
	return out
}

// Decode implements pluginhost.Commands.
func (e effects) Decode(name core.CommandName, args []byte) (cases.Command, error) {
	kind := e[name]
	if kind == nil {
		return nil, fmt.Errorf("no plugin may give it")
	}
	if len(args) == 0 {
		args = []byte("{}")
	}
	of := kind
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	made := reflect.New(of)
	if err := api.Decode(args, made.Interface()); err != nil {
		return nil, err
	}
	if kind.Kind() != reflect.Pointer {
		made = made.Elem()
	}
	command := made.Interface().(cases.Command)
	if add, ok := command.(*attachments.Add); ok && (add.Source != "" || !add.Draft.IsZero()) {
		return nil, fmt.Errorf("where a file comes from is not for it to say")
	}
	return command, nil
}
