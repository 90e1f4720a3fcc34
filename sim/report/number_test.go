package report

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDigits(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1.00", 0.9996: "1.00", 9.995: "9.99", 12.34: "12.3", 123.4: "123", 1234: "1230", 9999: "10,000",
		45123: "45,100", 1234567: "1,230,000", -45123: "-45,100", 0.00123: "0.00123", 0.0001234: "0.000123", 1.2e-5: "1.2e-05", 3.3e12: "3.3e+12",
	} {
		if got := digits(x); got != want {
			t.Errorf("digits(%v) = %s, want %s", x, got, want)
		}
	}
}

// Three significant digits: the text is within half a unit of the third.
func TestDigitsAreClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(1e-15, 1e15).Draw(t, "x")
		got, err := strconv.ParseFloat(strings.ReplaceAll(digits(x), ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got/x-1) > 0.00501 {
			t.Fatalf("digits(%v) = %s", x, digits(x))
		}
	})
}

func TestCount(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 870: "870", 1024: "1024", 412345: "412,345", 618.5: "618", 1e12: "1e+12"} {
		if got := count(x); got != want {
			t.Errorf("count(%v) = %s, want %s", x, got, want)
		}
	}
}

func TestScale(t *testing.T) {
	for _, test := range []struct {
		symbol string
		xs     []float64
		label  string
		factor float64
	}{
		{"J", []float64{458e-6, 694e-6, 33.7e-3}, "mJ", 1e-3},
		{"J", []float64{0, 2e-12}, "pJ", 1e-12},
		{"J", []float64{0}, "J", 1},
		{"J", nil, "J", 1},
		{"s", []float64{3, 4}, "s", 1},
		{"m2", []float64{8.5e-5}, "mm²", 1e-6},
		{"m2", []float64{8.5e-11}, "µm²", 1e-12},
	} {
		if label, factor := scale(test.symbol, test.xs...); label != test.label || factor != test.factor {
			t.Errorf("scale(%s, %v) = %s, %g; want %s, %g", test.symbol, test.xs, label, factor, test.label, test.factor)
		}
	}
}

func TestRatio(t *testing.T) {
	for _, test := range []struct {
		x, base float64
		want    string
	}{
		{1, 8.3, "8.30× less"}, {8.3, 1, "8.30× more"}, {1, 1.001, "the same"}, {1, 0, none}, {0, 1, none}, {1, 1e7, "10,000,000× less"},
	} {
		if got := ratio(test.x, test.base, "less", "more"); got != test.want {
			t.Errorf("ratio(%v, %v) = %q, want %q", test.x, test.base, got, test.want)
		}
	}
}

func TestBar(t *testing.T) {
	for _, test := range []struct {
		share float64
		want  string
	}{{0, ""}, {1, "████"}, {2, "████"}, {-1, ""}, {0.5, "██"}, {1. / 32, "▏"}, {31. / 32, "███▉"}} {
		if got := bar(test.share, 4); got != test.want {
			t.Errorf("bar(%v) = %q, want %q", test.share, got, test.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for seconds, want := range map[float64]string{
		0.5: "500 ms", 1206: "20.1 minutes", 7200: "2.00 hours", 3.2 * 86400: "3.20 days", 10 * 365.25 * 86400: "3650 days (10.0 years)",
	} {
		if got := duration(seconds); got != want {
			t.Errorf("duration(%v) = %q, want %q", seconds, got, want)
		}
	}
}
