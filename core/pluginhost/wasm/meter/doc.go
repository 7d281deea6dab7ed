// Package meter rewrites a WebAssembly module so that it can be stopped.
//
// A guest runs as native code inside the server's own threads. Left alone, an
// endless loop in it would stop the garbage collector and with it the whole
// process; asking the runtime to watch for cancellation slows a guest four to
// twenty-eight times and still does not see recursion without a loop. So the
// module itself is taught to pay:
//
//   - every loop turn and every function entry takes a unit of fuel, and one more
//     for each kilobyte of code up to the next, so that the time between two
//     safepoints is bounded; bulk memory operations take one for each 16 bytes;
//   - when a quantum of fuel is used up, an added function takes a trip into the
//     host (a safepoint for the collector), looks at the stop flag, and charges
//     the budget of the call; either makes it trap;
//   - every function entry counts the depth of calls down, by what its frame may
//     take, and traps at zero: the native stack is not bounded by the memory limit.
//
// The counters are globals of the module, exported under the names below, so
// that the host sets them before a call and reads them after a trap. The
// module's own mutable globals are exported too, or a snapshot could not put
// them back.
//
// Rewriting only appends: types, functions, globals and exports get new last
// members and no index shifts. An index that was out of range before would
// thereby become valid, and a guest could fill its own budget; therefore every
// index is held against the counts of the original module. Whatever is not
// understood is refused. The runtime validates the result as it would any
// module; what is checked here is only what that validation could not see.
//
// module.go reads the module and its limits, code.go rewrites function bodies.
package meter
