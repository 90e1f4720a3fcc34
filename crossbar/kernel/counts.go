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

// Look adds to products what a converter makes of sums, times a significance. The value
// of a sum of zero is table[zero].
func Look(products []float64, sums []int16, table []float64, zero int, significance float64) {
	products, sums = products[:Vectors], sums[:Vectors]
	if fast {
		lookAVX2(&products[0], &sums[0], &table[zero], significance)
		return
	}
	look(products, sums, table, zero, significance)
}

func look(products []float64, sums []int16, table []float64, zero int, significance float64) {
	for v, s := range sums {
		products[v] += float64(significance * table[zero+int(s)])
	}
}

// Beyond adds to counts one for each of the sums that is below low or above high.
func Beyond(counts, sums []int16, low, high int16) {
	counts, sums = counts[:Vectors], sums[:Vectors]
	if fast {
		beyondAVX2(&counts[0], &sums[0], low, high)
		return
	}
	beyond(counts, sums, low, high)
}

func beyond(counts, sums []int16, low, high int16) {
	for v, s := range sums {
		if s < low || s > high {
			counts[v]++
		}
	}
}
