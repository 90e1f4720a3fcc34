package sim_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim"
)

func clockOf(t interface{ Fatal(...any) }, hz int64) sim.Clock {
	c, err := sim.NewClock(big.NewRat(hz, 1))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Cycles are ⌈bits·f/bandwidth⌉, in rationals.
func TestLinkCycles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hz := rapid.Int64Range(1, 1e13).Draw(t, "hz")
		bandwidth := rapid.Int64Range(1, 1e18).Draw(t, "bandwidth")
		n := rapid.Int64Range(0, 1<<62).Draw(t, "bits")
		l, err := clockOf(t, hz).Link(big.NewRat(bandwidth, 1))
		if err != nil {
			t.Fatal(err)
		}
		x := new(big.Int).Mul(big.NewInt(n), big.NewInt(hz))
		x.Add(x, big.NewInt(bandwidth-1)).Quo(x, big.NewInt(bandwidth))
		if forever := big.NewInt(int64(sim.Forever)); x.Cmp(forever) > 0 {
			x = forever
		}
		if got := l.Cycles(n); int64(got) != x.Int64() {
			t.Fatalf("%d bits take %d cycles, want %v", n, got, x)
		}
	})
}

func TestLinkErrors(t *testing.T) {
	c := clockOf(t, 1e9)
	for _, bad := range []*big.Rat{nil, new(big.Rat), big.NewRat(-1, 1)} {
		if _, err := c.Link(bad); err == nil {
			t.Errorf("a bandwidth of %v was accepted", bad)
		}
	}
	fine, _ := new(big.Rat).SetString("1.00000000000000000000000000001")
	if _, err := c.Link(fine); err == nil {
		t.Error("a ratio beyond 64 bits was accepted")
	}
	if l := (sim.Link{}); !l.Unlimited() || l.Cycles(1<<60) != 0 || l.PerBit() != 0 {
		t.Error("the zero link has a limit")
	}
}

func ExampleClock_Link() {
	c, _ := sim.NewClock(big.NewRat(1_000_000_000, 1))
	l, _ := c.Link(big.NewRat(12_800_000_000*8, 1)) // LPDDR4, 12.8 GB/s
	fmt.Println(l.Cycles(1000), "cycles")
	// Output: 10 cycles
}
