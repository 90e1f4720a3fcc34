// Package energy is the ledger: who did what how often, and what it cost.
//
//	E = Σ count(component, action) · e(component, action) + Σ joules that follow the data
//
// Counts are integers, so totals do not depend on the order of events nor on
// how many were coalesced into one. Where the energy of an action follows the
// data (cells), joules are summed by Neumaier's compensated sum in the fixed
// order of the run. Every entry also belongs to a phase (a kernel), and
// [Ledger.Check] asserts that phases and accounts agree on counts and joules.
package energy
