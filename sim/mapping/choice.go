package mapping

// Choice is a policy, how many arrays it leaves for streaming tiles, whether what it
// keeps is to widen waves, and whether these end with columns.
type Choice struct {
	Policy  Policy
	Stream  int
	Widen   bool
	Columns bool
}

// Choices are what is worth trying where tiles compete for so many arrays:
//
//	lru       loads D, through all arrays side by side
//	optimal   loads the fewest, through one array, one after the other
//	pin       loads D − A + s, through s arrays: powers of two, and half of all
//
// The best s of all is within a factor of two of one of them; pin with s = A is
// lru. Where kernels have more tiles than s, what
// stays may also be chosen for the width of their waves. Where the network is narrow,
// waves that end with columns are worth trying too.
func Choices(arrays int, grids []Grid, narrow bool) (all []Choice) {
	most, columns := 0, false
	for _, g := range grids {
		most = max(most, g.Tiles())
		columns = columns || g.RowTiles > 1 && g.ColTiles > 1
	}
	for _, c := range policies(arrays) {
		all = append(all, c)
		if c.Policy == Pin && c.Stream < most {
			c.Widen = true
			all = append(all, c)
		}
	}
	if !narrow || !columns {
		return all
	}
	for _, c := range all {
		if c.Policy != Optimal { // which has no column in one wave
			c.Columns = true
			all = append(all, c)
		}
	}
	return all
}

func policies(arrays int) []Choice {
	all := []Choice{{Policy: LRU, Stream: arrays}}
	if arrays == 1 {
		return all // which every policy is
	}
	all = append(all, Choice{Policy: Optimal, Stream: 1})
	half := arrays / 2
	for s := 1; s < arrays; s *= 2 {
		all = append(all, Choice{Policy: Pin, Stream: s})
		if s < half && half < 2*s {
			all = append(all, Choice{Policy: Pin, Stream: half})
		}
	}
	return all
}
