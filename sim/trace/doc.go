// Package trace records what the components of one machine did, and what they waited
// for.
//
//	Σ busy + Σ idle, by cause = makespan            on every track, in every act
//	∫ power dt                = energy              in every act
//
// A track is a component, of however many instances: it is busy while any of them is.
// What is announced for it may overlap and lie ahead; it is laid in order of its start,
// and what overlaps becomes one span. The gap before a span is idle, and is cut by what
// the span's work was waiting for in the meantime. An act is a part of the run that is
// accounted by itself, such as the preload or the measured passes.
//
// A recorder takes a bounded amount of memory, however long the run. Two things are
// kept of each act:
//
//   - profiles, whole: for every track its busy and idle time, for every category its
//     energy and for every buffer its largest use, in at most 512 windows of equal
//     length, which double when the act outgrows them;
//   - spans, up to a limit over all acts. Beyond it the act that has most is thinned
//     out: spans that start within window cycles of every period are kept, and what lies
//     between is summed up, one span a track, busy and idle cycles with it. Each time
//     the limit is reached again the period doubles.
//
// And it takes bounded time: a recording is full after so much work, and is cut; the run
// goes on without it.
//
// It is written as a Chrome trace, which opens in Perfetto: a process for each machine,
// a thread for each track, counters of power and buffers.
package trace
