// Command bundle makes the files that browsers load: it bundles and minifies
// the scripts and styles of web/assets into web/dist, under names that hold a
// hash of the content, so that they can be cached for ever, and writes
// manifest.json, which says what each is called.
//
// It is a module of its own so that the bundler is no dependency of Casement.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	from := flag.String("from", "web/assets", "directory of the sources")
	to := flag.String("to", "web/dist", "directory of the result")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: bundle [-from dir] [-to dir] js/console.js css/console.css …")
		flag.PrintDefaults()
	}
	flag.Parse()
	made, err := bundle(*from, *to, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
	for _, asset := range made {
		fmt.Printf("%-14s %7d bytes, %6d compressed\n", asset.name, asset.size, asset.compressed)
	}
}
