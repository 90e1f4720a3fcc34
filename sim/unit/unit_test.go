package unit

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// powers says again what each prefix means, so that a slip in one table does
// not hide in the other.
var powers = map[string]int{
	"a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3,
	"": 0, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}

// bases says what one of each unit is: a decimal in base units.
var bases = []struct {
	symbol, text string
	value        string
	area, binary bool
}{
	{symbol: "J", text: "J", value: "1"},
	{symbol: "s", text: "s", value: "1"},
	{symbol: "Hz", text: "Hz", value: "1"},
	{symbol: "W", text: "W", value: "1"},
	{symbol: "V", text: "V", value: "1"},
	{symbol: "S", text: "S", value: "1"},
	{symbol: "ohm", text: "ohm", value: "1"},
	{symbol: "ohm", text: "Ω", value: "1"},
	{symbol: "F", text: "F", value: "1"},
	{symbol: "m", text: "m", value: "1"},
	{symbol: "m2", text: "m2", value: "1", area: true},
	{symbol: "m2", text: "m²", value: "1", area: true},
	{symbol: "J/bit", text: "J/bit", value: "1"},
	{symbol: "J/bit", text: "J/B", value: "0.125"},
	{symbol: "bit/s", text: "bit/s", value: "1"},
	{symbol: "bit/s", text: "B/s", value: "8"},
	{symbol: "bit", text: "bit", value: "1", binary: true},
	{symbol: "bit", text: "B", value: "8", binary: true},
}

var binaryPowers = map[string]int{"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40}

func rational(t testing.TB, decimal string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(decimal)
	if !ok {
		t.Fatalf("%q is no decimal", decimal)
	}
	return r
}

func nearest(r *big.Rat) float64 {
	x, _ := r.Float64()
	return x
}

// checkParse wants the float64 next to number × factor, with and without a
// space before the unit.
func checkParse(t *testing.T, number, suffix, symbol string, factor *big.Rat) {
	t.Helper()
	want := nearest(new(big.Rat).Mul(rational(t, number), factor))
	for _, text := range []string{number + " " + suffix, number + suffix, "\t" + number + "  " + suffix + "\n"} {
		if got, err := Parse(text, symbol); err != nil || got != want {
			t.Errorf("Parse(%q, %q) = %g, %v; want %g", text, symbol, got, err, want)
		}
	}
}

func TestEverySpelling(t *testing.T) {
	for _, base := range bases {
		for prefix, power := range powers {
			if base.area {
				power *= 2
			}
			factor := rational(t, base.value+"e"+strconv.Itoa(power))
			for _, number := range []string{"1", "1.2", "-0.7", "3e-2", "1000"} {
				checkParse(t, number, prefix+base.text, base.symbol, factor)
			}
		}
		for prefix, power := range binaryPowers {
			factor := new(big.Rat).Mul(rational(t, base.value), new(big.Rat).SetInt64(1<<power))
			if base.binary {
				checkParse(t, "1.5", prefix+base.text, base.symbol, factor)
			} else if x, err := Parse("1 "+prefix+base.text, base.symbol); err == nil {
				t.Errorf("1 %s%s is %g %s", prefix, base.text, x, base.symbol)
			}
		}
	}
}

// Every spelling that Parse knows is in this test's table.
func TestNoOtherSpelling(t *testing.T) {
	listed := map[string]int{}
	for _, base := range bases {
		listed[base.symbol]++
	}
	for symbol, forms := range spellings {
		if listed[symbol] != len(forms) {
			t.Errorf("%s has %d spellings, %d are tested", symbol, len(forms), listed[symbol])
		}
	}
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text, symbol string
		want         float64
	}{
		{"1.2 pJ", "J", 1.2e-12},
		{"0.1 fJ", "J", 1e-16},
		{"1_000_000 Hz", "Hz", 1e6},
		{"+.5 V", "V", 0.5},
		{"5. V", "V", 5},
		{"1E3 J", "J", 1000},
		{"1 EJ", "J", 1e18}, // exa, not an exponent
		{"1EJ", "J", 1e18},
		{"2.5 GHz", "Hz", 2.5e9},
		{"1 MW", "W", 1e6},
		{"1 mW", "W", 1e-3},
		{"1 mm2", "m2", 1e-6},
		{"25 µm²", "m2", 25e-12},
		{"1 am2", "m2", 1e-36},
		{"64 KiB", "bit", 64 * 1024 * 8},
		{"64 kB", "bit", 64 * 1000 * 8},
		{"1 Mbit", "bit", 1e6},
		{"2 pJ/B", "J/bit", 0.25e-12},
		{"25.6 GB/s", "bit/s", 204.8e9},
		{"0 J", "J", 0},
		{"0e-999 J", "J", 0},
		{"1e60 J", "J", 1e60},
	} {
		if got, err := Parse(test.text, test.symbol); err != nil || got != test.want {
			t.Errorf("Parse(%q, %q) = %g, %v; want %g", test.text, test.symbol, got, err, test.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ text, symbol, want string }{
		{"", "J", `"" does not start with a number`},
		{"pJ", "J", `"pJ" does not start with a number`},
		{"Inf J", "J", `"Inf J" does not start with a number`},
		{"NaN J", "J", `"NaN J" does not start with a number`},
		{"_ J", "J", `"_ J" does not start with a number`},
		{"1.2", "J", `"1.2" has no unit`},
		{"1e5", "J", `"1e5" has no unit`},
		{"1.2 s", "J", `"s" is not a unit of this quantity`},
		{"3 ms", "S", `"ms" is not a unit of this quantity`},
		{"1 j", "J", `"j" is not a unit of this quantity`},
		{"1 m J", "J", `"m J" is not a unit of this quantity`},
		{"1 kkJ", "J", `"kkJ" is not a unit of this quantity`},
		{"1 KiJ", "J", `"KiJ" is not a unit of this quantity`},
		{"1 kibit", "bit", `"kibit" is not a unit of this quantity`},
		{"1 mm", "m2", `"mm" is not a unit of this quantity`},
		{"0x10 J", "J", `"x10 J" is not a unit of this quantity`},
		{"1e J", "J", `"e J" is not a unit of this quantity`},
		{"1.2.3 J", "J", `"1.2.3" is not a number`},
		{"1-2 J", "J", `"1-2" is not a number`},
		{"-- J", "J", `"--" is not a number`},
		{". J", "J", `"." is not a number`},
		{"1e400 J", "J", `"1e400" is not a number`},
		{"1e61 J", "J", `"1e61" is out of range`},
		{"-1e-61 J", "J", `"-1e-61" is out of range`},
		{"1e-400 J", "J", `"1e-400" is out of range`}, // not 0 J
		{"1e-99999999 J", "J", `"1e-99999999" is not a number`},
	} {
		if x, err := Parse(test.text, test.symbol); err == nil || err.Error() != test.want {
			t.Errorf("Parse(%q, %q) = %g, %v; want the error %s", test.text, test.symbol, x, err, test.want)
		}
	}
}

// A decimal of up to 15 digits comes back from its float64 digit for digit.
func TestTheWrittenDecimalSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom(bases).Draw(t, "unit")
		prefix := rapid.SampledFrom(sortedPrefixes).Draw(t, "prefix")
		digits := rapid.Int64Range(-999_999_999_999_999, 999_999_999_999_999).Draw(t, "digits")
		number := strconv.FormatInt(digits, 10) + "e" + strconv.Itoa(rapid.IntRange(-30, 15).Draw(t, "exponent"))
		x, err := Parse(number+" "+prefix+base.text, base.symbol)
		if err != nil {
			t.Fatal(err)
		}
		power := powers[prefix]
		if base.area {
			power *= 2
		}
		written, _ := new(big.Rat).SetString(number)
		scale, _ := new(big.Rat).SetString("1e" + strconv.Itoa(power))
		if got := Exact(x); base.value == "1" && got.Cmp(written.Mul(written, scale)) != 0 {
			t.Fatalf("%s %s%s became %v, not %v", number, prefix, base.text, got, written)
		}
	})
}

var sortedPrefixes = []string{"a", "f", "p", "n", "u", "µ", "μ", "m", "", "k", "K", "M", "G", "T", "P", "E"}

func TestExactIsTheFloatItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "x")
		if got := nearest(Exact(x)); got != x {
			t.Fatalf("Exact(%g) is next to %g", x, got)
		}
	})
	if got, want := Exact(Second(1.2e-9)), big.NewRat(12, 10_000_000_000); got.Cmp(want) != 0 {
		t.Errorf("Exact(1.2 ns) is %v, not %v", got, want)
	}
}

// What Format prints is within half of its third digit of x, and Parse reads
// it back.
func TestFormatAndParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom(bases).Draw(t, "unit")
		sign := rapid.SampledFrom([]float64{-1, 1}).Draw(t, "sign")
		x := sign * math.Pow(10, rapid.Float64Range(-17.9, 20.9).Draw(t, "decade"))
		text := Format(x, base.symbol)
		got, err := Parse(text, base.symbol)
		if err != nil {
			t.Fatalf("Format(%g) is %q: %v", x, text, err)
		}
		if math.Abs(got/x-1) > 0.0050001 {
			t.Fatalf("%g became %q, which is %g", x, text, got)
		}
		if again := Format(got, base.symbol); again != text {
			t.Fatalf("%q reads as %g, which is printed %q", text, got, again)
		}
	})
}

func TestFormat(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Joule(1.2e-12).String(), "1.20 pJ"},
		{Joule(-1.2e-12).String(), "-1.20 pJ"},
		{Joule(0).String(), "0 J"},
		{Second(3.5e-6).String(), "3.50 µs"},
		{Hertz(2.5e9).String(), "2.50 GHz"},
		{Watt(0.9996).String(), "1.00 W"}, // not 1000 mW
		{Watt(0.9994).String(), "999 mW"},
		{Volt(99.96).String(), "100 V"},
		{Volt(9.996).String(), "10.0 V"},
		{Siemens(4e-5).String(), "40.0 µS"},
		{Ohm(25e3).String(), "25.0 kohm"},
		{Farad(1e-15).String(), "1.00 fF"},
		{Farad(1e-21).String(), "0.00100 aF"},
		{SquareMetre(2.16e-6).String(), "2.16 mm²"},
		{SquareMetre(25e-12).String(), "25.0 µm²"},
		{SquareMetre(1234e-12).String(), "0.00123 mm²"},
		{SquareMetre(999.9e-12).String(), "0.00100 mm²"}, // not 1000 µm²
		{SquareMetre(0).String(), "0 mm²"},
		{JoulePerBit(3.7e-12).String(), "3.70 pJ/bit"},
		{BitPerSecond(204.8e9).String(), "205 Gbit/s"},
		{Bit(524288).String(), "524 kbit"},
	} {
		if test.got != test.want {
			t.Errorf("%q is printed, not %q", test.got, test.want)
		}
	}
}

func TestDigits(t *testing.T) {
	for _, test := range []struct {
		x    float64
		want string
	}{
		{0, "0"},
		{0.0009999, "0.00100"},
		{0.00123, "0.00123"},
		{0.0123, "0.0123"},
		{0.0000123, "1.23e-05"},
		{0.1234, "0.123"},
		{1.234, "1.23"},
		{-1.234, "-1.23"},
		{12.34, "12.3"},
		{123.4, "123"},
		{999.6, "1000"},
		{123456, "123000"},
		{999999, "1e+06"},
		{1234567, "1.23e+06"},
	} {
		if got := Digits(test.x); got != test.want {
			t.Errorf("Digits(%g) is %q, not %q", test.x, got, test.want)
		}
	}
}

// Under its prefix a number reads as 1–999 after rounding to three digits.
func TestPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := math.Pow(10, rapid.Float64Range(-18, 20.999).Draw(t, "decade"))
		prefix, factor := Prefix(x)
		if factor != math.Pow10(powers[prefix]) {
			t.Fatalf("prefix %q with factor %g", prefix, factor)
		}
		if y := x / factor; y < 0.9994999 || y > 999.5001 {
			t.Fatalf("%g reads as %g %s", x, y, prefix)
		}
	})
	for _, x := range []float64{0, math.NaN(), math.Inf(1)} {
		if prefix, factor := Prefix(x); prefix != "" || factor != 1 {
			t.Errorf("Prefix(%g) is %q, %g", x, prefix, factor)
		}
	}
}

func TestMust(t *testing.T) {
	if got := Must[Joule]("1.2 pJ"); got != 1.2e-12 {
		t.Errorf("1.2 pJ is %v", got)
	}
	for name, misuse := range map[string]func(){
		"Must of another unit":    func() { Must[Joule]("1 s") },
		"Parse of unknown symbol": func() { _, _ = Parse("1 furlong", "furlong") },
		"Exact of infinity":       func() { Exact(math.Inf(1)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			misuse()
		}()
	}
}

// Whatever is read is a finite number or an error, zero only if zero was
// written, and space around it does not matter.
func FuzzParse(f *testing.F) {
	for _, base := range bases {
		f.Add("1.2 p"+base.text, base.symbol)
	}
	for _, text := range []string{"", "1", "-1e-5 J", "1_0.5µJ", "1e-400 J", "0x1p4 J", "1EJ", "1KiB", "٣ J"} {
		f.Add(text, "J")
	}
	f.Fuzz(func(t *testing.T, text, symbol string) {
		if _, known := spellings[symbol]; !known {
			symbol = "J"
		}
		x, err := Parse(text, symbol)
		if err != nil {
			return
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Fatalf("%q is %g", text, x)
		}
		number, _ := split(text)
		mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
		if zero := !strings.ContainsAny(mantissa, "123456789"); zero != (x == 0) {
			t.Fatalf("%q is %g", text, x)
		}
		if again, err := Parse(" "+text+" ", symbol); err != nil || again != x {
			t.Fatalf("%q is %g, with space around it %g, %v", text, x, again, err)
		}
		if back := nearest(Exact(x)); back != x {
			t.Fatalf("Exact(%g) is next to %g", x, back)
		}
	})
}
