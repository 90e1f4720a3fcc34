package sim_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim"
)

func rat(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return r
}

func clock(hz string) sim.Clock {
	c, err := sim.NewClock(rat(hz))
	if err != nil {
		panic(err)
	}
	return c
}

func TestCycles(t *testing.T) {
	tests := []struct {
		hz, seconds string
		cycles      sim.Cycle
		rounding    float64
	}{
		{"2.5e9", "1.2e-9", 3, 0}, // 1.2e-9·2.5e9 is 3 + 4e-16 in float64
		{"2.5e9", "1.20001e-9", 4, 0.39999e-9},
		{"3e9", "333e-12", 1, 1.0 / 3e12},
		{"3e9", "1/3000000000", 1, 0},
		{"3e9", "334e-12", 2, 2.0/3e9 - 334e-12},
		{"3e9", "1", 3_000_000_000, 0},
		{"1e9", "0", 0, 0},
		{"1e9", "1e-30", 1, 1e-9},
		{"1/7", "7", 1, 0},
		{"1", "9223372036854775807", math.MaxInt64, 0},
		{"1", "9223372036854775806.5", math.MaxInt64, 0.5},
	}
	for _, test := range tests {
		c := clock(test.hz)
		got, err := c.Cycles(rat(test.seconds))
		if err != nil || got != test.cycles {
			t.Errorf("%s s at %s Hz: %d cycles, %v; want %d", test.seconds, test.hz, got, err, test.cycles)
		}
		if lost := c.Rounding(rat(test.seconds)); math.Abs(lost-test.rounding) > 1e-6*test.rounding {
			t.Errorf("%s s at %s Hz: rounding %g s, want %g", test.seconds, test.hz, lost, test.rounding)
		}
	}
}

func TestCyclesErrors(t *testing.T) {
	tests := []struct{ seconds, want string }{
		{"-1e-9", "a time of -0.000000001000 s is negative"},
		{"9223372036854775808", "a time of 9223372036854775808 s is 9223372036854775808 cycles: more than a cycle counter holds"},
	}
	for _, test := range tests {
		if n, err := clock("1").Cycles(rat(test.seconds)); err == nil || err.Error() != test.want {
			t.Errorf("%s s: %d cycles, %v; want %q", test.seconds, n, err, test.want)
		}
	}
}

func TestNewClockErrors(t *testing.T) {
	for _, hz := range []*big.Rat{nil, rat("0"), rat("-1")} {
		if _, err := sim.NewClock(hz); err == nil {
			t.Errorf("a clock of %v Hz is accepted", hz)
		}
	}
}

func TestClockKeepsItsFrequency(t *testing.T) {
	hz := rat("1e9")
	c, _ := sim.NewClock(hz)
	hz.SetInt64(1)
	c.Period().SetInt64(1)
	if s := c.Seconds(1); s != 1e-9 {
		t.Errorf("a cycle lasts %g s after the caller changed its number", s)
	}
}

func TestSeconds(t *testing.T) {
	if s := clock("3e9").Seconds(3_000_000_000_000_000_000); s != 1e9 {
		t.Errorf("3·10¹⁸ cycles at 3 GHz last %g s, want exactly 1e9", s)
	}
	if s := clock("2.5e9").Seconds(3); s != 1.2e-9 {
		t.Errorf("3 cycles at 2.5 GHz last %g s, want 1.2e-9", s)
	}
}

func TestTimes(t *testing.T) {
	c := clock("1e9").Times(7, 3)
	if got, want := c.Period(), rat("3/7000000000"); got.Cmp(want) != 0 {
		t.Errorf("period %v, want %v", got, want)
	}
	// 5 cycles of the other clock, in the machine's: 15/7, rounded up.
	five := new(big.Rat).Mul(c.Period(), big.NewRat(5, 1))
	if n, err := clock("1e9").Cycles(five); err != nil || n != 3 {
		t.Errorf("%d cycles, %v; want 3", n, err)
	}
	for _, bad := range [][2]int64{{0, 1}, {1, 0}, {-1, 1}, {-1, -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a clock times %v is accepted", bad)
				}
			}()
			c.Times(bad[0], bad[1])
		}()
	}
}

// TestClockIsExact checks, in rationals, n−1 < seconds·f ≤ n.
func TestClockIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hz := big.NewRat(rapid.Int64Range(1, 1e12).Draw(t, "num"), rapid.Int64Range(1, 1000).Draw(t, "den"))
		s := big.NewRat(rapid.Int64Range(0, 1e9).Draw(t, "seconds"), 1e15)
		c, err := sim.NewClock(hz)
		if err != nil {
			t.Fatal(err)
		}
		n, err := c.Cycles(s)
		if err != nil {
			t.Fatal(err)
		}
		ideal := new(big.Rat).Mul(s, hz)
		above := new(big.Rat).SetInt64(int64(n))
		below := new(big.Rat).SetInt64(int64(n) - 1)
		if ideal.Cmp(above) > 0 || ideal.Cmp(below) <= 0 {
			t.Fatalf("%v s at %v Hz are %d cycles", s, hz, n)
		}
		if lost := c.Rounding(s); lost < 0 || lost > c.Seconds(1) {
			t.Fatalf("rounding %g s, a cycle is %g s", lost, c.Seconds(1))
		}
	})
}
