// Package sim is the event core: cycles, clocks, components, events in one
// total order, and resources that components compete for.
//
//	e before f  ⇔  (At(e), n(e)) < (At(f), n(f)),   n(e) = events scheduled before e
//
// Nothing else decides: not the component, not the kind, not a map or a
// goroutine. Events that a handler schedules for the current cycle run in the
// same cycle, after all that were scheduled before them. So for any e, f,
//
//	f scheduled while e is handled  ⇒  e before f
//
// A cycle is over when no event is left in it. Only then are the cycle's
// requests to each [Resource] decided, in the order of the resources'
// registration, channels last and in that of their ranks, in each by
//
//	(key, requests before it),  smallest first
//
// With distinct keys the outcome is therefore a function of the set of
// requests in a cycle, and not of the order in which its events happened to
// run.
//
// A message on a link goes on before it is all through: on a channel
// ([Engine.NewChannel]) the event of a grant at cycle t arrives at t + latency,
// the server is free at t + busy, and either may be first.
//
// Time is in integer cycles of the machine's reference clock. A [Clock] is an
// exact rational number of hertz; a time t in seconds takes ⌈t·f⌉ cycles,
// computed with rationals, so 1.2 ns at 2.5 GHz are 3 cycles and not 4.
//
// An error from a handler stops the run and comes out of [Engine.Run] as an
// [*Error] with the component's path, the cycle and the cause.
package sim
