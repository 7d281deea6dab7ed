// Package wire is the JSON of the plugin contract, written by hand: an
// appending writer and a strict, bounded decoder.
//
// Host and guest use the same code. In a guest it is a third of the size of
// encoding/json and three times as fast, and it needs no reflection. What the
// messages are is said in sdk/abi and sdk/view; here is only how text becomes
// values.
package wire
