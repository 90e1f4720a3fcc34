package unit

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// The quantities, each in its SI base unit (bits where SI has none).
type (
	Joule        float64
	Second       float64
	Hertz        float64
	Watt         float64
	Volt         float64
	Siemens      float64
	Ohm          float64
	Farad        float64
	Metre        float64
	SquareMetre  float64
	JoulePerBit  float64
	BitPerSecond float64
	Bit          float64 // a capacity; whole bits
)

// Symbol is the unit a quantity is written with.
func (Joule) Symbol() string        { return "J" }
func (Second) Symbol() string       { return "s" }
func (Hertz) Symbol() string        { return "Hz" }
func (Watt) Symbol() string         { return "W" }
func (Volt) Symbol() string         { return "V" }
func (Siemens) Symbol() string      { return "S" }
func (Ohm) Symbol() string          { return "ohm" }
func (Farad) Symbol() string        { return "F" }
func (Metre) Symbol() string        { return "m" }
func (SquareMetre) Symbol() string  { return "m2" }
func (JoulePerBit) Symbol() string  { return "J/bit" }
func (BitPerSecond) Symbol() string { return "bit/s" }
func (Bit) Symbol() string          { return "bit" }

func (q Joule) String() string        { return Format(float64(q), q.Symbol()) }
func (q Second) String() string       { return Format(float64(q), q.Symbol()) }
func (q Hertz) String() string        { return Format(float64(q), q.Symbol()) }
func (q Watt) String() string         { return Format(float64(q), q.Symbol()) }
func (q Volt) String() string         { return Format(float64(q), q.Symbol()) }
func (q Siemens) String() string      { return Format(float64(q), q.Symbol()) }
func (q Ohm) String() string          { return Format(float64(q), q.Symbol()) }
func (q Farad) String() string        { return Format(float64(q), q.Symbol()) }
func (q Metre) String() string        { return Format(float64(q), q.Symbol()) }
func (q SquareMetre) String() string  { return Format(float64(q), q.Symbol()) }
func (q JoulePerBit) String() string  { return Format(float64(q), q.Symbol()) }
func (q BitPerSecond) String() string { return Format(float64(q), q.Symbol()) }
func (q Bit) String() string          { return Format(float64(q), q.Symbol()) }

// Quantity is any of this package's types.
type Quantity interface {
	~float64
	Symbol() string
}

type spelling struct {
	text     string
	mantissa int64 // factor to the base unit is mantissa · 10^exponent,
	exponent int   // kept apart so that the decimal a user wrote stays exact
	area     bool  // the prefix is squared (mm2)
	binary   bool  // Ki, Mi, Gi are allowed
}

// spellings lists, for each base symbol, what may follow the prefix.
var spellings = map[string][]spelling{
	"J":     {{text: "J", mantissa: 1}},
	"s":     {{text: "s", mantissa: 1}},
	"Hz":    {{text: "Hz", mantissa: 1}},
	"W":     {{text: "W", mantissa: 1}},
	"V":     {{text: "V", mantissa: 1}},
	"S":     {{text: "S", mantissa: 1}},
	"ohm":   {{text: "ohm", mantissa: 1}, {text: "Ω", mantissa: 1}},
	"F":     {{text: "F", mantissa: 1}},
	"m":     {{text: "m", mantissa: 1}},
	"m2":    {{text: "m2", mantissa: 1, area: true}, {text: "m²", mantissa: 1, area: true}},
	"J/bit": {{text: "J/bit", mantissa: 1}, {text: "J/B", mantissa: 125, exponent: -3}},
	"bit/s": {{text: "bit/s", mantissa: 1}, {text: "B/s", mantissa: 8}},
	"bit":   {{text: "bit", mantissa: 1, binary: true}, {text: "B", mantissa: 8, binary: true}},
}

var prefixes = []struct {
	text     string
	exponent int
}{
	{"a", -18}, {"f", -15}, {"p", -12}, {"n", -9}, {"u", -6}, {"µ", -6}, {"μ", -6}, {"m", -3},
	{"", 0}, {"k", 3}, {"K", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"P", 15}, {"E", 18},
}

var binaryPrefixes = map[string]int64{"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}

// Parse reads a number with its unit, "1.2 pJ" for symbol "J", into base
// units. The result is the float64 nearest to the decimal that was written.
func Parse(text, symbol string) (float64, error) {
	number, suffix := split(text)
	if number == "" {
		return 0, fmt.Errorf("%q does not start with a number", text)
	}
	if suffix == "" {
		return 0, fmt.Errorf("%q has no unit", text)
	}
	forms, known := spellings[symbol]
	if !known {
		panic("unit: unknown symbol " + symbol)
	}
	for _, form := range forms {
		prefix, ok := strings.CutSuffix(suffix, form.text)
		if !ok {
			continue
		}
		if scale, ok := binaryPrefixes[prefix]; ok && form.binary {
			return scaled(number, form.mantissa*scale, form.exponent)
		}
		for _, p := range prefixes {
			if p.text != prefix {
				continue
			}
			exponent := p.exponent
			if form.area {
				exponent *= 2
			}
			return scaled(number, form.mantissa, exponent+form.exponent)
		}
	}
	return 0, fmt.Errorf("%q is not a unit of this quantity", suffix)
}

// ParseAs is [Parse] into a quantity's own type.
func ParseAs[Q Quantity](text string) (Q, error) {
	var q Q
	x, err := Parse(text, q.Symbol())
	return Q(x), err
}

// Must is [ParseAs] for constants in code; it panics on a bad literal.
func Must[Q Quantity](text string) Q {
	q, err := ParseAs[Q](text)
	if err != nil {
		panic(err)
	}
	return q
}

func split(text string) (number, suffix string) {
	text = strings.TrimSpace(text)
	end := 0
	for end < len(text) && strings.IndexByte("+-.0123456789_", text[end]) >= 0 {
		end++
	}
	if end > 0 && end+1 < len(text) && (text[end] == 'e' || text[end] == 'E') {
		rest := end + 1
		if text[rest] == '+' || text[rest] == '-' {
			rest++
		}
		digits := rest
		for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
			digits++
		}
		if digits > rest {
			end = digits
		}
	}
	return strings.ReplaceAll(text[:end], "_", ""), strings.TrimSpace(text[end:])
}

func scaled(number string, mantissa int64, exponent int) (float64, error) {
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is not a number", number)
	}
	if mantissa == 1 && plain(number) && math.Abs(x) < 1e60 && math.Abs(x) > 1e-60 {
		return strconv.ParseFloat(number+"e"+strconv.Itoa(exponent), 64) // the nearest, as below
	}
	exact, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, fmt.Errorf("%q is not a number", number)
	}
	if math.Abs(x) > 1e60 || (exact.Sign() != 0 && math.Abs(x) < 1e-60) {
		return 0, fmt.Errorf("%q is out of range", number)
	}
	exact.Mul(exact, new(big.Rat).SetInt64(mantissa))
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(abs(exponent))), nil)
	if exponent < 0 {
		exact.Quo(exact, new(big.Rat).SetInt(ten))
	} else {
		exact.Mul(exact, new(big.Rat).SetInt(ten))
	}
	value, _ := exact.Float64()
	return value, nil
}

// plain reports whether a number is digits with a point at most.
func plain(number string) bool { return strings.Trim(number, "+-.0123456789") == "" }

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}

// Exact gives the shortest decimal that names x, as a rational: 1.2e-9 is
// 12/10¹⁰, not the binary fraction next to it.
func Exact[F ~float64](x F) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(float64(x), 'g', -1, 64))
	if !ok {
		panic(fmt.Sprintf("unit: %v has no exact value", float64(x)))
	}
	return r
}

// Prefix is the SI prefix under which |x| reads as 1–999, and its factor.
func Prefix(x float64) (string, float64) {
	x = math.Abs(x)
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return "", 1
	}
	best := prefixes[0]
	for _, p := range prefixes {
		if p.text == "K" || p.text == "µ" || p.text == "μ" {
			continue
		}
		if x >= 0.9995*math.Pow10(p.exponent) {
			best = p
		}
	}
	if best.text == "u" {
		return "µ", 1e-6
	}
	return best.text, math.Pow10(best.exponent)
}

// Format prints x with three significant digits and an SI prefix. Areas, and what
// there is of something on an area, are printed by square millimetres.
func Format(x float64, symbol string) string {
	switch symbol {
	case "m2":
		return formatArea(x)
	case "OPS/m2":
		return Format(x*1e-6, "OPS/mm²")
	}
	prefix, factor := Prefix(x)
	return Digits(x/factor) + " " + prefix + symbol
}

func formatArea(x float64) string {
	switch {
	case x == 0:
		return "0 mm²"
	case math.Abs(x) < 0.9995e-9:
		return Digits(x*1e12) + " µm²"
	default:
		return Digits(x*1e6) + " mm²"
	}
}

// Digits prints x with three significant digits and no exponent from 10⁻³
// up to 10⁶.
func Digits(x float64) string {
	if x == 0 {
		return "0"
	}
	short := strconv.FormatFloat(x, 'e', 2, 64)
	_, power, _ := strings.Cut(short, "e")
	exponent, _ := strconv.Atoi(power)
	if exponent < -3 || exponent >= 6 {
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	rounded, _ := strconv.ParseFloat(short, 64)
	return strconv.FormatFloat(rounded, 'f', max(0, 2-exponent), 64)
}
