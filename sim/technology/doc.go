// Package technology is what a process node does to energy, delay and area.
//
//	e(V) = a·V² − b·V + c              energy factor of a node and flavour
//	d(V) = −p·V³ + q·V² − r·V + s      delay factor
//	E₁ = E₀·e₁(V₁)/e₀(V₀)              from one process to another
//
// with the coefficients and the table of area ratios of Stillmaker & Baas,
// Integration 58 (2017). A factor is a pure number: only the ratio of two means
// anything. A process is a node, a flavour and a supply, all three said; high
// performance and low power are never mixed.
//
// Wires follow the conservative projections of CACTI 7, and between its nodes a
// power law (see [Curve]):
//
//	C = c′·L     R = r′·L     E = C·V²
//
// [Landauer] and [ResistiveColumn] are the floors below which no process goes.
package technology
