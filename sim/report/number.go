package report

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"xbar/sim/unit"
)

// none stands where a quantity does not apply.
const none = "–"

// scale picks the one prefix under which all xs are shown, the one that suits
// the middle between the smallest and the largest (geometrically), and the
// factor to divide them by.
func scale(symbol string, xs ...float64) (label string, factor float64) {
	low, high := extremes(xs)
	if symbol == "m2" {
		if high < 1e-9 {
			return "µm²", 1e-12
		}
		return "mm²", 1e-6
	}
	prefix, factor := unit.Prefix(math.Sqrt(low) * math.Sqrt(high))
	return prefix + symbol, factor
}

// extremes are the smallest and the largest magnitude that is not zero.
func extremes(xs []float64) (low, high float64) {
	for _, x := range xs {
		a := math.Abs(x)
		if a == 0 {
			continue
		}
		if low == 0 || a < low {
			low = a
		}
		high = max(high, a)
	}
	return low, high
}

// digits prints x with three significant digits, thousands apart, and an
// exponent only where zeros would hide the number.
func digits(x float64) string {
	a := math.Abs(x)
	if x == 0 {
		return "0"
	}
	if a < 1e-4 || a >= 1e9 {
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	short := strconv.FormatFloat(x, 'e', 2, 64)
	rounded, _ := strconv.ParseFloat(short, 64)
	exponent, _ := strconv.Atoi(short[strings.IndexByte(short, 'e')+1:])
	return thousands(strconv.FormatFloat(rounded, 'f', max(0, 2-exponent), 64))
}

// count prints a number of things: whole numbers in full, others and very
// large ones with three digits.
func count(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e9 {
		return thousands(strconv.FormatFloat(x, 'f', 0, 64))
	}
	return digits(x)
}

// amount reads a number of things in running text: "412,345 cycles", "22.3 G
// cycles".
func amount(n int64, things string) string {
	if n < 1e7 {
		return count(float64(n)) + " " + things
	}
	prefix, factor := unit.Prefix(float64(n))
	return digits(float64(n)/factor) + " " + prefix + " " + things
}

// thousands sets commas into the integer part from 10,000 on.
func thousands(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	if fraction != "" {
		fraction = "." + fraction
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if len(whole) < 5 {
		return text
	}
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return sign + b.String() + fraction
}

// percent prints a share; what is there but rounds to nothing shows as <1%.
func percent(share float64) string {
	switch {
	case share == 0:
		return "0%"
	case share < 0.005:
		return "<1%"
	default:
		return strconv.FormatFloat(100*share, 'f', 0, 64) + "%"
	}
}

// fraction is part/whole, 0 of nothing.
func fraction(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// ratio says how x compares with base: "8.3× less".
func ratio(x, base float64, less, more string) string {
	if x <= 0 || base <= 0 {
		return none
	}
	down, up := digits(base/x), digits(x/base)
	switch {
	case down == "1.00" || up == "1.00":
		return "the same"
	case x < base:
		return down + "× " + less
	default:
		return up + "× " + more
	}
}

// bar draws a share of one as blocks, width of them at most.
func bar(share float64, width int) string {
	const eighths = "▏▎▍▌▋▊▉"
	n := int(math.Round(max(0, min(1, share)) * float64(8*width)))
	text := strings.Repeat("█", n/8)
	if n%8 > 0 {
		text += string([]rune(eighths)[n%8-1])
	}
	return text
}

// duration reads a long time in the unit people would use.
func duration(seconds float64) string {
	const hour, day, year = 3600.0, 86400.0, 365.25 * 86400
	switch {
	case seconds < 60:
		return unit.Format(seconds, "s")
	case seconds < hour:
		return digits(seconds/60) + " minutes"
	case seconds < day:
		return digits(seconds/hour) + " hours"
	case seconds < 2*year:
		return digits(seconds/day) + " days"
	default:
		return digits(seconds/day) + " days (" + digits(seconds/year) + " years)"
	}
}

func width(text string) int { return utf8.RuneCountInString(text) }

// Shorten is a name of at most limit runes, as tables have it.
func Shorten(text string, limit int) string { return shorten(text, limit) }

// shorten keeps the end of a long name, which is what tells paths apart.
func shorten(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return "…" + string(runes[len(runes)-limit+1:])
}
