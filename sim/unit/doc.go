// Package unit holds the physical quantities of the simulator.
//
//	quantity = number × SI prefix × unit,  "1.2 pJ" = 1.2 · 10⁻¹² J
//
// A quantity is a float64 in SI base units with a type of its own, so that a
// second cannot be added to a joule. Parsing and printing happen here and
// nowhere else. The number a user wrote survives exactly: [Exact] gives back
// the decimal as a rational, which is what clock arithmetic is done in.
package unit
