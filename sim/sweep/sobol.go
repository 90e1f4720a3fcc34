package sweep

import (
	"math/bits"

	"gonum.org/v1/gonum/mat"
)

// directions are primitive polynomials and first direction numbers of Sobol's sequence
// from the second dimension on: Joe & Kuo, SIAM J. Sci. Comput. 30 (2008), table
// new-joe-kuo-6. Of a polynomial of degree len(m) the inner coefficients are a.
var directions = []struct {
	a uint32
	m []uint32
}{
	{0, []uint32{1}},
	{1, []uint32{1, 3}},
	{1, []uint32{1, 3, 1}},
	{2, []uint32{1, 1, 1}},
	{1, []uint32{1, 1, 3, 3}},
	{4, []uint32{1, 3, 5, 13}},
	{2, []uint32{1, 1, 5, 5, 17}},
	{4, []uint32{1, 1, 5, 5, 5}},
	{7, []uint32{1, 1, 7, 11, 19}},
	{11, []uint32{1, 1, 5, 1, 1}},
	{13, []uint32{1, 1, 1, 3, 11}},
	{14, []uint32{1, 3, 5, 5, 31}},
	{1, []uint32{1, 3, 3, 9, 7, 49}},
	{13, []uint32{1, 1, 1, 15, 21, 21}},
	{16, []uint32{1, 3, 1, 13, 27, 49}},
}

// mostSobol is the dimensions that there are directions for.
const mostSobol = 16

// sobol fills a row for each point of Sobol's sequence, from the second point on: the
// first is the corner at zero.
func sobol(points *mat.Dense) {
	n, dims := points.Dims()
	for d := range dims {
		v := directionsOf(d)
		x := uint32(0)
		for i := range n {
			x ^= v[bits.TrailingZeros32(^uint32(i))]
			points.Set(i, d, float64(x)/(1<<32))
		}
	}
}

// directionsOf are the direction numbers of a dimension, as fractions of 2³².
func directionsOf(d int) (v [32]uint32) {
	if d == 0 {
		for i := range v {
			v[i] = 1 << (31 - i)
		}
		return v
	}
	p := &directions[d-1]
	degree := len(p.m)
	for i := range v {
		if i < degree {
			v[i] = p.m[i] << (31 - i)
			continue
		}
		v[i] = v[i-degree] ^ v[i-degree]>>degree
		for k := 1; k < degree; k++ {
			if p.a>>(degree-1-k)&1 == 1 {
				v[i] ^= v[i-k]
			}
		}
	}
	return v
}
