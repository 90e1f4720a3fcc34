package mapping

// Choice is a policy, and how many arrays it leaves for streaming tiles.
type Choice struct {
	Policy Policy
	Stream int
}

// Choices are what is worth trying where tiles compete for so many arrays:
//
//	lru       loads D, through all arrays side by side
//	optimal   loads the fewest, through one array, one after the other
//	pin       loads D − A + s, through s arrays: powers of two, and half of all
//
// The best s of all is within a factor of two of one of them; pin with s = A is
// lru.
func Choices(arrays int) []Choice {
	all := []Choice{{LRU, arrays}}
	if arrays == 1 {
		return all // which every policy is
	}
	all = append(all, Choice{Optimal, 1})
	half := arrays / 2
	for s := 1; s < arrays; s *= 2 {
		all = append(all, Choice{Pin, s})
		if s < half && half < 2*s {
			all = append(all, Choice{Pin, half})
		}
	}
	return all
}
