package sim

import (
	"fmt"
	"math/big"
)

// Clock counts cycles of an exact rational frequency. The zero Clock is not
// usable; see [NewClock].
type Clock struct {
	hz     *big.Rat
	period *big.Rat // 1/hz
}

// NewClock is a clock of the given frequency, which must be positive.
func NewClock(hz *big.Rat) (Clock, error) {
	if hz == nil || hz.Sign() <= 0 {
		return Clock{}, fmt.Errorf("clock of %v Hz: not a positive frequency", hz)
	}
	return newClock(new(big.Rat).Set(hz)), nil
}

func newClock(hz *big.Rat) Clock {
	return Clock{hz: hz, period: new(big.Rat).Inv(hz)}
}

// Cycles is the least number of cycles that lasts so many seconds, ⌈seconds·f⌉.
// It errs if seconds is negative or the cycles do not fit.
func (c Clock) Cycles(seconds *big.Rat) (Cycle, error) {
	n := c.ceil(seconds)
	if seconds.Sign() < 0 {
		return 0, fmt.Errorf("a time of %s s is negative", seconds.FloatString(12))
	}
	if !n.IsInt64() {
		return 0, fmt.Errorf("a time of %s s is %s cycles: more than a cycle counter holds", seconds.FloatString(0), n)
	}
	return Cycle(n.Int64()), nil
}

// ceil is ⌈seconds·f⌉.
func (c Clock) ceil(seconds *big.Rat) *big.Int {
	x := new(big.Rat).Mul(seconds, c.hz)
	n, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	if rest.Sign() > 0 {
		n.Add(n, big.NewInt(1))
	}
	return n
}

// Seconds is how long n cycles last, n/f, to the nearest float64.
func (c Clock) Seconds(n Cycle) float64 {
	x := new(big.Rat).SetInt64(int64(n))
	s, _ := x.Mul(x, c.period).Float64()
	return s
}

// Rounding is what rounding up to whole cycles adds, ⌈seconds·f⌉/f − seconds,
// in seconds. It is less than a cycle.
func (c Clock) Rounding(seconds *big.Rat) float64 {
	x := new(big.Rat).SetInt(c.ceil(seconds))
	x.Mul(x, c.period)
	s, _ := x.Sub(x, seconds).Float64()
	return s
}

// Period is how long a cycle lasts, 1/f, in seconds, exactly.
func (c Clock) Period() *big.Rat { return new(big.Rat).Set(c.period) }

// Times is a clock that runs num/den times as fast. It panics unless both are
// positive.
func (c Clock) Times(num, den int64) Clock {
	if num <= 0 || den <= 0 {
		panic(fmt.Sprintf("sim: clock times %d/%d", num, den))
	}
	x := big.NewRat(num, den)
	return newClock(x.Mul(x, c.hz))
}
