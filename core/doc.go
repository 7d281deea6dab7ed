// Package core is Casement's vocabulary: every noun of the problem and the
// rules that need nothing but those nouns. Read from top to bottom it is a
// tour of the product.
//
// It imports the standard library only. There is no I/O here, no
// context.Context and no interface of a service: those live in the slices
// (core/cases, core/tasks …), which hold the commands, the queries and the
// SQL of one area each. What may import what is kept by layers_test.go.
package core
