// Package wasm runs plugins: it is the only code that knows wazero.
//
// Bytes become a [Package] by [Inspect], which checks the structure of the
// module, reads its manifest and rewrites it so that it can be stopped (see
// meter). [Engine.Open] makes a [Module] of it, which compiles and loads itself
// when it is first called and unloads itself when it is idle. [Module.Call] is
// one request and one response of sdk/abi.
//
// A call sees a fresh plugin: memory and globals go back to a frozen snapshot
// after each, so that nothing passes from one case, person or installation to
// the next, and a trap needs no cure. Compiling, which a small module can make
// last for minutes, happens in a child process with limits. Whatever goes wrong
// inside a guest is a [Fault]; nothing it does reaches the server, another
// plugin or another call.
//
// What a plugin may see and change is not settled here: see core/pluginhost.
package wasm
