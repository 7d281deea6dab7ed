// Package abi is the contract between Casement and a plugin: the messages, the
// names of operations and events, the manifest, and the JSON of all of them.
//
// A plugin is one WebAssembly module. It exports
//
//	memory                         the only memory
//	plugin_abi() i32               the version of this contract, [Version]
//	plugin_alloc(n i32) i32        room for n bytes, until the next plugin_call returns
//	plugin_call(p, n i32) i64      one Request; pointer<<32 | length of the Response, until the next call
//	_initialize                    optional, run once
//	plugin_warm(n i32)             optional: leave n bytes of heap free before the host freezes a snapshot
//	plugin_idle()                  optional: called between calls where instances are kept
//
// and imports nothing but a part of WASI preview 1. It is a function: a request
// goes in, a response comes out, and nothing is remembered in between except
// the state inside the response, which the host keeps and sends again.
//
// The contract grows by addition: members are added, never renamed or reused;
// unknown members are ignored by both sides. testdata holds messages of every
// version, which are decoded for ever. Standard library only.
package abi
