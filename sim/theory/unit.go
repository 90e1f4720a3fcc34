package theory

// Unit is an activation unit.
type Unit struct {
	Lanes  int64
	Cycles int64 // of an operation of a lane
}

// Busy is how long it works on so many of a kernel's outputs, on each where they are
// activated, and on their share of the operations beside the products of all of them:
//
//	⌈(m + ⌈m·operations/all⌉)/lanes⌉ · cycles
func (u Unit) Busy(m int64, activated bool, operations, all int64) int64 {
	n := ceil(m*operations, all)
	if activated {
		n += m
	}
	return ceil(n, u.Lanes) * u.Cycles
}
