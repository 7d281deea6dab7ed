// Package workshop is where a plugin is written: it begins one in a folder
// outside of this repository, checks its manifest, compiles and packs it, and
// says what is wrong by file and line. What runs a plugin is core/pluginhost;
// whether it keeps the contract core/pluginhost/conform says.
//
//	new.go       a plugin that is begun: templates/, one folder a kind
//	kit.go       the kit that is put beside it
//	manifest.go  a manifest, and where in it a mistake is
//	build.go     from a folder to a file
//	mistake.go   what is wrong, and where
//	watch.go     when files change
package workshop
