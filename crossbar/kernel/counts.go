package kernel

// What [Counts] takes at once.
const (
	Vectors = 32               // of a block
	Planes  = 8                // bits of their digits
	Lanes   = Vectors * Planes // sums of a cell column
	Fours   = 4                // rows of a group
)

// Lane is where vector v of a block stands among the lanes of a plane; sums come out in
// the order of vectors.
func Lane(v int) int { return v%16*2 + v/16 }

// tables has for the levels of four cells, two bits each, what they add up to where a
// row's bit drives them.
var tables = func() (all [256][16]byte) {
	for cells := range all {
		for driven := range all[cells] {
			for row := range Fours {
				all[cells][driven] += byte(driven >> row & 1 * (cells >> (2 * row) & 3))
			}
		}
	}
	return all
}()

// Counts adds to sums, [plane][vector], what groups of four rows yield. digits has four
// bits for each, [group][plane][lane]; plus and minus have four levels of two bits for each
// group, the first row's lowest. Sums must stay below 1<<15.
func Counts(sums []int16, digits, plus, minus []byte) {
	groups := len(plus)
	sums, digits, minus = sums[:Lanes], digits[:groups*Lanes], minus[:groups]
	switch {
	case groups == 0:
	case fast:
		countsAVX2(&sums[0], &digits[0], &plus[0], &minus[0], groups, &tables)
	default:
		counts(sums, digits, plus, minus)
	}
}

func counts(sums []int16, digits, plus, minus []byte) {
	for g := range plus {
		up, down := &tables[plus[g]], &tables[minus[g]]
		for p := range Planes {
			of := digits[g*Lanes+p*Vectors:][:Vectors]
			for v := range Vectors {
				driven := of[Lane(v)]
				sums[p*Vectors+v] += int16(up[driven]) - int16(down[driven])
			}
		}
	}
}

// Lookup is what a converter makes of the sums of a block of vectors.
type Lookup struct {
	Sums            []int16   // of [Vectors]
	Values          []float64 // of every sum there can be
	Zero            int       // where that of a sum of zero stands
	Significance    float64   // of a value
	Lowest, Highest int16     // sums beyond are clipped
	From, Signs     []float64 // values become From + Signs·value, of [Vectors]; empty: they stay
}

// Convert adds to y, one a vector, base · Σ significance·value of each read in turn, and to
// clipped how many sums were. Reads have as many lookups each.
func Convert(y, bases []float64, of []Lookup, clipped []int16) {
	y, clipped = y[:Vectors], clipped[:Vectors]
	if fast && len(of) > 0 {
		convertAVX2(&y[0], &bases[0], len(bases), &of[0], len(of)/len(bases), &clipped[0])
		return
	}
	convert(y, bases, of, clipped)
}

func convert(y, bases []float64, of []Lookup, clipped []int16) {
	for k, base := range bases {
		for v := range y {
			product := 0.0
			for i := range of[k*len(of)/len(bases) : (k+1)*len(of)/len(bases)] {
				l := &of[k*len(of)/len(bases)+i]
				sum := l.Sums[v]
				if sum < l.Lowest || sum > l.Highest {
					clipped[v]++
				}
				value := l.Values[l.Zero+int(sum)]
				if len(l.From) > 0 {
					value = l.From[v] + l.Signs[v]*value
				}
				product += float64(l.Significance * value)
			}
			y[v] += float64(base * product)
		}
	}
}
