package sim

import (
	"fmt"
	"math/big"
	"math/bits"
)

// Forever is longer than any run, and short enough that two of it add up.
const Forever = Cycle(1) << 60

// Link is a medium's bandwidth in cycles a bit, as an exact ratio. The zero
// Link has no limit.
type Link struct{ num, den uint64 }

// Link is a medium of so many bits a second, in cycles of the clock. It errs if
// the bandwidth is not positive, or if the ratio to the clock has too many
// digits to count with.
func (c Clock) Link(bitsPerSecond *big.Rat) (Link, error) {
	if bitsPerSecond == nil || bitsPerSecond.Sign() <= 0 {
		return Link{}, fmt.Errorf("a bandwidth of %v bit/s is not positive", bitsPerSecond)
	}
	perBit := new(big.Rat).Quo(c.hz, bitsPerSecond)
	if !perBit.Num().IsUint64() || !perBit.Denom().IsUint64() {
		return Link{}, fmt.Errorf("the ratio of the clock to the bandwidth has too many digits to count cycles with; round one of them")
	}
	return Link{perBit.Num().Uint64(), perBit.Denom().Uint64()}, nil
}

// Unlimited reports whether transfers take no time.
func (l Link) Unlimited() bool { return l.den == 0 }

// Cycles is how long so many bits take, rounded up: none without bits or
// without a limit, and no more than [Forever].
func (l Link) Cycles(n int64) Cycle {
	if l.den == 0 || n == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), l.num)
	if hi >= l.den {
		return Forever
	}
	q, rest := bits.Div64(hi, lo, l.den)
	if rest > 0 {
		q++
	}
	return Cycle(min(q, uint64(Forever)))
}

// PerBit is cycles a bit, to the nearest float64.
func (l Link) PerBit() float64 {
	if l.den == 0 {
		return 0
	}
	return float64(l.num) / float64(l.den)
}
