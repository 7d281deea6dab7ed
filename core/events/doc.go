// Package events is the append-only history and what follows from it: writers
// append ([Append]), readers of one stream get it in order ([History]), and one
// elected [Follower] reads the feed of all streams, keeps what is derived from
// it, seals it against tampering ([Verify]), and tells the live pages of every
// server ([Listen], [Hub]).
//
// Two orders must not be confused. Within a stream, order is the version.
// Between streams it is the feed's (transaction, sequence), and only of
// transactions that have ended: a cursor on the sequence alone would skip the
// events of a transaction that began earlier and ended later.
package events
