// Package imports brings cases in that were kept somewhere else (RAISE-12): a
// file with a row for each case, and a mapping that says what its columns
// mean. What is brought in keeps its reference, its dates, how it ended and
// how the promise made there was kept. Nobody is mailed about it and no clock
// begins to run.
//
//	mapping.go     what a mapping says, and its bounds
//	decode.go      reading one from YAML, with a place for every mistake
//	value.go       making one value of a row: column, template, map, split …
//	dates.go       dates as other systems write them, and local time
//	reader.go      one row after another from a stream, within bounds
//	csv.go, jsonl.go   the two kinds of files
//	convert.go, promise.go   making a case's past of a row
//	run.go         a file from its first row to its last, batch by batch
//	service.go     imports that staff begin on screen
//	work.go        carrying them out, by a job or a command
//	store.go       SQL
//	report.go      what was not brought in and why, as a table
//
// A row that cannot be brought in is refused and reported with what is wrong
// with each of its fields; the others are not held up by it. What a row says
// twice, or a file that is imported again, changes nothing: the old reference
// is kept as an alias, and an alias is of one case for good.
package imports
