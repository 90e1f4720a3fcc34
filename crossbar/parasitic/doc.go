// Package parasitic solves the resistive wires of an array, exactly and once.
//
//	I_o = Σ_i T_oi·u_i,   T = the cells' conductances as the wires let them be seen
//
// Row wire i is driven at its first column by an ideal source u_i, column wire o
// ends behind its last row in a virtual ground; the other ends are open. Each
// crossing has a row node and a column node, and the cell between them:
//
//	u_i – R – (i,0) – R – (i,1) – …      row wire, R a segment
//	(0,o) – C – (1,o) – … – C – S – 0 V  column wire, C a segment, S the sense terminal
//
// The network is linear, so the currents are a matrix times the drives. It is
// eliminated row by row of the array. Seen from the columns at row i, all that lies
// before is an admittance K and short-circuit currents F, one column a source:
//
//	K ← K·(1 + C·K)⁻¹ + D − D·A⁻¹·D,   F ← [(1 + C·K)⁻¹·F,  D·A⁻¹·e₀/R]
//
// with D the row's conductances and A the tridiagonal matrix of its wire. No step
// subtracts what is nearly equal, so the result is as exact where wires are all but
// ideal as where they are not. It takes some n·m³ operations for n·m cells; the
// shorter side is m, for a linear network may be driven from either end.
//
// Cells that are gated by their input make the matrix one of the input. With a
// supply wire for each output ([Wires.Gated]) the network falls apart into one
// ladder an output, and is solved anew for each input in n operations.
//
// Cells that are not linear, or not the same in two reads, are solved for every read from
// there: by steps of the linear network that end when Kirchhoff's current law holds at
// every node ([Solver]).
//
// Conductances, and so resistances, may have any unit, but all the same one and its
// inverse. The usual one is the largest conductance of a cell.
package parasitic
