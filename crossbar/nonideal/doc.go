// Package nonideal turns the levels that cells were to hold into what columns see of
// them.
//
//	G = g + (1 − g)·level/top,   level' = (T(G)·top)/(1 − g),   leak = g·top/(1 − g)
//
// Conductances are in units of that of a cell at the top level, and g is that of one at
// level zero, 1/(on-off ratio). T is what resistive wires leave of them, as in
// [xbar/crossbar/parasitic], or nothing else. A column's current is then again a sum
// of digits times levels, which are no whole numbers; what cells at level zero add to
// it is the leak times the sum of the digits, and taken off where the encoding has a
// place for it. [Config.Wired] has wires of other layouts, and cells that inputs gate,
// whose currents are no product of a matrix.
package nonideal
