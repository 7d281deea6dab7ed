// Package conform tries a module out against the contract of sdk/abi, in
// whatever language it was written: a PDK's author runs it with
// "casement plugin conform FILE.wasm" and reads, in sentences, what is right and
// what is not. It runs in the sandbox that a server has, so nothing it may find
// is new to one: a module that fails here would fail there, in front of people.
//
// module.go tries what concerns the module as a whole, entry.go what concerns
// each of its entries, and form.go what is there to be filled in.
package conform
