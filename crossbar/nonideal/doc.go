// Package nonideal turns the levels that cells were to hold into what columns see of
// them, and says what noise each read adds.
//
//	G  = g + (1 − g)·level/top                   what a cell was to have
//	G' = max(G + σ(G)·ξ, 0)                      programming error, as of the time that a table has
//	G″ = G'·((t + t0)/t0)^−|μ(G) + s(G)·ξ|       drift to the time t; stuck cells are at g or 1
//	level' = T(G″)·top/(1 − g),  leak = g·top/(1 − g)
//	sum = Σ digit·level' + ξ·√(Σ digit²·σ_r²)    read noise, of one read of one column
//
// Conductances are in units of that of a cell at the top level, and g is that of one at
// level zero, 1/(on-off ratio). T is what resistive wires leave of them, as in
// [xbar/crossbar/parasitic], or nothing else. A column's current is then again a sum
// of digits times levels, which are no whole numbers; what cells at level zero add to
// it is the leak times the sum of the digits, and taken off where the encoding has a
// place for it. [Config.Wired] has wires of other layouts, and cells that inputs gate,
// whose currents are no product of a matrix. Every ξ is a standard normal of its own. Noise of the cells of a column
// that is Gaussian and independent adds up to one Gaussian on the column's sum: that is
// drawn, and not one number a cell. Through wires, a cell's noise becomes less as its
// conductance does.
//
// Cells that are not linear carry G·(V − a·V³). Without wires all cells of a row see its
// voltage, and the digit that they are read with becomes another. On wires, and where
// noise of reads is to go through them cell by cell ([Config.Iterated]), every read is
// solved by itself, as in [xbar/crossbar/parasitic.Solver].
//
// The functions σ, μ and s are published ones ([Profiles]). Each effect of each array
// draws from a [Stream] of its own, so that no result depends on the order in which
// arrays are programmed and read, and no effect changes what another draws.
package nonideal
