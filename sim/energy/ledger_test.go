package energy

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/unit"
)

// booked is a ledger of two accounts and two phases with something in each.
func booked() (*Ledger, AccountID, AccountID) {
	l := &Ledger{}
	adc := l.Open("array/adc", "convert", Output, 2e-12)
	cell := l.Open("array/cell", "read", Cells, 0)
	first, second := l.AddPhase("fc1"), l.AddPhase("fc2")
	l.Add(first, adc, 10)
	l.Add(second, adc, 5)
	l.Add(first, cell, 7)
	l.AddData(first, cell, 3e-15)
	l.AddData(second, cell, 4e-15)
	return l, adc, cell
}

func TestLedger(t *testing.T) {
	l, adc, cell := booked()
	if err := l.Check(); err != nil {
		t.Fatal(err)
	}
	if n := l.Total(adc); n != 15 || l.Count(0, adc) != 10 || l.Count(1, adc) != 5 {
		t.Errorf("%d conversions, %d and %d of them in the phases", n, l.Count(0, adc), l.Count(1, adc))
	}
	for _, test := range []struct {
		what      string
		got, want float64
	}{
		{"conversions of fc1", l.Joules(0, adc), 20e-12},
		{"conversions", l.TotalJoules(adc), 30e-12},
		{"reads of fc2", l.Joules(1, cell), 4e-15},
		{"reads", l.TotalJoules(cell), 7e-15},
	} {
		if math.Abs(test.got/test.want-1) > 1e-15 {
			t.Errorf("%s cost %g J, not %g", test.what, test.got, test.want)
		}
	}
	if l.Phases() != 2 || l.PhaseName(0) != "fc1" || l.PhaseName(1) != "fc2" {
		t.Errorf("%d phases, %q and %q", l.Phases(), l.PhaseName(0), l.PhaseName(1))
	}
	if id, ok := l.Lookup("array/cell", "read"); !ok || id != cell {
		t.Errorf("array/cell read is %d, %v", id, ok)
	}
	if _, ok := l.Lookup("array/cell", "write"); ok {
		t.Error("array/cell write was never opened")
	}
	if want := []Account{{"array/adc", "convert", Output, 2e-12}, {"array/cell", "read", Cells, 0}}; !slices.Equal(l.Accounts(), want) {
		t.Errorf("accounts %v, not %v", l.Accounts(), want)
	}
}

// Check finds whatever breaks conservation: each of these ledgers is right but
// for one number.
func TestCheckFindsWhatIsBroken(t *testing.T) {
	for _, test := range []struct {
		name, want string
		damage     func(l *Ledger, adc, cell AccountID)
	}{
		{"a phase lost a count", "phases count 14, the account 15", func(l *Ledger, adc, _ AccountID) { l.phases[0].counts[adc]-- }},
		{"the account lost a count", "phases count 15, the account 14", func(l *Ledger, adc, _ AccountID) { l.totals[adc]-- }},
		{"a phase is gone", "phases count 10, the account 15", func(l *Ledger, _, _ AccountID) { l.phases = l.phases[:1] }},
		{"a negative count", "counts -1 in fc2", func(l *Ledger, adc, _ AccountID) { l.Add(1, adc, -6) }},
		{"NaN joules", "accounts hold NaN J", func(l *Ledger, _, cell AccountID) { l.AddData(0, cell, math.NaN()) }},
		{"infinite joules", "J, phases", func(l *Ledger, _, cell AccountID) { l.AddData(0, cell, math.Inf(1)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, adc, cell := booked()
			test.damage(l, adc, cell)
			if err := l.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestMisusePanics(t *testing.T) {
	for name, misuse := range map[string]func(l *Ledger){
		"an account opened twice": func(l *Ledger) {
			l.Open("adc", "convert", Output, 1)
			l.Open("adc", "convert", Output, 1)
		},
		"an account opened after a phase": func(l *Ledger) {
			l.AddPhase("fc1")
			l.Open("adc", "convert", Output, 1)
		},
		"a negative cost":   func(l *Ledger) { l.Open("adc", "convert", Output, -1) },
		"a cost of NaN":     func(l *Ledger) { l.Open("adc", "convert", Output, unit.Joule(math.NaN())) },
		"an infinite cost":  func(l *Ledger) { l.Open("adc", "convert", Output, unit.Joule(math.Inf(1))) },
		"an unknown phase":  func(l *Ledger) { l.Add(0, l.Open("adc", "convert", Output, 1), 1) },
		"unknown accounts":  func(l *Ledger) { l.Add(l.AddPhase("fc1"), 0, 1) },
		"unknown data":      func(l *Ledger) { l.AddData(l.AddPhase("fc1"), 0, 1) },
		"a name of nothing": func(l *Ledger) { l.PhaseName(0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			misuse(&Ledger{})
		})
	}
}

// The order of the tables is the model's.
func TestCategories(t *testing.T) {
	want := "[input cells output accumulate buffer network dram programming compute static]"
	if got := fmt.Sprint(Categories()); got != want {
		t.Errorf("categories %s, not %s", got, want)
	}
}

type booking struct {
	phase   int
	account AccountID
	n       int64
}

func ledgerOf(costs []float64, phases int, bookings []booking) *Ledger {
	l := &Ledger{}
	for i, cost := range costs {
		l.Open(fmt.Sprint("component", i), "act", Category(i%int(numCategories)), unit.Joule(cost))
	}
	for p := range phases {
		l.AddPhase(fmt.Sprint("kernel", p))
	}
	for _, b := range bookings {
		l.Add(b.phase, b.account, b.n)
	}
	return l
}

// Totals are the same, to the last bit, in any order of events and whether n
// actions are booked at once or one by one.
func TestOrderAndCoalescingDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		costs := rapid.SliceOfN(rapid.Float64Range(0, 1e-9), 1, 6).Draw(t, "costs")
		phases := rapid.IntRange(1, 4).Draw(t, "phases")
		bookings := rapid.SliceOf(rapid.Custom(func(t *rapid.T) booking {
			return booking{
				phase:   rapid.IntRange(0, phases-1).Draw(t, "phase"),
				account: AccountID(rapid.IntRange(0, len(costs)-1).Draw(t, "account")),
				n:       rapid.Int64Range(0, 20).Draw(t, "n"),
			}
		})).Draw(t, "bookings")
		var single []booking
		for _, b := range bookings {
			single = append(single, slices.Repeat([]booking{{b.phase, b.account, 1}}, int(b.n))...)
		}
		shuffled := rapid.Permutation(single).Draw(t, "order")

		one, other := ledgerOf(costs, phases, bookings), ledgerOf(costs, phases, shuffled)
		for _, l := range []*Ledger{one, other} {
			if err := l.Check(); err != nil {
				t.Fatal(err)
			}
		}
		for id := range costs {
			account := AccountID(id)
			if a, b := one.TotalJoules(account), other.TotalJoules(account); a != b {
				t.Fatalf("account %d: %g J and %g J", id, a, b)
			}
			for p := range phases {
				if a, b := one.Joules(p, account), other.Joules(p, account); a != b {
					t.Fatalf("account %d in phase %d: %g J and %g J", id, p, a, b)
				}
			}
		}
	})
}

// Joules that follow the data are conserved as well.
func TestDataIsConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := ledgerOf([]float64{1e-12, 0}, 3, nil)
		var booked big.Float
		for _, joules := range rapid.SliceOf(rapid.Float64Range(0, 1e-9)).Draw(t, "joules") {
			l.AddData(rapid.IntRange(0, 2).Draw(t, "phase"), 1, joules)
			booked.SetPrec(300).Add(&booked, big.NewFloat(joules))
		}
		if err := l.Check(); err != nil {
			t.Fatal(err)
		}
		want, _ := booked.Float64()
		if got := l.TotalJoules(1); math.Abs(got-want) > 1e-15*want {
			t.Fatalf("%g J of %g", got, want)
		}
	})
}

// exactSum is rounded once.
func exactSum(xs []float64) float64 {
	sum := new(big.Float).SetPrec(2200)
	for _, x := range xs {
		sum.Add(sum, big.NewFloat(x))
	}
	value, _ := sum.Float64()
	return value
}

func sumOf(xs []float64) float64 {
	var s Sum
	for _, x := range xs {
		s.Add(x)
	}
	return s.Value()
}

// |Value − Σx| ≤ ε·|Σx| + 2(nε)²·Σ|x|, in any order: Neumaier's bound.
func TestSumHoldsItsBound(t *testing.T) {
	const epsilon = 0x1p-53
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOf(rapid.Custom(func(t *rapid.T) float64 {
			return math.Ldexp(rapid.Float64Range(-1, 1).Draw(t, "mantissa"), rapid.IntRange(-100, 100).Draw(t, "exponent"))
		})).Draw(t, "xs")
		want, size, n := exactSum(xs), 0.0, float64(len(xs))
		for _, x := range xs {
			size += math.Abs(x)
		}
		bound := 2*epsilon*math.Abs(want) + 2*n*n*epsilon*epsilon*size
		for range 3 {
			if got := sumOf(xs); math.Abs(got-want) > bound {
				t.Fatalf("Σ %v = %g, not %g", xs, got, want)
			}
			xs = rapid.Permutation(xs).Draw(t, "order")
		}
	})
}

func TestSumKeepsWhatPlainAdditionLoses(t *testing.T) {
	for _, test := range []struct {
		xs   []float64
		want float64
	}{
		{nil, 0},
		{[]float64{1, 1e100, 1, -1e100}, 2},
		{[]float64{1e100, 1, -1e100, 1}, 2},
		{slices.Repeat([]float64{0.1}, 1e6), 1e5},
	} {
		if got := sumOf(test.xs); got != test.want {
			t.Errorf("the sum is %g, not %g", got, test.want)
		}
	}
	// A million joules-per-event of one run, in three orders: one value.
	xs := make([]float64, 1e6)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range xs {
		xs[i] = random.Float64() * math.Pow10(random.IntN(6)-15)
	}
	want := exactSum(xs)
	for range 3 {
		if got := sumOf(xs); got != want {
			t.Errorf("the sum is %g, not %g", got, want)
		}
		random.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
	}
}
