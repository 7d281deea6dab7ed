//go:build !wasip1

package state

import (
	"errors"
	"reflect"
)

// Complete says whether keep names every variable of s that holds something.
// The kits call it after each turn, natively, so that a test of the author's
// fails at once; in a module it always says so. Variables whose names begin with
// a small letter are not looked at: they are meant for one call.
func Complete[S any](keep func(*Keeper, *S), s *S) error {
	if keep == nil {
		return nil
	}
	again := new(S)
	if err := Read(Write(keep, s), keep, again); err != nil {
		return errors.New("Keep writes what it cannot read: " + err.Error())
	}
	if path := differs(reflect.ValueOf(s).Elem(), reflect.ValueOf(again).Elem()); path != "" {
		return errors.New("Keep forgets " + reflect.TypeFor[S]().Name() + path + ": what is not named is lost between two calls")
	}
	return nil
}

// differs finds the first place where b lacks what a holds; "" when there is
// none. An empty list and none are the same.
func differs(a, b reflect.Value) string {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() {
				if path := differs(a.Field(i), b.Field(i)); path != "" {
					return "." + f.Name + path
				}
			}
		}
		return ""
	case reflect.Pointer:
		switch {
		case a.IsNil() && b.IsNil():
			return ""
		case a.IsNil() || b.IsNil():
			return " "
		}
		return differs(a.Elem(), b.Elem())
	case reflect.Slice, reflect.Map:
		if a.Len() == 0 && b.Len() == 0 {
			return ""
		}
	case reflect.Func:
		return ""
	}
	if a.Kind() == reflect.Slice && a.Len() == b.Len() {
		for i := range a.Len() {
			if path := differs(a.Index(i), b.Index(i)); path != "" {
				return "[]" + path
			}
		}
		return ""
	}
	if !reflect.DeepEqual(a.Interface(), b.Interface()) {
		return " "
	}
	return ""
}
