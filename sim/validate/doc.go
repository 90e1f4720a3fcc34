// Package validate runs the simulator against published numbers.
//
//	error = simulated/published − 1
//
// The ladder has five rungs, each of which stands on those before it: the closed
// forms, single components, single activations, whole architectures, fabricated
// chips. A chip of which the energies of its parts were measured is simulated
// twice: once with these, so that the error is that of the simulation, and once
// with the library's models alone, as any other chip is, so that it is that of a
// chip which nobody has built yet.
//
// A figure holds where its error is within its tolerance. Where it is not, and
// the reason is known, the reason stands in DEVIATIONS.md with the error that it
// explains; any other error still fails.
package validate
