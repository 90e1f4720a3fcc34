// Package trace records what components did and when.
//
//	span    = (track, name, [start, end)),  cycles
//	counter = (track, name, at, value)
//
// A track is a component. The record is written as a Chrome trace, which
// opens in Perfetto with a thread for each track, or as CSV.
//
// A nil [*Recorder] is off: its methods do nothing and are inlined to one
// comparison, so calls may stay in a handler. A recorder holds a limited
// number of records; those beyond are dropped, counted, and the number is in
// whatever is written.
package trace
