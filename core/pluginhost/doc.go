// Package pluginhost lets the slices use plugins without knowing that there
// are any: one adapter a capability satisfies a slice's interface by calling a
// module, and what a module asks for is held against what an administrator
// granted.
//
// How a module is run, stopped and made fresh again is in wasm; how one is
// built into a file is in pack; the contract itself is sdk/abi and sdk/view.
package pluginhost
